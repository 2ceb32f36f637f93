"""Queries and names on the wire, against dnspython."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.dnscheck.wire import name_bytes, query, type_name, type_number
from sekisho.dnscheck.wire.names import read_name
from sekisho.dnscheck.wire.query import mixed_case, question_bytes
from sekisho.dnscheck.wire.types import NUMBERS
from sekisho.kernel.errors import InvalidInput


@given(st.lists(st.binary(min_size=1, max_size=63), max_size=4), st.integers(0, 2**2048))
def test_a_name_comes_back_from_the_wire(labels: list[bytes], noise: int) -> None:
    wire = dns.name.Name([*labels, b""]).to_wire()
    text, end = read_name(wire, 0, {})
    assert end == len(wire)
    assert name_bytes(text) == wire.lower()
    assert read_name(mixed_case(wire, noise), 0, {})[0] == text


def test_the_case_is_drawn() -> None:
    name = name_bytes("www.city-1.lg.jp")
    assert mixed_case(name, 0) == name
    assert mixed_case(name, -1) == b"\3WWW\6CITY-1\2LG\2JP\0"
    assert mixed_case(name, 0x20 << 8) == b"\3www\6city-1\2lg\2jP\0"


@pytest.mark.parametrize("recursive", [True, False])
@pytest.mark.parametrize("edns", [True, False])
def test_dnspython_reads_our_queries(recursive: bool, edns: bool) -> None:
    made = query(0x1234, question_bytes(name_bytes("_a.jp"), 28), recursive=recursive, edns=edns)
    read = dns.message.from_wire(made)
    assert (read.id, read.edns, read.payload) == (0x1234, 0 if edns else -1, 1232 if edns else 0)
    assert bool(read.flags & dns.flags.RD) is recursive
    assert read.question[0].to_text() == "_a.jp. IN AAAA"


@pytest.mark.parametrize(
    "name",
    ["", "a..b", "a" * 64, ".".join(["a" * 63] * 4), "あ", "a\\", "a\\25", "a\\999", "a.", "\n\\"],
)
def test_what_is_no_name_is_not_asked(name: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        name_bytes(name)
    assert raised.value.code == "SKS-Q001"


def test_types_have_the_names_that_dnspython_gives_them() -> None:
    for name, number in NUMBERS.items():
        assert dns.rdatatype.from_text(name) == number
        assert (type_number(name), type_name(number)) == (number, name)
    assert type_number("TYPE65280") == 65_280
    assert type_name(65_280) == "TYPE65280"


@pytest.mark.parametrize("name", ["ANY", "AXFR", "OPT", "TYPE41", "TYPE255", "TYPE65536", "a", ""])
def test_what_is_no_type_is_not_asked_for(name: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        type_number(name)
    assert raised.value.code == "SKS-Q102"
