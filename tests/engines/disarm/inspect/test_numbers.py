"""What is found at once in a long text is what a slow and plain search finds, one by one."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.engines.disarm.inspect import slow_numbers

from sekisho.disarm.inspect import judging, numbers, runs
from sekisho.disarm.inspect.checks import CHECKS
from sekisho.disarm.inspect.numbers import LONG_CHARS_MIN, find_numbers, reader

LONG, SHORT = 0, 1_000_000
"""From how many characters on a text is read at once."""


def found(text: str) -> tuple[list[slow_numbers.Row], dict[str, int]]:
    result = find_numbers(text, reader())
    followed = {number.thing for number in reader().following}
    rows = [tuple(hit) for hit in result.hits if hit.thing not in followed]
    return sorted(rows), {thing: count for thing, count in result.tried.items() if count}


ALPHABET = (
    "0123456789" * 3 + "０１２８９" + '----－−・ー  \u3000\xa0,,,\t"./()\r\n' + "あ円万%ATS_𠮷é"
)
PIECES = st.sampled_from(
    ["1234-5678-9018", "123456789018", "987654321093", "５２５２４６１３００１４", "1234 5678 9018",
     "個人番号", "法人番号", "年金番号", "住民票コード", "7000012050002", "T7000012050002",
     "4901234567894", "1-2345-6789-0123", "03-1234-5678", "(03)1234-5678", "09012345678",
     "+81-90-1234-5678", "1980-01-02", "2026/04/01 12:34", "202604011200",
     "1,2,3,4,5,6,7,8,9,0,1,8",
     '"1234","5678","9018"', "1234, 5678, 9018", "1234 5678 9018 2345", "12345-678901",
     "12345-67890-1", "1234567890", "123,456,789,018", "0.", "、", "\n", "\t"]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, st.text(alphabet=ALPHABET, max_size=16)), max_size=24)


@pytest.mark.parametrize("long_from", [LONG, SHORT])
@given(pieces=TEXTS, block=st.sampled_from([16, 50, 1 << 18]))
@example(pieces=["1234 5678 9018 2345 6789 0123"], block=16)
@settings(max_examples=400, deadline=None)
def test_both_ways_find_what_the_slow_way_finds(
    long_from: int, pieces: list[str], block: int
) -> None:
    text = "".join(pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numbers, "LONG_CHARS_MIN", long_from)
        patch.setattr(runs, "BLOCK_CHARS", block)
        assert found(text) == slow_numbers.find(text)


@pytest.mark.parametrize("kind", ["ascii", "wide", "beyond"])
def test_registers_and_logs_are_read_as_the_slow_way_reads_them(kind: str) -> None:
    chance = random.Random(kind)
    filler = {"ascii": "name", "wide": "山田", "beyond": "𠮷野"}[kind]

    def digits(count: int) -> str:
        return "".join(chance.choice("0123456789") for _ in range(count))

    lines = [
        f"{n},{filler}{n},19{digits(2)}/0{n % 9 + 1}/1{n % 9},090-{digits(4)}-{digits(4)},"
        f"{digits(12)},{digits(4)} {digits(4)} {digits(4)} {digits(4)},{digits(13)},"
        f"{digits(11)}\r\n"
        for n in range(600)
    ]
    text = "".join(lines)
    assert len(text) > LONG_CHARS_MIN
    rows, tried = found(text)
    assert (rows, tried) == slow_numbers.find(text)
    assert len(rows) > 1_000


@pytest.mark.parametrize("name", CHECKS)
@given(st.data())
def test_each_check_says_of_many_what_it_says_of_one(name: str, data: st.DataObject) -> None:
    width = {"individual": 12, "corporate": 13}.get(name) or data.draw(st.integers(10, 12))
    one = st.text(alphabet="0123456789", min_size=width, max_size=width)
    prefixed = st.builds(lambda head, rest: (head + rest)[:width],
                         st.sampled_from(["81", "090", "0800", "45", "49", "19"]), one)  # fmt: skip
    rows = data.draw(st.lists(st.one_of(one, prefixed), min_size=1, max_size=20))
    table = np.array([[int(digit) for digit in row] for row in rows], np.uint8)
    assert judging.MANY[CHECKS[name]](table).tolist() == [CHECKS[name](row) for row in rows]
