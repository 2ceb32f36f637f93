"""Before and after, opened in LibreOffice: the same pages, the same words."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import docx
import pptx
import pytest
import xlsxwriter
from docx.shared import Pt
from pptx.util import Inches
from tests.engines.disarm.ooxml.build import Surgery, excel, png
from tests.engines.disarm.ooxml.test_excel import rich_book
from tests.engines.disarm.ooxml.test_powerpoint import chart_show
from tests.engines.disarm.ooxml.test_word import complex_field, with_body, with_object
from tests.engines.disarm.support import through
from tests.support.parts import need

OFFICE_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def long_document() -> bytes:
    """Headings, lists, tables, header and footer, breaks, a picture; some pages."""
    document = docx.Document()
    section = document.sections[0]
    section.header.paragraphs[0].text = "見出しの欄"
    section.footer.paragraphs[0].text = "足の欄"
    for chapter in range(6):
        document.add_heading(f"第{chapter + 1}章 庁内の手続", level=1)
        for line in range(12):
            paragraph = document.add_paragraph(f"{line} 住民票の写しの交付について。" * 4)
            paragraph.runs[0].font.size = Pt(10 + line % 3)
        document.add_paragraph("箇条書き", style="List Bullet")
        table = document.add_table(3, 3, style="Table Grid")
        for cell in table._cells:
            cell.text = "欄"
        if chapter == 2:
            document.add_page_break()
    document.add_picture(io.BytesIO(png()), width=Inches(1))
    return _saved(document)


def fields() -> bytes:
    """Fields that are calculated, ruby, a table of contents, revisions."""
    xml = (
        complex_field(" PAGE ", result="1")
        + complex_field(" = 1 + 1 ", result="2")
        + "<w:p><w:r><w:ruby><w:rubyPr><w:hps w:val='10'/><w:hpsRaise w:val='18'/><w:hpsBaseText"
        " w:val='21'/><w:lid w:val='ja-JP'/></w:rubyPr><w:rt><w:r><w:t>かんじ</w:t></w:r></w:rt>"
        "<w:rubyBase><w:r><w:t>漢字</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>"
        "<w:p><w:ins w:id='1' w:author='a'><w:r><w:t>挿入</w:t></w:r></w:ins><w:r><w:t>本文"
        "</w:t></w:r></w:p>"
    )
    return with_body(xml).bytes()


def with_workbook_inside() -> bytes:
    """A workbook embedded in a document."""
    surgery = with_object("package", "word/embeddings/b.xlsx", OFFICE_TYPE, excel())
    return surgery.replace("word/document.xml", "SheetMacroEnabled.12", "Sheet.12").bytes()


def many_sheets() -> bytes:
    """Charts of all kinds, merged cells, headers, print areas."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for number, kind in enumerate(("column", "line", "pie", "bar", "area", "scatter")):
        sheet = book.add_worksheet(f"表{number}")
        sheet.set_header("&C一覧 &P / &N")
        sheet.set_landscape()
        sheet.repeat_rows(0)
        for row in range(30):
            sheet.write_row(row, 0, [f"項目{row}", row, row * 1.5])
        sheet.write_formula("E1", "=SUM(B1:B30)", None, 435)
        chart = book.add_chart({"type": kind})
        span = f"=表{number}!$A$1:$A$9", f"=表{number}!$B$1:$B$9"
        chart.add_series({"categories": span[0], "values": span[1]})
        sheet.insert_chart("G2", chart)
    book.close()
    return out.getvalue()


def many_slides() -> bytes:
    """All layouts of the standard theme, with text."""
    show = pptx.Presentation()
    for layout in show.slide_layouts:
        slide = show.slides.add_slide(layout)
        for number, shape in enumerate(slide.placeholders):
            if shape.has_text_frame:
                shape.text_frame.text = f"{layout.name} 枠{number}"
    return _saved(show)


def with_macro_kind() -> bytes:
    """A workbook of the kind with macros."""
    surgery = Surgery(rich_book())
    surgery.main_type(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    return surgery.bytes()


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "long.docx": long_document,
    "fields.docx": fields,
    "inside.docx": with_workbook_inside,
    "rich.xlsx": rich_book,
    "charts.xlsx": many_sheets,
    "macros.xlsm": with_macro_kind,
    "charts.pptx": chart_show,
    "layouts.pptx": many_slides,
}


def _pdf(data: bytes, name: str, folder: Path) -> tuple[int, list[str]]:
    """Pages and words of a document as LibreOffice shows it."""
    folder.mkdir()
    (folder / name).write_bytes(data)
    profile = f"-env:UserInstallation=file://{folder.parent}/profile"
    command = ["soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*command, str(folder / name)], check=True, capture_output=True, timeout=120)
    pdf = (folder / name).with_suffix(".pdf")
    info = subprocess.run(["pdfinfo", pdf], check=True, capture_output=True, text=True).stdout
    text = subprocess.run(["pdftotext", pdf, "-"], check=True, capture_output=True, text=True)
    pages = next(line.split()[1] for line in info.splitlines() if line.startswith("Pages:"))
    return int(pages), text.stdout.split()


@pytest.mark.long
@pytest.mark.parametrize("name", DOCUMENTS)
def test_pages_and_words_are_the_same_in_libreoffice(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for program in ("soffice", "pdfinfo", "pdftotext"):
        if shutil.which(program) is None:
            need(program, "LibreOffice and poppler-utils show that documents look the same")
    before = DOCUMENTS[name]()
    result = through(before, name)
    pages, words = _pdf(before, name, tmp_path / "before")
    pages_after, words_after = _pdf(result.content, result.said.name, tmp_path / "after")
    with capsys.disabled():
        size = len(result.content) / len(before)
        row = f"{pages} → {pages_after} | {len(words)} → {len(words_after)} | {size:.2f}"
        print(f"\n| {name} | {row} |")
    assert (pages, words) == (pages_after, words_after)
