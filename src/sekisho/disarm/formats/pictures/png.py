"""PNG and APNG (W3C PNG, third edition): chunks are read, judged and written anew.

Each scan line is a filter byte and filtered bytes. Any such bytes are a valid picture, and
filtering loses nothing, so the lines are kept as they are once the stream has been unpacked, its
length and every filter byte have been checked, and only what lies below the filters can be wrong
(padding bits, places in the palette) has been looked at without them. Then they are packed again
by libdeflate, whose output does not depend on the machine as that of the many zlibs does.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import BinaryIO

import deflate

from sekisho.disarm import limits
from sekisho.disarm.formats.pictures import exif, png_chunks
from sekisho.disarm.formats.pictures.decoding import admit, unusual
from sekisho.disarm.formats.pictures.packing import packed
from sekisho.disarm.formats.pictures.png_lines import Shape, checked_lines, unpacked
from sekisho.disarm.work import Source, Stopped, Work

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PALETTE = 3


@dataclass
class _Frame:
    """One frame of an animation: its `fcTL` fields without the number, and its packed lines."""

    control: bytes
    shape: Shape
    packed: list[bytes] = field(default_factory=list)


@dataclass
class _Picture:
    """What has been read: the lines of the main picture, and of the frames of an animation."""

    header: bytes
    shape: Shape
    chunks: dict[bytes, bytes] = field(default_factory=dict)
    packed: list[bytes] = field(default_factory=list)
    frames: list[_Frame] = field(default_factory=list)
    is_first_frame_main: bool = False


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """Rebuild one PNG. Raises Stopped SKS-D300, SKS-D301, SKS-D304, SKS-D012."""
    picture = _read(source.content, work)
    main = checked_lines(unpacked(picture.packed, picture.shape, work), picture.shape)
    palette = max(main.palette_entries, len(picture.chunks.get(b"PLTE", b"")) // 3)
    frames = []
    for frame in picture.frames:
        if frame.packed or not picture.is_first_frame_main:
            lines = checked_lines(unpacked(frame.packed, frame.shape, work), frame.shape)
            palette = max(palette, lines.palette_entries)
            frames.append((frame.control, lines.lines))
        else:
            frames.append((frame.control, b""))
    before, after = _kept_chunks(picture, palette, work)
    for part in packed(
        lambda level: _written(picture, main.lines, frames, before, after, level), source.bytes
    ):
        sink.write(part)
    return "png"


def _read(content: memoryview, work: Work) -> _Picture:
    """Steps: 1 the header; 2 every chunk up to IEND, in its order; 3 what stands behind it."""
    chunks = png_chunks.walk(content)
    name, header, _ = next(chunks, (b"", b"", 0))
    if name != b"IHDR" or len(header) != 13:
        raise Stopped("SKS-D300")
    shape = _shape(header)
    admit(shape.width, shape.height, work)
    picture = _Picture(header, shape)
    reader = _Reader(picture, work)
    for name, data, end in chunks:
        if name == b"IEND":
            if end < len(content):
                work.removed("data-after-end")
            break
        reader.take(name, data)
    else:
        raise Stopped("SKS-D300")
    reader.finish()
    return picture


def _shape(header: bytes) -> Shape:
    width, height, depth, colour, packing, filtering, interlace = struct.unpack(">IIBBBBB", header)
    if depth not in _DEPTHS.get(colour, ()) or packing or filtering or interlace > 1:
        raise Stopped("SKS-D300")
    return Shape(width, height, depth, _CHANNELS[colour], colour == _PALETTE, bool(interlace))


class _Reader:
    """Sorts chunks into a picture. Chunks on no list are counted and left out."""

    def __init__(self, picture: _Picture, work: Work) -> None:
        self._picture = picture
        self._work = work
        self._is_animated = False
        self._is_kept = work.profile.animation

    def take(self, name: bytes, data: bytes) -> None:
        """The next chunk. Raises Stopped SKS-D300, SKS-D301 (a critical chunk not on the list)."""
        picture = self._picture
        if name == b"IDAT":
            picture.packed.append(data)
        elif name in (b"acTL", b"fcTL", b"fdAT"):
            self._take_animation(name, data)
        elif name in png_chunks.KEPT and name not in picture.chunks:
            picture.chunks[name] = data
        elif not name[0] & 0x20:
            raise unusual(f"PNG {name.decode('latin-1')}")
        else:
            png_chunks.note_left_out(name, data, self._work)

    def _take_animation(self, name: bytes, data: bytes) -> None:
        picture = self._picture
        if name == b"acTL" and len(data) == 8 and not self._is_animated:
            self._is_animated = True
            picture.chunks[name] = data
        elif not self._is_animated:
            png_chunks.note_left_out(name, data, self._work)
        elif name == b"fcTL":
            if len(picture.frames) >= limits.FRAMES_MAX:
                raise Stopped("SKS-D304", allowed=limits.FRAMES_MAX)
            picture.is_first_frame_main |= not picture.packed
            picture.frames.append(self._frame(data))
        elif picture.frames and len(data) > 4:
            picture.frames[-1].packed.append(data[4:])
        else:
            raise Stopped("SKS-D300")

    def _frame(self, data: bytes) -> _Frame:
        if len(data) != 26:
            raise Stopped("SKS-D300")
        _, width, height, left, top, _, _, dispose, blend = struct.unpack(">IIIIIHHBB", data)
        shape = self._picture.shape
        is_inside = left + width <= shape.width and top + height <= shape.height
        if not is_inside or dispose > 2 or blend > 1:
            raise Stopped("SKS-D300")
        if self._picture.packed:
            admit(width, height, self._work)
        elif (width, height) != (shape.width, shape.height):
            raise Stopped("SKS-D300")
        inner = Shape(width, height, shape.depth, shape.channels, shape.is_palette, shape.is_woven)
        return _Frame(data[4:], inner)

    def finish(self) -> None:
        """After the last chunk. Raises Stopped SKS-D300 where something is missing."""
        picture = self._picture
        if not picture.packed or (picture.shape.is_palette and b"PLTE" not in picture.chunks):
            raise Stopped("SKS-D300")
        moving = picture.frames[1:] if picture.is_first_frame_main else picture.frames
        if any(not frame.packed for frame in moving):
            raise Stopped("SKS-D300")
        if picture.is_first_frame_main and picture.frames[0].packed:
            raise Stopped("SKS-D300")
        if self._is_animated and (not self._is_kept or not picture.frames):
            self._work.removed("picture-frames", count=max(1, len(moving)))
            picture.frames.clear()
            picture.is_first_frame_main = False


def _kept_chunks(picture: _Picture, palette: int, work: Work) -> tuple[bytes, bytes]:
    """What stands before the palette, and the palette with what must follow it."""
    found = picture.chunks
    before = png_chunks.colour(found, picture.shape, work)
    after = b""
    if picture.shape.is_palette:
        entries = min(max(palette, 1), 1 << picture.shape.depth)
        table = found[b"PLTE"][: 3 * entries]
        after += png_chunks.chunk(b"PLTE", table.ljust(3 * entries, b"\0"))
    after += png_chunks.transparency(found, picture.shape)
    after += png_chunks.resolution(found)
    if b"eXIf" in found:
        turn, has_place = exif.turn_and_place(found[b"eXIf"])
        own = exif.written(turn)
        if found[b"eXIf"] != own:
            work.removed("picture-location" if has_place else "picture-metadata")
        after += png_chunks.chunk(b"eXIf", own) if own else b""
    return before, after


def _written(
    picture: _Picture,
    main: bytes,
    frames: list[tuple[bytes, bytes]],
    before: bytes,
    after: bytes,
    level: int,
) -> list[bytes]:
    parts = [SIGNATURE, png_chunks.chunk(b"IHDR", picture.header), before]
    number = 0
    rest = list(frames)
    if frames:
        _, plays = struct.unpack(">II", picture.chunks[b"acTL"])
        parts.append(png_chunks.chunk(b"acTL", struct.pack(">II", len(frames), plays & 0x7FFFFFFF)))
    parts.append(after)
    if picture.is_first_frame_main:
        control, _ = rest.pop(0)
        parts.append(png_chunks.chunk(b"fcTL", struct.pack(">I", number) + control))
        number += 1
    parts.append(png_chunks.chunk(b"IDAT", bytes(deflate.zlib_compress(main, level))))
    for control, lines in rest:
        parts.append(png_chunks.chunk(b"fcTL", struct.pack(">I", number) + control))
        packed = bytes(deflate.zlib_compress(lines, level))
        parts.append(png_chunks.chunk(b"fdAT", struct.pack(">I", number + 1) + packed))
        number += 2
    parts.append(png_chunks.chunk(b"IEND", b""))
    return parts
