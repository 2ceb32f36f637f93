"""Moments as staff read and write them: Japan's time, 和暦 beside the ISO date."""

from __future__ import annotations

from datetime import datetime

import click

from sekisho.cli.words import both
from sekisho.kernel.dates import JAPAN, day, moment, wareki

__all__ = ["JAPAN", "MOMENT", "MomentType", "day", "moment", "wareki"]


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


MOMENT = MomentType()
