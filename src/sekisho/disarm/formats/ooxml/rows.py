"""The rows of a worksheet in their usual form: judged as they stand, without a tree.

Nearly all of a large workbook are rows. When every one of them has exactly the shape that this
pattern allows — known attributes in their usual order, values of the right kind, no formula that
reaches outside — they are written as they are. Anything else makes the whole sheet go the long
way (`cleaning`), which would write the same bytes for these rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from sekisho.disarm.automata import automaton
from sekisho.disarm.formats.ooxml.addresses import reaches_outside
from sekisho.disarm.formats.ooxml.tables import clark, namespaces

_TEXT = rb"(?:[^<>&\x00-\x1f]|&(?:amp|lt|gt);)+"
_FORMULA = rb'(?:<f(?: t="array" ref="[A-Z0-9:]{2,21}")?>' + _TEXT + rb"</f>)?"
_CELL = rb'<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]{1,6}")?(?: t="(?:s|n|b|e|d|str)")?'
_VALUE = rb"<v>" + _TEXT + rb"</v></c>"
_ROW = (
    rb'<row r="[0-9]{1,7}"(?: spans="[0-9: ]{1,40}")?(?: s="[0-9]{1,6}")?'
    rb'(?: customFormat="[a-z01]{1,5}")?(?: ht="[0-9.]{1,20}")?(?: hidden="[a-z01]{1,5}")?'
    rb'(?: customHeight="[a-z01]{1,5}")?(?: outlineLevel="[0-7]")?'
    rb'(?: collapsed="[a-z01]{1,5}")?(?: thickTop="[a-z01]{1,5}")?'
    rb'(?: thickBot="[a-z01]{1,5}")?(?: x14ac:dyDescent="[0-9.]{1,20}")?'
)


def _rows(behind: bytes) -> bytes:
    """Rows whose cells have this between their tag and their value."""
    return rb"(?:%b(?:/>|>(?:%b(?:/>|>%b%b))+</row>))+" % (_ROW, _CELL, behind, _VALUE)


ROWS = _rows(_FORMULA)
"""What all rows of a sheet together must be, as an expression."""

_ROWS, _PLAIN_ROWS = automaton(ROWS), automaton(_rows(b""))
_FORMULAS = re.compile(rb"<f[^>]*+>([^<]++)</f>")
_DECLARATION = re.compile(
    rb'(?:\xef\xbb\xbf)?<\?xml version="1\.0" encoding="(?:UTF|utf)-8"[^?]{0,40}\?>'
)
_OPEN, _CLOSE, _EMPTY = b"<sheetData>", b"</sheetData>", b"<sheetData/>"
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
"""U+FFFE and U+FFFF, which no XML may hold."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A worksheet in two: its XML without rows, and the rows."""

    shell: bytes
    body: bytes
    needs_x14ac: bool
    """Whether the rows use that prefix, which the shell has to declare then."""

    def fit(self, root: etree._Element) -> bool:
        """Whether the root of the shell gives the names of the rows their usual meaning."""
        holders = list(root.iter(clark("x:sheetData")))
        if root.tag != clark("x:worksheet") or len(holders) != 1:
            return False
        holder, meanings = holders[0], holders[0].nsmap
        if holder.getparent() is not root or holder.prefix is not None or len(holder.attrib):
            return False
        return not self.needs_x14ac or meanings.get("x14ac") == namespaces()["x14ac"]

    def into(self, shell: bytes) -> bytes | None:
        """The rows put back into a shell that was rebuilt; None when it has no place for them."""
        if shell.count(_EMPTY) != 1:
            return None
        before, _, behind = shell.partition(_EMPTY)
        return b"".join((before, _OPEN, self.body, _CLOSE, behind))


def usual_rows(data: bytes, *, links: bool) -> Rows | None:
    """The two parts of a worksheet whose rows may stay as they are, or None."""
    start, stop = data.find(_OPEN) + len(_OPEN), data.rfind(_CLOSE)
    if start < len(_OPEN) or stop < start:
        return None
    body = data[start:stop]
    shell = data[: start - len(_OPEN)] + _EMPTY + data[stop + len(_CLOSE) :]
    # No comment, section or instruction may hide what is inside of what.
    if (
        _OPEN in shell
        or _CLOSE in shell
        or b"<!" in shell
        or shell.count(b"<?") != 1
        or not _DECLARATION.match(shell)
    ):
        return None
    has_formulas = _PLAIN_ROWS.fullmatch(body) is None
    if has_formulas and _ROWS.fullmatch(body) is None:
        return None
    if not body.isascii() and any(one in body for one in _NO_CHARACTERS):
        return None
    formulas = set(_FORMULAS.findall(body)) if has_formulas else set()
    if any(reaches_outside(_plain(one), links=links) for one in formulas):
        return None
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return Rows(shell, body, needs_x14ac=b" x14ac:" in body)


def _plain(formula: bytes) -> str:
    text = formula.decode("utf-8", "replace")
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
