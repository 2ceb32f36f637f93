"""WebP (RFC 9649): the container is written anew; the coded pictures in it are decoded and kept.

A second lossy coding would cost quality and never come to rest, so the VP8 and VP8L streams stay
as they are once every frame has been decoded in full. Bytes inside such a stream that the decoder
skips are not found by this.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from PIL import WebPImagePlugin

from sekisho.disarm import limits
from sekisho.disarm.formats.pictures import colour, exif
from sekisho.disarm.formats.pictures.decoding import admit, decoding
from sekisho.disarm.work import Source, Stopped, Work

_HEAD = 12
_FRAME_HEAD = 16
_ICC, _ALPHA, _EXIF, _MOVES = 0x20, 0x10, 0x08, 0x02
_NAMES = {b"EXIF": "picture-metadata", b"XMP ": "picture-metadata"}


@dataclass(frozen=True, slots=True)
class _Coded:
    """One coded picture: its chunks as they will be written, its size, whether it has opacity."""

    chunks: bytes
    width: int
    height: int
    has_alpha: bool


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """Rebuild one WebP. Raises Stopped SKS-D300, SKS-D304, SKS-D012."""
    content = bytes(source.content)
    end = 8 + int.from_bytes(content[4:8], "little")
    if end > len(content):
        raise Stopped("SKS-D300")
    if end < len(content):
        work.removed("data-after-end")
    chunks = list(_chunks(content[_HEAD:end]))
    written = _moving(chunks, work) if any(n == b"ANMF" for n, _ in chunks) else None
    written = written or _still(chunks, work)
    with decoding():
        image = WebPImagePlugin.WebPImageFile(io.BytesIO(written))
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            image.load()
    sink.write(written)
    return "webp"


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        if at + 8 + length > len(data):
            raise Stopped("SKS-D300")
        yield name, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("<4sI", name, len(data)) + data + bytes(len(data) % 2)


def _file(body: bytes) -> bytes:
    return struct.pack("<4sI4s", b"RIFF", len(body) + 4, b"WEBP") + body


def _still(chunks: list[tuple[bytes, bytes]], work: Work) -> bytes:
    coded = _coded(chunks)
    admit(coded.width, coded.height, work)
    extended = dict(reversed(chunks)).get(b"VP8X")
    if extended is not None and _canvas(extended) != (coded.width, coded.height):
        raise Stopped("SKS-D300")
    return _laid_out(chunks, coded, b"", work)


def _moving(chunks: list[tuple[bytes, bytes]], work: Work) -> bytes:
    """An animation as it is, or its first frame where that fills the canvas by itself."""
    width, height = _canvas(dict(reversed(chunks)).get(b"VP8X", b""))
    admit(width, height, work)
    frames = [data for name, data in chunks if name == b"ANMF"]
    if len(frames) > limits.FRAMES_MAX:
        raise Stopped("SKS-D304", allowed=limits.FRAMES_MAX)
    if not work.profile.animation and len(frames) > 1:
        work.removed("picture-frames", count=len(frames) - 1)
        frames = frames[:1]
    control = dict(chunks).get(b"ANIM", b"")
    if len(control) != 6:
        raise Stopped("SKS-D300")
    body = _chunk(b"ANIM", control)
    has_alpha = False
    for data in frames:
        frame, coded = _frame(data, width, height)
        admit(coded.width, coded.height, work)
        body += _chunk(b"ANMF", frame)
        has_alpha |= coded.has_alpha
    return _laid_out(chunks, _Coded(body, width, height, has_alpha), body, work)


def _frame(data: bytes, width: int, height: int) -> tuple[bytes, _Coded]:
    if len(data) < _FRAME_HEAD:
        raise Stopped("SKS-D300")
    coded = _coded(list(_chunks(data[_FRAME_HEAD:])))
    left, top, across, down = (int.from_bytes(data[at : at + 3], "little") for at in (0, 3, 6, 9))
    is_inside = 2 * left + coded.width <= width and 2 * top + coded.height <= height
    if (across + 1, down + 1) != (coded.width, coded.height) or not is_inside:
        raise Stopped("SKS-D300")
    return data[:15] + bytes((data[15] & 3,)) + coded.chunks, coded


def _laid_out(chunks: list[tuple[bytes, bytes]], coded: _Coded, moving: bytes, work: Work) -> bytes:
    """The whole file: in the simple form where nothing asks for the extended one."""
    space, icc, turn = b"RGB ", b"", 1
    for name, data in chunks:
        if name == b"ICCP":
            icc = colour.rebuilt(data, space) or b""
            if not icc:
                work.removed("picture-profile")
        elif name == b"EXIF":
            block = data.removeprefix(b"Exif\0\0")
            turn, has_place = exif.turn_and_place(block)
            if data != exif.written(turn):
                work.removed("picture-location" if has_place else "picture-metadata")
        elif name == b"XMP ":
            work.removed("picture-metadata")
        elif name not in (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"):
            work.removed("picture-private-data")
    own = exif.written(turn)
    flags = _ICC * bool(icc) | _EXIF * bool(own) | _MOVES * bool(moving)
    if not flags and b"ALPH" not in coded.chunks[:4]:
        return _file(coded.chunks)
    flags |= _ALPHA * coded.has_alpha
    size = b"".join((side - 1).to_bytes(3, "little") for side in (coded.width, coded.height))
    body = _chunk(b"VP8X", bytes((flags, 0, 0, 0)) + size)
    body += _chunk(b"ICCP", icc) if icc else b""
    body += coded.chunks
    body += _chunk(b"EXIF", own) if own else b""
    return _file(body)


def _canvas(extended: bytes) -> tuple[int, int]:
    if len(extended) != 10:
        raise Stopped("SKS-D300")
    width, height = (int.from_bytes(extended[at : at + 3], "little") + 1 for at in (4, 7))
    return width, height


def _coded(chunks: list[tuple[bytes, bytes]]) -> _Coded:
    """The one picture among these chunks, with the opacity that goes before a lossy one."""
    alpha = b""
    for name, data in chunks:
        if name == b"ALPH" and data and not alpha:
            alpha = _chunk(b"ALPH", bytes((data[0] & 0x3F,)) + data[1:])
        elif (
            name == b"VP8 " and len(data) > 10 and data[3:6] == b"\x9d\x01\x2a" and not data[0] & 1
        ):
            width, height = (one & 0x3FFF for one in struct.unpack_from("<HH", data, 6))
            return _Coded(alpha + _chunk(name, data), width, height, bool(alpha))
        elif name == b"VP8L" and len(data) > 5 and data[0] == 0x2F and not data[4] >> 5:
            (bits,) = struct.unpack_from("<I", data, 1)
            size = ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
            return _Coded(_chunk(name, data), *size, bool(bits >> 28 & 1))
    raise Stopped("SKS-D300")
