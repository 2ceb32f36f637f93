# ruff: noqa: E501 — XML as an attacker would write it
"""The package around the parts: kinds, names, pictures, hostile structure."""

from __future__ import annotations

import contextlib
import io
import zipfile
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.engines.disarm.ooxml.build import (
    CANARY,
    OFFICE,
    Surgery,
    assert_gone,
    assert_sound,
    excel,
    png,
    slides,
    word,
)
from tests.engines.disarm.support import run, stopped, through

from sekisho.disarm import engine
from sekisho.disarm.account import Act
from sekisho.disarm.profile import PICTURE, TEXT
from sekisho.disarm.work import Source, Work

MS_TYPE = "application/vnd.ms-"
KINDS = [
    ("docx", "docx", word, "", ""),
    ("docm", "docx", word, OFFICE + "wordprocessingml.document.main+xml",
        MS_TYPE + "word.document.macroEnabled.main+xml"),
    ("dotx", "dotx", word, OFFICE + "wordprocessingml.document.main+xml",
        OFFICE + "wordprocessingml.template.main+xml"),
    ("dotm", "dotx", word, OFFICE + "wordprocessingml.document.main+xml",
        MS_TYPE + "word.template.macroEnabledTemplate.main+xml"),
    ("xlsx", "xlsx", excel, "", ""),
    ("xlsm", "xlsx", excel, OFFICE + "spreadsheetml.sheet.main+xml",
        MS_TYPE + "excel.sheet.macroEnabled.main+xml"),
    ("xltx", "xltx", excel, OFFICE + "spreadsheetml.sheet.main+xml",
        OFFICE + "spreadsheetml.template.main+xml"),
    ("xltm", "xltx", excel, OFFICE + "spreadsheetml.sheet.main+xml",
        MS_TYPE + "excel.template.macroEnabled.main+xml"),
    ("pptx", "pptx", slides, "", ""),
    ("pptm", "pptx", slides, OFFICE + "presentationml.presentation.main+xml",
        MS_TYPE + "powerpoint.presentation.macroEnabled.main+xml"),
    ("ppsx", "ppsx", slides, OFFICE + "presentationml.presentation.main+xml",
        OFFICE + "presentationml.slideshow.main+xml"),
    ("ppsm", "ppsx", slides, OFFICE + "presentationml.presentation.main+xml",
        MS_TYPE + "powerpoint.slideshow.macroEnabled.main+xml"),
    ("potx", "potx", slides, OFFICE + "presentationml.presentation.main+xml",
        OFFICE + "presentationml.template.main+xml"),
    ("potm", "potx", slides, OFFICE + "presentationml.presentation.main+xml",
        MS_TYPE + "powerpoint.template.macroEnabled.main+xml"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "out", "make", "old", "new"), KINDS, ids=[row[0] for row in KINDS]
)
def test_each_kind_comes_out_as_the_kind_without_macros(
    kind: str, out: str, make: object, old: str, new: str
) -> None:
    surgery = Surgery(make())  # type: ignore[operator]
    if old:
        surgery.main_type(old, new)
    result = through(surgery.bytes(), f"名前.{kind}")
    assert (result.said.kind, result.said.kind_out) == (kind, out)
    assert result.said.name == f"名前.{out}"
    assert_sound(result.content)
    assert ("macro-kind" in result.rows(Act.CHANGED)) is (kind != out)


def test_the_output_is_not_larger() -> None:
    for data, name in ((word(), "a.docx"), (excel(), "a.xlsx"), (slides(), "a.pptx")):
        assert len(through(data, name).content) <= 1.05 * len(data)


def test_parts_that_nothing_leads_to_do_not_come_through() -> None:
    surgery = Surgery(word()).part("word/lonely.xml", "application/xml", f"<a>{CANARY}</a>")
    surgery.parts["../../evil.txt"] = CANARY.encode()
    assert_gone(through(surgery.bytes(), "a.docx").content)


