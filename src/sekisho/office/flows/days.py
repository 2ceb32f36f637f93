"""Days as staff write them, and the days on which a flow is expected."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sekisho.office.flows.states import Frequency
from sekisho.office.transfers.rules import JAPAN

_ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925}
_ERA_DAY = re.compile(
    r"(令和|平成|昭和|[RHS])(元|\d{1,2})[年./-](\d{1,2})[月./-](\d{1,2})日?", re.ASCII
)
_WESTERN_DAY = re.compile(r"(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?", re.ASCII)
_NUMBER = re.compile(r"\d{1,7}(?:\.0+)?", re.ASCII)
_EXCEL_FIRST = date(1899, 12, 30)
"""Day 0 of Excel's count, so that days after February 1900 come out right."""

_EXCEL_DAYS_MAX = 2_958_465
_MONTH_DAY = re.compile(r"(\d{1,2})[-/月](\d{1,2})日?", re.ASCII)


def in_japan(moment: datetime) -> date:
    """The day of a moment in Japan."""
    return moment.astimezone(JAPAN).date()


def read_day(untrusted: str) -> date | None:
    """A day from `2026-04-01`, `2026/4/1`, `令和8年4月1日`, `R8.4.1` or Excel's number of a day,
    or None."""
    text = unicodedata.normalize("NFKC", untrusted).strip().partition(" ")[0].partition("T")[0]
    if found := _ERA_DAY.fullmatch(text.upper()):
        year = 1 if found[2] == "元" else int(found[2])
        return _day(_ERAS[found[1]] + year, int(found[3]), int(found[4]))
    if found := _WESTERN_DAY.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if _NUMBER.fullmatch(text) and 61 <= float(text) <= _EXCEL_DAYS_MAX:
        return _EXCEL_FIRST + timedelta(days=int(float(text)))
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_due(frequency: str, untrusted: str) -> str | None:
    """The expected day in one form: weekly `1`–`7` (Monday first), monthly and quarterly
    `1`–`31`, yearly `MM-DD`; empty where none is said. None when it does not fit."""
    text = unicodedata.normalize("NFKC", untrusted).strip()
    if not text:
        return ""
    if frequency == Frequency.YEARLY:
        found = _MONTH_DAY.fullmatch(text)
        fits = found and _day(2028, int(found[1]), int(found[2]))
        return f"{fits:%m-%d}" if fits else None
    most = {Frequency.WEEKLY: 7, Frequency.MONTHLY: 31, Frequency.QUARTERLY: 31}.get(
        Frequency(frequency), 0
    )
    text = text.removesuffix("日")
    whole = text.isascii() and text.isdigit() and len(text) <= 2
    return str(int(text)) if whole and 1 <= int(text) <= most else None


@dataclass(frozen=True)
class Period:
    """A time in which a flow is expected once: first and last day, and the day it is due."""

    first: date
    last: date
    due: date | None


def periods(frequency: str, due: str, since: date, until: date) -> Iterator[Period]:
    """The whole periods between two days, both included. Quarters are those of the fiscal year;
    a year is the fiscal year, which begins in April. Of working days holidays are not known."""
    if frequency == Frequency.DAILY:
        for number in range((until - since).days + 1):
            day = since + timedelta(days=number)
            if day.isoweekday() <= 5:
                yield Period(day, day, day)
    elif frequency == Frequency.WEEKLY:
        first = since + timedelta(days=-since.weekday() % 7)
        while first + timedelta(days=6) <= until:
            expected = first + timedelta(days=int(due) - 1) if due else None
            yield Period(first, first + timedelta(days=6), expected)
            first += timedelta(days=7)
    elif frequency != Frequency.AS_NEEDED:
        yield from _months(frequency, due, since, until)


_LENGTH = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.YEARLY: 12}


def _months(frequency: str, due: str, since: date, until: date) -> Iterator[Period]:
    length = _LENGTH[Frequency(frequency)]
    # Counted from April, so that quarters and years are those of the fiscal year.
    count = since.year * 12 + since.month - 4
    count -= count % length
    while (first := _month(count)) <= until:
        last = _month(count + length) - timedelta(days=1)
        if first >= since and last <= until:
            yield Period(first, last, _due(frequency, due, first))
        count += length


def _month(count: int) -> date:
    """The first day of a month, counted from April of the year 0."""
    return date((count + 3) // 12, (count + 3) % 12 + 1, 1)


def _due(frequency: str, due: str, first: date) -> date | None:
    if not due:
        return None
    if frequency == Frequency.YEARLY:
        month, day = map(int, due.split("-"))
        year = first.year + (month < first.month)
    else:
        year, month, day = first.year, first.month, int(due)
    return date(year, month, min(day, monthrange(year, month)[1]))
