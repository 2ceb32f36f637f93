"""Colour profiles (ICC.1:2022): rebuilt from an allow-list of tags, or dropped.

Kept are the tags that say how colours are calculated, each of a type whose length can be worked
out; header fields that name programs, devices or people are empty, and the description is our own.
"""

from __future__ import annotations

import struct

PROFILE_BYTES_MAX = 4 << 20
"""Printing profiles with their tables have up to 3 MB."""

_TAGS_MAX = 100
_CHANNELS = {b"RGB ": 3, b"GRAY": 1, b"CMYK": 4}
_CLASSES = (b"mntr", b"scnr", b"prtr", b"spac")
_SPACES = (b"XYZ ", b"Lab ")
_POINTS = (b"rXYZ", b"gXYZ", b"bXYZ", b"wtpt", b"bkpt")
_CURVES = (b"rTRC", b"gTRC", b"bTRC", b"kTRC")
_TABLES = (b"A2B0", b"A2B1", b"A2B2", b"B2A0", b"B2A1", b"B2A2", b"gamt")
_PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}
_D50 = bytes.fromhex("0000f6d6000100000000d32d")
_CURVE_POINTS_MAX = 65_536


def rebuilt(untrusted: bytes, space: bytes) -> bytes | None:
    """A profile for pictures of `space` (`RGB `, `GRAY`, `CMYK`) with what is needed, or None."""
    if not 132 <= len(untrusted) <= PROFILE_BYTES_MAX or untrusted[36:40] != b"acsp":
        return None
    version, kind = untrusted[8], untrusted[12:16]
    is_known = version in (2, 4) and kind in _CLASSES and untrusted[20:24] in _SPACES
    if not is_known or untrusted[16:20] != space or untrusted[64:67] != b"\0\0\0":
        return None
    intent = untrusted[67]
    tags = _tags(untrusted, _CHANNELS[space])
    if intent > 3 or tags is None or not _is_complete(tags, space):
        return None
    tags[b"desc"], tags[b"cprt"] = _own_texts(version)
    body, table = _laid_out(tags)
    header = struct.pack(
        ">I4xBB2x4s4s4s12x4s16x8xI12s48x",
        128 + len(table) + len(body), version, untrusted[9], kind, space, untrusted[20:24],
        b"acsp", intent, _D50,
    )  # fmt: skip
    return header + table + body


def _tags(untrusted: bytes, channels: int) -> dict[bytes, bytes] | None:
    """The tags on the list with their values; None when one of them is not what it should be."""
    (count,) = struct.unpack_from(">I", untrusted, 128)
    if count > _TAGS_MAX or 132 + 12 * count > len(untrusted):
        return None
    found: dict[bytes, bytes] = {}
    for number in range(count):
        name, start, length = struct.unpack_from(">4sII", untrusted, 132 + 12 * number)
        if name not in (*_POINTS, *_CURVES, *_TABLES, b"chad"):
            continue
        value = _value(name, untrusted[start : start + length], channels)
        if value is None or name in found:
            return None
        found[name] = value
    return found


def _value(name: bytes, data: bytes, channels: int) -> bytes | None:
    """The part of a value that its type accounts for; None for another type or too few bytes."""
    length = 0
    if len(data) < 12 or data[4:8] != b"\0\0\0\0":
        return None
    kind = data[:4]
    if name in _POINTS and kind == b"XYZ ":
        length = 20
    elif name == b"chad" and kind == b"sf32":
        length = 44
    elif name in _CURVES and kind == b"curv":
        (points,) = struct.unpack_from(">I", data, 8)
        length = 12 + 2 * points if points <= _CURVE_POINTS_MAX else 0
    elif name in _CURVES and kind == b"para":
        length = 12 + 4 * _PARAMETERS.get(int.from_bytes(data[8:10], "big"), 1 << 20)
    elif name in _TABLES and kind in (b"mft1", b"mft2"):
        length = _table_bytes(name, data, channels)
    if not 0 < length <= len(data):
        return None
    return data[:length]


def _table_bytes(name: bytes, data: bytes, channels: int) -> int:
    """The length of a lookup table (sections 10.10 and 10.11), 0 when its shape is wrong."""
    inputs, outputs, grid = data[8], data[9], data[10]
    wanted = {b"A2B": (channels, 3), b"B2A": (3, channels)}.get(name[:3], (3, 1))
    if (inputs, outputs) != wanted or grid < 2:
        return 0
    if data[:4] == b"mft1":
        return 48 + 256 * inputs + _power(grid, inputs) * outputs + 256 * outputs
    if len(data) < 52:
        return 0
    entries, results = data[48] << 8 | data[49], data[50] << 8 | data[51]
    if not (2 <= entries <= 4_096 and 2 <= results <= 4_096):
        return 0
    return 52 + 2 * (entries * inputs + _power(grid, inputs) * outputs + results * outputs)


def _power(grid: int, inputs: int) -> int:
    """The points of a table with `grid` points along each of its inputs (four at most)."""
    return int(grid**inputs)


def _is_complete(tags: dict[bytes, bytes], space: bytes) -> bool:
    """Whether a reader can work with it: a matrix with curves, one curve, or tables."""
    matrix = {b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"}
    if b"A2B0" in tags:
        return True
    return (space == b"RGB " and matrix <= tags.keys()) or (space == b"GRAY" and b"kTRC" in tags)


def _own_texts(version: int) -> tuple[bytes, bytes]:
    """Description and copyright, which every profile must have: `ICC`, `n/a`."""
    if version == 4:
        head = struct.pack(">4s4xII4sII", b"mluc", 1, 12, b"enUS", 6, 28)
        return head + b"\0I\0C\0C", head + b"\0n\0/\0a"
    return struct.pack(">4s4xI4s78x", b"desc", 4, b"ICC\0"), struct.pack(">4s4x4s", b"text", b"n/a")


def _laid_out(tags: dict[bytes, bytes]) -> tuple[bytes, bytes]:
    """Values one after another, equal ones once, and the table that says where they are."""
    start = 132 + 12 * len(tags)
    body = bytearray()
    places: dict[bytes, int] = {}
    table = struct.pack(">I", len(tags))
    for name, value in sorted(tags.items()):
        if value not in places:
            places[value] = start + len(body)
            body += value + bytes(-len(value) % 4)
        table += struct.pack(">4sII", name, places[value], len(value))
    return bytes(body), table
