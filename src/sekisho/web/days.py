"""Days that people choose in forms."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sekisho.kernel.clock import JAPAN
from sekisho.kernel.errors import InvalidInput
from sekisho.office.accounts.dates import read_day


def chosen_day(untrusted: str) -> date | None:
    """A day as a form gives it (ISO or 和暦), or None when nothing was chosen or it is none."""
    try:
        return read_day(untrusted.strip()) if untrusted.strip() else None
    except InvalidInput:
        return None


def beginning(day: date | None) -> datetime | None:
    """The first moment of a day in Japan."""
    return datetime.combine(day, time(), JAPAN) if day else None


def end(day: date | None) -> datetime | None:
    """The first moment after a day."""
    return beginning(day + timedelta(days=1)) if day else None
