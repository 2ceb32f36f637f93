"""The forms of values in model files and catalogues, and the codes under which mistakes are told.

Every table is `[kind.id]`, read as `kernel.tables` does it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

from sekisho.assess.ranges import Range
from sekisho.kernel import tables
from sekisho.kernel.tables import Codes, Shape, TableSource, Values, demand

TEXT, NUMBER, FLAG, RANGE, CHANCE, WORDS, FACTORS, NUMBERS = (
    "text",
    "number",
    "true/false",
    "[low, likely, high]",
    "[low, likely, high] in 0..1",
    "list of texts",
    "table of numbers in 0..1",
    "table of numbers",
)


CODES = Codes("SKS-A001", "SKS-A002", "SKS-A003")


@dataclass(frozen=True)
class Source(TableSource):
    """A model file or a catalogue."""

    codes: Codes = CODES


def read(source: Source, shape: Shape) -> Values:
    """Kind → id → key → value; ranges become Range. Raises InvalidInput SKS-A001, A002 or A003."""
    return tables.read(source, shape, _READERS)


def _range(value: Any, bound: float) -> Range:
    demand(isinstance(value, list) and len(value) == 3)
    low, likely, high = (_number(one, bound) for one in value)
    demand(low <= likely <= high)
    return Range(low, likely, high)


def _numbers(value: Any, bound: float) -> dict[str, float]:
    demand(isinstance(value, dict))
    return {key: _number(one, bound) for key, one in value.items()}


def _number(value: Any, bound: float) -> float:
    demand(type(value) in (int, float) and isfinite(value) and 0 <= value <= bound)
    return float(value)


_ENDLESS = float("inf")
_READERS: dict[str, tables.Reader] = {
    TEXT: tables.text,
    NUMBER: lambda value: _number(value, _ENDLESS),
    FLAG: tables.flag,
    RANGE: lambda value: _range(value, _ENDLESS),
    CHANCE: lambda value: _range(value, 1.0),
    WORDS: tables.words,
    FACTORS: lambda value: _numbers(value, 1.0),
    NUMBERS: lambda value: _numbers(value, _ENDLESS),
}
