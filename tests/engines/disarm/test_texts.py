"""Which encoding a text has, and what is written in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.disarm.identify import identify
from sekisho.disarm.texts import ENCODINGS, read_text

SENTENCE = "個人番号の取扱い手順書です。\r\n電話は０３の１２３４、担当は山田。\r\n"
CODECS = {
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "cp932": "cp932",
    "euc_jp": "euc-jp",
    "iso2022_jp": "iso-2022-jp",
}


@pytest.mark.parametrize(("codec", "name"), CODECS.items())
def test_each_encoding_is_told_apart(codec: str, name: str) -> None:
    data = SENTENCE.encode(codec)
    found = identify(data, size=len(data))
    assert (found.name, found.encoding) == ("text", name)
    assert name in ENCODINGS


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("cut", range(1, 6))
def test_a_character_cut_at_the_end_of_the_view_does_no_harm(codec: str, cut: int) -> None:
    data = (SENTENCE * 2_000).encode(codec)
    head = data[: 65_536 - cut]
    found = identify(head, data[-65_536:], size=len(data))
    assert (found.name, found.encoding) == ("text", CODECS[codec])


def test_big_endian_utf_16_is_utf_16() -> None:
    data = b"\xfe\xff" + SENTENCE.encode("utf-16-be")
    assert identify(data, size=len(data)).encoding == "utf-16"


def test_a_mark_at_the_start_of_utf_8_is_no_part_of_the_text() -> None:
    data = b'\xef\xbb\xbf{"a": 1}'
    found = identify(data, size=len(data))
    assert (found.name, found.encoding) == ("json", "utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "ﾔﾏﾀﾞ ﾀﾛｳ,東京都千代田区\r\n",
        "髙橋﨑①Ⅲ㈱\r\n",
        "ソ能表予十\r\n",
        "外字\ue000を含む氏名\r\n",
    ],
)
def test_shift_jis_as_windows_writes_it(text: str) -> None:
    data = text.encode("cp932")
    assert identify(data, size=len(data)).encoding == "cp932"


@pytest.mark.parametrize("text", ["ひらがなとカタカナ", "都道府県市区町村", "山田太郎"])
def test_euc_jp_is_not_taken_for_half_width_kana(text: str) -> None:
    data = text.encode("euc_jp")
    assert identify(data, size=len(data)).encoding == "euc-jp"


def test_text_cut_in_a_character_is_not_text_when_it_is_the_whole_file() -> None:
    data = "あ".encode()[:2] + b"\xff"
    assert read_text(data, is_whole=True) is None


def test_a_table_may_have_a_cell_of_several_lines_at_the_edge_of_the_view() -> None:
    row = '1,"a\nb\nc"\r\n'
    data = (row * 100).encode()
    assert identify(data, size=len(data)).name == "csv"


def test_deep_json_is_not_json_and_not_a_crash() -> None:
    data = b"[" * 60_000
    assert identify(data, size=len(data)).name == "text"


@given(
    st.text(
        st.characters(codec="cp932", exclude_categories=["Cc"], exclude_characters="¢£¬‖−〜"),
        max_size=80,
    )
)
def test_text_stays_readable_in_the_encoding_that_is_named(text: str) -> None:
    data = (SENTENCE + text).encode("cp932")
    read = read_text(data, is_whole=True)
    assert read is None or read.encoding in ENCODINGS


@given(st.text(max_size=200))
def test_utf_8_is_always_told_as_utf_8_or_refused(text: str) -> None:
    data = text.encode()
    read = read_text(data, is_whole=True)
    if read is not None and not data.isascii():
        assert read.encoding == "utf-8" or "\x1b" in text
