"""What people see and read is the same before and after, and the file is no larger."""

from __future__ import annotations

import io
from dataclasses import replace

import pikepdf
import pytest
from tests.engines.disarm.pdf import documents, oracle
from tests.engines.disarm.pdf.documents import DOCUMENTS
from tests.engines.disarm.pdf.making import pdf, stream
from tests.engines.disarm.support import run, stopped, through

from sekisho.disarm.account import Account, Act
from sekisho.disarm.formats import pdf as handler
from sekisho.disarm.profile import STANDARD, STRICT
from sekisho.disarm.work import Budget, Source, Stopped, Work

LOSSY = {"jpeg 2000": 3.0}


@pytest.mark.parametrize("what", DOCUMENTS)
def test_pages_look_the_same(what: str) -> None:
    before = DOCUMENTS[what]()
    after = through(before, "a.pdf").content
    assert oracle.difference(before, after) <= LOSSY.get(what, 0.02)
    assert oracle.is_clean(after)


@pytest.mark.parametrize("what", DOCUMENTS)
def test_the_text_is_the_same(what: str) -> None:
    before = DOCUMENTS[what]()
    assert oracle.text(run(before, "a.pdf").content) == oracle.text(before)


@pytest.mark.parametrize("what", sorted(DOCUMENTS.keys() - {"jpeg 2000"}))
def test_the_file_is_not_larger(what: str) -> None:
    before = DOCUMENTS[what]()
    assert len(run(before, "a.pdf").content) <= max(1.05 * len(before), len(before) + 600)


@pytest.mark.parametrize("what", DOCUMENTS)
def test_nothing_is_said_to_be_wrong_with_an_honest_document(what: str) -> None:
    rows = run(DOCUMENTS[what](), "a.pdf").rows(Act.REMOVED)
    assert rows.keys() <= {"pdf-metadata", "pdf-properties"}, rows


def test_outlines_links_labels_and_tags_stay() -> None:
    content = through(documents.many_saves(), "a.pdf").content
    with pikepdf.open(io.BytesIO(content)) as after:
        with after.open_outline() as outline:
            assert [item.title for item in outline.root] == ["1. 見出し", "2. Second"]
        assert after.Root.PageLabels.Nums[1].S == "/r"
        assert after.Root.StructTreeRoot.K is not None
        assert after.Root.MarkInfo.Marked is True
        addresses = [
            str(annotation.A.URI)
            for page in after.pages
            for annotation in page.get("/Annots", [])
            if "/A" in annotation and annotation.A.S == "/URI"
        ]
        assert addresses == ["https://example.jp/"]
        assert str(after.docinfo["/Title"]) == "題名"
        assert "/Author" not in after.docinfo


def test_a_hidden_layer_is_found() -> None:
    assert run(documents.many_saves(), "a.pdf").rows(Act.FOUND)["pdf-hidden-layer"] == 1


def test_personal_numbers_are_found_with_their_page() -> None:
    result = run(documents.japanese(), "a.pdf")
    assert result.entry("individual-number").where == "1ページ"


def test_a_number_in_a_comment_or_a_field_is_found() -> None:
    note = b"/Annots[<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(no. 123456789018)>>]"
    assert run(pdf(page=note), "a.pdf").rows(Act.FOUND)["individual-number"] == 1
    spoken = b"/Span<</ActualText(123456789018)>>BDC EMC"
    assert run(pdf(contents=spoken), "a.pdf").rows(Act.FOUND)["individual-number"] == 1
    field = {9: b"<</Subtype/Widget/Rect[0 0 9 9]/FT/Tx/T(a)/V(123456789018)>>"}
    form = pdf(field, catalog=b"/AcroForm<</Fields[9 0 R]>>", page=b"/Annots[9 0 R]")
    assert run(form, "a.pdf").rows(Act.FOUND)["individual-number"] == 1


