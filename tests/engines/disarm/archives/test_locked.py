"""Files with a password: opened with the one given, written without, and never half."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msoffcrypto.format.ooxml import OOXMLFile
from tests.engines.disarm.archives.build import PASSWORD, TEXT, by_program, members
from tests.engines.disarm.archives.old_office import standard_locked
from tests.engines.disarm.conversion.binary_workbook import workbook
from tests.engines.disarm.pdf.documents import locked as locked_pdf
from tests.engines.disarm.support import run

from sekisho.disarm.account import Act

WAYS = {
    "zipcrypto by 7-Zip": ["7z", "a", "-bd", "-tzip", "-p{}", "x.zip", "報告"],
    "AES by 7-Zip": ["7z", "a", "-bd", "-tzip", "-mem=AES256", "-p{}", "x.zip", "報告"],
    "AES-128 by 7-Zip": ["7z", "a", "-bd", "-tzip", "-mem=AES128", "-p{}", "x.zip", "報告"],
    "zipcrypto by Info-ZIP": ["zip", "-qr", "-P", "{}", "x.zip", "報告"],
}


@pytest.fixture(scope="module", params=list(WAYS))
def locked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder: Path = tmp_path_factory.mktemp("locked")
    (folder / "報告").mkdir()
    (folder / "報告/表.txt").write_bytes(TEXT * 50)
    (folder / "報告/空.txt").write_bytes(b"\r\n")
    return by_program(folder, [word.format(PASSWORD) for word in WAYS[request.param]], "x.zip")


def test_a_locked_zip_opens_with_its_password(locked: bytes) -> None:
    out = run(locked, "x.zip", password=PASSWORD)
    assert out.code == "", out.said.stopped
    assert members(out.content)["報告/表.txt"] == TEXT * 50
    assert out.rows(Act.REMOVED)["password"] == 1
    assert PASSWORD not in repr(out.said)
    again = run(out.content, out.said.name)
    assert again.content == out.content


def test_without_or_with_a_wrong_password_it_stops(locked: bytes) -> None:
    assert run(locked, "x.zip").code == "SKS-D520"
    for wrong in ("x", "ひみつ", "a" * 500):
        assert run(locked, "x.zip", password=wrong).code == "SKS-D521"


def test_a_changed_byte_in_what_is_encrypted_is_noticed(locked: bytes) -> None:
    at = locked.index(b"PK\x01\x02") - 40
    changed = locked[:at] + bytes((locked[at] ^ 1,)) + locked[at + 1 :]
    assert run(changed, "x.zip", password=PASSWORD).code != ""


def test_a_japanese_password_is_tried_as_windows_takes_it() -> None:
    out = run(zipcrypto("ひみつ".encode("cp932"), TEXT), "x.zip", password="ひみつ")
    assert members(out.content) == {"a.txt": TEXT}


def zipcrypto(password: bytes, data: bytes) -> bytes:
    """A ZIP of one stored member under the old cipher, written by its rules (APPNOTE 6.1)."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def step(byte: int) -> None:
        keys[0] = ~zlib.crc32(bytes((byte,)), ~keys[0] & 0xFFFFFFFF) & 0xFFFFFFFF
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = ~zlib.crc32(bytes((keys[1] >> 24,)), ~keys[2] & 0xFFFFFFFF) & 0xFFFFFFFF

    for byte in password:
        step(byte)
    crc = zlib.crc32(data)
    packed = bytearray()
    for byte in bytes(11) + bytes((crc >> 24,)) + data:
        mixed = keys[2] & 0xFFFF | 2
        packed.append(byte ^ (mixed * (mixed ^ 1) >> 8 & 0xFF))
        step(byte)
    facts = struct.pack("<5H3L2H", 20, 1, 0, 0, 0x21, crc, len(packed), len(data), 5, 0)
    body = b"PK\x03\x04" + facts + b"a.txt" + packed
    row = b"PK\x01\x02" + struct.pack("<H", 20) + facts + bytes(14) + b"a.txt"
    return body + row + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(row), len(body), 0)


