"""GIF (89a): every frame's pixels are unpacked and packed again; tables and times are written anew.

Frames keep their own palettes, places, times and ways of disposal, so that nothing has to be
calculated and a moving picture moves as before.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image

from sekisho.disarm import limits
from sekisho.disarm.formats.pictures.decoding import admit, decoding
from sekisho.disarm.work import Source, Stopped, Work

_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B
_CONTROL, _COMMENT, _TEXT, _APPLICATION = 0xF9, 0xFE, 0x01, 0xFF
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_INTERLACED = 0x40
_DISPOSALS_MAX = 3


@dataclass(frozen=True, slots=True)
class _Control:
    """A graphic control extension: how long, what then, which colour is transparent."""

    disposal: int = 0
    delay: int = 0
    transparent: int | None = None


class _Reader:
    """Takes the file apart from its beginning. Raises Stopped SKS-D300."""

    def __init__(self, content: memoryview) -> None:
        self._content = content
        self.at = 6

    def take(self, count: int) -> bytes:
        """The next bytes."""
        end = self.at + count
        if end > len(self._content):
            raise Stopped("SKS-D300")
        data = bytes(self._content[self.at : end])
        self.at = end
        return data

    def table(self, flags: int) -> bytes:
        """A table of colours, when the flags say that there is one."""
        return self.take(3 << ((flags & 7) + 1)) if flags & 0x80 else b""

    def chain(self) -> bytes:
        """A row of sub-blocks as they lie there, with their lengths, without the empty last one."""
        start = self.at
        while length := self.take(1)[0]:
            self.at += length
        return bytes(self._content[start : self.at - 1])


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """Rebuild one GIF. Raises Stopped SKS-D300, SKS-D304, SKS-D012."""
    reader = _Reader(source.content)
    width, height, flags, background, _ = struct.unpack("<HHBBB", reader.take(7))
    admit(width, height, work)
    table = reader.table(flags)
    frames, loop, left_out = _frames(reader, (width, height), table, work)
    if reader.at < source.bytes:
        work.removed("data-after-end")
    if left_out:
        work.removed("picture-frames", count=left_out)
    if not table or 3 * background >= len(table):
        background = 0
    sink.write(b"GIF89a" + struct.pack("<HHBBB", width, height, _flags(table), background, 0))
    sink.write(table)
    if loop is not None and len(frames) > 1:
        sink.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", loop, 0))
    for frame in frames:
        sink.write(frame)
    sink.write(b"\x3b")
    return "gif"


def _frames(
    reader: _Reader, screen: tuple[int, int], table: bytes, work: Work
) -> tuple[list[bytes], int | None, int]:
    """The frames as they will be written, how often they are repeated, how many were left out."""
    frames: list[bytes] = []
    loop: int | None = None
    control: _Control | None = None
    left_out = 0
    while (kind := reader.take(1)[0]) != _TRAILER:
        if kind == _IMAGE:
            if frames and not work.profile.animation:
                _skip_frame(reader)
                left_out += 1
            else:
                frames.append(_frame(reader, screen, table, control, work))
            control = None
            if len(frames) > limits.FRAMES_MAX:
                raise Stopped("SKS-D304", allowed=limits.FRAMES_MAX)
        elif kind == _EXTENSION:
            label, data = reader.take(1)[0], reader.chain()
            if label == _CONTROL:
                control = _control(data)
            elif label == _APPLICATION and data[1:12] in _LOOPS and data[12:14] == b"\3\1":
                loop = int.from_bytes(data[14:16], "little")
            else:
                _note_left_out(label, work)
        else:
            raise Stopped("SKS-D300")
    if not frames:
        raise Stopped("SKS-D300")
    return frames, loop, left_out


def _control(data: bytes) -> _Control | None:
    if len(data) != 5 or data[0] != 4:
        return None
    flags, delay, transparent = struct.unpack("<BHB", data[1:])
    disposal = flags >> 2 & 7
    return _Control(
        disposal if disposal <= _DISPOSALS_MAX else 0, delay, transparent if flags & 1 else None
    )


def _note_left_out(label: int, work: Work) -> None:
    if label in (_COMMENT, _TEXT):
        work.removed("picture-comment")
    elif label == _APPLICATION:
        work.removed("picture-metadata")
    else:
        work.removed("picture-private-data")


def _skip_frame(reader: _Reader) -> None:
    flags = reader.take(9)[8]
    reader.table(flags)
    reader.take(1)
    reader.chain()


def _frame(
    reader: _Reader, screen: tuple[int, int], shared: bytes, control: _Control | None, work: Work
) -> bytes:
    """One frame, unpacked within its size and packed again."""
    left, top, width, height, flags = struct.unpack("<HHHHB", reader.take(9))
    local = reader.table(flags)
    bits, packed = reader.take(1)[0], reader.chain()
    table = local or shared
    if not table or not 2 <= bits <= 8 or left + width > screen[0] or top + height > screen[1]:
        raise Stopped("SKS-D300")
    admit(width, height, work)
    with decoding():
        interlaced = int(bool(flags & _INTERLACED))
        image = Image.frombytes("P", (width, height), packed, "gif", bits, interlaced, -1)
        needed = max(image.tobytes()) + 1
    if 3 * needed > len(table):
        local = table = _grown(table, needed)
    bits = max(2, (len(table) // 3 - 1).bit_length())
    image_flags = _flags(local) & 0x87
    return b"".join(
        (
            _written_control(control, len(table) // 3),
            struct.pack("<BHHHHB", _IMAGE, left, top, width, height, image_flags),
            local,
            bytes((bits,)),
            image.tobytes("gif", "P", bits, 0),
            b"\0",
        )
    )


def _flags(table: bytes) -> int:
    """The flags of a table: that there is one, eight bits for each colour, how long it is."""
    return 0xF0 | (len(table) // 3 - 1).bit_length() - 1 if table else 0x70


def _grown(table: bytes, entries: int) -> bytes:
    """The table with black for places that pixels name and the table does not have."""
    size = 1 << (entries - 1).bit_length()
    return table.ljust(3 * size, b"\0")


def _written_control(control: _Control | None, entries: int) -> bytes:
    transparent = control.transparent if control else None
    if transparent is not None and transparent >= entries:
        transparent = None
    if control is None or (not control.disposal and not control.delay and transparent is None):
        return b""
    flags = control.disposal << 2 | int(transparent is not None)
    return struct.pack("<4BHBB", _EXTENSION, _CONTROL, 4, flags, control.delay, transparent or 0, 0)
