"""The storages and streams of a compound file (MS-CFB), read strictly and within limits.

Every sector belongs to one chain and every stream is charged to the budget before it is read, so
that a table whose entries share sectors cannot multiply a small file.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from sekisho.disarm.work import Stopped, Work
from sekisho.kernel.limits import MIB

STREAM_BYTES_MAX = 256 * MIB
STORAGE_DEPTH_MAX = 16
_END, _NONE = 0xFFFFFFFE, 0xFFFFFFFF
_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENTRY = struct.Struct("<64sHBBLLL16sL8s8sLQ")
_STORAGE, _STREAM, _ROOT = 1, 2, 5


@dataclass
class Storage:
    """A folder of a compound file: streams and storages by name."""

    streams: dict[str, bytes] = field(default_factory=dict)
    storages: dict[str, Storage] = field(default_factory=dict)


def read_compound(content: memoryview, work: Work) -> Storage:
    """The root storage with everything in it. Raises Stopped SKS-D523 when it is damaged."""
    return _File(content, work).root()


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    bytes: int


class _File:
    def __init__(self, content: memoryview, work: Work) -> None:
        if len(content) < 1_536 or bytes(content[:8]) != _SIGNATURE:
            raise Stopped("SKS-D523")
        self._content, self._work = content, work
        version, _, shift, mini_shift = struct.unpack_from("<HHHH", content, 26)
        if (version, shift, mini_shift) not in ((3, 9, 6), (4, 12, 6)):
            raise Stopped("SKS-D523")
        self._sector_bytes = 1 << shift
        self._sectors = len(content) // self._sector_bytes
        self._met = bytearray(self._sectors)
        directory, _, self._mini_cutoff, mini, _, chain, chain_count = struct.unpack_from(
            "<LLLLLLL", content, 48
        )
        if self._mini_cutoff != 4_096:
            raise Stopped("SKS-D523")
        self._fat = self._read_fat(chain, chain_count)
        self._mini_fat = _words(self._chain(mini))
        self._entries = self._read_directory(self._chain(directory))
        root = self._entries[0] if self._entries else None
        if root is None or root.kind != _ROOT:
            raise Stopped("SKS-D523")
        self._mini = self._chain(root.start)
        self._mini_met = bytearray(len(self._mini_fat))

    def _sector(self, number: int) -> memoryview:
        start = (number + 1) * self._sector_bytes
        data = self._content[start : start + self._sector_bytes]
        if number >= self._sectors or not len(data):
            raise Stopped("SKS-D523")
        return data

    def _read_fat(self, chain: int, chain_count: int) -> list[int]:
        numbers = list(struct.unpack_from("<109L", self._content, 76))
        for _ in range(min(chain_count, self._sectors)):
            if chain in (_END, _NONE):
                break
            block = _words(bytes(self._sector(chain)))
            numbers += block[:-1]
            chain = block[-1]
        used = [number for number in numbers if number not in (_NONE, _END)]
        if len(set(used)) != len(used):
            raise Stopped("SKS-D523")
        return [word for number in used for word in _words(bytes(self._sector(number)))]

    def _chain(self, start: int) -> bytes:
        """The sectors from `start` on, one after the other; each may be met once in all."""
        pieces: list[memoryview] = []
        number = start
        while number not in (_END, _NONE):
            if number >= min(len(self._fat), self._sectors) or self._met[number]:
                raise Stopped("SKS-D523")
            self._met[number] = 1
            pieces.append(self._sector(number))
            number = self._fat[number]
        return b"".join(pieces)

    def _read_directory(self, data: bytes) -> list[_Entry]:
        entries = []
        for at in range(0, len(data) - 127, 128):
            row = _ENTRY.unpack_from(data, at)
            self._work.budget.member()
            name = row[0][: max(min(row[1], 64) - 2, 0)].decode("utf-16-le", "replace")
            size = row[12] if self._sector_bytes > 512 else row[12] & 0xFFFFFFFF
            entries.append(_Entry(name, row[2], row[4], row[5], row[6], row[11], size))
        return entries

    def root(self) -> Storage:
        """The whole tree."""
        self._seen: set[int] = set()
        return self._storage(self._entries[0], 0)

    def _storage(self, entry: _Entry, depth: int) -> Storage:
        if depth > STORAGE_DEPTH_MAX:
            raise Stopped("SKS-D523")
        storage = Storage()
        for child in self._children(entry.child):
            if child.kind == _STREAM:
                storage.streams.setdefault(child.name, self._stream(child))
            elif child.kind == _STORAGE:
                storage.storages.setdefault(child.name, self._storage(child, depth + 1))
        return storage

    def _children(self, first: int) -> list[_Entry]:
        """The entries of one tree in the order of the file; each may be met once in all."""
        found: list[tuple[int, _Entry]] = []
        waiting = [first]
        while waiting:
            number = waiting.pop()
            if number == _NONE:
                continue
            if number >= len(self._entries) or number in self._seen:
                raise Stopped("SKS-D523")
            self._seen.add(number)
            entry = self._entries[number]
            found.append((number, entry))
            waiting += [entry.left, entry.right]
        return [entry for _, entry in sorted(found, key=lambda pair: pair[0])]

    def _stream(self, entry: _Entry) -> bytes:
        if entry.bytes == 0:
            return b""
        if entry.bytes > min(STREAM_BYTES_MAX, len(self._content)):
            raise Stopped("SKS-D523")
        self._work.budget.expand(entry.bytes)
        small = entry.bytes < self._mini_cutoff
        data = self._mini_chain(entry) if small else self._chain(entry.start)
        if len(data) < entry.bytes:
            raise Stopped("SKS-D523")
        return data[: entry.bytes]

    def _mini_chain(self, entry: _Entry) -> bytes:
        pieces: list[bytes] = []
        number = entry.start
        for _ in range((entry.bytes + 63) // 64):
            if number >= len(self._mini_fat) or self._mini_met[number]:
                raise Stopped("SKS-D523")
            self._mini_met[number] = 1
            pieces.append(self._mini[number * 64 : number * 64 + 64])
            number = self._mini_fat[number]
        return b"".join(pieces)


def _words(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 4}L", data[: len(data) // 4 * 4]))
