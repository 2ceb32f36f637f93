"""A witness signs what continues, refuses the rest by name, and keeps proof of a fork."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.ledger.support import HUB, NODE, NOW, START, entries, keys_of, memory_log

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.ledger import cosignature
from sekisho.ledger.checkpoint import add_cosignatures, sign_checkpoint
from sekisho.ledger.fork import FORK, ROLLBACK, ForkEvidence, read_fork_evidence
from sekisho.ledger.log import Log
from sekisho.ledger.rows import MemoryRows
from sekisho.ledger.witness import Contradicted, Witness, WitnessedState

LOG = memory_log(600)


def forked_log() -> Log:
    """Like LOG, but record 5 was another."""
    log = Log(MemoryRows())
    log.append([*entries(5), b"rewritten", *entries(594, 6)])
    return log


FORKED = forked_log()


class Pair:
    """A log's node and a witness of one suite."""

    def __init__(self, suite: str = "S1") -> None:
        self.node = keys_of(NODE, suite)
        self.hub = keys_of(HUB, suite)
        self.witness = Witness(HUB, self.hub)

    def note(self, size: int, log: Log = LOG, moment: datetime = START) -> bytes:
        return sign_checkpoint(NODE, size, log.root(size), self.node, moment)

    def seen(self, size: int, moment: datetime = START) -> WitnessedState:
        return self.check(None, self.note(size, moment=moment), ())[1]

    def check(
        self,
        last: WitnessedState | None,
        note: bytes,
        proof: Sequence[bytes],
        now: datetime = NOW,
    ) -> tuple[str, WitnessedState]:
        return self.witness.check(NODE, self.node.public, last, note, proof, now)


SUITES = pytest.mark.parametrize("suite", ["S0", "S1"])


@SUITES
def test_growth_is_countersigned_step_by_step(suite: str) -> None:
    pair = Pair(suite)
    last = None
    for step, size in enumerate((0, 1, 255, 256, 257, 600, 600)):
        note = pair.note(size, moment=START + timedelta(minutes=step))
        proof = LOG.consistency_proof(last.size if last else 0, size)
        lines, last = pair.check(last, note, proof)
        assert (last.size, last.root, last.note) == (size, LOG.root(size), note)
        held = cosignature.witness_keys(HUB, pair.hub.public)
        add_cosignatures(note, lines, held, NOW)
        assert lines.count("\n") == len(held)


@SUITES
def test_a_smaller_tree_is_refused(suite: str) -> None:
    pair = Pair(suite)
    note = pair.note(200, moment=START + timedelta(hours=1))
    with pytest.raises(Refused) as caught:
        pair.check(pair.seen(300), note, ())
    assert caught.value.code == "SKS-L040"
    if suite == "S1":
        assert isinstance(caught.value, Contradicted)
        assert caught.value.evidence.verify(pair.node.public) == ROLLBACK
    else:
        assert not isinstance(caught.value, Contradicted)


def test_an_old_note_that_comes_late_is_no_contradiction() -> None:
    pair = Pair()
    last = pair.seen(300, START + timedelta(hours=1))
    with pytest.raises(Refused) as caught:
        pair.check(last, pair.note(200), ())
    assert caught.value.code == "SKS-L040"
    assert not isinstance(caught.value, Contradicted)


@SUITES
def test_a_fork_is_refused_and_proven(suite: str) -> None:
    pair = Pair(suite)
    with pytest.raises(Contradicted) as caught:
        pair.check(pair.seen(300), pair.note(300, FORKED), ())
    assert caught.value.code == "SKS-L041"
    evidence = read_fork_evidence(caught.value.evidence.encode())
    assert evidence == caught.value.evidence
    assert evidence.verify(pair.node.public) == FORK
    for not_signed_by in (keys_of(HUB, suite), keys_of("stranger", suite)):
        with pytest.raises(SekishoError):
            evidence.verify(not_signed_by.public)


@SUITES
def test_a_fork_that_has_grown_is_not_countersigned(suite: str) -> None:
    pair = Pair(suite)
    last = pair.seen(300)
    note = pair.note(600, FORKED, START + timedelta(hours=1))
    for proof in (FORKED.consistency_proof(300, 600), LOG.consistency_proof(300, 600), ()):
        with pytest.raises(Refused) as caught:
            pair.check(last, note, proof)
        assert caught.value.code == "SKS-L043"


