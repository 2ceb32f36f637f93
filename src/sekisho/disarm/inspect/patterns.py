"""The patterns of personal data, read from `personal.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sekisho.disarm.inspect.checks import CHECKS


@dataclass(frozen=True, slots=True)
class Number:
    """One sort of number: what a report calls it, how it is grouped, what has to stand near it."""

    thing: str
    shapes: tuple[str, ...]
    check: Callable[[str], bool]
    alone: bool
    follows: bool
    words: tuple[str, ...]
    certain: bool


@dataclass(frozen=True, slots=True)
class People:
    """Headings of lists of people, and how many rows make a list."""

    name: tuple[str, ...]
    address: tuple[str, ...]
    birth: tuple[str, ...]
    eras: tuple[str, ...]
    rows_min: int


@cache
def _tables() -> dict[str, object]:
    text = resources.files(__package__).joinpath("personal.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def numbers() -> tuple[Number, ...]:
    """Every sort of number. Raises KeyError for a rule that `checks` does not have."""
    rows = _tables()["number"]
    if not isinstance(rows, list):
        raise TypeError("[[number]] is a list")
    return tuple(
        Number(
            row["thing"],
            tuple(row["shapes"]),
            CHECKS[row["check"]],
            row["alone"],
            row.get("follows", False),
            tuple(row["words"]),
            row["certain"],
        )
        for row in rows
    )


@cache
def people() -> People:
    """What lists of people look like."""
    row = _tables()["people"]
    if not isinstance(row, dict):
        raise TypeError("[people] is a table")
    words = {key: tuple(row[key]) for key in ("name", "address", "birth", "eras")}
    return People(**words, rows_min=row["rows_min"])
