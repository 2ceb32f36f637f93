"""Names: what is let through is safe on every file system, and nothing else is let through."""

from __future__ import annotations

import ntpath
import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.errors import InvalidInput
from sekisho.store.protocol import (
    MARKER_NAME,
    NAME_BYTES_MAX,
    NAME_SEGMENTS_MAX,
    check_name,
    check_prefix,
    is_name,
    pieces,
)

ALPHABET = "ab0._-/cons"


@given(st.one_of(st.text(max_size=30), st.text(ALPHABET, max_size=30)))
def test_a_lawful_name_means_one_file_everywhere(untrusted: str) -> None:
    if not is_name(untrusted):
        with pytest.raises(InvalidInput):
            check_name(untrusted)
        return
    assert check_name(untrusted) == untrusted
    assert posixpath.normpath(untrusted) == untrusted
    assert ntpath.normpath(untrusted) == untrusted.replace("/", "\\")
    assert untrusted == untrusted.lower()
    assert not untrusted.startswith(("/", "."))
    assert not any(segment.endswith(".") for segment in untrusted.split("/"))
    assert len(untrusted.encode()) <= NAME_BYTES_MAX


@given(st.from_regex(r"[a-z0-9][a-z0-9._-]{0,5}(/[a-z0-9][a-z0-9._-]{0,5}){0,9}", fullmatch=True))
def test_every_beginning_of_a_name_is_a_prefix(name: str) -> None:
    if is_name(name):
        for length in range(len(name) + 1):
            assert check_prefix(name[:length]) == name[:length]


def test_the_limits_are_included() -> None:
    assert is_name("n" * NAME_BYTES_MAX)
    assert not is_name("n" * (NAME_BYTES_MAX + 1))
    assert is_name("/".join("d" * NAME_SEGMENTS_MAX))
    assert not is_name("/".join("d" * (NAME_SEGMENTS_MAX + 1)))
    assert not is_name(MARKER_NAME)
    assert is_name("a/" + MARKER_NAME)


@pytest.mark.parametrize("device", ["con", "nul.head", "com1", "lpt9.b00000", "aux.x.y"])
def test_devices_of_windows_are_no_names(device: str) -> None:
    assert not is_name(f"nodes/{device}/x")
    assert is_name(f"nodes/{device}x/x".replace(".", "x"))


def test_data_in_one_piece_or_in_several() -> None:
    assert pieces(b"ab") == [b"ab"]
    assert pieces([b"a", b"b"]) == [b"a", b"b"]
    assert pieces((memoryview(b"a"),)) == [memoryview(b"a")]
