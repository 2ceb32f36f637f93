"""The files of the demonstration are what they say they are, by programs that are not ours."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pikepdf
import pytest

from sekisho.disarm.identify import HEAD_BYTES, TAIL_BYTES, identify
from sekisho.disarm.inspect.names import agrees
from sekisho.node.demo.samples import MARK, NUMBER, OLD_NAME, expanded, samples

FILES = {one.name: one.content for one in samples()}


@pytest.mark.parametrize("name", FILES)
def test_each_is_identified_by_its_content(name: str) -> None:
    content = FILES[name]
    kind = identify(content[:HEAD_BYTES], content[-TAIL_BYTES:], size=len(content))
    assert agrees(kind.name, name), kind
    assert kind.name != "unknown"


def test_the_document_has_a_macro_and_a_remote_template() -> None:
    with zipfile.ZipFile(io.BytesIO(FILES["回覧_様式.docm"])) as found:
        assert found.testzip() is None
        assert MARK in found.read("word/vbaProject.bin")
        assert MARK in found.read("word/_rels/settings.xml.rels")


def test_the_spreadsheet_opens_and_holds_numbers() -> None:
    book = openpyxl.load_workbook(io.BytesIO(FILES["対象者一覧.xlsx"]))
    assert [row[1].value for row in book["名簿"].iter_rows(min_row=2)] == [NUMBER, NUMBER]


def test_the_pdf_runs_a_script_and_carries_a_file() -> None:
    with pikepdf.open(io.BytesIO(FILES["申請の手引き.pdf"])) as found:
        assert len(found.pages) == 1
        assert MARK in bytes(found.Root.OpenAction.JS)
        assert MARK in found.attachments["start.bat"].get_file().read_bytes()


def test_the_name_in_the_zip_is_shift_jis_and_says_so_nowhere() -> None:
    with zipfile.ZipFile(io.BytesIO(FILES["資料.zip"]), metadata_encoding="cp932") as found:
        (info,) = found.infolist()
        assert (info.filename, info.flag_bits & 0x800) == (OLD_NAME, 0)


def test_the_mark_is_found_wherever_it_is_packed() -> None:
    with_mark = [name for name, content in FILES.items() if MARK in expanded(content)]
    assert with_mark == ["回覧_様式.docm", "申請の手引き.pdf"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.pdf", FILES["申請の手引き.pdf"])
    assert MARK in expanded(packed.getvalue())
