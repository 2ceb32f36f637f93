"""Key hand-overs: the chain grows by one, by the keys in use, and nobody can fork or replay it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import hostile, nodes
from tests.support.kills import kill_points
from tests.support.nodes import DAY, NOW

from sekisho.kernel import documents, dsse
from sekisho.kernel.errors import Broken, Refused, SekishoError
from sekisho.kernel.signing import VerifyingKeys
from sekisho.seal import handover, identity, keyfiles, prekeys, rotation
from sekisho.seal.handover import HANDOVER_OVERLAP, HANDOVER_TYPE, Handover, KeyChain
from sekisho.seal.moments import CLOCK_SKEW_MAX


def public(version: str, suite: str = "S1") -> VerifyingKeys:
    return nodes.node("naibu", suite, version=version).signing.public


def statement(
    number: int, old: str, new: str, when: datetime = NOW, node: str = "naibu", suite: str = "S1"
) -> bytes:
    return handover.statement(
        node,
        number,
        nodes.node("naibu", version=old).signing,
        nodes.node("naibu", suite, version=new).signing,
        when,
    )


def chain(*handovers: Handover, generation: int = 0, version: str = "0") -> KeyChain:
    """The chain of a node whose directory entry, a year old, has the keys of `version`."""
    window = (NOW - 365 * DAY, None)
    return handover.chain_of("naibu", public(version), generation, window, handovers)


FIRST = handover.read(statement(1, "0", "1"))
SECOND = handover.read(statement(2, "1", "2", NOW + 100 * DAY))


def test_the_next_keys_follow_the_ones_in_use() -> None:
    found = handover.accept(statement(1, "0", "1"), chain(), now=NOW)
    assert (found.node, found.generation, found.issued) == ("naibu", 1, NOW)
    assert (found.old, found.new) == (public("0"), public("1"))
    after = chain(found)
    assert after.current.number == 1
    assert handover.accept(SECOND.envelope, after, now=SECOND.issued).new == public("2")


def test_the_exact_bytes_are_kept() -> None:
    data = statement(1, "0", "1")
    assert handover.accept(data, chain(), now=NOW).envelope == data


def test_a_stronger_suite_may_follow() -> None:
    old = nodes.node("naibu", "S0", version="weak").signing
    data = handover.statement("naibu", 1, old, nodes.node("naibu", version="1").signing, NOW)
    weak = handover.chain_of("naibu", old.public, 0, (NOW, None), [])
    assert handover.accept(data, weak, now=NOW).new.suite.name == "S1"


@pytest.mark.parametrize(
    ("data", "known", "code"),
    [
        (statement(1, "0", "1", node="soto"), chain(), "SKS-N043"),
        (statement(1, "0", "1"), chain(FIRST), "SKS-N040"),
        (statement(1, "0", "1"), chain(generation=1, version="1"), "SKS-N040"),
        (statement(1, "9", "8"), chain(FIRST), "SKS-N040"),
        (statement(1, "0", "other"), chain(FIRST), "SKS-N041"),
        (statement(2, "1", "2"), chain(), "SKS-N042"),
        (statement(1, "9", "1"), chain(), "SKS-N044"),
        (statement(2, "0", "2"), chain(FIRST), "SKS-N044"),
        (statement(1, "0", "0"), chain(), "SKS-N045"),
        (statement(1, "0", "weak", suite="S0"), chain(), "SKS-N047"),
        (statement(1, "0", "1", NOW + CLOCK_SKEW_MAX + DAY), chain(), "SKS-N033"),
        (statement(1, "0", "1", datetime(9999, 12, 31, tzinfo=UTC)), chain(), "SKS-N033"),
    ],
    ids=[
        "another node",
        "known",
        "older than the directory",
        "a stranger's, older",
        "fork",
        "gap",
        "not from the keys in use",
        "from keys that were handed over",
        "same keys",
        "weaker suite",
        "future",
        "end of time",
    ],
)
def test_what_does_not_continue_the_chain_is_refused(
    data: bytes, known: KeyChain, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        handover.accept(data, known, now=NOW)
    assert refused.value.code == code


def test_one_old_key_in_a_new_set_is_refused() -> None:
    old, new = nodes.keys("node naibu 0"), nodes.keys("node naibu 1")
    seeds = {**new.seeds, "note-ed25519": old.seeds["ed25519"]}
    mixed = type(new)(new.suite, seeds)
    with pytest.raises(Refused) as refused:
        handover.accept(handover.statement("naibu", 1, old, mixed, NOW), chain(), now=NOW)
    assert refused.value.code == "SKS-N045"


@pytest.mark.parametrize("left_out", [0, 1, 2, 3])
def test_every_signature_of_both_sets_is_needed(left_out: int) -> None:
    envelope = dsse.decode(statement(1, "0", "1"), HANDOVER_TYPE)
    rest = tuple(one for i, one in enumerate(envelope.signatures) if i != left_out)
    data = dsse.Envelope(HANDOVER_TYPE, envelope.payload, rest).encode()
    with pytest.raises(Refused) as refused:
        handover.accept(data, chain(), now=NOW)
    assert refused.value.code == "SKS-K007"


def test_old_signatures_are_taken_until_the_overlap_ends() -> None:
    known = chain(FIRST)
    assert known.at(NOW - 2 * CLOCK_SKEW_MAX) == (public("0"),)
    assert known.at(NOW) == (public("1"), public("0"))
    assert known.at(NOW + HANDOVER_OVERLAP - timedelta(seconds=1)) == (public("1"), public("0"))
    assert known.at(NOW + HANDOVER_OVERLAP) == (public("1"),)


def test_the_overlap_covers_every_parcel_sealed_before_a_handover() -> None:
    assert HANDOVER_OVERLAP > prekeys.KEY_LIFE_MAX + CLOCK_SKEW_MAX


def test_nothing_counts_before_or_after_the_membership() -> None:
    until = NOW + 5 * DAY
    known = handover.chain_of("naibu", public("0"), 0, (NOW, until), [FIRST])
    assert known.at(NOW - 2 * CLOCK_SKEW_MAX) == ()
    assert known.at(until - timedelta(seconds=1)) == (public("1"), public("0"))
    assert known.at(until) == ()


def test_a_directory_that_already_has_the_new_keys_still_knows_the_old_ones() -> None:
    for version, generation in (("0", 0), ("1", 1), ("2", 2)):
        known = chain(SECOND, FIRST, generation=generation, version=version)
        assert [one.number for one in known.generations] == [0, 1, 2]
        assert [one.keys for one in known.generations] == [public("0"), public("1"), public("2")]
        assert known.current.number == 2


def test_keys_replaced_by_the_administrators_end_at_once() -> None:
    known = chain(FIRST, SECOND, generation=7, version="fresh")
    assert known.at(NOW) == (public("fresh"),)
    assert known.current.number == 7


def test_handovers_of_other_nodes_are_left_out() -> None:
    other = handover.read(statement(1, "0", "1", node="soto"))
    assert chain(other).current.number == 0


def test_the_signing_set_is_picked_by_its_key_ids() -> None:
    signed = nodes.node("naibu", version="0").signing.sign("t", b"x")
    assert handover.pick(chain(FIRST).at(NOW), signed) == public("0")
    with pytest.raises(Refused) as refused:
        handover.pick([public("1")], signed)
    assert refused.value.code == "SKS-N046"


PAYLOAD: dict[str, Any] = json.loads(dsse.decode(FIRST.envelope, HANDOVER_TYPE).payload)


@given(hostile.changed(PAYLOAD))
def test_only_our_errors_come_out_of_a_changed_statement(payload: dict[str, Any]) -> None:
    data = documents.write(payload)
    both = dsse.merged(
        nodes.node("naibu", version="0").signing.sign(HANDOVER_TYPE, data),
        nodes.node("naibu", version="1").signing.sign(HANDOVER_TYPE, data).signatures,
    )
    try:
        found = handover.read(both.encode())
        chain(found).at(NOW)
        handover.accept(both.encode(), chain(), now=NOW)
    except SekishoError:
        return


@given(st.binary(max_size=200) | hostile.changed(json.loads(FIRST.envelope)).map(documents.write))
def test_only_our_errors_come_out_of_hostile_bytes(data: bytes) -> None:
    try:
        handover.read(data)
    except SekishoError:
        return


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    identity.create(tmp_path / "keys", "naibu", "S0", NOW)
    return tmp_path / "keys"


def test_a_node_hands_over_to_new_keys(folder: Path, tmp_path: Path) -> None:
    old = identity.load(folder, "naibu")
    os.link(folder / "signing.key", tmp_path / "witness")
    number, data = rotation.begin(folder, "naibu", NOW, suite="S1")
    assert number == 1
    assert identity.load(folder, "naibu").signing.public == old.signing.public
    new = rotation.finish(folder, "naibu")
    known = handover.chain_of("naibu", old.signing.public, 0, (NOW, None), [])
    found = handover.accept(data, known, now=NOW)
    assert found.new == new.signing.public == identity.load(folder, "naibu").signing.public
    assert new.generation == identity.load(folder, "naibu").generation == 1
    assert (
        documents.b64(old.signing.seeds["ed25519"]).encode()
        not in (tmp_path / "witness").read_bytes()
    )
    assert sorted(os.listdir(folder)) == ["handover-0001.json", "signing.key"]


def test_beginning_twice_gives_the_same_statement(folder: Path) -> None:
    assert rotation.begin(folder, "naibu", NOW) == rotation.begin(folder, "naibu", NOW + DAY)


def test_finishing_twice_changes_nothing_more(folder: Path) -> None:
    rotation.begin(folder, "naibu", NOW)
    first = rotation.finish(folder, "naibu")
    assert rotation.finish(folder, "naibu").signing.public == first.signing.public


def test_several_handovers_make_a_chain(folder: Path) -> None:
    first = identity.load(folder, "naibu")
    for i in range(3):
        rotation.begin(folder, "naibu", NOW + i * DAY)
        rotation.finish(folder, "naibu")
    known = handover.chain_of("naibu", first.signing.public, 0, (NOW, None), [])
    for number, data in sorted(rotation.statements(folder).items()):
        accepted = handover.accept(data, known, now=NOW + 3 * DAY)
        assert accepted.generation == number
        known = handover.chain_of(
            "naibu", first.signing.public, 0, (NOW, None), [*known.handovers, accepted]
        )
    assert known.current.keys == identity.load(folder, "naibu").signing.public
    assert known.current.number == 3


def test_nothing_can_be_finished_that_was_not_begun(folder: Path) -> None:
    with pytest.raises(Refused) as refused:
        rotation.finish(folder, "naibu")
    assert refused.value.code == "SKS-N011"


def test_next_keys_that_do_not_match_the_statement_are_not_taken_into_use(folder: Path) -> None:
    rotation.begin(folder, "naibu", NOW)
    before = identity.load(folder, "naibu").signing.public
    keyfiles.destroy(folder / "signing-next.key")
    stranger = identity.Identity("naibu", nodes.keys("restored"), NOW, 1)
    identity.write_identity(folder / "signing-next.key", stranger)
    with pytest.raises(Broken) as broken:
        rotation.finish(folder, "naibu")
    assert broken.value.code == "SKS-N015"
    assert identity.load(folder, "naibu").signing.public == before


def test_a_handover_killed_anywhere_is_finished_by_the_same_calls(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    started: list[VerifyingKeys] = []

    def prepare() -> None:
        if folder.exists():
            for path in folder.iterdir():
                path.unlink()
        started.append(identity.create(folder, "naibu", "S0", NOW).signing.public)

    def hand_over() -> None:
        rotation.begin(folder, "naibu", NOW)
        rotation.finish(folder, "naibu")

    for _ in kill_points(prepare, hand_over):
        published = rotation.statements(folder)
        if identity.load(folder, "naibu").generation == 0:
            number, data = rotation.begin(folder, "naibu", NOW + DAY)
            assert published in ({}, {number: data})
        now = rotation.finish(folder, "naibu")
        stated = handover.read(rotation.statements(folder)[1])
        assert (stated.old, stated.new) == (started[-1], now.signing.public)
        assert now.generation == 1
        keyfiles.destroy_leftovers(folder)
        assert sorted(os.listdir(folder)) == ["handover-0001.json", "signing.key"]
