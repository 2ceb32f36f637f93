"""The Excel file of `assess`: every table is there, every input names its source, no formula."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import openpyxl
import pytest

from sekisho.assess.assessing import Assessor
from sekisho.assess.catalogue import shipped_steps
from sekisho.assess.figures import figure
from sekisho.assess.model import study
from sekisho.assess.result import Result, assess
from sekisho.node.documents.assess_book import as_xlsx

FORMULA = '=HYPERLINK("x")'
OWN = f"[channel.usb]\nja = '{FORMULA}'\nsource = '{FORMULA}'\n"
TITLES = {
    "ja": ["1 はじめに", "2 モデル", "3 視点", "4 攻撃シーケンス", "5 対策", "6 入力"],
    "en": ["1 about", "2 models", "3 viewpoints", "4 sequences", "5 measures", "6 inputs"],
}


@pytest.fixture(scope="module")
def result() -> Result:
    assessor = Assessor.of(study(OWN, "own.toml"), shipped_steps(), draws=30)
    return assess(assessor, ("alpha-usb", "alpha-post"))


def book_of(result: Result, language: str = "ja") -> openpyxl.Workbook:
    data = as_xlsx(result, language=language, version="1", made=datetime(2026, 4, 1, tzinfo=UTC))
    return openpyxl.load_workbook(BytesIO(data))


def rows(result: Result, place: int) -> list[tuple]:
    book = book_of(result)
    return list(book[book.sheetnames[place]].iter_rows(min_row=2, values_only=True))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_table_has_its_sheet_with_rows(result: Result, language: str) -> None:
    book = book_of(result, language)
    assert book.sheetnames == TITLES[language]
    assert all(sheet.max_row > 1 for sheet in book)


def test_it_says_first_that_it_is_an_estimate(result: Result) -> None:
    assert "推定であり予測ではない" in rows(result, 0)[0][0]


def test_the_figures_are_those_of_the_result(result: Result) -> None:
    found = {(row[0], row[1]): row[2:5] for row in rows(result, 1)}
    for one in result.found:
        risk = figure(one.year.risk)
        kept = found[one.model.words[0], "危険（円/年）"]
        assert kept == pytest.approx((risk.mean, risk.low, risk.high))


def test_every_sequence_step_and_measure_has_a_row(result: Result) -> None:
    assert len(rows(result, 2)) == len(result.views) * len(result.found)
    steps = sum(len(one.steps) for found in result.found for one in found.sequences)
    assert len(rows(result, 3)) == steps
    assert len(rows(result, 4)) >= sum(len(found.rungs) for found in result.found)


def test_every_input_has_its_source_and_the_mark_of_an_estimate(result: Result) -> None:
    found = [row for row in rows(result, 5) if row[0] != "file"]
    assert all(row[8] for row in found)
    assert all((row[7] == "推定") == ("estimate" in row[8]) for row in found)
    named = {f"{row[0]}.{row[1]}.{row[3]}" for row in found}
    wanted = {n for n in result.assessor.input_names() if not n.startswith("step.")}
    assert wanted <= named
    chances = {f"step.{row[1]}" for row in found if row[3] == "chance"}
    assert chances == {n for n in result.assessor.input_names() if n.startswith("step.")}


def test_a_text_that_looks_like_a_formula_stays_a_text(result: Result) -> None:
    cells = [cell for sheet in book_of(result) for row in sheet.iter_rows() for cell in row]
    assert [cell for cell in cells if cell.value == FORMULA]
    assert not [cell for cell in cells if cell.data_type == "f"]
