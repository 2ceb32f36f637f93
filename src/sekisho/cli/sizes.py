"""Sizes as people write and read them."""

from __future__ import annotations

import re

import click

from sekisho.cli.words import both
from sekisho.kernel.limits import GIB, KIB, MIB
from sekisho.kernel.sizes import shown_bytes

__all__ = ["SIZE", "SizeType", "shown_bytes"]

_UNITS = {"": 1, "K": KIB, "M": MIB, "G": GIB}


class SizeType(click.ParamType):  # type: ignore[type-arg]
    """`500`, `20K`, `10M`, `2G`; the units are powers of 1024."""

    name = "size"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Bytes."""
        found = re.fullmatch(r"(\d{1,15})([KMG]?)(?:i?B)?", str(value).strip(), re.IGNORECASE)
        if found is None:
            self.fail(
                both(f"「{value}」は大きさとして読めません（例: 10M）", "write it as 10M"),
                param,
                ctx,
            )
        return int(found[1]) * _UNITS[found[2].upper()]


SIZE = SizeType()
