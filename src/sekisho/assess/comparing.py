"""Two models of two studies held against each other, and what differs in the studies.

Inputs are drawn by name from the same seed, so what is the same in both differs by nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from sekisho.assess.assessing import Assessor, Year
from sekisho.assess.bdd import Floats
from sekisho.assess.figures import Figure, difference, figure
from sekisho.assess.model import Model, Study
from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.speech import Pair

FIGURES: dict[str, Pair] = {
    "leak": ("漏えい（推定）", "leaks (estimate)"),
    "change": ("書換え・欠落（推定）", "changes (estimate)"),
    "stop_days": ("業務が止まる日数（年）", "days of work stopped a year"),
    "risk": ("危険の大きさ（年）", "expected loss a year"),
    "cost": ("費用（年）", "cost a year"),
    "hours": ("職員の時間（年）", "staff hours a year"),
}


@dataclass(frozen=True)
class Gap:
    """One figure of both, and the difference with its interval; `same` where every draw is."""

    name: str
    first: Figure
    second: Figure
    between: Figure
    same: bool


@dataclass(frozen=True)
class Change:
    """What differs in two studies: a key of a table, before and after; None where there is none."""

    kind: str
    name: str
    key: str
    before: Any
    after: Any


def model_of(study: Study, name: str) -> Model:
    """A model by name. Raises InvalidInput SKS-A004."""
    if name not in study.models:
        raise InvalidInput("SKS-A004", name=name[:40], allowed="、".join(study.models))
    return study.models[name]


def gaps(first: Assessor, one: str, second: Assessor, other: str) -> list[Gap]:
    """The figures of both models. Both assessors have one seed and as many draws.

    Raises InvalidInput SKS-A004.
    """
    years = (first.year(model_of(first.study, one)), second.year(model_of(second.study, other)))
    return [_gap(name, *(_figure_of(year, name) for year in years)) for name in FIGURES]


def _gap(name: str, before: Floats, after: Floats) -> Gap:
    same = bool(np.array_equal(before, after))
    return Gap(name, figure(before), figure(after), difference(before, after), same)


def _figure_of(year: Year, name: str) -> Floats:
    values = {
        "leak": year.times("leak"),
        "change": year.times("change"),
        "stop_days": year.stop_days,
        "risk": year.risk,
        "cost": year.cost,
        "hours": year.minutes / 60,
    }
    return values[name]


def changes(first: Study, second: Study) -> list[Change]:
    """Every key that differs, in the order of kinds and names."""
    return list(_changes(first, second))


def _changes(first: Study, second: Study) -> Iterator[Change]:
    for kind, tables in first.tables.items():
        other = second.tables[kind]
        for name in sorted({*tables, *other}):
            before, after = tables.get(name, {}), other.get(name, {})
            for key in dict.fromkeys([*before, *after]):
                if before.get(key) != after.get(key):
                    yield Change(kind, name, key, before.get(key), after.get(key))
