"""Tables for spreadsheets: Excel row by row, and CSV that Excel opens in the right character set.

Texts come from people, and a spreadsheet must not take one for a formula: in Excel every text is
written as a text; in CSV, where a cell has no kind, one that begins like a formula gets a `'`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, BinaryIO

import xlsxwriter

from sekisho.kernel.dates import day_words, moment_words
from sekisho.kernel.errors import Refused
from sekisho.kernel.names import visible

ROWS_MAX = 1_000_000
"""Excel takes 1,048,576."""

CELL_CHARS_MAX = 32_767
TITLE_CHARS_MAX = 31
BOM = b"\xef\xbb\xbf"
Value = str | int | float | datetime | date | None

_FORMULA = re.compile(r"[ \u3000]*[=+\-@＝＋－＠]")
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\']")


@dataclass(frozen=True)
class Head:
    """A column: its heading and its width in letters of half width."""

    title: str
    width: int = 16


@dataclass(frozen=True)
class Sheet:
    """Rows under headings. `rows` is read once, from its beginning to its end."""

    title: str
    heads: Sequence[Head]
    rows: Iterable[Sequence[Value]]


def write_xlsx(sheets: Sequence[Sheet], out: BinaryIO, *, made: datetime, language: str) -> None:
    """Sheets as an Excel file; memory does not grow with the rows.

    Raises Refused SKS-E010 for more than `ROWS_MAX` rows.
    """
    book = xlsxwriter.Workbook(
        out,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    book.set_properties({"created": made.astimezone(UTC).replace(tzinfo=None, microsecond=0)})
    head = book.add_format({"bold": True, "bg_color": "#E8E8E8", "border": 1, "valign": "top"})
    cell = book.add_format({"text_wrap": True, "valign": "top"})
    try:
        for number, one in enumerate(sheets, 1):
            _fill(book.add_worksheet(_title(one.title, number)), one, head, cell, language)
    finally:
        book.close()


def _fill(page: Any, sheet: Sheet, head: Any, cell: Any, language: str) -> None:
    for column, one in enumerate(sheet.heads):
        page.set_column(column, column, one.width)
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    for column, one in enumerate(sheet.heads):
        page.write_string(0, column, visible(one.title), head)
    last = 0
    for last, row in enumerate(sheet.rows, 1):
        _require_room(last)
        for column, value in enumerate(row):
            if isinstance(value, int | float):
                page.write_number(last, column, value, cell)
            elif value not in (None, ""):
                text = visible_lines(_words(value, language))
                page.write_string(last, column, text[:CELL_CHARS_MAX], cell)
    page.autofilter(0, 0, max(last, 1), len(sheet.heads) - 1)


def write_csv(sheet: Sheet, out: BinaryIO, *, language: str) -> None:
    """One sheet as CSV in UTF-8 with the mark by which Excel knows it. Raises Refused SKS-E010."""
    out.write(BOM)
    text = io.TextIOWrapper(out, "utf-8", newline="", write_through=True)
    try:
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow([guarded(one.title) for one in sheet.heads])
        for number, row in enumerate(sheet.rows, 1):
            _require_room(number)
            writer.writerow([_plain(value, language) for value in row])
    finally:
        text.detach()


def guarded(text: str) -> str:
    """The text, with a `'` before it when a spreadsheet might take it for a formula."""
    shown = visible_lines(text)
    return f"'{shown}" if _FORMULA.match(shown) else shown


def visible_lines(text: str) -> str:
    """The text with what does not print named, its lines kept."""
    return "\n".join(visible(line) for line in text.splitlines())


def _plain(value: Value, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    return guarded(_words(value, language))


def _words(value: Value, language: str) -> str:
    if isinstance(value, datetime):
        return moment_words(value, language)
    return day_words(value, language) if isinstance(value, date) else str(value)


def _title(text: str, number: int) -> str:
    """A name that Excel takes, each only once."""
    plain = _NOT_IN_TITLES.sub(" ", visible(text)).strip()
    return f"{number} {plain}"[:TITLE_CHARS_MAX]


def _require_room(rows: int) -> None:
    if rows > ROWS_MAX:
        raise Refused("SKS-E010", allowed=f"{ROWS_MAX:,}")
