"""Reading data files in TOML strictly: file, line, key, and the nearest valid name.

Every table is `[kind.id]`. A shape says which keys a kind has and of what form each is; the forms
are the caller's, and so are the codes under which mistakes are told.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sekisho.kernel.errors import InvalidInput

FILE_CHARS_MAX = 2_000_000
Shape = Mapping[str, Mapping[str, str]]
"""Kind → key → form, in words that can stand in an error."""
Reader = Callable[[Any], Any]
"""The value in the form of its key. Raises ValueError."""
Values = dict[str, dict[str, dict[str, Any]]]
_HEADER = re.compile(r"\s*\[+([^\]]+)\]")


@dataclass(frozen=True)
class Codes:
    """How mistakes are told: a file cannot be read, a name is not known, a value is of no form."""

    unreadable: str
    unknown: str
    wrong: str


@dataclass(frozen=True)
class TableSource:
    """A text with the name of its file, to say where something stands."""

    text: str
    file: str
    codes: Codes

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
        """The error that a name is not known here, for the caller to raise."""
        near = difflib.get_close_matches(found, sorted(valid), n=1, cutoff=0.3)
        return InvalidInput(
            self.codes.unknown,
            file=self.file,
            line=self.line(kind, name, key),
            key=found,
            nearest=near[0] if near else "—",
        )

    def wrong(self, kind: str, name: str, key: str, expected: str) -> Any:
        """The error that a value is not what the key takes, for the caller to raise."""
        return InvalidInput(
            self.codes.wrong,
            file=self.file,
            line=self.line(kind, name, key),
            key=f"{kind}.{name}.{key}",
            expected=expected,
        )

    def unreadable(self, reason: str) -> Any:
        """The error that the file is no such file, for the caller to raise."""
        return InvalidInput(self.codes.unreadable, file=self.file, reason=reason)


def read(source: TableSource, shape: Shape, readers: Mapping[str, Reader]) -> Values:
    """Kind → id → key → value. Raises InvalidInput with a code of the source."""
    if len(source.text) > FILE_CHARS_MAX:
        raise source.unreadable(f"> {FILE_CHARS_MAX}")
    try:
        found = tomllib.loads(source.text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise source.unreadable(str(error)) from None
    for kind, tables in found.items():
        if kind not in shape:
            raise source.unknown(kind, "", "", kind, shape)
        if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
            raise source.wrong(kind, "", "", f"[{kind}.ID]")
    return {
        kind: {
            name: _table(source, kind, name, table, shape[kind], readers)
            for name, table in one.items()
        }
        for kind, one in found.items()
    }


def _table(
    source: TableSource,
    kind: str,
    name: str,
    table: Mapping[str, Any],
    keys: Mapping[str, str],
    readers: Mapping[str, Reader],
) -> dict[str, Any]:
    result = {}
    for key, value in table.items():
        if key not in keys:
            raise source.unknown(kind, name, key, key, keys)
        try:
            result[key] = readers[keys[key]](value)
        except ValueError:
            raise source.wrong(kind, name, key, keys[key]) from None
    return result


def demand(holds: bool) -> None:
    """For readers: the value is of this form. Raises ValueError."""
    if not holds:
        raise ValueError


def text(value: Any) -> str:
    """A reader: text."""
    demand(type(value) is str)
    return str(value)


def flag(value: Any) -> bool:
    """A reader: true or false."""
    demand(type(value) is bool)
    return bool(value)


def words(value: Any) -> tuple[str, ...]:
    """A reader: a list of texts."""
    demand(isinstance(value, list) and all(isinstance(one, str) for one in value))
    return tuple(value)
