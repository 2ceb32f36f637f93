"""Days as people write them in tables: `2026-04-01`, `2026/4/1`, `令和8年4月1日`, `R8.4.1`."""

from __future__ import annotations

import re
from datetime import date, datetime

from sekisho.kernel.errors import InvalidInput

_ERAS = {"令和": 2018, "R": 2018, "r": 2018, "平成": 1988, "H": 1988, "h": 1988}
_WESTERN = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00:00)?")
_JAPANESE = re.compile(r"(令和|平成|[RrHh])(元|\d{1,2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


def read_day(untrusted: str) -> date:
    """The day that is written. Raises InvalidInput SKS-H020."""
    text = untrusted.strip()
    western, japanese = _WESTERN.fullmatch(text), _JAPANESE.fullmatch(text)
    try:
        if western:
            return date(int(western[1]), int(western[2]), int(western[3]))
        if japanese:
            year = 1 if japanese[2] == "元" else int(japanese[2])
            return date(_ERAS[japanese[1]] + year, int(japanese[3]), int(japanese[4]))
    except ValueError:
        pass
    raise InvalidInput("SKS-H020", value=text[:40])


def written(value: object) -> str:
    """A cell's value as text: days as ISO, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
