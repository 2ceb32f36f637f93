"""The strict form of the standard comes out as the same document in its usual form would."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import docx
import openpyxl
import pytest
from lxml import etree
from tests.engines.disarm.ooxml.build import CALLBACK, CANARY, Surgery, excel, slides, word
from tests.engines.disarm.ooxml.test_excel import rich_book
from tests.engines.disarm.support import through

from sekisho.disarm.account import Act
from sekisho.disarm.profile import TEXT

_USUAL = re.compile(
    rb'="http://schemas\.openxmlformats\.org/'
    rb'(officeDocument|wordprocessingml|spreadsheetml|presentationml|drawingml|schemaLibrary)'
    rb'/2006((?:/[A-Za-z-]+)*)"'
)  # fmt: skip


def strict(data: bytes) -> bytes:
    """The document under the names of ISO/IEC 29500-1, as Office writes it."""
    surgery = Surgery(data)
    for name, part in surgery.parts.items():
        if name.endswith((".xml", ".rels")) and name != "[Content_Types].xml":
            surgery.parts[name] = _USUAL.sub(rb'="http://purl.oclc.org/ooxml/\1\2"', part)
    return surgery.bytes()


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "a.docx": word, "a.xlsx": excel, "b.xlsx": rich_book, "a.pptx": slides,
}  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_comes_out_as_the_usual_form_does(name: str) -> None:
    usual = DOCUMENTS[name]()
    result = through(strict(usual), name)
    ours, theirs = (Surgery(one).parts for one in (result.content, through(usual, name).content))
    assert ours.keys() == theirs.keys()
    for part, content in ours.items():
        # Tags may be spelled otherwise: those of the usual form are kept as they came.
        assert _meaning(content) == _meaning(theirs[part]), part
    assert result.rows(Act.CHANGED)["office-strict"] == 1
    assert b"purl.oclc.org" not in b"".join(Surgery(result.content).parts.values())


def _meaning(content: bytes) -> bytes:
    if not content.startswith(b"<"):
        return content
    return etree.tostring(etree.fromstring(content), method="c14n")


def test_other_programs_read_it() -> None:
    out = through(strict(word("厳密")), "a.docx").content
    assert docx.Document(io.BytesIO(out)).paragraphs[0].text == "厳密"
    out = through(strict(excel()), "a.xlsx").content
    assert openpyxl.load_workbook(io.BytesIO(out)).active["A2"].value == "山田"


def test_what_is_dangerous_goes_from_it_too() -> None:
    surgery = Surgery(word())
    surgery.link("word/document.xml", "attachedTemplate", CALLBACK, external=True)
    surgery.link("word/document.xml", "frame", CALLBACK, external=True)
    out = through(strict(surgery.bytes()), "a.docx").content
    assert CANARY.encode() not in b"".join(Surgery(out).parts.values())


def test_words_of_a_document_that_look_like_names_stay() -> None:
    words = 'xmlns="http://purl.oclc.org/ooxml/wordprocessingml/main" <b a="http://purl.oclc.org/ooxml/a/b">'
    result = through(strict(word(words)), "a.docx", TEXT)
    assert words in result.content.decode()


def test_the_mark_of_the_strict_form_goes() -> None:
    surgery = Surgery(strict(word()))
    surgery.replace("word/document.xml", "<w:document ", '<w:document w:conformance="strict" ')
    surgery.replace("word/document.xml", "<w:document ", '<w:document conformance="strict" ')
    out = Surgery(through(surgery.bytes(), "a.docx").content)
    assert b"conformance" not in out.parts["word/document.xml"]
