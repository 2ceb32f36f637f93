"""ZIP files: read so that no two programs could see different things in them, written in one way.

Reading goes by the central directory and demands that every local header says the same and that
no member lies on another. Writing has one form: one date, no extra fields, libdeflate at one
level (the zlib of a machine may be another one tomorrow). Layout: PKWARE APPNOTE
6.3.10, section 4.3.
"""

from __future__ import annotations

import builtins
import stat
import struct
import zlib
from dataclasses import dataclass, field
from itertools import pairwise
from typing import BinaryIO, TypeAlias

import deflate

from sekisho.disarm import limits
from sekisho.disarm.work import Budget, Stopped

LEVEL = 6
"""Of libdeflate. Another one is another output: raise RULES_VERSION with it."""

Data: TypeAlias = bytes | bytearray | memoryview
STORED, DEFLATED = 0, 8
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_ENCRYPTED, _SIZES_FOLLOW, _UTF8 = 0x0001, 0x0008, 0x0800
_STRONGLY_ENCRYPTED, _MASKED, _PATCH = 0x0040, 0x2000, 0x0020
_FULL32, _FULL16 = 0xFFFFFFFF, 0xFFFF
_COMMENT_BYTES_MAX = 65_535
_EXTRA_ZIP64, _EXTRA_UNICODE_NAME = 0x0001, 0x7075
_MADE_BY_UNIX, _MADE_BY_MAC = 3, 19
_DATE_1980_01_01 = 0x0021
_OUTPUT_MEMBERS_MAX = 65_534


@dataclass(frozen=True, slots=True)
class ZipMember:
    """One member. `raw_name` is as it stands in the file; `mode` are its Unix bits or 0."""

    untrusted_name: str
    raw_name: bytes
    bytes: int
    packed_bytes: int
    crc: int
    method: int
    mode: int
    _packed: memoryview = field(repr=False)
    _budget: Budget = field(repr=False)

    @property
    def is_folder(self) -> bool:
        """Whether it is the entry of a folder, which holds no bytes."""
        return self.untrusted_name.endswith("/")

    @property
    def is_link(self) -> bool:
        """Whether it would be unpacked as a symbolic link."""
        return stat.S_ISLNK(self.mode)

    def read(self) -> Data:
        """The unpacked bytes, paid for before they are there.

        Raises Stopped SKS-D010 (too much), SKS-D106 (damaged), SKS-D110 (too large by itself).
        """
        if self.bytes > limits.MEMBER_BYTES_MAX:
            raise Stopped("SKS-D110", bytes=self.bytes, allowed=limits.MEMBER_BYTES_MAX)
        self._budget.expand(self.bytes)
        data = self._unpacked()
        if deflate.crc32(data) != self.crc:
            raise Stopped("SKS-D106", name=self.untrusted_name)
        return data

    def head(self, bytes_max: int) -> builtins.bytes:
        """The first unpacked bytes, at most so many; not checked, for who only looks.

        Raises Stopped SKS-D106 (damaged).
        """
        if self.method == STORED:
            return self._packed[:bytes_max].tobytes()
        try:
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(self._packed, bytes_max)
        except zlib.error as damaged:
            raise Stopped("SKS-D106", name=self.untrusted_name) from damaged

    def _unpacked(self) -> Data:
        if self.method == STORED:
            return self._packed
        if self.bytes == 0:
            return b""
        try:
            data: Data = deflate.deflate_decompress(self._packed, self.bytes)
        except deflate.DeflateError as damaged:
            raise Stopped("SKS-D106", name=self.untrusted_name) from damaged
        if len(data) != self.bytes:
            raise Stopped("SKS-D106", name=self.untrusted_name)
        return data


@dataclass(frozen=True, slots=True)
class ZipListing:
    """All members in the order of the directory, and what belongs to none of them."""

    members: tuple[ZipMember, ...]
    comment_bytes: int
    hidden_bytes: int
    """Bytes between the members and before the directory, which no program shows."""


def read_zip(content: memoryview, budget: Budget) -> ZipListing:
    """Every member of a ZIP, checked against all that is said about it; nothing is unpacked yet.

    Raises Stopped SKS-D011 (too many), SKS-D100 (damaged or split), SKS-D101 (encrypted),
    SKS-D102 (packed in another way), SKS-D103 (members on each other), SKS-D104 (a name twice),
    SKS-D105 (bytes in front or behind), SKS-D107 (a name in no encoding), SKS-D108 (headers that
    do not agree).
    """
    end = _read_end(content)
    budget.member(end.count)
    members: list[ZipMember] = []
    spans: list[tuple[int, int]] = []
    position = end.directory
    for _ in range(end.count):
        row, position = _read_row(content, position, end.directory + end.directory_bytes)
        span, packed = _check_local(content, row, end.directory)
        spans.append(span)
        members.append(_member(row, packed, budget))
    if position != end.directory + end.directory_bytes:
        raise Stopped("SKS-D100")
    _refuse_twins(members)
    hidden = end.directory - sum(stop - start for start, stop in _apart(spans))
    return ZipListing(tuple(members), end.comment_bytes, hidden)


