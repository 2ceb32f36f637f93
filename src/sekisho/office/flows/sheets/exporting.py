"""The register out: an Excel workbook, or CSV with a byte order mark and guarded formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import xlsxwriter

from sekisho.office.flows.entry import Entry
from sekisho.office.flows.sheets.reading import guarded
from sekisho.office.flows.sheets.register import COLUMN_WORDS, written

Rows = Sequence[tuple[Entry, str]]
"""Entries with their states."""

BOOK_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""Texts are texts, whatever they look like."""

_WIDTHS = {"name": 28, "purpose": 36, "basis": 36, "items": 44, "files": 24, "note": 28}
_TITLE = "定例連携"


def register_csv(rows: Rows) -> bytes:
    """The register as CSV that Excel opens rightly."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([words[0] for words in COLUMN_WORDS.values()])
    for entry, state in rows:
        writer.writerow([guarded(text) for text in written(entry, state).values()])
    return out.getvalue().encode("utf-8-sig")


def register_workbook(rows: Rows) -> bytes:
    """The register as a workbook with headings that stay in sight and filters."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, BOOK_OPTIONS) as book:
        head = book.add_format({"bold": True, "bg_color": "#e8f1fe", "border": 1})
        cell = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        sheet = book.add_worksheet(_TITLE)
        for at, (name, words) in enumerate(COLUMN_WORDS.items()):
            sheet.set_column(at, at, _WIDTHS.get(name, 14))
            sheet.write_string(0, at, words[0], head)
        for number, (entry, state) in enumerate(rows, 1):
            for at, text in enumerate(written(entry, state).values()):
                sheet.write_string(number, at, text, cell)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(1, len(rows)), len(COLUMN_WORDS) - 1)
    return out.getvalue()
