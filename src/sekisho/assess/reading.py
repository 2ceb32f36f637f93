"""Reading model files and catalogues strictly: file, line, key, and the nearest valid name.

Every table is `[kind.id]`. A shape says which keys a kind has and of what form each is.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from sekisho.assess.ranges import Range
from sekisho.kernel.errors import InvalidInput

FILE_CHARS_MAX = 2_000_000
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
Shape = Mapping[str, Mapping[str, str]]
Values = dict[str, dict[str, dict[str, Any]]]
_HEADER = re.compile(r"\s*\[+([^\]]+)\]")


@dataclass(frozen=True)
class Source:
    """A text with the name of its file, to say where something stands."""

    text: str
    file: str

    def line(self, kind: str, name: str = "", key: str = "") -> int:
        """The line of a table, or of a key in it."""
        wanted, here, found = ".".join(filter(None, (kind, name))), "", 0
        for number, line in enumerate(self.text.splitlines(), 1):
            header = _HEADER.match(line)
            if header:
                here = header[1].replace('"', "").replace(" ", "")
                is_it = here == wanted or (not name and here.startswith(f"{kind}."))
                found = found or (number if is_it else 0)
            elif key and here == wanted and re.match(rf"\s*{re.escape(key)}\s*=", line):
                return number
        return found or 1

    def unknown(self, kind: str, name: str, key: str, found: str, valid: Collection[str]) -> Any:
        """The error that a name is not known here: SKS-A002, for the caller to raise."""
        near = difflib.get_close_matches(found, sorted(valid), n=1, cutoff=0.3)
        return InvalidInput(
            "SKS-A002",
            file=self.file,
            line=self.line(kind, name, key),
            key=found,
            nearest=near[0] if near else "—",
        )

    def wrong(self, kind: str, name: str, key: str, expected: str) -> Any:
        """The error that a value is not what the key takes: SKS-A003, for the caller to raise."""
        return InvalidInput(
            "SKS-A003",
            file=self.file,
            line=self.line(kind, name, key),
            key=f"{kind}.{name}.{key}",
            expected=expected,
        )


def read(source: Source, shape: Shape) -> Values:
    """Kind → id → key → value; ranges become Range. Raises InvalidInput SKS-A001, A002 or A003."""
    if len(source.text) > FILE_CHARS_MAX:
        raise InvalidInput("SKS-A001", file=source.file, reason=f"> {FILE_CHARS_MAX}")
    try:
        found = tomllib.loads(source.text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidInput("SKS-A001", file=source.file, reason=str(error)) from None
    for kind, tables in found.items():
        if kind not in shape:
            raise source.unknown(kind, "", "", kind, shape)
        if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
            raise source.wrong(kind, "", "", f"[{kind}.ID]")
    return {
        kind: {name: _table(source, kind, name, table, shape[kind]) for name, table in one.items()}
        for kind, one in found.items()
    }


def _table(
    source: Source, kind: str, name: str, table: Mapping[str, Any], keys: Mapping[str, str]
) -> dict[str, Any]:
    result = {}
    for key, value in table.items():
        if key not in keys:
            raise source.unknown(kind, name, key, key, keys)
        try:
            result[key] = _value(keys[key], value)
        except ValueError:
            raise source.wrong(kind, name, key, keys[key]) from None
    return result


def _value(form: str, value: Any) -> Any:
    """The value in the form of its key. Raises ValueError."""
    if form in (RANGE, CHANCE):
        return _range(value, 1.0 if form == CHANCE else float("inf"))
    if form in (FACTORS, NUMBERS):
        _demand(isinstance(value, dict))
        bound = 1.0 if form == FACTORS else float("inf")
        return {key: _number(one, bound) for key, one in value.items()}
    if form == WORDS:
        _demand(isinstance(value, list) and all(isinstance(one, str) for one in value))
        return tuple(value)
    if form == NUMBER:
        return _number(value, float("inf"))
    _demand(type(value) is (bool if form == FLAG else str))
    return value


def _range(value: Any, bound: float) -> Range:
    _demand(isinstance(value, list) and len(value) == 3)
    low, likely, high = (_number(one, bound) for one in value)
    _demand(low <= likely <= high)
    return Range(low, likely, high)


def _number(value: Any, bound: float) -> float:
    _demand(type(value) in (int, float) and isfinite(value) and 0 <= value <= bound)
    return float(value)


def _demand(holds: bool) -> None:
    if not holds:
        raise ValueError
