"""Pages as pictures, as text, and as previews."""

from __future__ import annotations

import io
from dataclasses import replace

import pikepdf
import pytest
from PIL import Image
from tests.engines.disarm.pdf import documents, oracle
from tests.engines.disarm.pdf.making import pdf
from tests.engines.disarm.pdf.test_threats import LINK
from tests.engines.disarm.support import run, through

from sekisho.disarm.account import Account, Act
from sekisho.disarm.preview import SIDE_DOTS_MAX, draw, png, previews, read_previews
from sekisho.disarm.profile import PICTURE, STANDARD, TEXT
from sekisho.disarm.work import Budget, Source, Stopped, Work


def work_on(content: bytes) -> Work:
    return Work(STANDARD, Budget(len(content)), Account(), lambda *_: ("", ""))


def test_pages_become_pictures_with_their_text() -> None:
    before = documents.by_typst()
    result = run(before, "a.pdf", PICTURE)
    assert run(before, "a.pdf", PICTURE).content == result.content
    assert oracle.is_clean(result.content)
    assert oracle.difference(before, result.content) < 5
    with pikepdf.open(io.BytesIO(result.content)) as after:
        assert len(after.pages) == 2
        assert all("/Annots" not in page for page in after.pages)
    found = oracle.text(result.content)
    assert all(word in found for word in ("Formula", "Lorem ipsum", "Albucius"))


def test_pictures_stay_as_they_are() -> None:
    """The receiving side disarms again: by the same profile, what came out must not change."""
    first = run(documents.drawing(), "a.pdf", PICTURE)
    through(first.content, "a.pdf", STANDARD)
    through(documents.drawing(), "a.pdf", PICTURE)


def test_text_alone() -> None:
    result = run(documents.japanese(), "a.pdf", TEXT)
    assert "横書きの文字です。" in result.content.decode()
    assert result.said.name == "a.txt"
    assert result.said.kind_out == "text"


def test_the_first_pages_are_shown() -> None:
    content = run(documents.by_typst(), "a.pdf").content
    shown = previews(Source(memoryview(content), "a.pdf", "pdf"), work_on(content))
    assert len(shown) == 2
    for one in shown:
        with Image.open(io.BytesIO(one)) as picture:
            assert picture.format == "PNG"
            assert max(picture.size) <= SIDE_DOTS_MAX
            assert len(set(picture.convert("L").tobytes())) > 10


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "webp", "tiff", "bmp"])
def test_a_picture_is_shown(kind: str) -> None:
    into = io.BytesIO()
    Image.linear_gradient("L").resize((2_000, 30)).save(into, kind)
    shown = previews(Source(memoryview(into.getvalue()), "a", kind), work_on(into.getvalue()))
    with Image.open(io.BytesIO(shown[0])) as picture:
        assert picture.size == (SIDE_DOTS_MAX, 18)


def test_pictures_travel_from_a_child_only_in_their_own_form() -> None:
    content = run(pdf(page=LINK % b"<<>>"), "a.pdf").content
    sink = io.BytesIO()
    assert draw(Source(memoryview(content), "a.pdf", "pdf"), sink, work_on(content)) == "pdf"
    sent = sink.getvalue()
    assert len(read_previews(sent)) == 1
    large = png(Image.new("RGB", (SIDE_DOTS_MAX + 9, 9)))
    for wrong in (
        sent[:-1],
        sent + b"\0",
        sent * 4,
        sent.replace(b"IDAT", b"IDOT"),
        b"\0\0\0\4GIF8",
        len(large).to_bytes(4, "big") + large,
    ):
        with pytest.raises(Stopped):
            read_previews(wrong)


def test_a_page_of_any_size_is_drawn_within_bounds() -> None:
    huge = pdf().replace(b"[0 0 300 200]", b"[0 0 900000 10]")
    result = run(huge, "a.pdf", replace(PICTURE, name="x"))
    assert result.code in ("", "SKS-D012")


def test_a_font_that_is_not_there_to_draw_with_is_said() -> None:
    assert run(documents.japanese(), "a.pdf", PICTURE).rows(Act.FOUND)["pdf-font-missing"] == 2
    assert "pdf-font-missing" not in run(documents.by_typst(), "a.pdf", PICTURE).rows(Act.FOUND)
