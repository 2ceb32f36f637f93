"""Tables for spreadsheets, read back by openpyxl and by the csv module."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest

from sekisho.kernel.errors import Refused
from sekisho.office.site import sheets
from sekisho.office.site.sheets import BOM, Head, Sheet, guarded, write_csv, write_xlsx

MADE = datetime(2026, 4, 1, tzinfo=UTC)
HEADS = (Head("名前"), Head("日時"), Head("数"), Head("なし"))
EVIL = ("=1+1", "+A1", "-2", "@SUM(A1)", "\t=1", "＝1+1", " =cmd|'/c calc'!A0", "https://x.example")


def rows() -> list[tuple[sheets.Value, ...]]:
    return [(text, datetime(2026, 3, 31, 16, 5, tzinfo=UTC), 12, None) for text in EVIL]


def xlsx(sheet: Sheet) -> io.BytesIO:
    out = io.BytesIO()
    write_xlsx([sheet], out, made=MADE, language="ja")
    return out


def test_every_text_stays_a_text_in_excel() -> None:
    out = xlsx(Sheet("受け渡し", HEADS, iter(rows())))
    with zipfile.ZipFile(out) as package:
        page = package.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in page and b"hyperlink" not in page
    (sheet,) = openpyxl.load_workbook(out).worksheets
    found = list(sheet.iter_rows(values_only=True))
    assert found[0] == ("名前", "日時", "数", "なし")
    assert [row[0] for row in found[1:]] == [text.replace("\t", "<0009>") for text in EVIL]
    assert found[1][1:] == ("令和8年4月1日 (2026-04-01) 01:05", 12, None)
    assert {cell.data_type for cell in sheet["A"]} <= {"s", "inlineStr"}
    assert sheet.freeze_panes == "A2"


def test_the_same_rows_give_the_same_excel_file() -> None:
    assert (
        xlsx(Sheet("一", HEADS, rows())).getvalue() == xlsx(Sheet("一", HEADS, rows())).getvalue()
    )


def test_csv_is_guarded_and_known_by_excel() -> None:
    out = io.BytesIO()
    write_csv(Sheet("受け渡し", HEADS, rows()), out, language="en")
    assert out.getvalue().startswith(BOM)
    found = list(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline="")))
    cells = [row[0] for row in found[1:]]
    assert cells[:4] == [f"'{text}" for text in EVIL[:4]]
    assert cells[4:] == ["<0009>=1", f"'{EVIL[5]}", f"'{EVIL[6]}", EVIL[7]]
    assert found[1][1:] == ["2026-04-01 01:05 JST", "12", ""]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("普通", "普通"), ("-5", "'-5"), ("　＝A1", "'　＝A1"), ("a=b", "a=b"), ("", "")],
)
def test_only_what_begins_like_a_formula_is_guarded(text: str, shown: str) -> None:
    assert guarded(text) == shown


def test_days_stand_in_both_calendars() -> None:
    (sheet,) = openpyxl.load_workbook(
        xlsx(Sheet("日[]:*?/\\" + "長" * 40, HEADS[:1], [(date(2019, 5, 1),)]))
    ).worksheets
    assert sheet["A2"].value == "令和元年5月1日 (2019-05-01)"
    assert len(sheet.title) == 31


def test_long_texts_are_cut_and_too_many_rows_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    (sheet,) = openpyxl.load_workbook(xlsx(Sheet("一", HEADS[:1], [("あ" * 40_000,)]))).worksheets
    assert len(sheet["A2"].value) == sheets.CELL_CHARS_MAX
    monkeypatch.setattr(sheets, "ROWS_MAX", 2)
    with pytest.raises(Refused) as refused:
        write_csv(Sheet("一", HEADS[:1], [("a",)] * 3), io.BytesIO(), language="ja")
    assert refused.value.code == "SKS-E010"
    with pytest.raises(Refused):
        xlsx(Sheet("一", HEADS[:1], [("a",)] * 3))


def test_every_line_of_a_text_stays_one() -> None:
    (sheet,) = openpyxl.load_workbook(
        xlsx(Sheet("一", HEADS[:1], [("一行目\n二行目\x0b\x00",)]))
    ).worksheets
    assert sheet["A2"].value == "一行目\n二行目\n<0000>"
