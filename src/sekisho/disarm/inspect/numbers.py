"""Numbers of persons in a text: in a short one one after another, in a long one all at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from sekisho.disarm.inspect import judging, runs
from sekisho.disarm.inspect.patterns import Number
from sekisho.disarm.inspect.reading import (
    DIGIT,
    TIMESTAMP,
    Found,
    Headings,
    Hit,
    Reader,
    may_stand,
    plain_digits,
    reader,
)

__all__ = ["Found", "Hit", "Reader", "find_numbers", "reader"]

LONG_CHARS_MIN = 4_000
"""Below, setting up columns costs more than reading."""

_CELL_JOIN = r"\"? ?[,\t] ?\"?"
_CELLS = re.compile(
    rf"(?<!{DIGIT}[,\t])(?<!{DIGIT})(?:{DIGIT}(?:{_CELL_JOIN}{DIGIT}){{11}}"
    rf"|{DIGIT}{{4}}{_CELL_JOIN}{DIGIT}{{4}}{_CELL_JOIN}{DIGIT}{{4}})"
    rf"(?!{DIGIT})(?!\"?[,\t]\"?{DIGIT}(?!{DIGIT}))"
)


def find_numbers(text: str, sorts: Reader) -> Found:
    """Every number of these sorts in the text.

    Linear in the length of the text. Digits that are part of a longer number, have letters at
    their ends, or are an amount are no numbers of persons.
    """
    result = Found()
    headed = Headings(text)
    read = _one_by_one if len(text) < LONG_CHARS_MIN else _at_once
    read(text, sorts, headed, result)
    for number in sorts.following:
        result.hits += _behind_words(text, number)
    return result


def _one_by_one(text: str, sorts: Reader, headed: Headings, result: Found) -> None:
    for found in sorts.expression.finditer(text):
        _judge(text, found, sorts, headed, result)
    for found in _CELLS.finditer(text) if sorts.cells else ():
        _add_cell(found, sorts, headed, result)


def _at_once(text: str, sorts: Reader, headed: Headings, result: Found) -> None:
    taken = 0
    for block in runs.blocks(text, sorts.shapes, cells=bool(sorts.cells)):
        judging.judge(text, block.places, sorts, headed, result)
        for start in block.cells:
            found = _CELLS.match(text, start) if start >= taken else None
            if found:
                taken = found.end()
                _add_cell(found, sorts, headed, result)


def _judge(
    text: str, found: re.Match[str], reading: Reader, headed: Headings, result: Found
) -> None:
    digits = plain_digits(found[0])
    for number in reading.by_shape[reading.shapes[(found.lastindex or 1) - 1]]:
        result.tried[number.thing] += 1
        if number.check(digits) and may_stand(text, *found.span(), number):
            asks = number.chance or not number.alone
            named = bool(asks) and headed.name(number, found.start())
            if number.alone or named:
                doubtful = not named and bool(TIMESTAMP.fullmatch(digits))
                result.hits.append(Hit(number.thing, found.start(), digits, named, doubtful))
                return


def _behind_words(text: str, number: Number) -> Iterator[Hit]:
    """Numbers that stand right behind one of their words."""
    expression = _behind(number.shapes[0])
    seen = set()
    for word in number.words:
        at = text.find(word)
        while at >= 0:
            found = expression.match(text, at + len(word))
            if found and found.start(1) not in seen and number.check(plain_digits(found[1])):
                seen.add(found.start(1))
                yield Hit(number.thing, found.start(1), plain_digits(found[1]), is_named=True)
            at = text.find(word, at + len(word))


@cache
def _behind(digits: str) -> re.Pattern[str]:
    return re.compile(rf"[^0-9０-９\n]{{0,12}}({DIGIT}{{{digits}}})(?!{DIGIT})")


def _add_cell(found: re.Match[str], sorts: Reader, headed: Headings, result: Found) -> None:
    """A number that is spread over cells."""
    digits = plain_digits(found[0])
    for number in sorts.cells:
        if number.check(digits):
            named = headed.name(number, found.start())
            hit = Hit(number.thing, found.start(), digits, named, is_doubtful=not named)
            result.hits.append(hit)
