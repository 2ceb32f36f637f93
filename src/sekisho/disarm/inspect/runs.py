"""Where numbers of certain shapes stand in a long text: its runs of digits, all at once.

The characters of a block become an array, and one comparison says which of them are digits. From
then on only runs of digits are looked at, as columns: where each begins, how long it is, what
stands between it and the next. A number of the shape 4-4-4 is three whole runs of four with one
joining character between them, so what is found here is exact, and nothing is read in Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Characters = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.uint32]

BLOCK_CHARS = 1 << 18
"""As much as fits into a cache."""

BEFORE_CHARS = 2
AFTER_CHARS = 128
"""A number in cells, with what stands behind it, is shorter."""

GAP_CHARS_MAX = 5
"""Between two cells: quotation marks, blanks, and the edge."""

CELL_DIGITS, CELL_FOURS = 12, 3
_LENGTH_MAX = 64
"""No shape has a run that is longer."""

_SENTINELS = CELL_DIGITS

JOIN, HYPHEN, EDGE, LETTER, POINT, BLANK, AMOUNT = 1, 2, 4, 8, 16, 32, 64
"""What a character may be beside a number, as bits."""


def _table() -> NDArray[np.uint8]:
    members = {
        JOIN: "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fb\u30fc\uff0d/() \u3000\xa0",
        HYPHEN: "-\uff0d",
        EDGE: ",\t",
        LETTER: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_",
        POINT: ".．",
        BLANK: "".join(char for char in map(chr, range(0x3001)) if char.isspace()),
        AMOUNT: "千百十万億円％%ド",
    }
    table = np.zeros(0x1_0000, np.uint8)
    for bit, characters in members.items():
        table[[ord(char) for char in characters]] |= bit
    return table


_CLASSES = _table()


@dataclass(frozen=True, slots=True)
class Places:
    """The numbers of one shape in a block, in order."""

    shape: str
    start: Integers
    """Where each begins in the text."""
    digits: NDArray[np.uint8]
    """A row of digits for each."""
    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    behind: NDArray[np.uint8]
    """Classes of the character before, the one after, and the one after that."""
    joined_by: NDArray[np.uint8]
    """Class of the first character that joins its groups."""


@dataclass(frozen=True, slots=True)
class Block:
    """What begins in one part of a text."""

    places: list[Places]
    cells: list[int]
    """Where a number that is spread over cells may begin."""


def blocks(text: str, shapes: Sequence[str], *, cells: bool) -> Iterator[Block]:
    """The numbers of these shapes, which are tried in their order, block by block.

    They are those that a search with one expression for all shapes finds from left to right: whole
    runs of digits, not joined by a hyphen to further digits, none beginning inside another.
    """
    taken = 0
    for start in range(0, len(text), BLOCK_CHARS):
        window = _Window(text, start)
        if window.count:
            found, taken = window.numbers(shapes, taken)
            yield Block(found, window.cells() if cells else [])


class _Window:
    """A block and what stands around it, as columns of its runs of digits."""

    def __init__(self, text: str, start: int) -> None:
        self._shift = max(start - BEFORE_CHARS, 0)
        last = start + BLOCK_CHARS
        self._characters = _characters(text[self._shift : last + AFTER_CHARS])
        starts, ends = _runs(self._characters)
        inside = (starts >= start - self._shift) & (starts < last - self._shift)
        self.count = int(np.count_nonzero(inside))
        if not self.count:
            return
        first = int(np.argmax(inside))
        self._inside = slice(first, first + self.count)
        size = len(starts)
        self._start = np.zeros(size + _SENTINELS, np.int64)
        self._end = np.zeros(size + _SENTINELS, np.int64)
        self._start[:size], self._end[:size] = starts, ends
        self._length = self._end - self._start
        self._gap = np.zeros(size + _SENTINELS, np.int64)
        self._gap[: size - 1] = starts[1:] - ends[:-1]
        # The class of the one character between two runs.
        self._between = np.zeros(size + _SENTINELS, np.uint8)
        single = np.flatnonzero(self._gap == 1)
        self._between[single] = self._classes(self._end[single])

    def numbers(self, shapes: Sequence[str], taken: int) -> tuple[list[Places], int]:
        """The numbers that begin in the block, and where the last one ends in the text."""
        which = np.full(len(self._start), -1, np.int64)
        ends = np.zeros(len(self._start), np.int64)
        there = set(np.flatnonzero(np.bincount(np.minimum(self._length, _LENGTH_MAX))).tolist())
        for rank, shape in enumerate(shapes):
            parts = [int(part) for part in shape.split("-")]
            if not there.issuperset(parts):
                continue
            at, last = self._matching(parts)
            free = which[at] < 0
            which[at[free]] = rank
            ends[at[free]] = self._end[last[free]]
        at = np.flatnonzero(which[self._inside] >= 0) + self._inside.start
        at = at[_one_behind_another(self._start[at], ends[at], taken - self._shift)]
        if len(at):
            taken = self._shift + int(ends[at[-1]])
        ranks = which[at]
        found = [
            self._places(shapes[rank], at[ranks == rank], ends)
            for rank in np.flatnonzero(np.bincount(ranks)).tolist()
        ]
        return found, taken

    def cells(self) -> list[int]:
        """Where twelve runs of one digit begin, or three of four, each in a cell of its own."""
        found: list[int] = []
        for length, count in ((1, CELL_DIGITS), (4, CELL_FOURS)):
            at = np.flatnonzero(self._length[self._inside] == length) + self._inside.start
            for step in range(count - 1):
                at = at[self._length[at + step + 1] == length]
                gap = self._gap[at + step]
                near = (gap > 1) & (gap <= GAP_CHARS_MAX)
                at = at[near | ((self._between[at + step] & EDGE) != 0)]
            found += (self._start[at] + self._shift).tolist()
        return sorted(found)

    def _matching(self, parts: list[int]) -> tuple[Integers, Integers]:
        """Where these runs stand one behind another: the first and the last of each row."""
        at = np.flatnonzero(self._length[self._inside] == parts[0]) + self._inside.start
        at = at[(self._between[at - 1] & HYPHEN) == 0]
        for step, part in enumerate(parts[1:]):
            joined = (self._between[at + step] & JOIN) != 0
            at = at[joined & (self._length[at + step + 1] == part)]
        last = at + (len(parts) - 1)
        free = (self._between[last] & HYPHEN) == 0
        return at[free], last[free]

    def _places(self, shape: str, at: Integers, ends: Integers) -> Places:
        parts = [int(part) for part in shape.split("-")]
        offsets: list[int] = []
        position = 0
        for part in parts:
            offsets += range(position, position + part)
            position += part + 1
        start, end = self._start[at], ends[at]
        digits = self._characters[start[:, None] + np.array(offsets)] & 15
        before = self._classes(np.maximum(start - 1, 0))
        before[start == 0] = 0
        return Places(
            shape,
            start + self._shift,
            digits.astype(np.uint8),
            before,
            self._classes(end),
            self._classes(end + 1),
            self._classes(start + parts[0]),
        )

    def _classes(self, at: Integers) -> NDArray[np.uint8]:
        """The classes of the characters there; none behind the end."""
        size = len(self._characters)
        found = self._characters[np.minimum(at, size - 1)]
        classes = _CLASSES[found if found.itemsize < 4 else np.minimum(found, 0xFFFF)]
        classes[at >= size] = 0
        return classes


def _characters(piece: str) -> Characters:
    if piece.isascii():
        return np.frombuffer(piece.encode("ascii"), np.uint8)
    data = piece.encode("utf-16-le", "surrogatepass")
    if len(data) == 2 * len(piece):
        return np.frombuffer(data, "<u2")
    return np.frombuffer(piece.encode("utf-32-le", "surrogatepass"), "<u4")


def _runs(characters: Characters) -> tuple[Integers, Integers]:
    """Where each run of digits begins and ends."""
    kind = characters.dtype.type
    is_digit = (characters - kind(0x30)) < 10
    if characters.itemsize > 1:
        is_digit |= (characters - kind(0xFF10)) < 10
    edges = np.flatnonzero(is_digit[1:] != is_digit[:-1]) + 1
    if is_digit[0]:
        edges = np.concatenate((np.zeros(1, np.int64), edges))
    if is_digit[-1]:
        edges = np.append(edges, len(characters))
    return edges[0::2], edges[1::2]


def _one_behind_another(starts: Integers, ends: Integers, taken: int) -> Integers:
    """Which of these to keep so that none begins inside one that is kept."""
    if not len(starts) or (starts[0] >= taken and bool(np.all(starts[1:] >= ends[:-1]))):
        return np.arange(len(starts))
    kept = []
    for number, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        if start >= taken:
            kept.append(number)
            taken = end
    return np.array(kept, np.int64)
