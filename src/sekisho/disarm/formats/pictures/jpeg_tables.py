"""Whether the library may be asked to code a JPEG anew: it ends the process over what it cannot.

Nothing in the coded data makes it do so; the segments in front do. So they are held against what
encoders write, and decoded once by Pillow with the coded data left out, which survives every error.
"""

from __future__ import annotations

import io

from PIL import JpegImagePlugin

from sekisho.disarm.formats.pictures.decoding import decoding, unusual
from sekisho.disarm.formats.pictures.jpeg_segments import Marks, Parts, written
from sekisho.disarm.work import Stopped

_DHT, _DQT, _SOS = 0xC4, 0xDB, 0xDA
_DC_BITS_MAX = 11
_DC_SHIFTED_BITS_MAX = 12
_AC_BITS_MAX = 10
_BLOCKS_OF_UNIT_MAX = 10
_SAFE_BLOCKS_MAX = 1 << 20
"""Sums of so many DC differences of 11 bits each fit into 32 bits; the decoder breaks off else."""

_SCALE = 8


def require_codable(parts: Parts) -> None:
    """Raises Stopped SKS-D300 (damaged), SKS-D301 (tables or units that no encoder writes)."""
    tables, quantization = _Tables(), dict[int, bytes]()
    for segment in parts.coded:
        marker, body = segment[1], segment[4 : 2 + int.from_bytes(segment[2:4], "big")]
        if marker == _DQT:
            _define_quantization(body, quantization)
        elif marker == _DHT:
            tables.define(body)
        elif marker == _SOS:
            tables.check(body, is_progressive=parts.is_progressive)
        elif marker == parts.frame and parts.components > 1:
            factors = body[7::3]
            if sum((one >> 4) * (one & 15) for one in factors) > _BLOCKS_OF_UNIT_MAX:
                raise unusual("JPEG sampling")
    _try_out(parts)


def _try_out(parts: Parts) -> None:
    """Every segment through the decoder that survives errors, at an eighth of the size."""
    coded = parts.coded
    if (parts.width + 63) * (parts.height + 63) // 64 < _SAFE_BLOCKS_MAX:
        coded = [_without_data(one) if one[1] == _SOS else one for one in coded]
    with decoding():
        image = JpegImagePlugin.JpegImageFile(io.BytesIO(written(Marks().needed(), coded)))
        image.draft(image.mode, (max(1, image.width // _SCALE), max(1, image.height // _SCALE)))
        image.load()


def _without_data(scan: bytes) -> bytes:
    return scan[: 2 + int.from_bytes(scan[2:4], "big")]


def _define_quantization(body: bytes, known: dict[int, bytes]) -> None:
    """One DQT segment. A table given twice with other values serves parts of a picture only."""
    at = 0
    while at < len(body):
        precision, number = body[at] >> 4, body[at] & 15
        end = at + 1 + 64 * (1 + min(precision, 1))
        if precision > 1 or number > 3 or end > len(body):
            raise Stopped("SKS-D300")
        if known.setdefault(number, body[at:end]) != body[at:end]:
            raise unusual("JPEG quantization")
        at = end


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
