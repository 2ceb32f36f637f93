"""How a number of a person is written, and what around it says that it is one."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from sekisho.disarm.inspect.patterns import Number, numbers

CONTEXT_CHARS = 48
"""So far in front of a number its word may stand."""

HEAD_CHARS = 600
"""A word in this part of a text is a heading that counts for all of it."""

DIGIT = "[0-9０-９]"
_JOINS = r"[\-\u2010-\u2015\u2212\u30fb\u30fc\uff0d/() \u3000\xa0]"
CARD_CHARS = 14
_ONE_EACH = "1*12"
_FOLD = {ord("０") + digit: str(digit) for digit in range(10)}
_NOT_DIGIT = re.compile("[^0-9]+")
TIMESTAMP = re.compile(
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d"
)
_AMOUNT = re.compile(r"\s?[千百十]?[万億]?(?:円|％|%|ドル)|[A-Za-z_]|[.．][0-9０-９]")
_INVOICE = "corporate-number"


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
    """The longest first: in that order they are tried."""
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
        rf"{DIGIT}(?<!{DIGIT}{DIGIT})(?<!{DIGIT}[\-\uff0d]{DIGIT})(?:{ways})"
        rf"(?!{DIGIT})(?![\-\uff0d]{DIGIT})"
    )
    return Reader(by_shape, expression, shapes, cells, following)


def _length(shape: str) -> int:
    return sum(map(int, shape.split("-"))) + shape.count("-")


def _groups(shape: str) -> str:
    """The rest of a number of this shape, after its first digit."""
    first, *rest = (int(part) for part in shape.split("-"))
    return f"{DIGIT}{{{first - 1}}}" + "".join(f"{_JOINS}{DIGIT}{{{part}}}" for part in rest)


class Headings:
    """Which sorts of numbers a text speaks of: at its head, near a number, or nowhere."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._head = text[:HEAD_CHARS]
        self._known: dict[str, bool] = {}
        self._anywhere: dict[str, bool] = {}

    def speak_of(self, number: Number) -> bool:
        """Whether one of its words stands at the head."""
        if number.thing not in self._known:
            self._known[number.thing] = any(word in self._head for word in number.words)
        return self._known[number.thing]

    def name(self, number: Number, start: int) -> bool:
        """Whether one of its words stands at the head, or just before this place."""
        if self.speak_of(number):
            return True
        context = self._text[max(0, start - CONTEXT_CHARS) : start]
        for word in number.words:  # noqa: SIM110 - asked for every number; `any` takes thrice as long
            if word in context:
                return True
        return False

    def are_silent_of(self, number: Number) -> bool:
        """Whether none of its words stands anywhere. Takes a search through the whole text."""
        if number.thing not in self._anywhere:
            self._anywhere[number.thing] = any(word in self._text for word in number.words)
        return not self._anywhere[number.thing]


def plain_digits(written: str) -> str:
    """The digits of a number however it is written, in half width."""
    if written.isascii():
        plain = written.replace("-", "").replace(" ", "")
        if plain.isdigit():
            return plain
    return _NOT_DIGIT.sub("", written.translate(_FOLD))


def may_stand(text: str, start: int, end: int, number: Number) -> bool:
    """Whether what stands before and behind lets it be a number of its own."""
    before = text[start - 1 : start]
    if before.isascii() and (before.isalpha() or before == "_"):
        if number.thing != _INVOICE or before != "T":
            return False
    elif before in (".", "．") and text[start - 2 : start - 1].isdigit():
        return False
    if _AMOUNT.match(text, end):
        return False
    return end - start != CARD_CHARS or not _is_card(text, start, end)


def _is_card(text: str, start: int, end: int) -> bool:
    """Whether groups of four go on: a card number has four of them."""
    if not text[start + 4].isspace():
        return False
    before, after = text[start - 5 : start], text[end : end + 5]
    return (before[-1:].isspace() and before[:4].isdigit()) or (
        after[:1].isspace() and after[1:].isdigit() and len(after) == 5
    )
