"""Spans of days, both ends included, as staff write them: 令和8年4月1日 to 令和9年3月31日."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar

from sekisho.kernel.clock import JAPAN

DAY = timedelta(days=1)


class Period(Protocol):
    """Something that holds from a day to a day; without a last day it goes on."""

    @property
    def starts(self) -> date: ...

    @property
    def ends(self) -> date | None: ...


P = TypeVar("P", bound=Period)


def day_of(moment: datetime) -> date:
    """The day in Japan, by which offices count."""
    return moment.astimezone(JAPAN).date()


def holds(one: Period, day: date) -> bool:
    """Whether it holds on this day."""
    return one.starts <= day and (one.ends is None or day <= one.ends)


def in_force(found: Iterable[P], day: date) -> list[P]:
    """Those that hold on this day."""
    return [one for one in found if holds(one, day)]


def overlap(one: Period, other: Period) -> bool:
    """Whether there is a day on which both hold."""
    return (one.ends is None or other.starts <= one.ends) and (
        other.ends is None or one.starts <= other.ends
    )