@given(st.data())
def test_damage_gives_a_code_or_a_file(data: st.DataObject) -> None:
    changed = bytearray(_SMALL)
    for _ in range(3):
        changed[data.draw(st.integers(4, len(_SMALL) - 1))] = data.draw(st.integers(0, 255))
    run(bytes(changed), "x.zip", password="a")


_SMALL = zipcrypto(b"a", TEXT)


def office_with(password: str) -> bytes:
    document = docx.Document()
    document.add_paragraph("予算書の本文")
    plain, out = io.BytesIO(), io.BytesIO()
    document.save(plain)
    OOXMLFile(plain).encrypt(password, out)
    return out.getvalue()


def test_a_locked_office_document_opens_with_its_password() -> None:
    content = office_with(PASSWORD)
    assert run(content, "x.docx").code == "SKS-D520"
    assert run(content, "x.docx", password="x").code == "SKS-D521"
    out = run(content, "x.docx", password=PASSWORD)
    assert out.code == "", out.said.stopped
    assert out.said.kind_out == "docx"
    text = docx.Document(io.BytesIO(out.content)).paragraphs[0].text
    assert text == "予算書の本文"
    assert run(out.content, "x.docx").content == out.content


def test_the_encryption_of_office_2007_opens_with_its_password() -> None:
    document = docx.Document()
    document.add_paragraph("旧方式")
    plain = io.BytesIO()
    document.save(plain)
    content = standard_locked(plain.getvalue(), PASSWORD)
    assert run(content, "x.docx").code == "SKS-D520"
    assert run(content, "x.docx", password="x").code == "SKS-D521"
    out = run(content, "x.docx", password=PASSWORD)
    assert out.code == "", out.said.stopped
    assert docx.Document(io.BytesIO(out.content)).paragraphs[0].text == "旧方式"
    assert run(out.content, "x.docx").content == out.content


def test_a_locked_binary_workbook_stops_with_advice() -> None:
    rows: list[list[str | float]] = [[f"{number * 7_919}"] for number in range(2_000)]
    content = standard_locked(workbook(rows), PASSWORD)
    assert run(content, "x.xlsb", password=PASSWORD).code == "SKS-D704"


def test_a_locked_pdf_opens_with_its_password() -> None:
    content = locked_pdf(PASSWORD)
    assert run(content, "x.pdf").said.kind == "pdf-locked"
    assert run(content, "x.pdf").code == "SKS-D201"
    assert run(content, "x.pdf", password="x").code == "SKS-D202"
    out = run(content, "x.pdf", password=PASSWORD)
    assert (out.code, out.said.kind_out) == ("", "pdf"), out.said.stopped
    assert b"/Encrypt" not in out.content
    assert run(out.content, "x.pdf").content == out.content


def test_a_cipher_of_endless_rounds_stops_at_once() -> None:
    """The number in the description is made ten thousand times as large, in the same room."""
    content = office_with("a")
    at = content.index(b'spinCount="100000"')
    room = content[at:].index(b"<") - 1
    slow = content[at : at + room].replace(b'"100000"', b'"999999999"').replace(b" saltSize", b"")
    changed = content[:at] + slow[:room].ljust(room) + content[at + room :]
    assert b'spinCount="999999999"' in changed
    assert run(changed, "x.docx", password="a").code == "SKS-D522"


@given(st.data())
def test_damage_to_a_locked_document_gives_a_code_or_a_file(data: st.DataObject) -> None:
    changed = bytearray(_OFFICE)
    for _ in range(4):
        changed[data.draw(st.integers(8, len(_OFFICE) - 1))] = data.draw(st.integers(0, 255))
    run(bytes(changed), "x.docx", password="b")


_OFFICE = office_with("a")
