"""JSON: all of it is JSON, and it stays as it was written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.disarm.support import stopped, through

from sekisho.disarm.account import Act
from sekisho.disarm.profile import STRICT

DEEP = b"[" * 300 + b"]" * 300


@pytest.mark.parametrize(
    "text",
    [
        '{"名": [1, 2.50e10, -0.0, null, true], "x": {"a": "\\u3042"}}\n',
        "[]",
        '[ 12345678901234567890123456789, 1E400,\t"a" ]',
        '{"b": 1,\r\n "a": 2}',
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_numbers_order_and_layout_stay(text: str, codec: str) -> None:
    data = text.encode(codec)
    assert through(data, "a.json", STRICT).content == data


def test_huge_numbers_cost_nothing() -> None:
    data = b'[{"a": ' + b"9" * 1_000_000 + b"}, 1e" + b"9" * 100_000 + b"]"
    assert through(data, "a.json").content == data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"a": 1, "a": 2}', "SKS-D422"),
        (b'[{"x": {"a": 1, "\\u0061": 2}}]', "SKS-D422"),
        (b'{"a": 1} trailing' + b" " * 70_000, "SKS-D420"),
        (b'["' + b"x" * 70_000 + b'", NaN]', "SKS-D420"),
        (b'["' + b"x" * 70_000 + b'\n"]', "SKS-D420"),
        (b'[1, "' + b"x" * 70_000, "SKS-D420"),
        (DEEP, "SKS-D421"),
        (b'["' + b"x" * 70_000 + b'",' + b"[" * 1_000_000, "SKS-D421"),
    ],
)
def test_what_is_not_plain_json_stops(data: bytes, code: str) -> None:
    stopped(data, "a.json", code)


def test_personal_data_is_seen_through_escapes() -> None:
    data = json.dumps({"個人番号": "123456789018"}).encode()
    assert through(data, "a.json").rows(Act.FOUND) == {"individual-number": 1}


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Cn"]), max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab名", max_size=3), inner),
    max_leaves=10,
)  # fmt: skip


@given(st.lists(_VALUES, max_size=4), st.booleans())
def test_whatever_json_can_say_comes_through_the_same(value: list[object], escaped: bool) -> None:
    data = json.dumps(value, ensure_ascii=escaped).encode()
    result = through(data, "a.json")
    assert result.content == data
