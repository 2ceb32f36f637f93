"""TrueType and OpenType programs (OpenType 1.9.1): only tables that rendering needs are kept.

Every byte of the result lies in a table that is named here, and every table inside the file.
Outlines and hints are not interpreted: their tables are kept as they are.
"""

from __future__ import annotations

import struct
from array import array
from sys import byteorder

from sekisho.disarm.formats.pdf import cff

TABLES_MAX = 64
KEPT = frozenset(
    b"CFF |OS/2|VORG|cmap|cvt |fpgm|glyf|head|hhea|hmtx|loca|maxp|post|prep|vhea|vmtx".split(b"|")
)
_HEADS = (b"\0\1\0\0", b"true", b"OTTO")
_MAGIC = 0x5F0F3CF5


def rebuilt(data: bytes) -> bytes | None:
    """The program in canonical order without other tables, or None when it is not sound."""
    tables = _tables(data)
    if tables is None or not _is_sound(tables, data[:4]):
        return None
    kept = {tag: body for tag, body in tables.items() if tag in KEPT}
    if b"CFF " in kept:
        checked = cff.checked(kept[b"CFF "])
        if checked is None:
            return None
        kept[b"CFF "] = checked
    out = _assembled(data[:4], kept, _sums(data))
    return data if out == data else out


def _tables(data: bytes) -> dict[bytes, bytes] | None:
    if data[:4] not in _HEADS or len(data) < 12:
        return None
    count = int.from_bytes(data[4:6], "big")
    end = 12 + 16 * count
    if not 1 <= count <= TABLES_MAX or end > len(data):
        return None
    tables: dict[bytes, bytes] = {}
    for tag, _, at, length in struct.iter_unpack(">4sLLL", data[12:end]):
        if tag in tables or tag not in KEPT:
            continue
        if at + length > len(data):
            if at + length - len(data) > 3:
                return None
            length = len(data) - at
        tables[tag] = data[at : at + length]
    return tables


def _sums(data: bytes) -> dict[bytes, int]:
    count = int.from_bytes(data[4:6], "big")
    rows = struct.iter_unpack(">4sLLL", data[12 : 12 + 16 * count])
    return {tag: checksum for tag, checksum, _, _ in rows}


def _is_sound(tables: dict[bytes, bytes], head: bytes) -> bool:
    if b"head" not in tables or len(tables[b"head"]) < 54:
        return b"CFF " in tables and b"glyf" not in tables
    if int.from_bytes(tables[b"head"][12:16], "big") != _MAGIC:
        return False
    if head == b"OTTO":
        return b"CFF " in tables
    return _are_glyphs_inside(tables)


def _are_glyphs_inside(tables: dict[bytes, bytes]) -> bool:
    """Whether `loca` leads into `glyf` only, forwards only."""
    if b"loca" not in tables or b"glyf" not in tables or len(tables.get(b"maxp", b"")) < 6:
        return False
    is_long = int.from_bytes(tables[b"head"][50:52], "big")
    if is_long > 1:
        return False
    size = 4 if is_long else 2
    body = tables[b"loca"]
    places = array("I" if is_long else "H")
    places.frombytes(body[: len(body) // size * size])
    if byteorder == "little":
        places.byteswap()
    listed = places.tolist()
    end = len(tables[b"glyf"]) if is_long else (len(tables[b"glyf"]) + 1) // 2
    return not listed or (listed == sorted(listed) and listed[-1] <= end + 1)


def _assembled(head: bytes, tables: dict[bytes, bytes], sums: dict[bytes, int]) -> bytes:
    count = len(tables)
    power = max(count.bit_length() - 1, 0)
    search = 16 << power
    out = [head, struct.pack(">HHHH", count, search, power, 16 * count - search)]
    at = 12 + 16 * count
    bodies = []
    for tag in sorted(tables):
        body = tables[tag]
        out.append(struct.pack(">4sLLL", tag, sums.get(tag, 0), at, len(body)))
        padded = body + bytes(-len(body) % 4)
        bodies.append(padded)
        at += len(padded)
    return b"".join(out + bodies)
