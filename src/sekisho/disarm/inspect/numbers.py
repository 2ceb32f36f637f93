"""Numbers of persons in a text: read exactly where `runs` says that one may stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from sekisho.disarm.inspect.patterns import Number, numbers
from sekisho.disarm.inspect.runs import Block, blocks

CONTEXT_CHARS = 48
"""So far in front of a number its word may stand."""

HEAD_CHARS = 600
"""A word in this part of a text is a heading that counts for all of it."""

CELLS_CHARS_MIN = 14
"""Twelve digits in three cells."""

_D = "[0-9０-９]"
_JOINS = r"[\-\u2010-\u2015\u2212\u30fb\u30fc\uff0d/() \u3000\xa0]"
_CARD_CHARS = 14
_ONE_EACH = "1*12"
_FOLD = {ord("０") + digit: str(digit) for digit in range(10)}
_NOT_DIGIT = re.compile("[^0-9]+")
_TIMESTAMP = re.compile(
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d"
)
_AMOUNT = re.compile(r"\s?[千百十]?[万億]?(?:円|％|%|ドル)|[A-Za-z_]|[.．][0-9０-９]")
_EDGE = re.compile("[,\t]")
_INVOICE = "corporate-number"
_CELL_JOIN = r"\"? ?[,\t] ?\"?"
_CELLS = re.compile(
    rf"(?<!{_D}[,\t])(?<!{_D})(?:{_D}(?:{_CELL_JOIN}{_D}){{11}}"
    rf"|{_D}{{4}}{_CELL_JOIN}{_D}{{4}}{_CELL_JOIN}{_D}{{4}})(?!{_D})(?!\"?[,\t]\"?{_D}(?!{_D}))"
)


class Hit(NamedTuple):
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
    drawn: tuple[str, ...]
    """The shapes with `0` for each digit and `-` for each join."""
    chars_min: int
    cells: tuple[Number, ...]
    following: tuple[Number, ...]


@cache
def reader(things: frozenset[str] | None = None) -> Reader:
    """A reader of these sorts of numbers, or of all in `personal.toml`."""
    chosen = [one for one in numbers() if things is None or one.thing in things]
    by_shape: dict[str, tuple[Number, ...]] = {}
    for number in chosen:
        if number.follows:
            continue
        for shape in number.shapes:
            by_shape[shape] = (*by_shape.get(shape, ()), number)
    cells = by_shape.pop(_ONE_EACH, ())
    following = tuple(number for number in chosen if number.follows)
    shapes = tuple(sorted(by_shape, key=_length, reverse=True))
    ways = "|".join(f"({_groups(shape)})" for shape in shapes)
    # The first digit stands before the look-behind: a search then skips to digits quickly.
    expression = re.compile(
        rf"{_D}(?<!{_D}{_D})(?<!{_D}[\-\uff0d]{_D})(?:{ways})(?!{_D})(?![\-\uff0d]{_D})"
    )
    drawn = tuple("-".join("0" * int(part) for part in shape.split("-")) for shape in shapes)
    return Reader(by_shape, expression, shapes, drawn, min(map(len, drawn)), cells, following)


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
    for block in blocks(text, sorts.drawn, sorts.chars_min, cells=bool(sorts.cells)):
        for start, end in block.spans:
            for found in sorts.expression.finditer(text, start, end + 2):
                if block.start <= found.start() < block.end:
                    _judge(text, found, sorts, headed, result)
        for start, end in block.cells:
            if end - start >= CELLS_CHARS_MIN and _EDGE.search(text, start, end):
                result.hits += _in_cells(text, (start, end + 2), block, sorts, headed)
    for number in sorts.following:
        result.hits += _behind_words(text, number)
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
    digits = _digits(found[0])
    for number in reading.by_shape[reading.shapes[(found.lastindex or 1) - 1]]:
        result.tried[number.thing] += 1
        if number.check(digits) and _may_stand(text, found, number):
            start = found.start()
            asks = number.chance or not number.alone
            named = asks and (_is_near(text, start, number) or headed.speak_of(number))
            if number.alone or named:
                doubtful = not named and bool(_TIMESTAMP.fullmatch(digits))
                result.hits.append(Hit(number.thing, start, digits, named, doubtful))
                return


def _behind_words(text: str, number: Number) -> Iterator[Hit]:
    """Numbers that stand right behind one of their words."""
    expression = _behind(number.shapes[0])
    seen = set()
    for word in number.words:
        at = text.find(word)
        while at >= 0:
            found = expression.match(text, at + len(word))
            if found and found.start(1) not in seen and number.check(_digits(found[1])):
                seen.add(found.start(1))
                yield Hit(number.thing, found.start(1), _digits(found[1]), is_named=True)
            at = text.find(word, at + len(word))


@cache
def _behind(digits: str) -> re.Pattern[str]:
    return re.compile(rf"[^0-9０-９\n]{{0,12}}({_D}{{{digits}}})(?!{_D})")


def _digits(written: str) -> str:
    if written.isascii():
        plain = written.replace("-", "").replace(" ", "")
        if plain.isdigit():
            return plain
    return _NOT_DIGIT.sub("", written.translate(_FOLD))


def _may_stand(text: str, found: re.Match[str], number: Number) -> bool:
    """Whether what stands before and behind lets it be a number of its own."""
    start, end = found.span()
    before = text[start - 1 : start]
    if before.isascii() and (before.isalpha() or before == "_"):
        if number.thing != _INVOICE or before != "T":
            return False
    elif before in (".", "．") and text[start - 2 : start - 1].isdigit():
        return False
    if _AMOUNT.match(text, end):
        return False
    return end - start != _CARD_CHARS or not _is_card(text, found)


def _is_near(text: str, start: int, number: Number) -> bool:
    context = text[max(0, start - CONTEXT_CHARS) : start]
    return any(word in context for word in number.words)


def _is_card(text: str, found: re.Match[str]) -> bool:
    """Whether groups of four go on: a card number has four of them."""
    written = found[0]
    if not written[4].isspace():
        return False
    before, after = text[found.start() - 5 : found.start()], text[found.end() : found.end() + 5]
    return (before[-1:].isspace() and before[:4].isdigit()) or (
        after[:1].isspace() and after[1:].isdigit() and len(after) == 5
    )


def _in_cells(
    text: str, span: tuple[int, int], block: Block, sorts: Reader, headed: Headings
) -> Iterator[Hit]:
    """Numbers that are spread over cells."""
    for found in _CELLS.finditer(text, *span):
        if not block.start <= found.start() < block.end:
            continue
        digits = _digits(found[0])
        for number in sorts.cells:
            if number.check(digits):
                named = _is_near(text, found.start(), number) or headed.speak_of(number)
                yield Hit(number.thing, found.start(), digits, named, is_doubtful=not named)
