"""Moments as staff read them: Japan's time, 和暦 beside the ISO date."""

from __future__ import annotations

from datetime import date, datetime

from sekisho.kernel.clock import JAPAN
from sekisho.kernel.speech import EN, language

__all__ = ["JAPAN", "day", "day_words", "moment", "moment_words", "wareki"]

_ERAS = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
)


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
