"""The one form of ZIP that an evidence package has: whatever differs from it is refused.

A subset of PKWARE's APPNOTE (6.3): names in ascending order, each member's local header directly
after the member before it, stored or deflated, one fixed time, no encryption, no data
descriptors, no extra fields, no comments, no ZIP64. Every record that is read is built again and
compared, so that two readers cannot see two different archives in the same bytes, and nothing
hides between, before or behind the members.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, NoReturn

from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.limits import MIB

ARCHIVE_BYTES_MAX = 256 * MIB
UNPACKED_BYTES_MAX = 256 * MIB
MEMBERS_MAX = 60_000
NAME_BYTES_MAX = 100
"""`MEMBERS_MAX` fits the 16-bit count of a ZIP without ZIP64."""

STORED, DEFLATED = 0, 8
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)?", re.ASCII)
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_VERSION = 20
_MADE_BY = 3 << 8 | _VERSION
_MODE = 0o100644 << 16
_DATE = 1 << 5 | 1
"""1 January 1980, the earliest that the format can say."""


@dataclass(frozen=True)
class Member:
    """One member as both of its headers describe it."""

    name: str
    method: int
    crc: int
    packed_size: int
    size: int
    offset: int

    def local(self) -> bytes:
        """The header before the member's data."""
        name = self.name.encode()
        fields = (0, self.method, 0, _DATE, self.crc, self.packed_size, self.size)
        return _LOCAL.pack(b"PK\x03\x04", _VERSION, *fields, len(name), 0) + name

    def central(self) -> bytes:
        """The header in the directory at the end."""
        name = self.name.encode()
        fields = (0, self.method, 0, _DATE, self.crc, self.packed_size, self.size)
        rest = (len(name), 0, 0, 0, 0, _MODE, self.offset)
        return _CENTRAL.pack(b"PK\x01\x02", _MADE_BY, _VERSION, *fields, *rest) + name

    @property
    def end(self) -> int:
        """The offset behind the member's data."""
        return self.offset + len(self.local()) + self.packed_size


def write_archive(members: Iterable[tuple[str, bytes]], out: BinaryIO, *, compress: bool) -> None:
    """Write members in the order of their names; the same members give the same bytes.

    Raises InvalidInput SKS-L060 (a name, or too many members), SKS-L061 (too large).
    """
    written: list[Member] = []
    offset = total = 0
    for name, data in sorted(members):
        _check_name(name, written[-1].name if written else "")
        packed = _deflate(data) if compress else data
        method = DEFLATED if len(packed) < len(data) else STORED
        kept = packed if method == DEFLATED else data
        member = Member(name, method, zlib.crc32(data), len(kept), len(data), offset)
        offset, total = member.end, total + len(data)
        if max(offset, total) > UNPACKED_BYTES_MAX:
            _refuse_size(name, total, UNPACKED_BYTES_MAX)
        out.write(member.local() + kept)
        written.append(member)
    if len(written) > MEMBERS_MAX:
        _refuse("too many members")
    directory = b"".join(member.central() for member in written)
    out.write(directory + _end(len(written), len(directory), offset))


def read_archive(
    untrusted: BinaryIO, bytes_max_of: Callable[[str], int]
) -> Iterator[tuple[str, bytes]]:
    """The members in order. `bytes_max_of` gives the limit for a name or raises for an unknown one.

    The whole directory is checked before the first member is unpacked. Raises InvalidInput
    SKS-L060 (not the one form), SKS-L061 (too large), SKS-L062 (a name twice), SKS-L063 (a member
    is damaged).
    """
    for member in _read_directory(untrusted, bytes_max_of):
        untrusted.seek(member.offset)
        if untrusted.read(len(member.local())) != member.local():
            _refuse(f"local header of {member.name}")
        yield member.name, _unpack(member, untrusted.read(member.packed_size))


def _read_directory(untrusted: BinaryIO, bytes_max_of: Callable[[str], int]) -> list[Member]:
    size = untrusted.seek(0, 2)
    if size > ARCHIVE_BYTES_MAX:
        _refuse_size("package", size, ARCHIVE_BYTES_MAX)
    if size < _END.size:
        _refuse("cut short")
    untrusted.seek(size - _END.size)
    end = untrusted.read(_END.size)
    count, length, start = _END.unpack(end)[4:7]
    if end != _end(count, length, start) or start + length + _END.size != size:
        _refuse("end record")
    if count > MEMBERS_MAX or length > count * (_CENTRAL.size + NAME_BYTES_MAX):
        _refuse("too many members")
    untrusted.seek(start)
    members = list(_take_members(untrusted.read(length), count))
    _check_layout(members, start)
    total = 0
    for member in members:
        total += member.size
        if member.size > bytes_max_of(member.name) or total > UNPACKED_BYTES_MAX:
            _refuse_size(member.name, member.size, bytes_max_of(member.name))
    return members


def _take_members(directory: bytes, count: int) -> Iterator[Member]:
    position = 0
    for _ in range(count):
        fixed = directory[position : position + _CENTRAL.size]
        if len(fixed) < _CENTRAL.size:
            _refuse("directory")
        fields = _CENTRAL.unpack(fixed)
        method, crc, packed, size, name_bytes, offset = (*fields[4:5], *fields[7:11], fields[16])
        after = position + _CENTRAL.size + name_bytes
        name = directory[position + _CENTRAL.size : after].decode("ascii", "replace")
        if not _NAME.fullmatch(name) or len(name) > NAME_BYTES_MAX:
            _refuse(f"name {name[:80]!r}")
        member = Member(name, method, crc, packed, size, offset)
        if directory[position:after] != member.central():
            _refuse(f"directory entry of {name}")
        yield member
        position = after
    if position != len(directory):
        _refuse("directory")


def _check_layout(members: list[Member], end: int) -> None:
    """Members follow one another from the first byte to the directory, in the order of names."""
    offset, before = 0, ""
    for member in members:
        _check_name(member.name, before)
        if member.method not in (STORED, DEFLATED) or member.offset != offset:
            _refuse(f"place of {member.name}")
        if member.method == STORED and member.packed_size != member.size:
            _refuse(f"size of {member.name}")
        offset, before = member.end, member.name
    if offset != end:
        _refuse("bytes between the members")


def _check_name(name: str, before: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > NAME_BYTES_MAX:
        _refuse(f"name {name[:80]!r}")
    if name == before:
        raise InvalidInput("SKS-L062", name=name)
    if name < before:
        _refuse("order of names")


def _unpack(member: Member, packed: bytes) -> bytes:
    data = packed
    if member.method == DEFLATED:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            data = inflater.decompress(packed, member.size + 1)
        except zlib.error:
            raise InvalidInput("SKS-L063", name=member.name) from None
        if not inflater.eof or inflater.unused_data or inflater.unconsumed_tail:
            raise InvalidInput("SKS-L063", name=member.name)
    if len(data) != member.size or zlib.crc32(data) != member.crc:
        raise InvalidInput("SKS-L063", name=member.name)
    return data


def _deflate(data: bytes) -> bytes:
    deflater = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflater.compress(data) + deflater.flush()


def _end(count: int, length: int, start: int) -> bytes:
    return _END.pack(b"PK\x05\x06", 0, 0, count, count, length, start, 0)


def _refuse(reason: str) -> NoReturn:
    raise InvalidInput("SKS-L060", reason=reason)


def _refuse_size(name: str, size: int, bytes_max: int) -> NoReturn:
    raise InvalidInput("SKS-L061", name=name, bytes=size, bytes_max=bytes_max)
