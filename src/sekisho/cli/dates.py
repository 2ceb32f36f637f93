"""Moments as staff read and write them: Japan's time, 和暦 beside the ISO date."""

from __future__ import annotations

from datetime import date, datetime

import click

from sekisho.cli.words import both, language
from sekisho.kernel.clock import JAPAN
from sekisho.kernel.errors import InvalidInput
from sekisho.office.accounts.dates import read_day

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
    if when is None:
        return "—"
    local = when.astimezone(JAPAN)
    return both(
        f"{wareki(local.date())} ({local:%Y-%m-%d}) {local:%H:%M}", f"{local:%Y-%m-%d %H:%M} JST"
    )


def day(when: datetime | None) -> str:
    """The day of a moment in Japan, without the time."""
    if when is None:
        return "—"
    local = when.astimezone(JAPAN).date()
    return both(f"{wareki(local)} ({local.isoformat()})", local.isoformat())


class MomentType(click.ParamType):  # type: ignore[type-arg]
    """`2026-04-01`, `2026-04-01T09:00` or `2026-04-01 09:00`, in Japan's time."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """An aware moment."""
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(
                both(
                    f"「{value}」は日時として読めません（例: 2026-04-01T09:00）",
                    f"{value!r} is no moment (for example 2026-04-01T09:00)",
                ),
                param,
                ctx,
            )
        return found if found.tzinfo else found.replace(tzinfo=JAPAN)


class DayType(click.ParamType):  # type: ignore[type-arg]
    """`2026-04-01`, `2026/4/1`, `令和8年4月1日` or `R8.4.1`."""

    name = "day"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """A day."""
        if isinstance(value, date):
            return value
        try:
            return read_day(str(value))
        except InvalidInput as reason:
            self.fail(reason.explain(language()).what, param, ctx)


DAY = DayType()
MOMENT = MomentType()
