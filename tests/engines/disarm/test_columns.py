"""Headings of tables: read from CSV, TSV and workbooks, and never an error or a long wait."""

from __future__ import annotations

import io
import time
import zipfile

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from sekisho.disarm.inspect.columns import SHEET_BYTES_MAX, table_columns, workbook_columns

HEADINGS = ("宛名番号", "氏名", "税額")
ROWS = [HEADINGS, (1, "佐藤 花子", 12000), (2, "鈴木 一郎", 8000)]


def text(encoding: str, edge: str = ",") -> bytes:
    return "".join(edge.join(map(str, row)) + "\r\n" for row in ROWS).encode(encoding)


def workbook(rows: list[tuple[object, ...]], first: int = 0) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("一覧")
        for at, row in enumerate(rows):
            sheet.write_row(first + at, 0, row)
        book.add_worksheet("別").write(0, 0, "別のシート")
    return out.getvalue()


def raw_workbook(sheet: bytes, strings: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", sheet)
        parts.writestr("xl/sharedStrings.xml", strings)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "euc_jp"])
def test_headings_of_a_table_in_every_encoding(encoding: str) -> None:
    assert table_columns(text(encoding), "csv", is_whole=True) == HEADINGS
    assert table_columns(text(encoding, "\t"), "tsv", is_whole=True) == HEADINGS


def test_the_beginning_of_a_long_table_is_enough() -> None:
    head = (text("cp932") + b"3,x,1\r\n" * 100_000)[: 256 * 1024 + 1]
    assert table_columns(head, "csv", is_whole=False) == HEADINGS


def test_titles_above_and_a_named_delimiter() -> None:
    titled = "sep=;\n令和8年度 所得一覧\n\n" + "宛名番号;氏名;税額\n1;佐藤;3\n"
    assert table_columns(titled.encode(), "csv", is_whole=True) == HEADINGS


def test_a_table_without_headings_has_none() -> None:
    assert table_columns(b"1,2,3\n4,5,6\n", "csv", is_whole=True) == ()
    assert table_columns(b"", "csv", is_whole=True) == ()
    assert table_columns(b"\xff\xfe\x00", "csv", is_whole=True) == ()
    assert workbook_columns(memoryview(workbook([(1, 2, 3)]))) == ()


def test_headings_of_a_workbook() -> None:
    assert workbook_columns(memoryview(workbook(list(ROWS)))) == HEADINGS
    titled = [("令和8年度 所得一覧",), (), *ROWS]
    assert workbook_columns(memoryview(workbook(titled, first=3))) == HEADINGS


def test_headings_of_a_workbook_of_another_writer() -> None:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    assert workbook_columns(memoryview(out.getvalue())) == HEADINGS


def test_prefixes_inline_strings_and_readings_of_kanji() -> None:
    sheet = (
        "<x:sheetData><x:row><x:c t='inlineStr'><x:is><x:t>宛名 &amp; 番号</x:t></x:is>"
        '</x:c><x:c r="B1" t="s"><x:v>0</x:v></x:c><x:c/></x:row></x:sheetData>'
    )
    strings = (
        '<sst><si><r><t>氏</t></r><r><t xml:space="preserve">名</t></r>'
        '<rPh sb="0"><t>シメイ</t></rPh></si></sst>'
    )
    made = raw_workbook(sheet.encode(), strings.encode())
    assert workbook_columns(memoryview(made)) == ("宛名 & 番号", "氏名")


@pytest.mark.parametrize(
    "sheet",
    [
        b"<row>" * 2_000_000,
        b"<row " * 2_000_000,
        b"<row><c>" * 1_000_000,
        b"<row><c t='s'><v>999999999</v></c></row>" * 100_000,
        b"<row><c t='s'><v>" + b"9" * 400_000 + b"</v></c></row>",
        b"<" + b"a" * 5_000_000,
        b"\xff\xfe" * 100,
    ],
    ids=["rows", "open tags", "cells", "far strings", "digits", "name", "utf-16"],
)
def test_hostile_sheets_cost_little(sheet: bytes) -> None:
    strings = b"<si><rPh><t>" * 300_000
    began = time.process_time()
    assert workbook_columns(memoryview(raw_workbook(sheet, strings))) == ()
    assert time.process_time() - began < 2


def test_a_bomb_is_not_unpacked() -> None:
    made = raw_workbook(b"<row><c t='str'><v>" + b"x" * 300_000_000)
    began = time.process_time()
    assert len(made) < 1_000_000
    assert workbook_columns(memoryview(made)) == ()
    assert time.process_time() - began < 1
    assert SHEET_BYTES_MAX < 1_000_000


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    table_columns(data, "csv", is_whole=True)
    assert workbook_columns(memoryview(data)) == ()
    workbook_columns(memoryview(raw_workbook(data, data)))


WHOLE = workbook(list(ROWS))
"""Made once: it holds the moment at which it was made."""


@given(st.data())
def test_damaged_workbooks_are_no_error(data: st.DataObject) -> None:
    made = bytearray(WHOLE)
    for _ in range(3):
        made[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(workbook_columns(memoryview(made)), tuple)


@given(
    st.lists(
        st.text(st.characters(categories=("L",)), min_size=1, max_size=8),
        min_size=2,
        max_size=30,
        unique=True,
    )
)
def test_what_was_written_is_read(words: list[str]) -> None:
    rows = [tuple(words), tuple(range(len(words)))]
    assert workbook_columns(memoryview(workbook(rows))) == tuple(words)
