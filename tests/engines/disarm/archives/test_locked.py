"""Files with a password: opened with the one given, written without, and never half."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msoffcrypto.format.ooxml import OOXMLFile
from tests.engines.disarm.archives.build import PASSWORD, TEXT, by_program, members
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


@given(st.data())
def test_damage_gives_a_code_or_a_file(data: st.DataObject) -> None:
    changed = bytearray(_SMALL)
    for _ in range(3):
        changed[data.draw(st.integers(4, len(_SMALL) - 1))] = data.draw(st.integers(0, 255))
    run(bytes(changed), "x.zip", password="a")


_SMALL = bytes.fromhex(
    "504b03040a000900000000002100d7c7b52f11000000050000000100000061"
    "00112233445566778899aabbccddeeff00504b01021e030a00090000000000"
    "2100d7c7b52f110000000500000001000000000000000000000000000000000061"
    "504b050600000000010001002f0000003000000000000000"
)


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


def test_a_cipher_of_endless_rounds_stops_at_once() -> None:
    content = office_with("a")
    assert b'spinCount="100000"' in content
    slow = content.replace(b'spinCount="100000"', b'spinCount="999999999"'[:18])
    slow = content.replace(b'spinCount="100000"', b'spinCount="9999999"')
    assert run(slow[: len(content)], "x.docx", password="a").code in (
        "SKS-D522",
        "SKS-D523",
        "SKS-D001",
    )


@given(st.data())
def test_damage_to_a_locked_document_gives_a_code_or_a_file(data: st.DataObject) -> None:
    changed = bytearray(_OFFICE)
    for _ in range(4):
        changed[data.draw(st.integers(8, len(_OFFICE) - 1))] = data.draw(st.integers(0, 255))
    run(bytes(changed), "x.docx", password="b")


_OFFICE = office_with("a")
