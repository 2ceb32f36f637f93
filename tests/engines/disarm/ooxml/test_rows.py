"""Rows judged as they stand: the short way agrees with the long one, and nothing slips past it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
import re2
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engines.disarm.ooxml.build import CANARY, Surgery
from tests.engines.disarm.support import run

from sekisho.disarm.formats.ooxml import rebuilding, rows
from sekisho.disarm.formats.ooxml.cells import Cells, UsualCells

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = ["住民", "123456789018", "a&b"]


def book(body: str) -> bytes:
    """A workbook of three strings whose one sheet has these rows."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = made.add_worksheet("名簿")
    for number, text in enumerate(STRINGS):
        sheet.write(0, number, text)
    made.close()
    surgery = Surgery(out.getvalue())
    sheet_xml = surgery.parts[SHEET].decode()
    found = re.sub("<sheetData>.*</sheetData>", "<sheetData>@</sheetData>", sheet_xml)
    surgery.parts[SHEET] = found.replace("@", body).encode()
    return surgery.bytes()


_KINDS = st.sampled_from(["", "", ' t="n"', ' t="str"', ' t="b"', ' t="e"', ' t="d"'])
_VALUES = st.sampled_from(
    ["4", "-1", "1.5E+3", "1.23456789018E+11", "123456789018", "甲", "a&amp;b", "E", " ", "080"]
)
_FORMULAS = st.sampled_from(
    ["", "", "<f>B1*2</f>", "<f>A1&amp;B1</f>", '<f t="array" ref="A1:A2">B1</f>', "<f>E1&gt;2</f>"]
)

_UNUSUAL = {
    "no-place": "<row><c><v>@</v></c></row>",
    "metadata": '<row r="1"><c r="A1" cm="1"><v>@</v></c></row>',
    "metadata-shared": '<row r="1"><c r="A1" vm="1" t="s"><v>1</v></c></row>',
    "reading": '<row r="1"><c r="A1" s="0" ph="1" t="s"><v>1</v></c></row>',
    "order": '<row r="1"><c t="n" r="A1"><v>@</v></c></row>',
    "order-shared": '<row r="1"><c t="s" r="A1"><v>1</v></c></row>',
    "spaces": '<row r="1">\n <c r="A1">\n  <v>@</v>\n </c>\n</row>',
    "spaces-shared": '<row r="1"><c r="A1" t="s" ><v> 1 </v></c></row>',
    "kept-spaces": '<row r="1"><c r="A1" t="str"><v xml:space="preserve">@</v></c></row>',
    "formula": '<row r="1"><c r="A1" cm="1"><f t="array" ref="A1">1+1</f><v>@</v></c></row>',
    "empty-formula": '<row r="1"><c r="A1"><f/><v>@</v></c></row>',
    "inline": '<row r="1"><c t="inlineStr" r="A1"><is><r><t>@</t></r></is></c></row>',
    "exponent": '<row r="1"><c r="A1"><v>1.23456789018e+11</v></c></row>',
    "point": '<row r="1"><c r="A1"><v>123456789018.0</v></c></row>',
}


@pytest.mark.parametrize("rows", _UNUSUAL.values(), ids=_UNUSUAL)
def test_numbers_are_found_in_cells_of_any_shape(rows: str) -> None:
    said = run(book(rows.replace("@", STRINGS[1])), "a.xlsx").said
    assert said.stopped is None
    found = [entry.where for entry in said.entries if entry.what == "individual-number"]
    place = "" if rows.startswith("<row>") else "!A1"
    assert found[0] == f"シート「名簿」{place}"


