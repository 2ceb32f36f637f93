"""Keys on paper: what a person can mistype is told by its line, and nothing wrong is accepted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import nodes

from sekisho.kernel.errors import InvalidInput, SekishoError
from sekisho.seal import paperkeys

LINES = paperkeys.to_lines(nodes.admin("紙").signing)


@pytest.mark.parametrize("suite", ["S0", "S1"])
def test_what_was_printed_is_read_back(suite: str) -> None:
    signing = nodes.admin("紙", suite).signing
    lines = paperkeys.to_lines(signing)
    assert paperkeys.from_lines(lines).seeds == signing.seeds
    assert all(len(line) <= 72 for line in lines)


def test_people_type_as_they_like() -> None:
    wide = [line.upper().translate({ord("A"): "Ａ", ord(" "): "\u3000"}) for line in LINES]
    spaced = ["", *(line.replace(" ", " - ") for line in LINES), " "]
    for typed in (wide, spaced):
        assert paperkeys.from_lines(typed).seeds == nodes.admin("紙").signing.seeds


def test_digits_that_base32_lacks_are_taken_for_their_letters() -> None:
    typed = [LINES[0]]
    typed += [line[:2] + line[2:].translate(str.maketrans("olb", "018")) for line in LINES[1:]]
    assert paperkeys.from_lines(typed).seeds == nodes.admin("紙").signing.seeds


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_mistyped_line_is_named(number: int) -> None:
    lines = list(LINES)
    wrong = "2" if lines[number][10] != "2" else "3"
    lines[number] = lines[number][:10] + wrong + lines[number][11:]
    with pytest.raises(InvalidInput) as invalid:
        paperkeys.from_lines(lines)
    assert (invalid.value.code, invalid.value.params["line"]) == ("SKS-N016", number)


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        ([], 0),
        (LINES[1:], 0),
        (LINES[:4], 4),
        ((*LINES, LINES[4]), 0),
        ((LINES[0], LINES[2], LINES[1], *LINES[3:]), 1),
        ((paperkeys.to_lines(nodes.admin("別").signing)[0], *LINES[1:]), 0),
    ],
    ids=["nothing", "no head", "too few", "too many", "swapped", "head of another"],
)
def test_lines_that_do_not_belong_together_are_refused(lines: list[str], number: int) -> None:
    with pytest.raises(InvalidInput) as invalid:
        paperkeys.from_lines(lines)
    assert (invalid.value.code, invalid.value.params["line"]) == ("SKS-N016", number)


@given(st.lists(st.text(max_size=80) | st.sampled_from(LINES), max_size=7))
def test_only_our_errors_come_out(lines: list[str]) -> None:
    try:
        found = paperkeys.from_lines(lines)
    except SekishoError:
        return
    assert found.seeds == nodes.admin("紙").signing.seeds
