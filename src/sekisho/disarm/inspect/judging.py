"""Numbers of one shape judged all at once: check digits as columns, the rest for what passes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from sekisho.disarm.inspect import checks, runs
from sekisho.disarm.inspect.patterns import Number
from sekisho.disarm.inspect.reading import (
    CARD_CHARS,
    TIMESTAMP,
    Found,
    Headings,
    Hit,
    Reader,
    may_stand,
)
from sekisho.disarm.inspect.runs import Integers, Places

Digits = NDArray[np.uint8]
"""A row for each number, a digit in each column."""

Flags = NDArray[np.bool_]

_STAMP_DIGITS = 12
_WORD_SEARCH_CHARS = 400
"""Looking for a word before one number costs as much as looking through so many characters."""


def judge(
    text: str, places: Iterable[Places], sorts: Reader, headed: Headings, result: Found
) -> None:
    """Add the numbers among these places to the result, in the order of the text."""
    hits: list[Hit] = []
    for group in places:
        _judge(text, group, sorts.by_shape[group.shape], headed, result, hits)
    hits.sort(key=_by_start)
    result.hits += hits


def _by_start(hit: Hit) -> int:
    return hit.start


def _judge(
    text: str,
    group: Places,
    numbers: tuple[Number, ...],
    headed: Headings,
    result: Found,
    hits: list[Hit],
) -> None:
    """Each sort in its turn; what is a number of one sort is not asked for the next."""
    left = np.ones(len(group.start), np.bool_)
    stand: Flags | None = None
    for number in numbers:
        result.tried[number.thing] += int(np.count_nonzero(left))
        passing = np.flatnonzero(left & MANY[number.check](group.digits))
        silent = not number.alone and len(passing) * _WORD_SEARCH_CHARS > len(text)
        if not len(passing) or (silent and headed.are_silent_of(number)):
            continue
        stand = _stand_alone(group) if stand is None else stand
        found = _hits(text, group, passing, stand[passing], number, headed)
        left[[row for row, _ in found]] = False
        hits += [hit for _, hit in found]


def _hits(
    text: str, group: Places, rows: Integers, stand: Flags, number: Number, headed: Headings
) -> list[tuple[int, Hit]]:
    """The numbers in these rows that nothing around speaks against."""
    width = group.digits.shape[1]
    length = width + group.shape.count("-")
    written = (group.digits[rows] + ord("0")).tobytes().decode("ascii")
    asks = bool(number.chance) or not number.alone
    found = []
    each = zip(rows.tolist(), group.start[rows].tolist(), stand.tolist(), strict=True)
    for at, (row, start, stands) in enumerate(each):
        if not stands and not may_stand(text, start, start + length, number):
            continue
        named = asks and headed.name(number, start)
        if not number.alone and not named:
            continue
        digits = written[at * width : (at + 1) * width]
        doubtful = width == _STAMP_DIGITS and not named and bool(TIMESTAMP.fullmatch(digits))
        found.append((row, Hit(number.thing, start, digits, named, doubtful)))
    return found


def _stand_alone(group: Places) -> Flags:
    """Where one look at three characters settles that it may stand; `may_stand` has the rest."""
    beside = runs.LETTER | runs.POINT
    stand: Flags = (group.before & beside) == 0
    stand &= (group.after & (beside | runs.AMOUNT)) == 0
    stand &= ((group.after & runs.BLANK) == 0) | ((group.behind & runs.AMOUNT) == 0)
    if group.digits.shape[1] + group.shape.count("-") == CARD_CHARS:
        stand &= (group.joined_by & runs.BLANK) == 0
    return stand


def _individual(digits: Digits) -> Flags:
    rest = _weighed(digits[:, :11], checks.INDIVIDUAL_WEIGHTS) % 11
    check = np.where(rest <= 1, 0, 11 - rest)
    agrees: Flags = (digits[:, 11] == check) & digits.any(axis=1)
    return agrees


def _corporate(digits: Digits) -> Flags:
    check = 9 - _weighed(digits[:, 1:], checks.CORPORATE_WEIGHTS) % 9
    is_article = (digits[:, 0] == 4) & ((digits[:, 1] == 5) | (digits[:, 1] == 9))
    article = (10 - _weighed(digits[:, :12], checks.ARTICLE_WEIGHTS) % 10) % 10
    agrees: Flags = digits[:, 0] == check
    no_article: Flags = ~(is_article & (article == digits[:, 12]))
    return agrees & no_article


def _weighed(digits: Digits, weights: tuple[int, ...]) -> NDArray[np.int64]:
    total = np.zeros(len(digits), np.int64)
    for column, weight in enumerate(weights):
        total += digits[:, column].astype(np.int64) * weight
    return total


def _telephone(digits: Digits) -> Flags:
    rows = (digits + ord("0")).tobytes().decode("ascii")
    width = digits.shape[1]
    each = (rows[at : at + width] for at in range(0, len(rows), width))
    return np.fromiter(map(checks.is_telephone, each), np.bool_, len(digits))


def _date(digits: Digits) -> Flags:
    century = digits[:, 0] * 10 + digits[:, 1]
    agrees: Flags = (century == 19) | (century == 20)
    return agrees


def _any(digits: Digits) -> Flags:
    differ: Flags = (digits != digits[:, :1]).any(axis=1)
    return differ


MANY: dict[Callable[[str], bool], Callable[[Digits], Flags]] = {
    checks.is_individual_number: _individual,
    checks.is_corporate_number: _corporate,
    checks.is_telephone: _telephone,
    checks.is_date: _date,
    checks.is_any: _any,
}
"""What `checks` says of one number, for many."""
