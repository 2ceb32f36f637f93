"""Tables that come and go as files: Excel (.xlsx), or CSV in UTF-8 or CP932.

Cells are taken as text; nothing in a file is computed or followed.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO

import xlsxwriter
from openpyxl import load_workbook

from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.limits import MIB
from sekisho.office.accounts.dates import written

TABLE_BYTES_MAX = 20 * MIB
UNPACKED_BYTES_MAX = 200 * MIB
ROWS_MAX = 20_000
COLUMNS_MAX = 40
CELL_CHARS_MAX = 400
SHEETS_MAX = 20
ZIP_MARK = b"PK\x03\x04"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula; such a text gets an apostrophe in CSV."""


@dataclass(frozen=True)
class Row:
    """One row below the headers: its number as the spreadsheet shows it, and cells by header."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """One table: its name (of a CSV file: empty), its headers, its rows that are not empty."""

    name: str
    headers: tuple[str, ...]
    rows: tuple[Row, ...]


def read_sheets(untrusted: bytes) -> list[Sheet]:
    """The tables of a file. Raises InvalidInput SKS-H021 (no table), SKS-H022 (too large)."""
    if len(untrusted) > TABLE_BYTES_MAX:
        raise InvalidInput("SKS-H022", what="bytes", allowed=TABLE_BYTES_MAX)
    if untrusted.startswith(ZIP_MARK):
        return _workbook(untrusted)
    return [_sheet("", csv.reader(StringIO(_text(untrusted), newline="")))]


def _text(untrusted: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return untrusted.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput("SKS-H021", reason="UTF-8, CP932")


def _workbook(untrusted: bytes) -> list[Sheet]:
    try:
        with zipfile.ZipFile(BytesIO(untrusted)) as packed:
            if sum(one.file_size for one in packed.infolist()) > UNPACKED_BYTES_MAX:
                raise InvalidInput("SKS-H022", what="bytes", allowed=UNPACKED_BYTES_MAX)
        book = load_workbook(BytesIO(untrusted), read_only=True, data_only=True, keep_links=False)
        return [
            _sheet(sheet.title, sheet.iter_rows(values_only=True, max_col=COLUMNS_MAX))
            for sheet in book.worksheets[:SHEETS_MAX]
        ]
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, OSError) as error:
        raise InvalidInput("SKS-H021", reason=type(error).__name__) from None


def _sheet(name: str, lines: Iterable[Sequence[object]]) -> Sheet:
    """The first line that is not empty holds the headers."""
    headers: tuple[str, ...] = ()
    rows: list[Row] = []
    try:
        for number, line in enumerate(lines, start=1):
            cells = [written(value)[:CELL_CHARS_MAX] for value in line[:COLUMNS_MAX]]
            if not any(cells):
                continue
            if not headers:
                headers = tuple(cells)
                continue
            if len(rows) >= ROWS_MAX:
                raise InvalidInput("SKS-H022", what="rows", allowed=ROWS_MAX)
            rows.append(Row(number, dict(zip(headers, cells, strict=False))))
    except csv.Error as error:
        raise InvalidInput("SKS-H021", reason=str(error)) from None
    return Sheet(name, headers, tuple(rows))


def write_workbook(sheets: Sequence[tuple[str, Sequence[str], Iterable[Sequence[str]]]]) -> bytes:
    """An .xlsx file with these sheets (name, headers, rows); every cell is text."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True})
        for name, headers, rows in sheets:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max(len(headers) - 1, 0), 18)
            for column, header in enumerate(headers):
                sheet.write_string(0, column, header, bold)
            for number, row in enumerate(rows, start=1):
                for column, value in enumerate(row):
                    sheet.write_string(number, column, value)
    return out.getvalue()


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file that Excel opens as UTF-8."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(headers)
    writer.writerows([_guarded(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _guarded(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value
