"""The scan lines of a PNG: unpacked within bounds, and checked below their filters."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import deflate
from PIL import Image

from sekisho.disarm.formats.pictures.decoding import decoding
from sekisho.disarm.formats.pictures.samples import clear_behind, largest
from sekisho.disarm.work import Stopped, Work

_FILTER_MAX = 4
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
           (0, 1, 1, 2))  # fmt: skip
"""Adam7: first column, first row, step right, step down."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How the pixels lie: size, bits of a sample, samples of a pixel."""

    width: int
    height: int
    depth: int
    channels: int
    is_palette: bool
    is_woven: bool
    """Interlaced by Adam7."""

    @property
    def is_gray(self) -> bool:
        """One sample of brightness, perhaps with one of opacity."""
        return self.channels <= 2 and not self.is_palette

    def blocks(self) -> Iterator[tuple[int, int, int]]:
        """(pixels of a line, bytes of a line without its filter byte, lines) of each pass."""
        for left, top, right, down in _PASSES if self.is_woven else ((0, 0, 1, 1),):
            across = (self.width - left + right - 1) // right
            lines = (self.height - top + down - 1) // down
            if across > 0 and lines > 0:
                yield across, (across * self.depth * self.channels + 7) // 8, lines

    @property
    def bytes(self) -> int:
        """All lines with their filter bytes."""
        return sum((line + 1) * lines for _, line, lines in self.blocks())


@dataclass(frozen=True, slots=True)
class Checked:
    """Lines that any reader can take, and how many entries of a palette they need."""

    lines: bytes
    palette_entries: int = 0


def unpacked(packed: list[bytes], shape: Shape, work: Work) -> bytes:
    """Exactly the lines of the picture. Raises Stopped SKS-D300 (damaged, too short), SKS-D010.

    What is packed beyond the last line, or stands behind the packed stream, is left out.
    """
    stream = b"".join(packed)
    wanted = shape.bytes
    work.budget.expand(wanted)
    try:
        lines = bytes(deflate.zlib_decompress(stream, wanted))
    except deflate.DeflateError:
        unpacker = zlib.decompressobj()
        try:
            lines = unpacker.decompress(stream, wanted)
        except zlib.error as error:
            raise Stopped("SKS-D300") from error
        if len(lines) == wanted:
            work.removed("data-after-end")
    if len(lines) != wanted:
        raise Stopped("SKS-D300")
    return lines


def checked_lines(lines: bytes, shape: Shape) -> Checked:
    """The lines, their padding bits cleared. Raises Stopped SKS-D300 for an unknown filter."""
    parts: list[bytes] = []
    entries = 0
    at = 0
    for across, line, count in shape.blocks():
        block = lines[at : at + (line + 1) * count]
        at += len(block)
        if max(block[:: line + 1]) > _FILTER_MAX:
            raise Stopped("SKS-D300")
        if shape.is_palette or shape.depth < 8:
            block, needed = _looked_into(block, across, line, count, shape)
            entries = max(entries, needed)
        parts.append(block)
    return Checked(b"".join(parts), entries)


def _looked_into(
    block: bytes, across: int, line: int, count: int, shape: Shape
) -> tuple[bytes, int]:
    """The block, written anew without filters when padding bits were set; its largest place + 1.

    Samples of eight bits and less are filtered by whole bytes: to Pillow's decoder the lines are
    those of a gray picture, whatever the bytes mean.
    """
    with decoding():
        plain = Image.frombytes(
            "L", (line, count), deflate.zlib_compress(block, 0), "zip", "L", 0
        ).tobytes()
    clean = clear_behind(plain, line, across * shape.depth)
    if clean != plain:
        plain = clean
        block = b"".join(
            b"\0" + plain[start : start + line] for start in range(0, len(plain), line)
        )
    return block, largest(plain, shape.depth) + 1 if shape.is_palette else 0
