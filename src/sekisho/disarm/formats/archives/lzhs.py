"""The headers of an LZH archive (levels 0, 1 and 2), read here and not in C.

libarchive gets every packed member by itself, under a header of ours: names never come near it,
so that those in Shift_JIS do not depend on the locale of the machine.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from sekisho.disarm.work import Stopped

_BASE = struct.Struct("<5s3L")
_NAME, _FOLDERS = 0x01, 0x02
_EXTENDED_MAX = 64
FOLDER_METHOD, STORED_METHODS = b"-lhd-", frozenset({b"-lh0-", b"-lz4-"})


@dataclass(frozen=True, slots=True)
class LzhMember:
    """`name` with `/` between folders; `crc` is the CRC-16 of the unpacked bytes."""

    name: bytes
    method: bytes
    crc: int
    unpacked_bytes: int
    packed: memoryview


def lzh_members(content: memoryview) -> Iterator[LzhMember]:
    """The members in order, up to the zero that ends the archive. Raises Stopped SKS-D501."""
    at = 0
    while at < len(content) and content[at]:
        try:
            member, at = _member(content, at)
        except (struct.error, IndexError) as damaged:
            raise Stopped("SKS-D501") from damaged
        yield member


def single(member: LzhMember) -> bytes:
    """An archive of this member alone, with a header of level 0 and a name of our own."""
    head = _BASE.pack(member.method, len(member.packed), member.unpacked_bytes, 0x21 << 16)
    head += b"\x20\0\x01x" + struct.pack("<H", member.crc)
    return bytes((len(head), sum(head) & 0xFF)) + head + bytes(member.packed) + b"\0"


def _member(content: memoryview, at: int) -> tuple[LzhMember, int]:
    level = content[at + 20]
    method, packed_bytes, size = _BASE.unpack_from(content, at + 2)[:3]
    if level == 2:
        data_at = at + struct.unpack_from("<H", content, at)[0]
        crc = struct.unpack_from("<H", content, at + 21)[0]
        name, _ = _extended(content, at + 24, b"")
    elif level in (0, 1):
        name_end = at + 22 + content[at + 21]
        crc = struct.unpack_from("<H", content, name_end)[0]
        name = bytes(content[at + 22 : name_end])
        data_at = at + 2 + content[at]
        if level == 1:
            name, extended_bytes = _extended(content, data_at - 2, name)
            data_at += extended_bytes
            packed_bytes -= extended_bytes
    else:
        raise Stopped("SKS-D501")
    end = data_at + packed_bytes
    if packed_bytes < 0 or data_at <= at + 21 or end > len(content):
        raise Stopped("SKS-D501")
    return LzhMember(name, method, crc, size, content[data_at:end]), end


def _extended(content: memoryview, at: int, name: bytes) -> tuple[bytes, int]:
    """The whole name, and how many bytes the headers take that follow the first."""
    folders, total = b"", 0
    for _ in range(_EXTENDED_MAX):
        size = struct.unpack_from("<H", content, at)[0]
        if size == 0:
            return folders + name, total
        body = bytes(content[at + 3 : at + size])
        if size < 3 or len(body) != size - 3:
            raise Stopped("SKS-D501")
        if content[at + 2] == _NAME:
            name = body
        elif content[at + 2] == _FOLDERS:
            folders = body.replace(b"\xff", b"/").rstrip(b"/") + b"/"
        total += size
        at += size
    raise Stopped("SKS-D501")