def _stand_in(source: Source, sink: BinaryIO, work: Work) -> str:
    """What the handler of pictures does, as far as these tests need it."""
    Image.open(source.reader()).save(sink, "PNG")
    return "png"


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are handled, whether or not their handler is there."""
    real = engine.handler
    monkeypatch.setattr(engine, "handler", lambda kind: _stand_in if kind == "png" else real(kind))


def with_picture(data: bytes, extension: str, content_type: str, link: str = "") -> Surgery:
    surgery = Surgery(word())
    surgery.part(f"word/media/p.{extension}", content_type, data)
    number = surgery.link("word/document.xml", "image", link or f"media/p.{extension}")
    xml = (
        '<w:body><w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:imagedata'
        f' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="{number}"/>'
        "</v:shape></w:pict></w:r></w:p>"
    )
    return surgery.replace("word/document.xml", "<w:body>", xml)


@pytest.mark.usefixtures("pictures")
def test_pictures_are_written_anew_under_their_name() -> None:
    result = through(with_picture(png(), "png", "image/png").bytes(), "a.docx")
    assert_gone(result.content)
    inside = Surgery(result.content).parts["word/media/p.png"]
    assert Image.open(io.BytesIO(inside)).size == (40, 30)


@pytest.mark.usefixtures("pictures")
def test_a_picture_with_the_wrong_extension_gets_the_right_one() -> None:
    result = through(with_picture(png(), "jpeg", "image/jpeg").bytes(), "a.docx")
    assert "word/media/p.png" in Surgery(result.content).parts
    assert_sound(result.content)


@pytest.mark.usefixtures("pictures")
@pytest.mark.parametrize(
    ("data", "extension", "thing"),
    [
        (b"\x01\0\0\0\x6c\0\0\0" + bytes(32) + b" EMF" + CANARY.encode() * 9, "emf", "metafile"),
        (b"\xd7\xcd\xc6\x9a" + bytes(20) + CANARY.encode(), "wmf", "metafile"),
        (b"MZ" + CANARY.encode() * 20, "png", "picture-unknown"),
        (b"<html><script>" + CANARY.encode(), "png", "picture-unknown"),
    ],
)
def test_what_cannot_be_made_safe_becomes_a_grey_picture(
    data: bytes, extension: str, thing: str
) -> None:
    result = through(with_picture(data, extension, f"image/x-{extension}").bytes(), "a.docx")
    assert_gone(result.content)
    assert_sound(result.content)
    assert {"metafile", "picture-unknown"} & result.rows(Act.REPLACED).keys()
    assert Image.open(io.BytesIO(Surgery(result.content).parts["word/media/p.png"])).size == (
        64,
        48,
    )


def test_a_part_that_is_text_and_picture_at_once_stops() -> None:
    stopped(with_picture(b"x", "png", "image/png", "document.xml").bytes(), "a.docx", "SKS-D114")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda s: s.parts.pop("_rels/.rels"), "SKS-D114"),
        (lambda s: s.parts.update({"WORD/document.XML": b"<a/>"}), "SKS-D104"),
        (lambda s: s.link("", "officeDocument", "word/styles.xml"), "SKS-D114"),
        (lambda s: s.parts.update({"word/_rels/document.xml.rels": b"<x/>" * 2}), "SKS-D111"),
        (lambda s: s.parts.update({"word/document.xml": b"<a/>"}), "SKS-D116"),
    ],
)
def test_a_package_that_can_be_read_in_two_ways_stops(change: object, code: str) -> None:
    surgery = Surgery(word())
    change(surgery)  # type: ignore[operator]
    assert run(surgery.bytes(), "a.docx").code in (code, "SKS-D001")


def test_a_bomb_in_a_part_stops() -> None:
    surgery = Surgery(word())
    surgery.parts["word/document.xml"] = b"<a>" + b" " * 200_000_000 + b"</a>"
    assert run(surgery.bytes(), "a.docx").code in ("SKS-D010", "SKS-D110")


def test_text_with_brackets_and_quotes_in_attributes_is_read_right() -> None:
    xml = (
        '<w:body><w:p><w:bookmarkStart w:id="0" w:name="a&gt;&lt;w:evil&gt;&quot; x=&quot;"/>'
        '<w:bookmarkEnd w:id="0"/><w:r><w:t>&lt;w:evil a="1"&gt; ]]&gt;</w:t></w:r></w:p>'
    )
    surgery = Surgery(word()).replace("word/document.xml", "<w:body>", xml)
    result = through(surgery.bytes(), "a.docx")
    assert result.rows(Act.REMOVED).get("office-unknown") is None
    assert '&lt;w:evil a="1"&gt;' in Surgery(result.content).parts["word/document.xml"].decode()


SAMPLES = {"a.docx": word(), "a.xlsx": excel(), "a.pptx": slides()}


@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_changed_parts_come_through_or_stop(name: str, data: st.DataObject) -> None:
    surgery = Surgery(SAMPLES[name])
    names = sorted(surgery.parts)
    for _ in range(data.draw(st.integers(1, 3))):
        victim = data.draw(st.sampled_from(names))
        part = bytearray(surgery.parts[victim])
        change = data.draw(st.sampled_from(["swap", "cut", "flip", "double", "splice"]))
        at = data.draw(st.integers(0, max(0, len(part) - 1)))
        if change == "swap":
            other = data.draw(st.sampled_from(names))
            surgery.parts[victim], surgery.parts[other] = surgery.parts[other], bytes(part)
            continue
        if change == "cut":
            part = part[:at]
        elif change == "flip" and part:
            part[at] = data.draw(st.integers(0, 255))
        elif change == "double":
            part[at:at] = part[at // 2 : at]
        elif change == "splice":
            part[at:at] = surgery.parts[data.draw(st.sampled_from(names))][:200]
        surgery.parts[victim] = bytes(part)
    result = run(surgery.bytes(), name)
    if not result.code:
        again = run(result.content, result.said.name)
        assert (again.code, again.content == result.content) == ("", True)


@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_flipped_bytes_of_the_zip_come_through_or_stop(name: str, data: st.DataObject) -> None:
    sample = bytearray(SAMPLES[name])
    for _ in range(data.draw(st.integers(1, 4))):
        sample[data.draw(st.integers(0, len(sample) - 1))] = data.draw(st.integers(0, 255))
    run(bytes(sample[: data.draw(st.integers(100, len(sample)))]), name)
    with contextlib.suppress(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(bytes(sample)))


def test_text_alone_is_written_where_the_profile_asks_for_it() -> None:
    for data, name, words in (
        (word("本文です"), "a.docx", ["【本文】", "本文です", "セル"]),
        (excel(), "a.xlsx", ["【シート「名簿」】", "氏名\t1", "山田\t2"]),
        (slides("題です"), "a.pptx", ["【スライド 1】", "題です"]),
    ):
        result = run(data, name, TEXT)
        assert (result.code, result.said.kind_out) == ("", "text")
        text = result.content.decode()
        assert all(one in text for one in words)


def test_pictures_alone_are_not_made_here() -> None:
    stopped(word(), "a.docx", "SKS-D118", PICTURE)
