"""Where runs of digits stand in a text, found at the speed of a search in memory.

Each character becomes bytes of UTF-16, and each byte a class: what can be part of a written number
(digits, hyphens, blanks, middle dots, half and full width) is `0`, what parts cells is `,`, all else
a blank. A number is then a run of `0`, and a search for a run may skip its length wherever it
does not match. What is found is a superset: `numbers` reads it exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

BLOCK_CHARS = 4_000_000
OVERLAP_CHARS = 256
"""A number that is written over more characters than this is not found at the edge of a block."""

_RUN = re.compile(b"0*")


def _table(parts: bytes, cells: bytes, quote: bytes) -> bytes:
    table = bytearray(b" " * 256)
    for part in parts:
        table[part] = ord("0")
    for cell in cells:
        table[cell] = ord(",")
    for mark in quote:
        table[mark] = ord("q")
    return bytes(table)


_NARROW = _table(b"0123456789- /()", b",\t", b'"')
# Low and high bytes in one table: 00, FF, 20, 22, 30 are the high bytes of digits and hyphens;
# FF10–FF19, 2010–2015, 2212, 3000, 30FB, 30FC, FF0D have these low bytes.
_WIDE = _table(
    b"0123456789- /()\x00\xff\x22\x0d\xfb\xfc\xa0" + bytes(range(0x10, 0x1A)), b",\t", b""
)


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a text from `start` on, as classes of `unit` bytes for each character."""

    start: int
    end: int
    """Numbers that begin here or later belong to the next block."""
    classes: bytes
    unit: int

    def runs(self, chars_min: int) -> Iterator[tuple[int, int]]:
        """Start and end, in characters of the text, of what may hold a number so long."""
        classes, unit = self.classes, self.unit
        needle = b"0" * (chars_min * unit)
        at = classes.find(needle)
        while at >= 0:
            found = _RUN.match(classes, at)
            end = found.end() if found else at + 1
            yield self.start + at // unit, self.start - (-end // unit)
            at = classes.find(needle, end)

    def cells(self) -> Iterator[int]:
        """Where digits stand in cells of their own: one in each, or four in each of three."""
        for shape in ("0,0,0,0,0,0", '0","0","0","0', "0000,0000,0000", '0000","0000","0000'):
            needle = self._needle(shape)
            at = self.classes.find(needle)
            while at >= 0:
                yield self.start + at // self.unit
                at = self.classes.find(needle, at + len(needle))

    def _needle(self, shape: str) -> bytes:
        # A quotation mark is 22, and that is the high byte of U+2212 as well.
        quote = "q" if self.unit == 1 else "0"
        return "".join(
            char + "0" * (self.unit - 1) for char in shape.replace('"', quote)
        ).encode()


def blocks(text: str) -> Iterator[Block]:
    """The text in blocks that overlap."""
    for start in range(0, max(len(text), 1), BLOCK_CHARS):
        last = start + BLOCK_CHARS >= len(text)
        piece = text if start == 0 and last else text[start : start + BLOCK_CHARS + OVERLAP_CHARS]
        end = len(text) if last else start + BLOCK_CHARS
        if piece.isascii():
            yield Block(start, end, piece.encode("ascii").translate(_NARROW), 1)
            continue
        data = piece.encode("utf-16-le", "surrogatepass")
        unit = 2
        if len(data) != 2 * len(piece):
            data, unit = piece.encode("utf-32-le", "surrogatepass"), 4
        yield Block(start, end, data.translate(_WIDE), unit)
