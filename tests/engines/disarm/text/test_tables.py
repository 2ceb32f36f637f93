"""CSV and TSV: which cells are formulas, and what happens to them by policy."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.disarm.support import run, stopped, through

from sekisho.disarm.account import Act
from sekisho.disarm.profile import STANDARD, STRICT, Formulas

STOP = replace(STANDARD, name="stop", formulas=Formulas.STOP)

FORMULAS = [
    "=1+1", "+1+A1", "-A1", "@SUM(1)", "=ｱ", "＝1+1", "＋A1", "－A1", "＠SUM(1)", "\t=1+1", " =1+1",
    "-なし", "+cmd", "=", "-1+canary()", "- 項目",
]  # fmt: skip
HARMLESS = [
    "", "-", "--", "－", "-5", "-1,234.5", "+81-3-1234-5678", "+0.5%", "-1.5E+3", "-12円", "−5",
    "a=b",
    "03-1234-5678", "'=1+1", "a+b", "１－２", "-(3)", "東京", "(=1)", "－５", " - x",
]  # fmt: skip
REACHING = [
    "=cmd|'/C calc'!A0", "+cmd|'/C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "-2+3+cmd|' /C x'!A0",
    '=HYPERLINK("x:canary","押す")', "=WEBSERVICE(A1)", r"='\\canary\share\[a.xls]S'!A1",
    "=IMPORTXML(A1)", "=[1.xls]S!A1", "=rundll32|'URL.dll,OpenURL calc.exe'!A",
]  # fmt: skip


def table(cell: str, *, quoted: bool = True) -> bytes:
    out = io.StringIO()
    style = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(out, quoting=style).writerows([["氏名", "値"], ["山田", cell], [cell, "佐藤"]])
    return out.getvalue().encode()


def cells(data: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline=""), delimiter=delimiter))


@pytest.mark.parametrize("quoted", [True, False])
@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_is_found_prefixed_or_stops(cell: str, quoted: bool) -> None:
    data = table(cell, quoted=quoted)
    found = through(data, "a.csv")
    assert found.content == data
    assert found.rows(Act.FOUND)["formula"] == 2
    prefixed = through(data, "a.csv", STRICT)
    assert cells(prefixed.content)[1:] == [["山田", f"'{cell}"], [f"'{cell}", "佐藤"]] or (
        # blanks in front of a cell without quotation marks belong to it
        cells(prefixed.content)[1][1].startswith("'")
    )
    assert prefixed.rows(Act.CHANGED) == {"formula": 2}
    stopped(data, "a.csv", "SKS-D410", STOP)


@pytest.mark.parametrize("quoted", [True, False])
@pytest.mark.parametrize("cell", HARMLESS)
def test_numbers_and_words_are_no_formulas(cell: str, quoted: bool) -> None:
    data = table(cell, quoted=quoted)
    for profile in (STANDARD, STRICT, STOP):
        result = through(data, "a.csv", profile)
        assert result.content == data
        assert "formula" not in result.rows(Act.FOUND)


@pytest.mark.parametrize("cell", REACHING)
def test_what_reaches_out_is_text_in_every_profile(cell: str) -> None:
    for profile in (STANDARD, STRICT):
        result = through(table(cell), "a.csv", profile)
        assert cells(result.content)[1] == ["山田", f"'{cell}"]
        assert result.rows(Act.CHANGED) == {"reaching-formula": 2}
    stopped(table(cell), "a.csv", "SKS-D410", STOP)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a,""=1+1\r\nb,c\r\n', 'a,"\'"=1+1\r\nb,c\r\n'),  # what follows the closing mark
        ("sep=;\r\na;=1+1\r\nb;2\r\n", "sep=;\r\na;'=1+1\r\nb;2\r\n"),
        ('a,"=1\r\n=2,c\r\nd,e\r\n', "a,\"'=1\r\n'=2,c\r\nd,e\r\n"),  # never closed
        ('"a\r\n-b","c,=d"\r\n1,2\r\n', '"a\r\n-b","c,=d"\r\n1,2\r\n'),  # inside one cell
        ("a\t=1\r\nb\t2\r\n", "a\t'=1\r\nb\t2\r\n"),
        ("a,b\r=1,2\rc,d\r", "a,b\r'=1,2\rc,d\r"),
        ('"he said ""=1""",=2\r\n1,2\r\n', '"he said ""=1""",\'=2\r\n1,2\r\n'),
    ],
)
def test_cells_are_told_apart_as_excel_does(text: str, expected: str) -> None:
    name = "a.tsv" if "\t" in text else "a.csv"
    assert through(text.encode(), name, STRICT).content.decode() == expected


def test_one_column_called_csv_is_a_table() -> None:
    assert through(b"=cmd|'/C calc'!A0\r\n", "a.csv").content == b"'=cmd|'/C calc'!A0\r\n"
    assert through(b"=cmd|'/C calc'!A0\r\n", "a.txt").content == b"=cmd|'/C calc'!A0\r\n"


@pytest.mark.parametrize("codec", ["utf-8-sig", "cp932", "utf-16", "euc_jp", "iso2022_jp"])
def test_every_encoding_stays(codec: str) -> None:
    data = "氏名,値\r\n山田,=1+1\r\n".encode(codec)
    expected = "氏名,値\r\n山田,'=1+1\r\n".encode(codec)
    assert through(data, "a.csv", STRICT).content == expected


def test_sylk_stops_whatever_it_is_called() -> None:
    stopped(b'ID;PWXL;N;E\r\nC;Y1;X1;K0;EEXEC("canary")\r\nE\r\n', "a.csv", "SKS-D411")


def test_a_million_quotation_marks_end_soon() -> None:
    data = b"a,b\r\n" + b'"","' * 300_000
    assert run(data, "a.csv", STRICT).code in ("", "SKS-D402")


_CELLS = st.text(alphabet="=+-@'\"a1, \t\n\r;|!＝", max_size=8)


@given(st.lists(st.lists(_CELLS, min_size=2, max_size=2), min_size=2, max_size=4))
def test_no_formula_is_left_where_python_reads_the_table(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    data = out.getvalue().encode()
    result = through(data, "a.csv", STRICT)
    before = [cell for row in cells(data) for cell in row]
    after = [cell for row in cells(result.content) for cell in row]
    assert [cell.removeprefix("'") for cell in after] == [cell.removeprefix("'") for cell in before]
    assert not [cell for cell in after if cell.startswith(("=", "@", "＝"))]


@given(st.text(alphabet="=+-@'\"a1, \t\n\r;|!sep", max_size=80))
def test_any_table_is_a_fixed_point(text: str) -> None:
    for name in ("a.csv", "a.tsv"):
        if run(text.encode(), name, STRICT).code == "":
            through(text.encode(), name, STRICT)
