"""The days on which a flow is expected."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sekisho.kernel.dates import read_day
from sekisho.office.flows.states import Frequency
from sekisho.office.transfers.rules import JAPAN

_MONTH_DAY = re.compile(r"(\d{1,2})[-/月](\d{1,2})日?", re.ASCII)


def in_japan(moment: datetime) -> date:
    """The day of a moment in Japan."""
    return moment.astimezone(JAPAN).date()


def read_due(frequency: str, untrusted: str) -> str | None:
    """The expected day in one form: weekly `1`–`7` (Monday first), monthly and quarterly
    `1`–`31`, yearly `MM-DD`; empty where none is said. None when it does not fit."""
    text = unicodedata.normalize("NFKC", untrusted).strip()
    if not text:
        return ""
    if frequency == Frequency.YEARLY:
        found = _MONTH_DAY.fullmatch(text)
        # In a leap year, so that the 29th of February counts.
        fits = found and read_day(f"2028-{found[1]}-{found[2]}")
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
