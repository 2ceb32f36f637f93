"""Exif: how the picture is turned, and nothing else (CIPA DC-008, section 4.6).

The turn is kept as a segment of our own with that one number in it. That is lossless for every
size, where turning the pixels of a JPEG is not, and it comes out of a second run unchanged.
"""

from __future__ import annotations

import struct

_ORIENTATION = 0x0112
_GPS = 0x8825
_SHORT = 3
_ENTRIES_MAX = 1_000
_UPRIGHT = 1


def turn_and_place(untrusted_tiff: bytes) -> tuple[int, bool]:
    """The orientation (1 to 8; 1 when there is none) and whether a place (GPS) is recorded."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(untrusted_tiff[:4])
    if order is None or len(untrusted_tiff) < 10:
        return _UPRIGHT, False
    (start,) = struct.unpack_from(order + "I", untrusted_tiff, 4)
    if start + 2 > len(untrusted_tiff):
        return _UPRIGHT, False
    (count,) = struct.unpack_from(order + "H", untrusted_tiff, start)
    turn, has_place = _UPRIGHT, False
    for number in range(min(count, _ENTRIES_MAX)):
        at = start + 2 + 12 * number
        if at + 12 > len(untrusted_tiff):
            break
        tag, kind, _, value = struct.unpack_from(order + "HHIH", untrusted_tiff, at)
        if tag == _ORIENTATION and kind == _SHORT and 1 <= value <= 8:
            turn = value
        has_place = has_place or tag == _GPS
    return turn, has_place


def written(turn: int) -> bytes:
    """The smallest Exif block that says how a picture is turned; nothing for an upright one."""
    if turn == _UPRIGHT:
        return b""
    return struct.pack(">4sIHHHIHHI", b"MM\0*", 8, 1, _ORIENTATION, _SHORT, 1, turn, 0, 0)