@dataclass(frozen=True, slots=True)
class _End:
    count: int
    directory: int
    directory_bytes: int
    comment_bytes: int


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the central directory, sizes of zip64 put in."""

    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed_bytes: int
    unicode_name: bytes | None
    bytes: int
    offset: int
    mode: int


def _read_end(content: memoryview) -> _End:
    tail = bytes(content[-_COMMENT_BYTES_MAX - _END.size :])
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise Stopped("SKS-D100")
    _, disk, disk_start, here, count, size, offset, comment = _END.unpack_from(tail, at)
    if at + _END.size + comment != len(tail):
        raise Stopped("SKS-D105")
    end_at = len(content) - len(tail) + at
    if _FULL32 in (size, offset) or _FULL16 in (count, disk, disk_start, here):
        end_at, here, count, size, offset = _read_end64(content, end_at)
        disk = disk_start = 0
    if disk or disk_start or here != count:
        raise Stopped("SKS-D100")
    if offset + size != end_at:
        raise Stopped("SKS-D105")
    if count * _CENTRAL.size > size:
        raise Stopped("SKS-D100")
    return _End(count, offset, size, comment)


def _read_end64(content: memoryview, end_at: int) -> tuple[int, int, int, int, int]:
    """The end of a zip64 in front of the usual one: where it is, counts, size and offset."""
    at = end_at - _LOCATOR64.size
    if at < 0:
        raise Stopped("SKS-D100")
    magic, disk, end64_at, disks = _LOCATOR64.unpack_from(content, at)
    if magic != b"PK\x06\x07" or disk or disks != 1 or end64_at + _END64.size != at:
        raise Stopped("SKS-D100")
    row = _END64.unpack_from(content, end64_at)
    if row[0] != b"PK\x06\x06" or row[1] != _END64.size - 12 or row[4] or row[5]:
        raise Stopped("SKS-D100")
    return end64_at, row[6], row[7], row[8], row[9]


def _read_row(content: memoryview, at: int, stop: int) -> tuple[_Row, int]:
    if at + _CENTRAL.size > stop:
        raise Stopped("SKS-D100")
    row = _CENTRAL.unpack_from(content, at)
    name_at = at + _CENTRAL.size
    extra_at = name_at + row[10]
    comment_at = extra_at + row[11]
    if row[0] != b"PK\x01\x02" or comment_at + row[12] > stop:
        raise Stopped("SKS-D100")
    size, packed, offset = _wide(content[extra_at:comment_at], row[9], row[8], row[16])
    if row[13] not in (0, _FULL16) or offset is None:
        raise Stopped("SKS-D100")
    has_mode = row[1] >> 8 in (_MADE_BY_UNIX, _MADE_BY_MAC)
    found = _Row(
        raw_name=bytes(content[name_at:extra_at]),
        flags=row[3],
        method=row[4],
        crc=row[7],
        packed_bytes=packed,
        bytes=size,
        offset=offset,
        mode=row[15] >> 16 if has_mode else 0,
        unicode_name=_unicode_name(content[extra_at:comment_at], content[name_at:extra_at]),
    )
    return found, comment_at + row[12]


def _wide(
    extra: memoryview, size: int, packed: int, offset: int | None
) -> tuple[int, int, int | None]:
    """Sizes and offset, those that are full taken from the zip64 field (APPNOTE 4.5.3)."""
    if _FULL32 not in (size, packed, offset):
        return size, packed, offset
    wide = memoryview(b"")
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind == _EXTRA_ZIP64:
            wide = extra[4 : 4 + length]
            break
        extra = extra[4 + length :]
    values: list[int | None] = []
    for value in (size, packed, offset):
        if value != _FULL32:
            values.append(value)
            continue
        if len(wide) < 8:
            raise Stopped("SKS-D100")
        values.append(struct.unpack_from("<Q", wide)[0])
        wide = wide[8:]
    return values[0] or 0, values[1] or 0, values[2]


def _unicode_name(extra: memoryview, raw_name: memoryview) -> bytes | None:
    """The name in UTF-8 that Info-ZIP writes beside the old one (APPNOTE 4.6.9)."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        body = extra[4 : 4 + length]
        if kind == _EXTRA_UNICODE_NAME and len(body) > 5 and body[0] == 1:
            # It counts only for the very name that it was written for.
            checked = struct.unpack_from("<L", body, 1)[0] == deflate.crc32(raw_name)
            return bytes(body[5:]) if checked else None
        extra = extra[4 + length :]
    return None


