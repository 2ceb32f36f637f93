"""Names that deceive, and files that are several things at once."""

from __future__ import annotations

import io
import struct
import zipfile
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.engines.disarm.samples import SAMPLES, zip_of
from tests.engines.disarm.support import run, through

from sekisho.disarm.account import Account, Act
from sekisho.disarm.engine import kind_of
from sekisho.disarm.handlers import looks
from sekisho.disarm.inspect.names import disarmed_name
from sekisho.disarm.inspect.polyglots import judge_content
from sekisho.disarm.profile import STANDARD
from sekisho.disarm.work import Budget, Source, Work

TEXT = "ただの文です。\n".encode()
PROGRAM = ("name-program", "name-mismatch")


@pytest.mark.parametrize(
    ("name", "expected", "out"),
    [
        ("メモ.txt", set(), "メモ.txt"),
        ("請求書\u202etxt.exe", {"name-direction", *PROGRAM}, "請求書txt.exe.txt"),
        ("請求書.pdf.exe", {"name-double-extension", *PROGRAM}, "請求書.pdf.exe.txt"),
        ("請求書.pdf      .exe", {"name-double-extension", "name-blanks", *PROGRAM},
         "請求書.pdf      .exe.txt"),
        ("請求書.pdf", {"name-mismatch"}, "請求書.txt"),
        ("請求書．exe", {"name-lookalike"}, "請求書．exe.txt"),
        ("run.bat", {"name-program", "name-mismatch"}, "run.bat.txt"),
        ("a.iqy", {"name-program", "name-mismatch"}, "a.iqy.txt"),
        ("a.xll", {"name-program", "name-mismatch"}, "a.xll.txt"),
        ("2026.04.01", {"name-mismatch"}, "2026.04.01.txt"),
        ("名簿.tar.txt", {"name-double-extension"}, "名簿.tar.txt"),
        ("なし", set(), "なし.txt"),
    ],
)  # fmt: skip
def test_names_that_deceive(name: str, expected: set[str], out: str) -> None:
    result = through(TEXT, name)
    assert result.rows(Act.FOUND).keys() == expected
    assert result.said.name == out


@given(
    st.text(alphabet="a.\u202e exetxpdf/あ．", max_size=30),
    st.sampled_from(["text", "pdf", "html"]),
)
def test_a_disarmed_name_is_a_fixed_point(name: str, kind: str) -> None:
    once = disarmed_name(name, kind, _work())
    assert disarmed_name(once, kind, _work()) == once


def _work(account: Account | None = None) -> Work:
    return Work(STANDARD, Budget(0), account or Account(), lambda *_: ("", ""), looks())


def findings(content: bytes, name: str = "a") -> set[str]:
    account = Account()
    source = Source(memoryview(content), name)
    judge_content(Source(source.content, name, kind_of(source)), _work(account))
    return {entry.what for entry in account.entries()}


@cache
def picture(kind: str) -> bytes:
    out = io.BytesIO()
    noise = bytes(n * n * 7919 >> 8 & 255 for n in range(1_200))
    Image.frombytes("L", (40, 30), noise).convert("P" if kind == "GIF" else "RGB").save(out, kind)
    return out.getvalue()


ZIP = zip_of({"canary.txt": b"canary"})
PE = b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n"
KINDS = ["PNG", "JPEG", "GIF", "BMP", "WEBP"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_plain_picture_is_nothing_else(kind: str) -> None:
    assert findings(picture(kind)) == set()
    assert findings(picture(kind) + bytes(20)) == set()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("behind", "expected"),
    [
        (ZIP, {"trailing-data", "also-zip"}),
        (PE, {"trailing-data", "also-program"}),
        (b"Rar!\x1a\x07\x01\0" + bytes(9), {"trailing-data", "also-archive"}),
        (b"<script>canary()</script>", {"trailing-data", "also-html"}),
        (b"<?php canary(); ?>", {"trailing-data", "also-html"}),
        (b"canary", {"trailing-data"}),
    ],
)
def test_what_lies_behind_a_picture(kind: str, behind: bytes, expected: set[str]) -> None:
    assert findings(picture(kind) + behind) == expected


def test_html_and_pdf_in_front_part_of_a_picture() -> None:
    gif = b"GIF89a/*<script>canary()</script>*/" + picture("GIF")[6:]
    assert "also-html" in findings(gif)
    jpeg = picture("JPEG")
    comment = b"\xff\xfe" + struct.pack(">H", 2 + len(PDF)) + PDF
    assert "also-pdf" in findings(jpeg[:2] + comment + jpeg[2:])


def test_a_pdf_inside_a_zip_and_a_zip_behind_a_pdf() -> None:
    stored = zip_of({"a.pdf": PDF}, method=zipfile.ZIP_STORED)
    assert findings(stored) == {"also-pdf"}
    assert findings(zip_of({"a.txt": b"x" * 100})) == set()
    assert findings(PDF) == set()
    assert findings(PDF + ZIP) == {"also-zip", "trailing-data"}
    assert findings(b"junk\n" + PDF) == {"leading-data"}
    assert findings(ZIP + b"canary") == {"trailing-data"}


@pytest.mark.parametrize("what", SAMPLES)
def test_samples_of_one_kind_are_judged_without_fault(what: str) -> None:
    assert "also-zip" not in findings(SAMPLES[what][1])


@given(st.sampled_from(KINDS), st.data())
def test_damaged_pictures_are_judged_without_fault(kind: str, data: st.DataObject) -> None:
    content = bytearray(picture(kind))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    findings(bytes(content[: data.draw(st.integers(0, len(content)))]))


def test_findings_stand_in_the_account_of_the_engine() -> None:
    result = run(picture("PNG") + ZIP, "写真.jpg")
    assert {"also-zip", "trailing-data", "name-mismatch"} <= result.rows(Act.FOUND).keys()


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("dxf", b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n"),
        ("dxf", b"999\ncomment\n0\nSECTION\n"),
        ("dxf", b"AutoCAD Binary DXF\r\n\x1a\0\0\0"),
        ("sfc", b"ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION(('SCADEC level2 feature_mode'),'2;1');"),
        ("p21", b"ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION(('SCADEC level2 ap202_mode'),'2;1');"),
    ],
)
def test_drawings_are_told_apart(kind: str, data: bytes) -> None:
    assert kind_of(Source(memoryview(data), "a")) == kind
