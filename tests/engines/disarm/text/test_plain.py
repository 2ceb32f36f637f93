"""Plain text and Markdown: every encoding kept, characters that steer programs gone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.disarm.support import run, stopped, through

from sekisho.disarm import limits
from sekisho.disarm.account import Act
from sekisho.disarm.formats import letters
from sekisho.disarm.profile import PICTURE, STANDARD, STRICT, TEXT

SENTENCE = "個人番号の取扱い手順書です。\r\n担当は山田、髙橋。\tおわり\f\r\n"
PLAIN = SENTENCE.replace("髙", "高")
CODECS = {
    "utf-8": SENTENCE,
    "utf-8-sig": SENTENCE,
    "utf-16": SENTENCE,
    "cp932": SENTENCE,
    "euc_jp": PLAIN,
    "iso2022_jp": PLAIN,
}


@pytest.mark.parametrize("profile", [STANDARD, STRICT, PICTURE, TEXT])
@pytest.mark.parametrize("codec", CODECS)
def test_text_of_every_encoding_stays_byte_for_byte(codec: str, profile) -> None:  # type: ignore[no-untyped-def]
    data = CODECS[codec].encode(codec)
    result = through(data, "手順書.txt", profile)
    assert result.content == data
    assert result.said.kind_out == "text"


def test_big_endian_utf_16_stays() -> None:
    data = b"\xfe\xff" + SENTENCE.encode("utf-16-be")
    assert through(data, "a.txt").content == data


@pytest.mark.parametrize("twin", [b"\x87\x90", b"\xfa\x54", b"\xfa\x4a", b"\x87\x9c", b"\xfa\x5b"])
def test_second_codes_of_windows_shift_jis_keep_their_bytes(twin: bytes) -> None:
    assert twin.decode("cp932").encode("cp932") != twin
    data = "東京都の①㈱と".encode("cp932") + twin + "です。".encode("cp932")
    assert through(data, "a.txt").content == data
    assert through(data[:6] + b"\x07" + data[6:], "a.txt").content == data


def test_gaiji_and_variation_selectors_stay() -> None:
    data = "葛\U000e0100城市 辻󠄀 外字\ue000".encode()
    assert through(data, "a.txt").content == data
    data = "外字\ue000です".encode("cp932")
    assert through(data, "a.txt").content == data


def test_control_characters_go_and_are_counted() -> None:
    result = through(b"one\x07 two\x1b[31m three\x0b four\x7f and more words\n", "a.log")
    assert result.content == b"one two[31m three four and more words\n"
    assert result.rows(Act.REMOVED) == {"control-character": 4}


def test_hidden_text_in_tag_characters_goes() -> None:
    hidden = "".join(chr(0xE0000 + ord(char)) for char in "canary")
    result = through(f"見える文{hidden}です".encode(), "a.txt")
    assert result.content == "見える文です".encode()


def test_direction_marks_are_found_or_go_by_profile() -> None:
    data = "if access \u202e \u2066// check\u2069 \u200b{\n".encode()
    found = through(data, "a.txt")
    assert found.content == data
    assert found.rows(Act.FOUND) == {"direction-mark": 3, "invisible-character": 1}
    gone = through(data, "a.txt", STRICT)
    assert gone.content == b"if access  // check {\n"
    assert gone.rows(Act.REMOVED) == {"direction-mark": 3, "invisible-character": 1}


def test_japanese_after_64_kib_of_ascii_is_read() -> None:
    data = b"plain words, and more\r\n" * 4_000 + "東京都".encode("cp932")
    assert through(data, "a.txt").content == data


def test_bytes_that_are_no_text_further_on_stop() -> None:
    data = b"plain words\n" * 40_000
    middle = len(data) // 2
    stopped(data[:middle] + b"\xff\xfe\x80\xff" + data[middle:], "a.txt", "SKS-D401")


def test_needless_escapes_of_iso_2022_jp_go() -> None:
    data = b'\x1b$B$"\x1b(B\x1b$B$$\x1b(B and <scr\x1b(B\x1b(Bipt>\n'
    result = through(data, "a.txt")
    assert result.content == "あい and <script>\n".encode("iso2022_jp")
    assert result.rows(Act.CHANGED) == {"escape-sequences": 1}


def test_a_tag_that_stands_behind_a_control_character_is_disarmed_as_html() -> None:
    result = through(b"\x01<html><script>canary</script><p>x</p>", "a.txt")
    assert result.said.kind_out == "html"
    assert result.said.name == "a.html"
    assert b"canary" not in result.content
    assert result.rows(Act.REMOVED)["html-script"] == 1


def test_what_turns_into_a_script_stops() -> None:
    stopped(b"\x01#!/bin/sh\nrm -rf canary\n", "a.txt", "SKS-D402")


def test_nothing_but_control_characters_becomes_empty() -> None:
    assert through(b"\x01\x02", "a.txt").content == b""
    assert through(b"", "a.txt").said.kind_out == "empty"


def test_a_program_in_text_is_called_text() -> None:
    assert through(b"@start calc.exe\r\n", "run.bat").said.name == "run.bat.txt"


def test_a_text_larger_than_the_limit_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TEXT_BYTES_MAX", 10)
    stopped(b"more than ten bytes", "a.txt", "SKS-D400")


@given(st.binary(max_size=300))
def test_any_bytes_come_through_unchanged_in_meaning_or_stop(data: bytes) -> None:
    first = run(data, "a.txt", STRICT)
    if first.code == "":
        again = run(first.content, first.said.name, STRICT)
        assert again.code == ""
        assert again.content == first.content


@given(st.text(max_size=200), st.sampled_from(sorted(CODECS)), st.sampled_from([STANDARD, STRICT]))
def test_any_text_is_a_fixed_point(text: str, codec: str, profile) -> None:  # type: ignore[no-untyped-def]
    data = ("表題の行です。\n" + text).encode(codec, "ignore")
    if run(data, "a.txt", profile).code == "":
        through(data, "a.txt", profile)


@given(st.binary(max_size=60))
def test_letters_are_written_as_they_were_read(data: bytes) -> None:
    for encoding in ("cp932", "euc-jp", "utf-8", "utf-16"):
        read = letters._decoded(data, encoding)
        if read is not None:
            written = read.encoded()
            assert written == data


MARKDOWN = """# 見出し
<script>fetch('http://canary.example/')</script>
<img src=x onerror=canary()> <b>太字</b> <br> <https://example.jp/> a < b
![追跡](http://canary.example/a.png) [押す](java&#115;cript:canary()) [よい](https://example.jp/)
[悪い]( <javascript:canary()>) [相対](b.md#x) [ファイル](file:///canary)
[d]: data:text/html,canary
[e]: https://example.jp/ "題"
"""


def test_markdown_keeps_its_words_and_loses_what_acts() -> None:
    result = through(MARKDOWN.encode(), "説明.md")
    text = result.content.decode()
    assert "<script" not in text and "<img" not in text and "script:" not in text
    assert "file:" not in text and "data:" not in text and "![" not in text
    for kept in ("<b>太字</b> <br> <https://example.jp/> a < b", "[よい](https://example.jp/)"):
        assert kept in text
    assert "[相対](b.md#x)" in text and '[e]: https://example.jp/ "題"' in text
    rows = result.rows(Act.REPLACED)
    assert rows == {"markdown-tag": 4, "remote-picture": 1, "link": 4}


def test_markdown_without_links_by_profile() -> None:
    text = through(MARKDOWN.encode(), "説明.md", STRICT).content.decode()
    assert "[よい](#)" in text and "[相対](b.md#x)" in text


@given(st.text(alphabet="<>![]()&;:#aA/\\ \n\tjavscript\"'`", max_size=120))
def test_any_markdown_is_a_fixed_point(text: str) -> None:
    data = f"# 題\n{text}".encode()
    if run(data, "a.md").code == "":
        through(data, "a.md")
