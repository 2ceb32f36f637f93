"""Lists of people in a text: a name with an address or a birth date, in rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from sekisho.disarm.inspect.patterns import people

_WORDS = people()
LINE_CHARS_MAX = 2_000
ROWS_COUNTED_MAX = 100_000
DATES_MAX = 20_000
"""So many dates are looked at for an address in their line."""

_PLACE = re.compile(
    r"(?:東京都|北海道|(?:京都|大阪)府|[\u4e00-\u9fff]{2,3}県)\s?[^\s,]{1,12}?[市区町村郡]"
)
_ERA_DATE = re.compile(r"[0-9０-９元]{1,2}[年.．/\-][0-9０-９]{1,2}[月.．/\-][0-9０-９]{1,2}")
_CELL_EDGES = re.compile(r"[,\t|、，\u3000]")
_MAIL = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}@(?:[A-Za-z0-9\-]{1,63}\.){1,8}[A-Za-z]{2,18}"
)
_MAIL_SPAN = 65


def find_mail_addresses(text: str) -> Iterator[str]:
    """Every address of a mailbox, as it is written."""
    at = text.find("@")
    while at >= 0:
        start = at
        while start > 0 and at - start < _MAIL_SPAN and _is_mailbox(text[start - 1]):
            start -= 1
        found = _MAIL.match(text, start) or _MAIL.match(text, min(start + 1, at))
        if found:
            yield found[0]
        at = text.find("@", max(found.end() if found else 0, at + 1))


def _is_mailbox(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in "._%+-")


def count_people(text: str, dates: Iterable[int]) -> int:
    """How many rows look like one person each: under headings, or by address and birth date.

    `dates` is where dates in digits stand.
    """
    return _rows_under_headings(text) or _rows_by_pattern(text, dates)


def _rows_under_headings(text: str) -> int:
    """Rows below a line that names a name's column and one of an address or a birth date."""
    for word in _WORDS.name:
        at = text.find(word)
        if at < 0:
            continue
        start, end = _line(text, at)
        line = text[start:end]
        others = [*_WORDS.address, *_WORDS.birth]
        if _CELL_EDGES.search(line) and any(other in line for other in others):
            return _filled_rows(text, end, len(_CELL_EDGES.findall(line)))
    return 0


def _filled_rows(text: str, start: int, edges: int) -> int:
    """Rows of about as many cells, until a line has none."""
    count = 0
    at = start + 1
    while at < len(text) and count < ROWS_COUNTED_MAX:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        cells = len(_CELL_EDGES.findall(text, at, min(end, at + LINE_CHARS_MAX)))
        if cells * 2 < edges or cells == 0:
            break
        count += 1
        at = end + 1
    return count


def _rows_by_pattern(text: str, dates: Iterable[int]) -> int:
    """Lines with both an address and a birth date, where they are enough for a list."""
    lines: set[int] = set()
    for at in islice(chain(dates, _era_dates(text)), DATES_MAX):
        start, end = _line(text, at)
        if start not in lines and _PLACE.search(text, start, end):
            lines.add(start)
    return len(lines) if len(lines) >= _WORDS.rows_min else 0


def _era_dates(text: str) -> Iterator[int]:
    for era in _WORDS.eras:
        at = text.find(era)
        while at >= 0:
            if _ERA_DATE.match(text, at + len(era)):
                yield at
            at = text.find(era, at + len(era))


def _line(text: str, at: int) -> tuple[int, int]:
    """The line around a place, cut to a bounded length."""
    start = text.rfind("\n", max(0, at - LINE_CHARS_MAX), at) + 1
    end = text.find("\n", at, at + LINE_CHARS_MAX)
    last = min(len(text), at + LINE_CHARS_MAX)
    return max(start, at - LINE_CHARS_MAX, 0), end if end >= 0 else last
