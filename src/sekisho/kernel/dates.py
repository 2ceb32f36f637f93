"""Moments as staff read them, in Japan's time with 和暦 beside the ISO date; days they wrote."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta

from sekisho.kernel.clock import JAPAN
from sekisho.kernel.speech import EN, language

__all__ = ["JAPAN", "day", "day_words", "moment", "moment_words", "read_day", "wareki"]

_ERAS = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
)
_ERA_YEARS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925}
_ERA_DAY = re.compile(
    r"(令和|平成|昭和|[RHS])(元|\d{1,2})[年./-](\d{1,2})[月./-](\d{1,2})日?", re.ASCII
)
_WESTERN_DAY = re.compile(r"(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?", re.ASCII)
_NUMBER = re.compile(r"\d{1,7}(?:\.0+)?", re.ASCII)
_EXCEL_FIRST = date(1899, 12, 30)
"""Day 0 of Excel's count, so that days after February 1900 come out right."""

_EXCEL_DAYS_MAX = 2_958_465


def read_day(untrusted: str) -> date | None:
    """A day from `2026-04-01`, `2026/4/1`, `令和8年4月1日`, `R8.4.1` or Excel's number of a day
    (a time behind it is left out), or None."""
    text = unicodedata.normalize("NFKC", untrusted).strip().partition(" ")[0].partition("T")[0]
    if found := _ERA_DAY.fullmatch(text.upper()):
        year = 1 if found[2] == "元" else int(found[2])
        return _day(_ERA_YEARS[found[1]] + year, int(found[3]), int(found[4]))
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


def wareki(day: date) -> str:
    """`令和8年4月1日`; a day before 昭和 in the Western calendar."""
    for first, era in _ERAS:
        if day >= first:
            year = day.year - first.year + 1
            return f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    return f"{day.year}年{day.month}月{day.day}日"


def moment(when: datetime | None) -> str:
    """`令和8年4月1日 (2026-04-01) 09:00`, in English `2026-04-01 09:00`; `—` for none."""
    return moment_words(when, language())


def moment_words(when: datetime | None, language: str, *, seconds: bool = False) -> str:
    """The same in a language that is given."""
    if when is None:
        return "—"
    local = when.astimezone(JAPAN)
    time = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    if language == EN:
        return f"{local:%Y-%m-%d} {time} JST"
    return f"{wareki(local.date())} ({local:%Y-%m-%d}) {time}"


def day(when: datetime | None) -> str:
    """The day of a moment in Japan, without the time."""
    return day_words(when, language())


def day_words(when: datetime | date | None, language: str) -> str:
    """The same in a language that is given, also of a day."""
    if when is None:
        return "—"
    local = when.astimezone(JAPAN).date() if isinstance(when, datetime) else when
    return local.isoformat() if language == EN else f"{wareki(local)} ({local.isoformat()})"
