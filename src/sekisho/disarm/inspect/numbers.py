"""Numbers of persons in a text: read exactly where `runs` says that one may stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from sekisho.disarm.inspect.patterns import Number, numbers
from sekisho.disarm.inspect.runs import Block, blocks

CONTEXT_CHARS = 48
"""So far in front of a number its word may stand."""

HEAD_CHARS = 600
"""A word in this part of a text is a heading that counts for all of it."""

CELLS_CHARS = 80
"""Twelve digits in cells, with their quotation marks and blanks."""

_D = "[0-9０-９]"
_JOINS = r"[\-\u2010-\u2015\u2212\u30fb\u30fc\uff0d/() \u3000\xa0]"
_ONE_EACH = "1*12"
_FOLD = {ord("０") + digit: str(digit) for digit in range(10)}
_NOT_DIGIT = re.compile("[^0-9]+")
_TIMESTAMP = re.compile(
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d"
)
_AMOUNT = re.compile(r"\s?[千百十]?[万億]?(?:円|％|%|ドル)|[A-Za-z_]|[.．][0-9０-９]")
_CELL_JOIN = r"\"? ?[,\t] ?\"?"
_CELLS = re.compile(
    rf"(?<!{_D}[,\t])(?<!{_D})(?:{_D}(?:{_CELL_JOIN}{_D}){{11}}"
    rf"|{_D}{{4}}{_CELL_JOIN}{_D}{{4}}{_CELL_JOIN}{_D}{{4}})(?!{_D})(?!\"?[,\t]\"?{_D}(?!{_D}))"
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A number found. Where no word speaks of it (`is_named`), its shape may make it doubtful."""

    thing: str
    start: int
    digits: str
    is_named: bool
    is_doubtful: bool = False


@dataclass
class Found:
    """The numbers found, and how many of each sort were tried and did not agree."""

    hits: list[Hit] = field(default_factory=list)
    tried: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Reader:
    """Sorts of numbers by the groups they are written in, and one expression for all groups."""

    by_shape: dict[str, tuple[Number, ...]]
    expression: re.Pattern[str]
    shapes: tuple[str, ...]
    chars_min: int
    cells: tuple[Number, ...]

    def shape(self, found: re.Match[str]) -> str:
        """The groups of a match of the expression."""
        return self.shapes[int((found.lastgroup or "g0")[1:])]


@cache
def reader(things: frozenset[str] | None = None) -> Reader:
    """A reader of these sorts of numbers, or of all in `personal.toml`."""
    chosen = [one for one in numbers() if things is None or one.thing in things]
    by_shape: dict[str, tuple[Number, ...]] = {}
    for number in chosen:
        for shape in number.shapes:
            by_shape[shape] = (*by_shape.get(shape, ()), number)
    cells = by_shape.pop(_ONE_EACH, ())
    shapes = tuple(sorted(by_shape, key=_length, reverse=True))
    ways = "|".join(f"(?P<g{at}>{_groups(shape)})" for at, shape in enumerate(shapes))
    # The first digit stands before the look-behind: a search then skips to digits quickly.
    expression = re.compile(
        rf"{_D}(?<!{_D}{_D})(?<!{_D}[\-\uff0d]{_D})(?:{ways})(?!{_D})(?![\-\uff0d]{_D})"
    )
    return Reader(by_shape, expression, shapes, min(map(_length, shapes)), cells)


def _length(shape: str) -> int:
    return sum(map(int, shape.split("-"))) + shape.count("-")


def _groups(shape: str) -> str:
    """The rest of a number of this shape, after its first digit."""
    first, *rest = (int(part) for part in shape.split("-"))
    return f"{_D}{{{first - 1}}}" + "".join(f"{_JOINS}{_D}{{{part}}}" for part in rest)


def find_numbers(text: str, sorts: Reader) -> Found:
    """Every number of these sorts in the text.

    Linear in the length of the text. Digits that are part of a longer number, have letters at
    their ends, or are an amount are no numbers of persons.
    """
    result = Found()
    headed = Headings(text)
    for block in blocks(text):
        for start, end in block.runs(sorts.chars_min):
            for found in sorts.expression.finditer(text, start, end + 2):
                if block.start <= found.start() < block.end:
                    _judge(text, found, sorts, headed, result)
        result.hits += _in_cells(text, block, sorts, headed)
    return result


class Headings:
    """Which sorts of numbers the head of a text speaks of."""

    def __init__(self, text: str) -> None:
        self._head = text[:HEAD_CHARS]
        self._known: dict[str, bool] = {}

    def speak_of(self, number: Number) -> bool:
        """Whether one of its words stands there."""
        if number.thing not in self._known:
            self._known[number.thing] = any(word in self._head for word in number.words)
        return self._known[number.thing]


def _judge(
    text: str, found: re.Match[str], reading: Reader, headed: Headings, result: Found
) -> None:
    start, end = found.span()
    before = text[start - 1 : start]
    if before in (".", "．") and text[start - 2 : start - 1].isdigit():
        return
    if _AMOUNT.match(text, end) or _is_card(text, found):
        return
    digits = _NOT_DIGIT.sub("", found[0].translate(_FOLD))
    in_a_word = before.isascii() and (before.isalpha() or before == "_")
    for number in reading.by_shape[reading.shape(found)]:
        is_invoice = before == "T" and number.thing == "corporate-number"
        if in_a_word and not is_invoice:
            continue
        result.tried[number.thing] += 1
        if not number.check(digits):
            continue
        named = is_invoice or _is_near(text, start, number) or headed.speak_of(number)
        if number.alone or named:
            doubtful = not named and bool(_TIMESTAMP.fullmatch(digits))
            result.hits.append(Hit(number.thing, start, digits, named, doubtful))
            return


def _is_near(text: str, start: int, number: Number) -> bool:
    context = text[max(0, start - CONTEXT_CHARS) : start]
    return any(word in context for word in number.words)


def _is_card(text: str, found: re.Match[str]) -> bool:
    """Whether groups of four go on: a card number has four of them."""
    written = found[0]
    if len(written) != 14 or not written[4].isspace():
        return False
    before, after = text[found.start() - 5 : found.start()], text[found.end() : found.end() + 5]
    return (before[-1:].isspace() and before[:4].isdigit()) or (
        after[:1].isspace() and after[1:].isdigit() and len(after) == 5
    )


def _in_cells(text: str, block: Block, sorts: Reader, headed: Headings) -> Iterator[Hit]:
    """Numbers that are spread over cells."""
    seen = -1
    for at in block.cells() if sorts.cells else ():
        for found in _CELLS.finditer(text, max(at - 3, 0), at + CELLS_CHARS):
            if found.start() <= seen or not block.start <= found.start() < block.end:
                continue
            seen = found.start()
            digits = _NOT_DIGIT.sub("", found[0].translate(_FOLD))
            for number in sorts.cells:
                if number.check(digits):
                    named = _is_near(text, seen, number) or headed.speak_of(number)
                    yield Hit(number.thing, seen, digits, named, is_doubtful=not named)
