"""Tables that somebody gives us, Excel or CSV: rows of text within bounds, or a coded reason.

A workbook is looked at before openpyxl sees it: how much it unpacks to, and that no part declares
entities. Declared dimensions are not believed.
"""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

import openpyxl
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils import get_column_letter

from sekisho.disarm.texts import read_text
from sekisho.disarm.work import Budget, Stopped
from sekisho.disarm.zipfiles import ZipMember, read_zip
from sekisho.kernel.errors import InvalidInput, SekishoError
from sekisho.kernel.limits import MIB

FILE_BYTES_MAX = 8 * MIB
UNPACKED_BYTES_MAX = 64 * MIB
PARTS_MAX = 500
SHEETS_MAX = 20
ROWS_MAX = 5_000
COLUMNS_MAX = 100
CELL_CHARS_MAX = 10_000
ROW_NUMBER_MAX = 20_000
"""What stands further down is not looked at: programs leave formats at the very end."""

_ZIP = b"PK"
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_GUARDED = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Row:
    """One row: its number as a spreadsheet program shows it, its cells up to the last that is
    filled, what is wrong with it."""

    number: int
    cells: tuple[str, ...]
    faults: tuple[SekishoError, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return not any(self.cells) and not self.faults


@dataclass(frozen=True)
class Sheet:
    """A sheet and its rows that are not empty; a CSV file is one without a title."""

    title: str
    rows: tuple[Row, ...]


def read_sheets(untrusted: bytes) -> list[Sheet]:
    """Every sheet of a workbook, or the one table of a CSV file in whichever encoding.

    Raises InvalidInput SKS-F030 (no table) or SKS-F031 (too large).
    """
    if len(untrusted) > FILE_BYTES_MAX:
        raise too_large("bytes", FILE_BYTES_MAX)
    if untrusted.startswith(_ZIP):
        return _workbook(untrusted)
    return [Sheet("", _rows(islice(enumerate(_csv_rows(untrusted), 1), ROW_NUMBER_MAX)))]


def too_large(what: str, allowed: int) -> InvalidInput:
    """SKS-F031."""
    return InvalidInput("SKS-F031", what=what, allowed=allowed)


def _csv_rows(untrusted: bytes) -> Iterator[list[Any]]:
    read = read_text(untrusted, is_whole=True)
    if read is None:
        raise InvalidInput("SKS-F030", reason="encoding")
    lines = io.StringIO(read.text.lstrip("\ufeff"), newline="")
    try:
        yield from csv.reader(lines)
    except csv.Error as error:
        raise InvalidInput("SKS-F030", reason=str(error)) from None


def _workbook(untrusted: bytes) -> list[Sheet]:
    _examine(untrusted)
    try:
        with warnings.catch_warnings():
            # What openpyxl leaves out of a workbook does not matter here.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(untrusted), read_only=True)
            sheets = list(book.worksheets[: SHEETS_MAX + 1])
            if len(sheets) > SHEETS_MAX:
                raise too_large("sheets", SHEETS_MAX)
            if not sheets:
                raise InvalidInput("SKS-F030", reason="no sheet")
            return [Sheet(str(one.title), _rows(_cells(one))) for one in sheets]
    except InvalidInput:
        raise
    except Exception as error:
        # Whatever a damaged workbook makes openpyxl raise, it is no workbook to us.
        raise InvalidInput("SKS-F030", reason=type(error).__name__) from None


def _examine(untrusted: bytes) -> None:
    """Raise for what unpacks to too much, or declares entities that would grow."""
    try:
        members = read_zip(memoryview(untrusted), Budget(len(untrusted))).members
        if len(members) > PARTS_MAX:
            raise too_large("parts", PARTS_MAX)
        if sum(one.bytes for one in members) > UNPACKED_BYTES_MAX:
            raise too_large("bytes", UNPACKED_BYTES_MAX)
        for one in members:
            _examine_part(one)
    except Stopped as stopped:
        raise InvalidInput("SKS-F030", reason=stopped.code) from None


def _examine_part(part: ZipMember) -> None:
    if not part.untrusted_name.lower().endswith((".xml", ".rels", ".vml")):
        return
    data = bytes(part.read())
    # In UTF-16 a declaration would not be found.
    if b"\0" in data[:1_000] or any(one in data for one in _DECLARATIONS):
        raise InvalidInput("SKS-F030", reason="XML")


def _cells(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    sheet.reset_dimensions()
    found = sheet.iter_rows(max_row=ROW_NUMBER_MAX, max_col=COLUMNS_MAX + 1)
    for number, cells in enumerate(found, 1):
        if all(one is EMPTY_CELL for one in cells):
            continue
        yield number, [_Formula() if one.data_type == "f" else one.value for one in cells]


@dataclass(frozen=True)
class _Formula:
    """Something that a program would calculate."""


def _rows(found: Iterable[tuple[int, list[Any]]]) -> tuple[Row, ...]:
    rows: list[Row] = []
    for number, values in found:
        if len(values) > COLUMNS_MAX and any(values[COLUMNS_MAX:]):
            raise too_large("columns", COLUMNS_MAX)
        row = _row(number, values[:COLUMNS_MAX])
        if row.is_empty:
            continue
        rows.append(row)
        if len(rows) > ROWS_MAX:
            raise too_large("rows", ROWS_MAX)
    return tuple(rows)


def _row(number: int, values: list[Any]) -> Row:
    faults: list[SekishoError] = []
    cells: list[str] = []
    for at, value in enumerate(values, 1):
        place = f"{get_column_letter(at)}{number}"
        if isinstance(value, _Formula):
            faults.append(InvalidInput("SKS-F034", cell=place))
            cells.append("")
            continue
        text = _text(value)
        if len(text) > CELL_CHARS_MAX:
            faults.append(too_large(place, CELL_CHARS_MAX))
        cells.append(text[:CELL_CHARS_MAX])
    while cells and not cells[-1]:
        cells.pop()
    return Row(number, tuple(cells), tuple(faults))


def _text(value: Any) -> str:
    """A cell as text; a day in ISO form, a whole number without a point, a guard taken off."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    return unguarded(text)


def guarded(text: str) -> str:
    """A text that no spreadsheet program calculates when it opens a CSV file."""
    return f"'{text}" if text.startswith(_GUARDED) else text


def unguarded(text: str) -> str:
    """The text that was guarded."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_GUARDED) else text


def find_header(rows: Iterable[Row], needed: Iterable[str], rows_max: int = 20) -> Row | None:
    """The first row in which all of these headings stand, however re-ordered."""
    wanted = set(needed)
    return next((one for one in islice(rows, rows_max) if wanted <= set(one.cells)), None)