def test_a_larger_tree_signed_earlier_is_a_contradiction() -> None:
    pair = Pair()
    last = pair.seen(300, START + timedelta(hours=1))
    with pytest.raises(Contradicted) as caught:
        pair.check(last, pair.note(400), LOG.consistency_proof(300, 400))
    assert caught.value.code == "SKS-L042"
    assert caught.value.evidence.verify(pair.node.public) == ROLLBACK


def test_a_time_ahead_of_our_clock_is_refused() -> None:
    pair = Pair()
    note = pair.note(10, moment=NOW + timedelta(minutes=11))
    with pytest.raises(Refused) as caught:
        pair.check(None, note, ())
    assert caught.value.code == "SKS-L026"
    pair.check(None, pair.note(10, moment=NOW + timedelta(minutes=9)), ())


def test_wrong_proofs_origins_and_keys_are_refused() -> None:
    pair = Pair()
    last = pair.seen(300)
    grown = pair.note(600, moment=START + timedelta(hours=1))
    good = LOG.consistency_proof(300, 600)
    stranger = sign_checkpoint(NODE, 600, LOG.root(), keys_of("stranger", "S1"), START)
    other_log = sign_checkpoint("other", 600, LOG.root(), pair.node, START)
    for note, proof, code in (
        (grown, good[:-1], "SKS-L043"),
        (grown, LOG.consistency_proof(299, 600), "SKS-L043"),
        (grown, (), "SKS-L043"),
        (stranger, good, "SKS-L023"),
        (other_log, good, "SKS-L025"),
        (grown[:-10], good, "SKS-L020"),
    ):
        with pytest.raises(SekishoError) as caught:
            pair.check(last, note, proof)
        assert caught.value.code == code
    pair.check(last, grown, good)


def test_after_a_handover_the_old_note_no_longer_proves_but_still_protects() -> None:
    old, new = Pair(), keys_of("lgwan, second keys", "S1")
    last = old.seen(300)
    forked = sign_checkpoint(NODE, 300, FORKED.root(300), new, START)
    with pytest.raises(Refused) as caught:
        old.witness.check(NODE, new.public, last, forked, (), NOW)
    assert caught.value.code == "SKS-L041"
    assert not isinstance(caught.value, Contradicted)
    grown = sign_checkpoint(NODE, 600, LOG.root(), new, START)
    proof = LOG.consistency_proof(300, 600)
    assert old.witness.check(NODE, new.public, last, grown, proof, NOW)[1].size == 600


@given(st.lists(st.tuples(st.integers(0, 600), st.booleans()), max_size=8))
def test_a_witness_never_signs_two_histories(offers: list[tuple[int, bool]]) -> None:
    """Whatever is offered in whatever order, all that was signed is one growing log."""
    pair = Pair("S0")
    last: WitnessedState | None = None
    signed: list[tuple[int, bytes]] = []
    for size, forked in offers:
        log = FORKED if forked else LOG
        seen = last.size if last else 0
        proof = log.consistency_proof(seen, size) if seen <= size else ()
        try:
            _, last = pair.check(last, pair.note(size, log), proof)
        except Refused:
            continue
        signed.append((last.size, last.root))
    assert [size for size, _ in signed] == sorted(size for size, _ in signed)
    assert any(all(root == log.root(size) for size, root in signed) for log in (LOG, FORKED))


def test_what_is_no_contradiction_is_no_evidence() -> None:
    pair = Pair()
    later = pair.note(400, moment=START + timedelta(hours=1))
    evidence = ForkEvidence(NODE, pair.note(300), later)
    with pytest.raises(Refused) as caught:
        evidence.verify(pair.node.public)
    assert caught.value.code == "SKS-L045"
    with pytest.raises(Refused):
        replace(evidence, second=evidence.first).verify(pair.node.public)
    with pytest.raises(Refused):
        replace(evidence, node=HUB).verify(pair.node.public)


@given(st.binary(max_size=200))
def test_hostile_fork_evidence_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_fork_evidence(data)
