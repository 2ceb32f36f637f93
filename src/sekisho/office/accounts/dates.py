"""Days as people write them in tables: `2026-04-01`, `2026/4/1`, `令和8年4月1日`, `R8.4.1`."""

from __future__ import annotations

from datetime import date, datetime

from sekisho.kernel import dates
from sekisho.kernel.errors import InvalidInput


def read_day(untrusted: str) -> date:
    """The day that is written. Raises InvalidInput SKS-H020."""
    found = dates.read_day(untrusted)
    if found is None:
        raise InvalidInput("SKS-H020", value=untrusted.strip()[:40])
    return found


def written(value: object) -> str:
    """A cell's value as text: days as ISO, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
