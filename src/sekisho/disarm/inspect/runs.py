"""Where a text may hold long numbers, found without looking at every character.

A number of twelve characters covers at least three places of every fourth character. So every
fourth is taken (for shorter numbers every third or second), turned into classes (`0` for what may
be part of a written number: digits, hyphens, blanks, middle dots and edges of cells, half and
full width), and a search in memory finds where enough of them stand in a row. What is found is a
superset; `numbers` reads it exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

BLOCK_SAMPLES = 1_000_000
OVERLAP_SAMPLES = 64
"""A number is written over fewer samples than this, so that none is cut at the edge of a block."""


def _table(parts: bytes) -> bytes:
    return bytes(ord("0") if byte in parts else ord(" ") for byte in range(256))


_NARROW = _table(b'0123456789- /(),\t"')
# Low and high bytes of UTF-16 in one table: 00, FF, 20, 22, 30 are the high bytes of digits and
# hyphens; FF10–FF19, 2010–2015, 2212, 3000, 30FB, 30FC, FF0D and 00A0 have these low bytes.
_WIDE = _table(b'0123456789- /(),\t"\x00\xff\x0d\xfb\xfc\xa0' + bytes(range(0x10, 0x1A)))


@dataclass(frozen=True, slots=True)
class Block:
    """The spans of a part of a text. Numbers that begin outside belong to another block."""

    start: int
    end: int
    spans: list[tuple[int, int]]


def blocks(text: str, chars_min: int) -> Iterator[Block]:
    """The spans of a text that may hold numbers of `chars_min` characters or more."""
    stride = chars_min // 3 if chars_min >= 9 else chars_min // 2
    width = BLOCK_SAMPLES * stride
    for start in range(0, len(text), width):
        samples = text[start : start + width + OVERLAP_SAMPLES * stride : stride]
        found = _spans(samples, chars_min // stride)
        spans = [
            (max(start + (first - 1) * stride, 0), start + last * stride) for first, last in found
        ]
        yield Block(start, start + width, spans)


def _spans(samples: str, count: int) -> list[tuple[int, int]]:
    """Where `count` samples or more in a row may be part of a number."""
    classes, unit = _classes(samples)
    find, needle = classes.find, b"0" * (count * unit)
    spans = []
    at = find(needle)
    while at >= 0:
        end = find(b" ", at)
        if end < 0:
            end = len(classes)
        spans.append((at // unit, -(-end // unit)))
        at = find(needle, end)
    return spans


def _classes(samples: str) -> tuple[bytes, int]:
    """The class of each character, in one, two or four equal bytes."""
    if samples.isascii():
        return samples.encode("ascii").translate(_NARROW), 1
    data = samples.encode("utf-16-le", "surrogatepass")
    if len(data) == 2 * len(samples):
        return data.translate(_WIDE), 2
    return samples.encode("utf-32-le", "surrogatepass").translate(_WIDE), 4
