"""Whether the coefficients of a JPEG stay within what eight-bit samples can have.

The library that codes them again ends the whole process when one does not, so it is asked only
when none can. Coefficients of AC codes are bounded by the symbols of their tables and the shift of
their scan. Those of DC codes are sums of differences: the picture is decoded at an eighth of its
size with a quantization of one for DC and nought for AC, which shows each sum divided by eight.
Where one reaches the ends of the scale it may be too large. The bound on a single difference sees
to it that no sum can jump over the ends to where the decoder's arithmetic wraps round.
"""

from __future__ import annotations

import io
import struct
from enum import Enum, auto

from PIL import JpegImagePlugin

from sekisho.disarm.formats.pictures.decoding import decoding, unusual
from sekisho.disarm.formats.pictures.jpeg_segments import Marks, Parts, written
from sekisho.disarm.work import Stopped

_DHT, _DQT, _SOS, _PROGRESSIVE = 0xC4, 0xDB, 0xDA, 0xC2
_DC_BITS_MAX = 11
_DC_SHIFTED_BITS_MAX = 12
_AC_BITS_MAX = 10
_SCALE = 8


class Range(Enum):
    """What is known of the coefficients."""

    WITHIN = auto()
    OPEN = auto()
    """At the end of the scale, as white and black at the finest quantization are."""


def coefficient_range(parts: Parts) -> Range:
    """Raises Stopped SKS-D300 (beyond the scale), SKS-D301 (tables that no encoder writes)."""
    tables = _Tables()
    coded, finest = [], 255
    for segment in parts.coded:
        marker, body = segment[1], segment[4:]
        if marker == _DQT:
            body, fine = _flat_quantization(segment)
            finest = min(finest, fine)
            coded.append(body)
            continue
        if marker == _DHT:
            tables.define(body[: int.from_bytes(segment[2:4], "big") - 2])
        elif marker == _SOS:
            tables.check(body, is_progressive=parts.frame == _PROGRESSIVE)
        coded.append(segment)
    if min(parts.width, parts.height) < _SCALE:
        return Range.OPEN
    if _is_inside(parts, coded):
        return Range.WITHIN
    if finest > 1:
        raise Stopped("SKS-D300")
    return Range.OPEN


def _is_inside(parts: Parts, coded: list[bytes]) -> bool:
    """Whether no DC coefficient comes near the ends. Adobe's transform 0: colours as coded."""
    plain = written(Marks(transform=0).needed() if parts.components > 1 else [], coded)
    with decoding():
        image = JpegImagePlugin.JpegImageFile(io.BytesIO(plain))
        image.draft(image.mode, (image.width // _SCALE, image.height // _SCALE))
        image.load()
        lowest, highest = 255, 0
        for band in range(len(image.getbands())):
            samples = image.getchannel(band).tobytes()
            lowest, highest = min(lowest, min(samples)), max(highest, max(samples))
    return lowest > 0 and highest < 255


def _flat_quantization(segment: bytes) -> tuple[bytes, int]:
    """The same tables with 1 for DC and 0 for AC, and the smallest value for DC there was."""
    (length,) = struct.unpack_from(">H", segment, 2)
    at, flat, finest = 4, b"", 255
    while at < 2 + length:
        precision, number = segment[at] >> 4, segment[at] & 15
        size = 1 + 64 * (1 + min(precision, 1))
        if precision > 1 or number > 3 or at + size > 2 + length:
            raise Stopped("SKS-D300")
        finest = min(finest, int.from_bytes(segment[at + 1 : at + 2 + precision], "big"))
        flat += bytes((number, 1)) + bytes(63)
        at += size
    return struct.pack(">BBH", 0xFF, _DQT, len(flat) + 2) + flat, finest


class _Tables:
    """The largest number of bits that each Huffman table can name."""

    def __init__(self) -> None:
        self._bits: dict[int, int] = {}

    def define(self, body: bytes) -> None:
        """One DHT segment. Raises Stopped SKS-D300."""
        at = 0
        while at + 17 <= len(body):
            name, count = body[at], sum(body[at + 1 : at + 17])
            symbols = body[at + 17 : at + 17 + count]
            at += 17 + count
            is_dc = name < 0x10
            self._bits[name] = max((one if is_dc else one & 15 for one in symbols), default=0)
        if at != len(body):
            raise Stopped("SKS-D300")

    def check(self, body: bytes, *, is_progressive: bool) -> None:
        """One SOS segment. Raises Stopped SKS-D300, SKS-D301."""
        count = body[0] if body else 0
        if not 1 <= count <= 4 or len(body) < 4 + 2 * count:
            raise Stopped("SKS-D300")
        first, _, shifts = body[1 + 2 * count : 4 + 2 * count]
        before, shift = (shifts >> 4, shifts & 15) if is_progressive else (0, 0)
        for at in range(2, 2 + 2 * count, 2):
            dc = self._bits.get(body[at] >> 4, _DC_BITS_MAX)
            ac = self._bits.get(0x10 | body[at] & 15, _AC_BITS_MAX)
            has_dc = not before and first == 0
            has_ac = not is_progressive or (not before and first > 0)
            if has_dc and (dc > _DC_BITS_MAX or (dc and dc + shift > _DC_SHIFTED_BITS_MAX)):
                raise unusual("JPEG DC table")
            if has_ac and ac and ac + shift > _AC_BITS_MAX:
                raise unusual("JPEG AC table")
