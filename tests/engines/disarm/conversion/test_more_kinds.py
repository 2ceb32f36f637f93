"""Binary workbooks, presentations and drawings: converted in the closed room, then disarmed."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pikepdf
import pptx
import pypdfium2
import pytest
from tests.engines.disarm.archives.build import zipped
from tests.engines.disarm.conversion.binary_workbook import workbook
from tests.engines.disarm.conversion.test_office_program import converted, made
from tests.engines.disarm.ooxml.build import slides
from tests.engines.disarm.support import run, stopped, through
from tests.support.parts import need

from sekisho.disarm.profile import STANDARD
from sekisho.disarm.sandbox import office_program
from sekisho.disarm.sandbox.pool import Pool

ROWS: list[list[str | float]] = [["氏名", "番号"], ["山田", 123456789018.0], ["鈴木", 2.5]]


@pytest.fixture
def office() -> None:
    if office_program.program() is None:
        need("libreoffice-calc-nogui", "it converts the kinds that are not read here")


@pytest.mark.usefixtures("office")
def test_a_binary_workbook_keeps_its_cells_and_loses_its_macros() -> None:
    content = workbook(ROWS, macros=b"canary-macro")
    assert run(content, "a.xlsb").said.kind == "xlsb"
    out = through(converted(content, "xlsb"), "a.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(out.content)).active
    assert sheet is not None and sheet.title == "名簿"
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == ROWS
    assert b"canary" not in out.content
    assert out.entry("individual-number").where.startswith("シート「名簿」")


@pytest.mark.usefixtures("office")
def test_a_binary_workbook_comes_out_of_a_pool_under_its_new_name() -> None:
    with Pool(1, convert=office_program.convert) as pool:
        done = pool.disarm(io.BytesIO(workbook(ROWS)), "名簿.xlsb", STANDARD)
    assert (done.report.code, done.report.went_out.name) == ("", "名簿.xlsx")


def test_a_binary_workbook_inside_another_file_stops_with_advice() -> None:
    packed = zipped([("a.xlsb", workbook(ROWS))])
    stopped(packed, "a.zip", "SKS-D704")
    stopped(workbook(ROWS), "a.xlsb", "SKS-D701")


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("kind", ["ppt", "odp"])
def test_presentations_keep_their_words(kind: str, tmp_path: Path) -> None:
    sample = made(tmp_path, "x.pptx", slides("議会の資料"), kind)
    assert run(sample, f"x.{kind}").said.kind == kind
    out = through(converted(sample, kind), "x.pptx")
    texts = [
        shape.text_frame.text
        for slide in pptx.Presentation(io.BytesIO(out.content)).slides
        for shape in slide.shapes
        if shape.has_text_frame
    ]
    assert any("議会の資料" in text for text in texts)


DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100">'
    '<rect x="5" y="5" width="50" height="20" fill="red"/>'
    '<text x="10" y="60" font-size="12">Plan 42</text></svg>'
)


@pytest.mark.usefixtures("office")
def test_a_drawing_becomes_pages_with_its_words(tmp_path: Path) -> None:
    sample = made(tmp_path, "x.svg", DRAWING.encode(), "odg")
    assert run(sample, "x.odg").said.kind == "odg"
    out = through(converted(sample, "odg"), "x.pdf")
    with pikepdf.open(io.BytesIO(out.content)) as document:
        assert len(document.pages) == 1
    assert "Plan 42" in pypdfium2.PdfDocument(out.content)[0].get_textpage().get_text_bounded()
