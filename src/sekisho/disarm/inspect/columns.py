"""The headings of a table, read from its first rows: CSV, TSV, and the first sheet of a workbook.

Nothing is calculated and nothing outside the file is asked for; a workbook is searched within
bounds, not parsed. What cannot be read has no headings, and is no error: headings inform people,
nothing depends on them.
"""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Iterator, Sequence
from itertools import islice

from sekisho.disarm.texts import read_text
from sekisho.disarm.work import Budget, Stopped
from sekisho.disarm.zipfiles import ZipMember, read_zip
from sekisho.kernel.limits import KIB, MIB

TABLE_HEAD_BYTES = 256 * KIB
"""So much of a CSV or TSV file is looked at."""

TABLE_KINDS = frozenset({"csv", "tsv"})
WORKBOOK_KINDS = frozenset({"xlsx", "xlsm", "xltx", "xltm"})
SHEET_BYTES_MAX = 512 * KIB
STRINGS_BYTES_MAX = 8 * MIB
STRINGS_MAX = 200_000
ROWS_MAX = 20
"""Headings stand in the first rows, below a title or two."""

COLUMNS_MAX = 500
COLUMN_CHARS_MAX = 100

_NUMBER = re.compile(r"[\d.,/:\- ¥%]+")
_SPACES = re.compile(r"\s+")
_TYPE = re.compile(r"""\bt\s*=\s*["'](\w+)["']""")
_SHEET_NAME = re.compile(r"xl/worksheets/sheet(\d{1,9})\.xml", re.IGNORECASE | re.ASCII)
_READING = re.compile(r"<(?:\w+:)?rPh\b[^<>]*>")
_STRINGS_NAME = "xl/sharedstrings.xml"
Cell = tuple[str, str]
"""The type of a cell and its raw value."""


def table_columns(head: bytes, kind: str, *, is_whole: bool) -> tuple[str, ...]:
    """The headings of a CSV or TSV file of which `head` is the beginning."""
    looked_at = head[:TABLE_HEAD_BYTES]
    read = read_text(looked_at, is_whole=is_whole and len(looked_at) == len(head))
    if read is None:
        return ()
    lines = read.text.lstrip("\ufeff").splitlines()[: ROWS_MAX * 2]
    edge = "\t" if kind == "tsv" else ","
    if lines and (named := re.fullmatch(r'"?sep=(.)"?', lines[0], re.IGNORECASE)):
        edge, lines = named[1], lines[1:]
    try:
        rows = list(islice(csv.reader(lines, delimiter=edge), ROWS_MAX))
    except (csv.Error, ValueError, TypeError):
        return ()
    return _headings(rows)


def workbook_columns(content: memoryview) -> tuple[str, ...]:
    """The headings of the first sheet of a workbook (ECMA-376)."""
    try:
        members = read_zip(content, Budget(len(content))).members
        sheet = _first_sheet(members)
        if sheet is None:
            return ()
        rows = list(islice(_rows(_text(sheet, SHEET_BYTES_MAX)), ROWS_MAX))
        strings = _strings(members, rows)
    except Stopped:
        return ()
    return _headings([[_shown(cell, strings) for cell in row] for row in rows])


def _first_sheet(members: Sequence[ZipMember]) -> ZipMember | None:
    """Parts are numbered in the order in which sheets were made; the lowest counts as the first."""
    found = [
        (int(named[1]), at)
        for at, one in enumerate(members)
        if (named := _SHEET_NAME.fullmatch(one.untrusted_name))
    ]
    return members[min(found)[1]] if found else None


def _text(part: ZipMember, bytes_max: int) -> str:
    data = part.head(bytes_max)
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return data.decode("utf-16" if utf16 else "utf-8", "replace")


def _elements(text: str, name: str) -> Iterator[tuple[str, str]]:
    """Attributes and content of every element of this name, whatever its prefix; one that is not
    closed ends the search, so that hostile text costs no more than its length."""
    opening = re.compile(rf"<(\w+:)?{name}\b([^<>]*?)(/?)>")
    at = 0
    while found := opening.search(text, at):
        at = found.end()
        if found[3]:
            yield found[2], ""
            continue
        close = f"</{found[1] or ''}{name}>"
        end = text.find(close, at)
        if end < 0:
            return
        yield found[2], text[at:end]
        at = end + len(close)


def _rows(sheet: str) -> Iterator[list[Cell]]:
    for _, row in _elements(sheet, "row"):
        yield [_cell(*one) for one in islice(_elements(row, "c"), COLUMNS_MAX)]


def _cell(attributes: str, inner: str) -> Cell:
    kind = found[1] if (found := _TYPE.search(attributes)) else "n"
    if kind == "inlineStr":
        return "str", _plain(inner)
    return kind, next((value for _, value in _elements(inner, "v")), "")


def _plain(rich: str) -> str:
    """The text of a string. How its kanji are read (rPh) stands beside it and is left out."""
    first, *rest = _READING.split(rich)
    pieces = [first, *(one.partition("rPh>")[2] for one in rest)]
    return "".join(text for one in pieces for _, text in _elements(one, "t"))


def _strings(members: Sequence[ZipMember], rows: Sequence[Sequence[Cell]]) -> list[str]:
    """The shared strings, as far as the rows need them."""
    wanted = max((_place(raw) for row in rows for kind, raw in row if kind == "s"), default=-1)
    part = next((one for one in members if one.untrusted_name.lower() == _STRINGS_NAME), None)
    if wanted < 0 or part is None:
        return []
    found = _elements(_text(part, STRINGS_BYTES_MAX), "si")
    return [_plain(inner) for _, inner in islice(found, min(wanted + 1, STRINGS_MAX))]


def _place(raw: str) -> int:
    return int(raw) if raw.isdecimal() and len(raw) < 10 else -1


def _shown(cell: Cell, strings: Sequence[str]) -> str:
    kind, raw = cell
    if kind == "s":
        at = _place(raw)
        raw = strings[at] if 0 <= at < len(strings) else ""
    return html.unescape(raw)


def _headings(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The first row whose cells are mostly words and about as many as the widest row has; titles
    above it have fewer."""
    filled = [[tidy for cell in row[:COLUMNS_MAX] if (tidy := _tidy(cell))] for row in rows]
    widest = max(map(len, filled), default=0)
    for row in filled:
        words = [cell for cell in row if not _NUMBER.fullmatch(cell)]
        if len(row) >= min(2, widest) and len(words) * 2 > len(row) and len(row) * 2 >= widest:
            return tuple(dict.fromkeys(words))
    return ()


def _tidy(cell: str) -> str:
    return _SPACES.sub(" ", cell).strip()[:COLUMN_CHARS_MAX]
