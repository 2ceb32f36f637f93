"""Font programs: what rendering needs stays, everything else goes, and pages look the same."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas
from tests.engines.disarm.pdf import documents, oracle
from tests.engines.disarm.pdf.making import CANARY
from tests.engines.disarm.support import run, through

from sekisho.disarm.account import Act
from sekisho.disarm.formats.pdf import cff, sfnt, type1

FONTS = Path(reportlab.__file__).parent / "fonts"


def truetype() -> bytes:
    into = io.BytesIO()
    sheet = canvas.Canvas(into, invariant=True)
    pdfmetrics.registerFont(TTFont("Vera", FONTS / "Vera.ttf"))
    sheet.setFont("Vera", 20)
    sheet.drawString(50, 700, "Vera: fi ÄÖÜ 0123")
    sheet.save()
    return into.getvalue()


def postscript() -> bytes:
    into = io.BytesIO()
    sheet = canvas.Canvas(into, invariant=True)
    face = pdfmetrics.EmbeddedType1Face(FONTS / "DarkGardenMK.afm", FONTS / "DarkGardenMK.pfb")
    pdfmetrics.registerTypeFace(face)
    pdfmetrics.registerFont(pdfmetrics.Font("Garden", "DarkGardenMK", "WinAnsiEncoding"))
    sheet.setFont("Garden", 40)
    sheet.drawString(50, 700, "DARK Garden")
    sheet.save()
    return into.getvalue()


KEYS = ("/FontFile", "/FontFile2", "/FontFile3")


def programs(content: bytes) -> list[bytes]:
    with pikepdf.open(io.BytesIO(content)) as opened:
        dictionaries = [one for one in opened.objects if isinstance(one, pikepdf.Dictionary)]
        return [one[key].read_bytes() for one in dictionaries for key in KEYS if key in one]


@pytest.mark.parametrize("make", [truetype, postscript, documents.by_typst])
def test_embedded_fonts_stay(make: object) -> None:
    before = make()  # type: ignore[operator]
    result = through(before, "a.pdf")
    assert len(programs(result.content)) == len(programs(before)) > 0
    assert "pdf-font" not in result.rows(Act.REMOVED)
    assert oracle.difference(before, result.content) < 0.02
    assert oracle.text(result.content) == oracle.text(before)


def swapped(content: bytes, change: object) -> bytes:
    """The document with the bytes of each font program changed."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as opened:
        for one in opened.objects:
            if isinstance(one, pikepdf.Dictionary):
                for key in KEYS:
                    if key in one:
                        one[key].write(change(one[key].read_bytes()))  # type: ignore[operator]
        opened.save(out)
    return out.getvalue()


def with_a_table(data: bytes) -> bytes:
    """A TrueType program with one table more, and bytes between its tables."""
    count = int.from_bytes(data[4:6], "big")
    end = 12 + 16 * count
    rows = []
    for number in range(count):
        row = data[12 + 16 * number : 28 + 16 * number]
        place = int.from_bytes(row[8:12], "big") + 16 + len(CANARY)
        rows.append(row[:8] + place.to_bytes(4, "big") + row[12:])
    more = b"EVIL" + bytes(4) + (end + 16).to_bytes(4, "big") + len(CANARY).to_bytes(4, "big")
    head = data[:4] + (count + 1).to_bytes(2, "big") + data[6:12]
    return head + b"".join([*rows, more]) + CANARY + data[end:]


def test_other_tables_of_a_truetype_program_go() -> None:
    before = swapped(truetype(), with_a_table)
    content = through(before, "a.pdf").content
    assert CANARY not in programs(content)[0]
    assert oracle.difference(before, content) < 0.02


def test_the_clear_part_of_a_type_1_program_is_written_anew() -> None:
    def evil(data: bytes) -> bytes:
        return data.replace(b"%!", b"%!PS (" + CANARY + b") run\n%!", 1)

    before = swapped(postscript(), evil)
    content = through(before, "a.pdf").content
    (program,) = programs(content)
    assert CANARY not in program
    assert oracle.difference(postscript(), content) < 0.02


def test_a_matrix_of_strings_in_a_type_1_program_is_the_end_of_it() -> None:
    def evil(data: bytes) -> bytes:
        return data.replace(b"/FontMatrix [", b"/FontMatrix [(%b)" % CANARY, 1)

    result = through(swapped(postscript(), evil), "a.pdf")
    assert not programs(result.content)
    assert result.rows(Act.REMOVED)["pdf-font"] == 1


@pytest.mark.parametrize("make", [truetype, postscript, documents.by_typst])
def test_a_program_cut_off_is_left_out(make: object) -> None:
    whole = make()  # type: ignore[operator]
    result = run(swapped(whole, lambda data: data[: len(data) // 2]), "a.pdf")
    assert not programs(result.content)
    assert result.rows(Act.REMOVED)["pdf-font"] >= 1


def test_postscript_inside_a_compact_program_is_blanked() -> None:
    names = b"\0\1\1\1\2A"
    code = b"/%b run" % CANARY
    strings = b"\0\1\1\1" + bytes([len(code) + 1]) + code
    top = b"\xf8\x1b\x0c\x15" + b"\x1d%b\x11"
    size = len(top) - 2 + 4
    head = b"\1\0\4\1" + names + b"\0\1\1\1" + bytes([size + 1])
    glyphs = len(head) + size + len(strings) + 2
    data = head + top % glyphs.to_bytes(4, "big") + strings + b"\0\0" + b"\0\1\1\1\2\x0e"
    checked = cff.checked(data)
    assert checked is not None
    assert CANARY not in checked
    assert len(checked) == len(data)
    assert cff.checked(checked) == checked


def test_what_is_no_program_is_none() -> None:
    assert sfnt.rebuilt(b"") is None
    assert cff.checked(b"") is None
    assert type1.rebuilt(b"", 0, 0) is None
