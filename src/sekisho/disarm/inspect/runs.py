"""Where a text may hold long numbers, found at the speed of a search in memory.

Two ways, whichever costs less. In prose numbers are seldom: a number of twelve characters covers
three places of every fourth character, so every fourth is taken, turned into classes (`0` for what
may be part of a written number), and a search finds where three in a row are. In registers and logs
that would stop at every date; there every character becomes a class, and each shape of a number
(`0000-0000-0000`) is searched for as such. Either way what is found is a superset, which `numbers`
reads exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

BLOCK_SAMPLES = 1_000_000
OVERLAP_SAMPLES = 64
"""A number is written over fewer samples than this, so that none is cut at the edge of a block."""

DENSE_CHARS = 400
"""With more than one place in so many characters where a number may be, shapes are cheaper."""

BEFORE_CHARS = 8
AFTER_CHARS = 24
"""So far around a part of a number all of it is in view."""

CELLS_CHARS = 80
"""Twelve digits in cells, with their quotation marks and blanks."""

CELL_SHAPES = ("0,0,0,0,0,0", '0","0","0","0', "0000,0000,0000", '0000","0000","0000')
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u3000"

Span = tuple[int, int]


def _table(**classes: bytes) -> bytes:
    table = bytearray(b" " * 256)
    for name, members in classes.items():
        for byte in members:
            table[byte] = _CLASSES[name]
    return bytes(table)


_CLASSES = {"digit": ord("0"), "join": ord("-"), "cell": ord(","), "quote": ord('"')}
_DIGITS = b"0123456789"
_WIDE_DIGITS = bytes(range(0x10, 0x1A))

# For samples all parts of numbers are one class. For wide characters low and high bytes of UTF-16
# share a table: 00, FF, 20, 22, 30 are the high bytes of digits and hyphens; FF10–FF19, 2010–2015,
# 2212, 3000, 30FB, 30FC, FF0D and 00A0 have these low bytes.
_NARROW_SAMPLES = _table(digit=_DIGITS + b'- /(),\t"')
_WIDE_SAMPLES = _table(digit=_DIGITS + _WIDE_DIGITS + b'- /(),\t"\x00\xff\x0d\xfb\xfc\xa0')
_NARROW = _table(digit=_DIGITS, join=b"- /()", cell=b",\t", quote=b'"')
_WIDE = _table(
    digit=_DIGITS + _WIDE_DIGITS + b"\x00\xff",
    join=b"- /()\x0d\xfb\xfc\xa0",
    cell=b",\t",
    quote=b'"',
)


@dataclass(frozen=True, slots=True)
class Block:
    """The spans of a part of a text. Numbers that begin outside belong to another block."""

    start: int
    end: int
    spans: list[Span]
    cells: list[Span]
    """Spans in which a number may be spread over cells."""


def blocks(text: str, shapes: Iterable[str], chars_min: int, *, cells: bool) -> Iterator[Block]:
    """The spans of a text that may hold numbers of these shapes, `chars_min` characters or more.

    A shape is written with `0` for each digit and `-` for whatever joins them.
    """
    stride = chars_min // 3 if chars_min >= 9 else chars_min // 2
    width = BLOCK_SAMPLES * stride
    needles = _shortest(shapes)
    for start in range(0, len(text), width):
        piece = text[start : start + width + OVERLAP_SAMPLES * stride]
        found = _sampled(piece, stride, chars_min // stride)
        if found is not None:
            spans = edges = [(max(start + a, 0), start + b) for a, b in found]
        else:
            spans, edges = _shaped(piece, needles, start, cells=cells)
        yield Block(start, start + width, spans, edges if cells else [])


def _shortest(shapes: Iterable[str]) -> list[str]:
    """Without the shapes that hold another: where they are, that one is."""
    kept: list[str] = []
    for shape in sorted(set(shapes), key=len):
        if not any(one in shape for one in kept):
            kept.append(shape)
    return kept


def _sampled(piece: str, stride: int, count: int) -> list[Span] | None:
    """Where `count` samples or more in a row may be part of a number; None when that is often."""
    samples = piece[::stride]
    classes, unit = _classes(samples, _NARROW_SAMPLES, _WIDE_SAMPLES)
    find, needle = classes.find, b"0" * (count * unit)
    if classes.count(needle) * DENSE_CHARS > len(piece) + 100 * DENSE_CHARS:
        return None
    spans = []
    at = find(needle)
    while at >= 0:
        end = find(b" ", at)
        if end < 0:
            end = len(classes)
        spans.append(((at // unit - 1) * stride, -(-end // unit) * stride))
        at = find(needle, end)
    return spans


def _shaped(
    piece: str, needles: list[str], start: int, *, cells: bool
) -> tuple[list[Span], list[Span]]:
    """Where the shapes are, and where those of cells are."""
    if not piece.isascii():
        for dash in _DASHES:
            piece = piece.replace(dash, "-")
    classes, unit = _classes(piece, _NARROW, _WIDE)
    spans = _places(classes, unit, needles, start, AFTER_CHARS)
    edges = _places(classes, unit, CELL_SHAPES, start, CELLS_CHARS) if cells else []
    return spans, edges


def _places(
    classes: bytes, unit: int, needles: Iterable[str], start: int, after: int
) -> list[Span]:
    """The surroundings of every needle in order, joined where they overlap."""
    found: list[int] = []
    for shape in needles:
        needle = "".join(char + "0" * (unit - 1) for char in shape).encode()
        at = classes.find(needle)
        while at >= 0:
            found.append(at // unit)
            at = classes.find(needle, at + len(needle))
    found.sort()
    spans: list[Span] = []
    for place in found:
        first, last = max(start + place - BEFORE_CHARS, 0), start + place + after
        if spans and first <= spans[-1][1]:
            spans[-1] = (spans[-1][0], last)
        else:
            spans.append((first, last))
    return spans


def _classes(piece: str, narrow: bytes, wide: bytes) -> tuple[bytes, int]:
    """The class of each character, in one, two or four bytes."""
    if piece.isascii():
        return piece.encode("ascii").translate(narrow), 1
    data = piece.encode("utf-16-le", "surrogatepass")
    if len(data) == 2 * len(piece):
        return data.translate(wide), 2
    return piece.encode("utf-32-le", "surrogatepass").translate(wide), 4
