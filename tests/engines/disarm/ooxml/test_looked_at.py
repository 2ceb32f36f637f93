"""Personal data is found wherever a document shows it, not in its body alone."""

from __future__ import annotations

import io

import docx
import openpyxl
import pptx
import pytest
from openpyxl.comments import Comment
from tests.engines.disarm.ooxml.build import Surgery, excel, png, slides, word
from tests.engines.disarm.ooxml.test_word import with_body
from tests.engines.disarm.support import through

from sekisho.disarm.account import Act

NUMBER = "123456789018"


def saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def word_with(place: str) -> bytes:
    document = docx.Document()
    document.add_paragraph("本文")
    section = document.sections[0]
    if place == "header":
        section.header.paragraphs[0].text = NUMBER
    elif place == "footer":
        section.footer.paragraphs[0].text = NUMBER
    elif place == "comment":
        document.add_comment(document.paragraphs[0].runs[0], NUMBER)
    elif place == "picture":
        document.add_picture(io.BytesIO(png()))
        document.inline_shapes[0]._inline.docPr.set("descr", f"個人番号 {NUMBER}")
    return saved(document)


def book_with(place: str) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(excel()))
    sheet = book["名簿"]
    if place == "header":
        sheet.oddHeader.center.text = NUMBER
    elif place == "footer":
        sheet.evenFooter.left.text = NUMBER
    elif place == "comment":
        sheet["A1"].comment = Comment(NUMBER, "係")
    elif place == "name":
        book.defined_names["番号"] = openpyxl.workbook.defined_name.DefinedName(
            "番号", attr_text=f'"{NUMBER}"'
        )
    return saved(book)


def show_with(place: str) -> bytes:
    show = pptx.Presentation(io.BytesIO(slides()))
    slide = show.slides[0]
    if place == "notes":
        slide.notes_slide.notes_text_frame.text = NUMBER
    elif place == "picture":
        picture = slide.shapes.add_picture(io.BytesIO(png()), 0, 0)
        picture._element.nvPicPr.cNvPr.set("descr", NUMBER)
    return saved(show)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        *[("a.docx", word_with(place)) for place in ("header", "footer", "comment", "picture")],
        *[("a.xlsx", book_with(place)) for place in ("header", "footer", "comment", "name")],
        *[("a.pptx", show_with(place)) for place in ("notes", "picture")],
        (
            "a.docx",
            with_body(
                f'<w:tbl><w:tblPr><w:tblDescription w:val="{NUMBER}"/></w:tblPr><w:tblGrid/>'
                "<w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"
            ).bytes(),
        ),
    ],
)
def test_a_number_outside_of_the_body_is_found(name: str, content: bytes) -> None:
    found = through(content, name).rows(Act.FOUND)
    assert found.get("individual-number", 0) >= 1, found


def test_a_document_without_any_has_no_finding() -> None:
    for name, content in (("a.docx", word()), ("a.xlsx", excel()), ("a.pptx", slides())):
        assert "individual-number" not in through(content, name).rows(Act.FOUND)


def test_where_the_text_of_a_picture_was_found_is_said() -> None:
    result = through(word_with("picture"), "a.docx")
    assert result.entry("individual-number").where == "本文に添えた文字"
    assert b"descr" in Surgery(result.content).parts["word/document.xml"]
