"""CSV and TSV: cells that a spreadsheet program would calculate are found, and disarmed by policy.

Cells are told apart as RFC 4180 and Excel do: a quotation mark counts at the start of a cell only,
what follows the closing one is a part of the cell, and `sep=;` in the first line names the
delimiter. Everything but the apostrophe in front of a formula stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import BinaryIO

from sekisho.disarm.formats.letters import Letters, rebuild_text
from sekisho.disarm.profile import Formulas
from sekisho.disarm.work import Source, Stopped, Work

PLACE = "表"
APOSTROPHE = "'"

_SAFE = re.compile(
    r"[-+＋－][-+＋－\d０-９ \u3000,.，．:：/／()（）%％]*(?:[eE][-+]?\d+)?[%％円]?\s*"
)
"""Numbers and what looks like them: -5, -1,234, +81-3-1234-5678, -1.5E+3, and a lone dash."""

_REACHES_OUT = re.compile(
    r"\||\\\\|://|\[[^\]]*\].*!|\b(?:WEBSERVICE|FILTERXML|IMPORT[A-Z]+|HYPERLINK|IMAGE|RTD|DDE|DDEAUTO"
    r"|CALL|REGISTER(?:\.ID)?|EXEC|SQL\.REQUEST|QUERYWEB|PY)\s*\(",
    re.IGNORECASE | re.DOTALL,
)
"""Formulas that start programs (DDE), read other files or ask servers."""

_SEPARATOR_LINE = re.compile(r"\"?sep=([^\r\n])\"?(?=\r|\n|$)", re.IGNORECASE)
_SYLK = re.compile(r"ID;P", re.IGNORECASE)


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """Write the table again. Raises Stopped."""
    return rebuild_text(source, sink, work, _rebuild)


def _rebuild(letters: Letters, source: Source, work: Work) -> tuple[bytes, str]:
    work.look(letters.plain, PLACE)
    text = disarm_table(letters.text, "\t" if source.kind == "tsv" else ",", work)
    return letters.having(text).encoded(), source.kind


def disarm_table(text: str, delimiter: str, work: Work) -> str:
    """The text of a table with its formulas treated as the profile says.

    What reaches out of the sheet is made text in every profile. Raises Stopped SKS-D410 where the
    profile stops formulas, SKS-D411 for SYLK, which Excel reads as such whatever it is called.
    """
    if _SYLK.match(text):
        raise Stopped("SKS-D411")
    at = 0
    edges = delimiter
    if line := _SEPARATOR_LINE.match(text):
        edges, at = delimiter + line[1], line.end()
    parts: list[str] = []
    written = 0
    for start, value in _suspicious(text, edges, at):
        if not _is_formula(value):
            continue
        reaches = bool(_REACHES_OUT.search(value))
        if work.profile.formulas is Formulas.STOP:
            raise Stopped("SKS-D410", line=text.count("\n", 0, start) + 1)
        what = "reaching-formula" if reaches else "formula"
        if not reaches and work.profile.formulas is Formulas.REPORT:
            work.found(what, PLACE)
            continue
        work.changed(what, PLACE)
        parts += (text[written:start], APOSTROPHE)
        written = start
    return "".join((*parts, text[written:])) if parts else text


def _is_formula(value: str) -> bool:
    stripped = value.strip(" \u3000\xa0\t\r\n")
    if not stripped or stripped.startswith(APOSTROPHE):
        return False
    if value[0] in "\t\r" or stripped[0] in "=＝@＠":
        return stripped[0] in "=＝@＠+-＋－" and not _SAFE.fullmatch(stripped)
    return value[0] in "+-＋－" and not _SAFE.fullmatch(value)


def _suspicious(text: str, edges: str, at: int) -> Iterator[tuple[int, str]]:
    """Cells that may be formulas: where an apostrophe would go, and their value.

    A quotation mark that is never closed swallows the rest of the file in some programs and is a
    character like others in others: what follows is read the second way, which covers both.
    """
    cell, rest, literal = _cells(edges)
    begin = at
    while found := cell.search(text, begin):
        start, begin = found.start(), max(found.end(), found.start() + 1)
        if found["quoted"] is None:
            yield start, found[0]
            continue
        tail = rest.match(text, found.end())
        value = found[0].replace('""', '"')[1:]
        if not found["closed"]:
            yield start + 1, value
            begin = start + 1
            break
        yield start + 1, value[:-1] + (tail[0] if tail else "")
    else:
        return
    for found in literal.finditer(text, begin):
        yield found.start("value"), found["value"]


@cache
def _cells(edges: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Expressions for a cell that matters, for the rest of a cell, and for one without quotes."""
    edge = re.escape(edges) + "\r\n"
    blanks = "[ \u3000\xa0]" if "\t" in edges else "[ \u3000\xa0\t]"
    first = rf"(?:(?<=[{edge}])|\A)"
    value = rf"{blanks}*[=+\-@＝＋－＠][^{edge}]*"
    cell = rf"{first}(?:(?P<quoted>\"(?:[^\"]++|\"\")*+(?P<closed>\"?))|{value})"
    literal = rf"{first}\"*(?P<value>{value})"
    return re.compile(cell), re.compile(rf"[^{edge}]*"), re.compile(literal)