def test_fields_stay_or_become_their_looks() -> None:
    before = documents.fields()
    kept = through(before, "a.pdf").content
    with pikepdf.open(io.BytesIO(kept)) as after:
        assert {str(field.T) for field in after.Root.AcroForm.Fields} >= {"name", "check", "choice"}
    flat = through(before, "a.pdf", STRICT)
    with pikepdf.open(io.BytesIO(flat.content)) as after:
        assert "/AcroForm" not in after.Root or not len(after.Root.AcroForm.Fields)
        assert "/Annots" not in after.pages[0] or not len(after.pages[0].Annots)
    assert flat.rows(Act.CHANGED)["pdf-field-look"] >= 4
    assert oracle.difference(before, flat.content) < 1


def test_a_signature_is_reduced_to_its_looks() -> None:
    look = stream(b"0 0 1 rg 0 0 80 20 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 80 20]")
    field = (
        b"<</Type/Annot/Subtype/Widget/Rect[20 20 180 60]/FT/Sig/T(s)/AP<</N 8 0 R>>"
        b"/V<</Type/Sig/Contents<00ff>/ByteRange[0 1 2 3]>>>>"
    )
    before = pdf(
        {8: look, 9: field},
        catalog=b"/AcroForm<</Fields[9 0 R]/SigFlags 3>>",
        page=b"/Annots[9 0 R]",
    )
    result = through(before, "a.pdf")
    assert b"ByteRange" not in oracle.expanded(result.content)
    assert result.rows(Act.CHANGED)["pdf-signature-look"] == 1
    assert oracle.difference(before, result.content) < 0.1


def test_strict_leaves_no_links_and_no_comments() -> None:
    result = through(documents.drawing(), "a.pdf", STRICT)
    assert b"example.jp" not in oracle.expanded(result.content)
    assert result.rows(Act.REMOVED)["pdf-link"] == 1
    note = b"/Annots[<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(secret note)>>]"
    result = through(pdf(page=note), "a.pdf", STRICT)
    assert b"secret note" not in oracle.expanded(result.content)
    assert result.rows(Act.REMOVED)["pdf-comment"] == 1
    kept = through(pdf(page=note), "a.pdf", replace(STANDARD, links=False))
    assert b"secret note" in oracle.expanded(kept.content)


def test_encryption_comes_off_where_no_password_is_needed() -> None:
    for hide in (b"/Encrypt", b"/Encr#79pt"):  # the second is no locked PDF to `identify`
        content = documents.locked().replace(b"/Encrypt", hide)
        sink, work = io.BytesIO(), of_its_own(content)
        assert handler.rebuild(Source(memoryview(content), "a.pdf"), sink, work) == "pdf"
        assert b"Visible text" in oracle.expanded(sink.getvalue())
        assert "pdf-encryption" in {entry.what for entry in work.account.entries()}


def of_its_own(content: bytes, password: str | None = None) -> Work:
    """The work on a file that came past the engine, as from the handler of locked files."""
    return Work(STANDARD, Budget(len(content)), Account(), lambda *_: ("", ""), password=password)


def test_a_password_is_asked_for_tried_and_not_kept() -> None:
    content = documents.locked("geheim")
    for password, code in ((None, "SKS-D201"), ("wrong", "SKS-D202"), ("geheim", "")):
        work = of_its_own(content, password)
        sink = io.BytesIO()
        try:
            assert handler.rebuild(Source(memoryview(content), "a.pdf"), sink, work) == "pdf"
        except Stopped as error:
            assert error.code == code
        else:
            assert code == ""
            assert b"Visible text" in oracle.expanded(sink.getvalue())
            assert b"geheim" not in sink.getvalue()


def test_a_damaged_file_is_restored_and_said_so() -> None:
    broken = pdf().replace(b"startxref", b"startxxxx")
    result = through(broken, "a.pdf")
    assert b"Visible text" in oracle.expanded(result.content)
    assert result.rows(Act.FOUND)["pdf-repaired"] == 1


def test_what_cannot_be_read_stops() -> None:
    stopped(b"%PDF-1.7\nnothing here", "a.pdf", "SKS-D200")
