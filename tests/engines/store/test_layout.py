"""The layout: what is built can be read, what is read writes back the same, the rest is ignored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.contracts.store_cases import folder_case

from sekisho.kernel.errors import InvalidInput, Unavailable
from sekisho.store import layout
from sekisho.store.layout import (
    DirectoryVersion,
    Handover,
    ParcelPart,
    Placed,
    PrekeyBatch,
    parcels_for,
    parse,
)
from sekisho.store.protocol import Entry, is_name

NODES = st.from_regex(r"[a-z][a-z0-9-]{0,31}", fullmatch=True).filter(
    lambda node: is_name(f"nodes/{node}/x")
)
PARCELS = st.from_regex(r"pc_[a-z2-7]{26}", fullmatch=True)
BATCHES = st.from_regex(r"[a-z]{1,4}_[a-z2-7]{26}", fullmatch=True)
NUMBERS = st.integers(0, layout.NUMBER_MAX)
PLACED = st.one_of(
    st.builds(ParcelPart, NODES, NODES, PARCELS, st.none() | st.integers(0, 99_999)),
    st.builds(PrekeyBatch, NODES, NODES, BATCHES),
    st.builds(Handover, NODES, NUMBERS),
    st.builds(DirectoryVersion, NODES, NUMBERS),
)
ID = "pc_" + "a" * 26


@given(PLACED)
def test_what_is_built_is_lawful_and_can_be_read(placed: Placed) -> None:
    assert is_name(placed.name)
    assert parse(placed.name) == placed


@given(PLACED, st.integers(0, 120), st.sampled_from("a/._-0b\nAé\x00"))
def test_what_is_read_writes_back_the_same(placed: Placed, at: int, letter: str) -> None:
    untrusted = placed.name[:at] + letter + placed.name[at + 1 :]
    read = parse(untrusted)
    assert read is None or read.name == untrusted


@given(st.text(max_size=80))
def test_any_text_is_read_without_an_error(untrusted: str) -> None:
    read = parse(untrusted)
    assert read is None or read.name == untrusted


@pytest.mark.parametrize(
    "foreign",
    [
        "",
        "nodes",
        f"nodes/a/parcels/b/{ID}",
        f"nodes/a/parcels/b/{ID}.b0",
        f"nodes/a/parcels/b/{ID}.b000000",
        f"nodes/a/parcels/b/{ID}.b٠٠٠٠٠",
        f"nodes/a/parcels/b/{ID}.head.head",
        f"nodes/A/parcels/b/{ID}.head",
        f"nodes/a/parcels/b/tr_{'a' * 26}.head",
        f"nodes/a/parcels/b/c/{ID}.head",
        "nodes/a/handover/1",
        "nodes/a/directory/000000001",
        "nodes/a/keys/b/x",
        "nodes/a/doctor-01/x",
    ],
)
def test_other_names_are_not_ours(foreign: str) -> None:
    assert parse(foreign) is None


def test_the_names_are_those_of_the_document() -> None:
    assert layout.parcel_head("soumu", "kikaku", ID) == f"nodes/soumu/parcels/kikaku/{ID}.head"
    assert layout.parcel_block("soumu", "kikaku", ID, 12).endswith(f"/{ID}.b00012")
    assert layout.prekey_batch("a", "b", "pk_" + "a" * 26) == "nodes/a/keys/b/pk_" + "a" * 26
    assert layout.handover("a", 7) == "nodes/a/handover/00000007"
    assert layout.directory("a", 12) == "nodes/a/directory/00000012"


def test_the_longest_name_fits() -> None:
    node = "n" * 32
    assert len(layout.parcel_block(node, node, ID, 99_999)) == 116


@pytest.mark.parametrize(
    "build",
    [
        lambda: layout.parcel_head("../a", "b", ID),
        lambda: layout.parcel_head("a", "b/c", ID),
        lambda: layout.parcel_head("a", "b", "x"),
        lambda: layout.parcel_block("a", "b", ID, 100_000),
        lambda: layout.parcel_block("a", "b", ID, -1),
        lambda: layout.prekey_batch("a", "b", ""),
        lambda: layout.handover("a", 10**8),
        lambda: layout.directory("", 1),
    ],
)
def test_names_are_not_built_from_anything(build: object) -> None:
    with pytest.raises(InvalidInput):
        build()  # type: ignore[operator]


def test_parcels_for_a_receiver_come_from_all_senders(tmp_path: Path) -> None:
    store = folder_case(tmp_path / "store").store
    other = "pc_" + "b" * 26
    store.put_many(
        [
            (layout.parcel_head("a", "me", ID), b"h"),
            (layout.parcel_block("a", "me", ID, 0), b"b"),
            (layout.parcel_block("a", "me", other, 0), b"no head yet"),
            (layout.parcel_head("b", "me", other), b"h"),
            (layout.parcel_head("b", "you", ID), b"h"),
            (layout.parcel_head("stranger", "me", ID), b"h"),
            (layout.parcels_prefix("b", "me") + "strange", b"?"),
        ]
    )
    arrivals = parcels_for(store, "me", ["a", "b", "quiet"])
    assert set(arrivals.heads) == {
        ParcelPart("a", "me", ID, None),
        ParcelPart("b", "me", other, None),
    }
    assert arrivals.ignored == 1
    assert arrivals.failed == ()


class _OneSenderFails:
    """A store in which one sender's part cannot be listed, and another's lists things twice."""

    def list(self, prefix: str) -> Iterator[Entry]:
        if prefix.startswith("nodes/bad/"):
            raise Unavailable("SKS-S010", store="x", reason="hostile keys")
        yield from [Entry(prefix + f"{ID}.head", 1)] * 2


def test_one_sender_does_not_hold_up_the_others() -> None:
    store = _OneSenderFails()
    arrivals = parcels_for(store, "me", ["bad", "good"])  # type: ignore[arg-type]
    assert arrivals.heads == (ParcelPart("good", "me", ID, None),)
    assert [sender for sender, _ in arrivals.failed] == ["bad"]
    with pytest.raises(Unavailable):
        parcels_for(store, "me", ["bad"])  # type: ignore[arg-type]
    assert parcels_for(store, "me", []).heads == ()  # type: ignore[arg-type]
