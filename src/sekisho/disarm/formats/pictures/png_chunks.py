"""The chunks of a PNG: how they lie in the file, and which of them may stay (values included)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping

import deflate

from sekisho.disarm.formats.pictures import colour as profiles
from sekisho.disarm.formats.pictures.png_lines import Shape
from sekisho.disarm.work import Stopped, Work

KEPT = frozenset((b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"pHYs", b"eXIf"))
"""Chunks that are looked at; each has its rule below or in `png`."""

_FIRST = 8
_CHUNKS_MAX = 200_000
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_CICP = (frozenset((1, 9, 11, 12)), frozenset((1, 4, 6, 8, 13, 14, 15, 16, 18)))
"""Colour primaries and transfer functions of ITU-T H.273 that have a meaning in pictures."""


def walk(content: memoryview) -> Iterator[tuple[bytes, bytes, int]]:
    """Each chunk's name, its data and where it ends, up to and with IEND. Raises Stopped SKS-D300.

    A wrong checksum stops a critical chunk; an ancillary one is left out, as readers do.
    """
    at, count = _FIRST, 0
    while at + 12 <= len(content):
        count += 1
        (length,) = struct.unpack_from(">I", content, at)
        name = bytes(content[at + 4 : at + 8])
        end = at + 12 + length
        if end > len(content) or not name.isalpha() or count > _CHUNKS_MAX:
            raise Stopped("SKS-D300")
        data = bytes(content[at + 8 : end - 4])
        (checksum,) = struct.unpack_from(">I", content, end - 4)
        if deflate.crc32(content[at + 4 : end - 4]) == checksum:
            yield name, data, end
        elif not name[0] & 0x20:
            raise Stopped("SKS-D300")
        else:
            yield b"xxxX", data, end
        at = end
        if name == b"IEND":
            return


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk as it is written."""
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", deflate.crc32(body))


def note_left_out(name: bytes, data: bytes, work: Work) -> None:
    """Say which kind of chunk is left out."""
    if name in _TEXTS:
        is_xmp = data.startswith(b"XML:com.adobe.xmp\0")
        work.removed("picture-metadata" if is_xmp else "picture-comment")
    elif name == b"tIME":
        work.removed("picture-metadata")
    else:
        work.removed("picture-private-data")


def colour(found: Mapping[bytes, bytes], shape: Shape, work: Work) -> bytes:
    """The chunks that say what the colours are, in the order they must stand."""
    written = b""
    cicp = found.get(b"cICP", b"")
    if len(cicp) == 4 and cicp[0] in _CICP[0] and cicp[1] in _CICP[1]:
        written += chunk(b"cICP", cicp[:2] + b"\0\1") if cicp[2:] == b"\0\1" else b""
    if b"iCCP" in found:
        written += _icc(found[b"iCCP"], shape, work)
    intent = found.get(b"sRGB", b"")
    if len(intent) == 1 and intent[0] <= 3:
        written += chunk(b"sRGB", intent)
    gamma = found.get(b"gAMA", b"")
    if len(gamma) == 4 and 1_000 <= int.from_bytes(gamma, "big") <= 1_000_000:
        written += chunk(b"gAMA", gamma)
    points = found.get(b"cHRM", b"")
    if len(points) == 32 and max(struct.unpack(">8I", points)) <= 200_000:
        written += chunk(b"cHRM", points)
    return written


def _icc(data: bytes, shape: Shape, work: Work) -> bytes:
    name, _, packed = data.partition(b"\0")
    rebuilt = None
    if len(name) <= 79 and packed[:1] == b"\0":
        unpacker = zlib.decompressobj()
        try:
            profile = unpacker.decompress(packed[1:], profiles.PROFILE_BYTES_MAX + 1)
        except zlib.error:
            profile = b""
        work.budget.expand(len(profile))
        rebuilt = profiles.rebuilt(profile, b"GRAY" if shape.is_gray else b"RGB ")
    if rebuilt is None:
        work.removed("picture-profile")
        return b""
    return chunk(b"iCCP", b"icc\0\0" + bytes(deflate.zlib_compress(rebuilt, 9)))


def transparency(found: Mapping[bytes, bytes], shape: Shape) -> bytes:
    """tRNS: one value for each palette entry, or the one colour that is transparent."""
    data = found.get(b"tRNS", b"")
    if shape.is_palette:
        entries = len(found[b"PLTE"]) // 3
        return chunk(b"tRNS", data[:entries]) if data else b""
    if shape.channels in (2, 4) or len(data) != 2 * shape.channels:
        return b""
    most = (1 << shape.depth) - 1
    values = struct.unpack(f">{shape.channels}H", data)
    return chunk(b"tRNS", struct.pack(f">{shape.channels}H", *(one & most for one in values)))


def resolution(found: Mapping[bytes, bytes]) -> bytes:
    """pHYs: pixels per metre, or the shape of a pixel."""
    data = found.get(b"pHYs", b"")
    if len(data) != 9 or data[8] > 1:
        return b""
    across, down = struct.unpack(">II", data[:8])
    if not (0 < across <= 1_000_000 and 0 < down <= 1_000_000):
        return b""
    return chunk(b"pHYs", data)
