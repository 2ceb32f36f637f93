"""Moments as staff read and write them: Japan's time, 和暦 beside the ISO date."""

from __future__ import annotations

from datetime import date, datetime

import click

from sekisho.cli.words import both, language
from sekisho.kernel.dates import JAPAN, day, moment, wareki
from sekisho.kernel.errors import InvalidInput
from sekisho.office.accounts.dates import read_day

__all__ = ["DAY", "JAPAN", "MOMENT", "MomentType", "day", "moment", "wareki"]


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