@st.composite
def _cell(draw: Callable[..., Any], place: str) -> str:
    style = draw(st.sampled_from(["", ' s="1"', ' s="12"']))
    what = draw(st.integers(0, 5))
    if what == 0:
        return f'<c r="{place}"{style}/>'
    formula = draw(_FORMULAS)
    if what < 3:
        number = draw(st.sampled_from(["0", "1", "2", "02"]))
        return f'<c r="{place}"{style} t="s">{formula}<v>{number}</v></c>'
    return f'<c r="{place}"{style}{draw(_KINDS)}>{formula}<v>{draw(_VALUES)}</v></c>'


@st.composite
def _row(draw: Callable[..., Any], number: int) -> str:
    count = draw(st.integers(0, 4))
    spans = draw(st.sampled_from(["", ' spans="1:4"', ' spans="1:4" ht="15.5" customHeight="1"']))
    cells = "".join(draw(_cell(f"{'ABCD'[at]}{number}")) for at in range(count))
    tag = f'<row r="{number}"{spans}'
    return f"{tag}>{cells}</row>" if cells else f"{tag}/>"


_ROWS = st.integers(1, 5).flatmap(
    lambda count: st.tuples(*(_row(number) for number in range(1, count + 1))).map("".join)
)

_HOSTILE = st.sampled_from(
    [
        ' cm="1"',
        f' evil="{CANARY}"',
        ' xmlns="urn:other"',
        f' xmlns:x="{CANARY}"',
        ' r="A1"',
        "<!-- <c> -->",
        "<![CDATA[<f>]]>",
        "<?x y?>",
        "&evil;",
        "&#60;f&#62;",
        "<f>WEBSERVICE(1)</f>",
        "<f>[1]S!A1</f>",
        '<f t="shared" si="0">A1</f>',
        "</row>",
        "</sheetData><sheetData>",
        "<x:c/>",
        "\ufffe",
        "\x01",
        ">",
        "<",
        "'",
        "\r\n",
        "  ",
    ]
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(_ROWS)
def test_both_ways_write_and_find_the_same(body: str) -> None:
    data = book(body)
    short = run(data, "a.xlsx")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rebuilding, "usual_rows", lambda data, links: None)
        long = run(data, "a.xlsx")
    assert short.code == ""
    assert short.content == long.content
    assert short.said == long.said


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(_ROWS, _HOSTILE, st.floats(0, 1))
def test_something_hostile_in_usual_rows_gains_nothing(body: str, bad: str, at: float) -> None:
    """Wherever it stands, what comes out is what comes out the long way; or neither comes out."""
    place = int(at * len(body))
    data = book(body[:place] + bad + body[place:])
    short = run(data, "a.xlsx")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rebuilding, "usual_rows", lambda data, links: None)
        long = run(data, "a.xlsx")
    assert (short.content, short.code) == (long.content, long.code)


@settings(max_examples=400, suppress_health_check=list(HealthCheck))
@given(_ROWS, _HOSTILE, st.floats(0, 1))
def test_the_automaton_is_the_expression(body: str, bad: str, at: float) -> None:
    """Another engine for the same expression says the same, near misses included."""
    place = int(at * len(body))
    expression = re.compile(rows.ROWS)
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    automaton = re2.compile(rows.ROWS, options)
    for one in (body.encode(), (body[:place] + bad + body[place:]).encode()):
        assert bool(automaton.fullmatch(one)) == bool(expression.fullmatch(one))


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(_ROWS)
def test_usual_cells_show_what_other_cells_show(body: str) -> None:
    usual, other = UsualCells("", STRINGS), Cells("", STRINGS)
    lines = other.rows(body)
    assert usual.whole(lines) == other.whole(lines)
    assert usual.used(body) == other.used(body)


def test_a_place_that_no_string_has_is_shown_as_nothing() -> None:
    line = '<row r="1"><c r="A1" t="s"><v>9</v></c><c r="B1"><v>4</v></c></row>'
    usual, other = UsualCells("", STRINGS), Cells("", STRINGS)
    assert usual.whole(usual.rows(line)) == other.whole(other.rows(line)) == "4\n"
    assert usual.used(line) == other.used(line) == {9}
