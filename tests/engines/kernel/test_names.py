"""Names of files: what is refused, and under which name a file is written."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sekisho.kernel import names
from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.names import (
    NameNote,
    check_name,
    check_path,
    collision_key,
    name_notes,
    numbered,
    safe_name,
    safe_paths,
    shown,
)

anything = st.text(st.characters(), max_size=300)
tricky = st.text(
    st.sampled_from("a.é\u0301 \u3000_CONnul12:/\\\u202e\u200b\u3099か神\ufa19\x00\n😀~$\ue000"),
    max_size=12,
)


@pytest.mark.parametrize(
    "name",
    [
        "令和8年度 予算.xlsx",
        "か\u3099.txt",
        "CON",
        "a:b",
        "...",
        " ",
        "a\u202eb",
        "x" * 255,
        "漢" * 85,
    ],
)
def test_what_is_a_name_somewhere_is_kept_as_it_is(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b", "a\x00b", "a\nb", "\x7f", "\x85", "\udcff.txt", "x" * 256, "漢" * 86],
)
def test_what_is_no_name_anywhere_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_name(name)
    assert caught.value.code == "SKS-V022"
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("path", ["a", "a/b/c.txt", "...", "a b/c", "/".join("x" * 32)])
def test_a_path_below_a_folder(path: str) -> None:
    assert check_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        "../a",
        "a/../b",
        "a/./b",
        "/".join("x" * 33),
        "/".join(["漢" * 60] * 23),
    ],
)
def test_a_path_that_leaves_or_is_none(path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_path(path)
    assert caught.value.code == "SKS-V022"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("予算.xlsx", "予算.xlsx"),
        ("か\u3099く.txt", "がく.txt"),
        ("\ufa19谷.docx", "\ufa19谷.docx"),
        ("葛\U000e0100城.txt", "葛\U000e0100城.txt"),
        ("\ue000田.txt", "\ue000田.txt"),
        ("a<b>:c.txt", "a_b__c.txt"),
        ("..\\..\\a.txt", "_._.._a.txt"),
        ("請求書\u202exslx.exe", "請求書_xslx.exe"),
        ("a\u200bb", "a_b"),
        ("報告. .", "報告"),
        ("...", "_"),
        (" ", "_"),
        ("", "_"),
        (".ssh", "_ssh"),
        ("con", "_con"),
        ("NUL.tar.gz", "_NUL.tar.gz"),
        ("COM¹ .txt", "_COM¹ .txt"),
        ("console.txt", "console.txt"),
        ("Desktop.ini", "_Desktop.ini"),
        ("a\ufffeb", "a_b"),
        ("\u3000全角空白\u3000", "\u3000全角空白\u3000"),
    ],
)
def test_the_name_that_is_written(name: str, written: str) -> None:
    assert safe_name(name) == written


def test_a_long_name_keeps_its_extension() -> None:
    written = safe_name("長" * 100 + ".xlsx")
    assert written == "長" * 83 + ".xlsx"
    assert numbered(written, 12) == "長" * 81 + " (12).xlsx"
    assert safe_name("x" * 300) == "x" * 255
    assert safe_name("a." + "x" * 300) == "a." + "x" * 253
    assert safe_name(" " * 300 + ".txt") == "_.txt"


@given(anything | tricky)
@example("\u0958" * 100)
def test_a_safe_name_is_a_name_everywhere_and_stays(name: str) -> None:
    written = safe_name(name)
    assert check_name(written) == written
    assert safe_name(written) == written
    assert len(written.encode("utf-16-le")) // 2 <= 255
    assert written[-1] not in ". "
    assert not written.startswith(".")
    assert not set(written) & set('<>:"/\\|?*')
    assert all(unicodedata.category(char) not in {"Cc", "Cf", "Cs"} for char in written)
    assert safe_name(numbered(written, 7)) == numbered(written, 7)


@given(st.lists(st.lists(tricky, min_size=1, max_size=3), max_size=12))
def test_safe_paths_are_all_different_files(parts: list[list[str]]) -> None:
    paths = ["/".join(part.replace("/", "") for part in path) for path in parts]
    written = safe_paths(paths)
    keys = [collision_key(path) for path in written]
    folders = {key[:at] for key in keys for at, char in enumerate(key) if char == "/"}
    assert len(set(keys)) == len(keys)
    assert not folders & set(keys)
    for path in written:
        assert check_path(path) == path


def test_names_that_fall_together_are_numbered() -> None:
    paths = ["A.txt", "a.txt", "か\u3099", "が", "x/y", "X", "a (2).txt", "straße", "STRASSE"]
    assert safe_paths(paths) == [
        "A.txt",
        "a (2).txt",
        "が",
        "が (2)",
        "x/y",
        "X (2)",
        "a (2) (2).txt",
        "straße",
        "STRASSE (2)",
    ]


def test_many_equal_names_cost_no_square() -> None:
    assert safe_paths(["a"] * 10_000)[-1] == "a (10000)"


@pytest.mark.parametrize(
    ("name", "notes"),
    [
        ("予算.xlsx", []),
        ("か\u3099.txt", [NameNote.DECOMPOSED]),
        ("a:b", [NameNote.FORBIDDEN_CHARACTERS]),
        (
            "a\u202eb",
            [NameNote.FORBIDDEN_CHARACTERS, NameNote.DIRECTION_MARKS, NameNote.NOT_IN_CP932],
        ),
        ("con.txt.", [NameNote.RESERVED, NameNote.ENDS_IN_DOT_OR_SPACE]),
        (".hidden", [NameNote.HIDDEN]),
        ("x" * 256, [NameNote.TOO_LONG]),
        ("\ue000", [NameNote.PRIVATE_USE]),
        ("\ue800", [NameNote.PRIVATE_USE, NameNote.NOT_IN_CP932]),
        ("😀", [NameNote.NOT_IN_CP932]),
    ],
)
def test_what_somebody_should_know_about_a_name(name: str, notes: list[str]) -> None:
    assert name_notes(name) == notes


@given(anything)
def test_a_name_without_notes_is_written_as_it_is(name: str) -> None:
    if name and not name_notes(name):
        assert safe_name(name) == name


@given(anything | st.text(st.characters(categories=["Cs", "Cc", "Cf"])))
def test_a_name_in_a_message_is_one_harmless_line(name: str) -> None:
    text = shown(name)
    assert len(text) <= names.SHOWN_CHARS_MAX * 8 + 1
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in text)
