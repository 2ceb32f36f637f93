"""Time comes in as an argument; only the edge reads the clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

from sekisho.kernel.errors import InvalidInput

JAPAN = timezone(timedelta(hours=9))
"""Japan's time, in which schedules and days are written; it has no summer time."""


class Clock(Protocol):
    """Where the edge gets the time from."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The clock of the machine, the only one that a running node uses."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SettableClock:
    """A clock that stands still until it is moved; for tests, simulations and the demo."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, step: timedelta) -> None:
        self._now += step


_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)


def stamp(moment: datetime) -> str:
    """A moment as RFC 3339 text in UTC with whole seconds: `2026-04-01T00:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_stamp(untrusted: str) -> datetime:
    """The reverse of `stamp`; only that exact form. Raises InvalidInput SKS-K005."""
    if not _STAMP.fullmatch(untrusted):
        raise InvalidInput("SKS-K005", value=untrusted[:40])
    try:
        return datetime.strptime(untrusted, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise InvalidInput("SKS-K005", value=untrusted[:40]) from None