def _check_local(
    content: memoryview, row: _Row, directory: int
) -> tuple[tuple[int, int], memoryview]:
    """The span of a member in the file and its packed bytes; both headers must say the same."""
    if row.flags & (_ENCRYPTED | _STRONGLY_ENCRYPTED | _MASKED):
        raise Stopped("SKS-D101", name=_decoded(row))
    if row.method not in (STORED, DEFLATED) or row.flags & _PATCH:
        raise Stopped("SKS-D102", name=_decoded(row), method=row.method)
    if row.offset + _LOCAL.size > directory:
        raise Stopped("SKS-D100")
    local = _LOCAL.unpack_from(content, row.offset)
    name_at = row.offset + _LOCAL.size
    extra_at = name_at + local[9]
    data_at = extra_at + local[10]
    stop = data_at + row.packed_bytes
    if local[0] != b"PK\x03\x04" or stop > directory:
        raise Stopped("SKS-D100")
    size, packed, _ = _wide(content[extra_at:data_at], local[8], local[7], None)
    said = (content[name_at:extra_at] == row.raw_name, local[2], local[3])
    if said != (True, row.flags, row.method):
        raise Stopped("SKS-D108", name=_decoded(row))
    if row.flags & _SIZES_FOLLOW:
        # What stands in front may be empty then; what stands there must still be true.
        agrees = local[6] in (0, row.crc) and size in (0, row.bytes)
        agrees = agrees and packed in (0, row.packed_bytes)
        stop += _descriptor_bytes(content[stop:directory], row)
    else:
        agrees = (local[6], size, packed) == (row.crc, row.bytes, row.packed_bytes)
    if not agrees or (row.method == STORED and row.bytes != row.packed_bytes):
        raise Stopped("SKS-D108", name=_decoded(row))
    return (row.offset, stop), content[data_at : data_at + row.packed_bytes]


def _descriptor_bytes(rest: memoryview, row: _Row) -> int:
    """How long the record behind the data is, in any of its four forms (APPNOTE 4.3.9)."""
    for sizes in ("<3L", "<L2Q"):
        record = struct.pack(sizes, row.crc, row.packed_bytes % 2**32, row.bytes % 2**32)
        for form in (b"PK\x07\x08" + record, record):
            if rest[: len(form)] == form:
                return len(form)
    raise Stopped("SKS-D108", name=_decoded(row))


def _member(row: _Row, packed: memoryview, budget: Budget) -> ZipMember:
    return ZipMember(
        _decoded(row),
        row.raw_name,
        row.bytes,
        row.packed_bytes,
        row.crc,
        row.method,
        row.mode,
        packed,
        budget,
    )


def _decoded(row: _Row) -> str:
    """The name as text: UTF-8 where it says so or is so, else CP932 as Japanese Windows writes."""
    is_utf8 = row.flags & _UTF8 or row.unicode_name is not None
    for encoding in ("utf-8",) if is_utf8 else ("utf-8", "cp932"):
        try:
            return (row.unicode_name or row.raw_name).decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Stopped("SKS-D107")


def _refuse_twins(members: list[ZipMember]) -> None:
    seen: set[str] = set()
    for member in members:
        if member.untrusted_name in seen:
            raise Stopped("SKS-D104", name=member.untrusted_name)
        seen.add(member.untrusted_name)


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order. Raises Stopped SKS-D103 where one lies on another."""
    ordered = sorted(spans)
    for (_, stop), (start, _) in pairwise(ordered):
        if start < stop:
            raise Stopped("SKS-D103")
    if ordered and ordered[0][0] != 0:
        raise Stopped("SKS-D105")
    return ordered


class ZipWriter:
    """Writes a ZIP in its one form; the order is the caller's. Call `finish` at the end."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink
        self._rows: list[bytes] = []
        self._names: set[str] = set()
        self._at = 0

    def add(self, name: str, data: Data, *, pack: bool = True) -> None:
        """One member; stored as it is when packing does not make it smaller.

        Raises Stopped SKS-D104 (the name is there), SKS-D110 (too much for one file).
        """
        if name in self._names:
            raise Stopped("SKS-D104", name=name)
        self._names.add(name)
        packed = deflate.deflate_compress(data, LEVEL) if pack and len(data) else data
        method = DEFLATED
        if len(packed) >= len(data):
            packed, method = data, STORED
        raw = name.encode("utf-8")
        flags = 0 if name.isascii() else _UTF8
        facts = (20, flags, method, 0, _DATE_1980_01_01, deflate.crc32(data))
        sizes = (len(packed), len(data))
        self._rows.append(
            _CENTRAL.pack(b"PK\x01\x02", 20, *facts, *sizes, len(raw), 0, 0, 0, 0, 0, self._at)
            + raw
        )
        self._write(_LOCAL.pack(b"PK\x03\x04", *facts, *sizes, len(raw), 0) + raw)
        self._write(packed)

    def finish(self) -> None:
        """Write the directory."""
        start, count = self._at, len(self._rows)
        if count > _OUTPUT_MEMBERS_MAX:
            raise Stopped("SKS-D011", count=count, allowed=_OUTPUT_MEMBERS_MAX)
        self._write(b"".join(self._rows))
        self._write(_END.pack(b"PK\x05\x06", 0, 0, count, count, self._at - start, start, 0))

    def _write(self, data: Data) -> None:
        self._at += len(data)
        if self._at > limits.OUTPUT_BYTES_MAX:
            raise Stopped("SKS-D110", bytes=self._at, allowed=limits.OUTPUT_BYTES_MAX)
        self._sink.write(data)
