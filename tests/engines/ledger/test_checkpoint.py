"""Checkpoints: what is signed, byte by byte; every signature demanded; cosignatures added."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.ledger.support import HUB, NODE, NOW, START, keys_of

from sekisho.kernel.documents import b64
from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.kernel.merkle import EMPTY_ROOT
from sekisho.ledger import cosignature
from sekisho.ledger.body import Checkpoint, node_of, origin_of, read_body
from sekisho.ledger.checkpoint import (
    add_cosignatures,
    open_checkpoint,
    sign_checkpoint,
)
from sekisho.ledger.note import Note, NoteSignature, SignatureType, read_note

ROOT = bytes(range(32))
CHECKPOINT = Checkpoint("sekisho/lgwan", 7, ROOT)
SUITES = pytest.mark.parametrize("suite", ["S0", "S1"])


def signed(suite: str = "S1", node: str = NODE, size: int = 7) -> bytes:
    return sign_checkpoint(node, size, ROOT, keys_of(NODE, suite), START)


def cosigned(suite: str = "S1", who: str = HUB, moment=START) -> str:  # type: ignore[no-untyped-def]
    keys = keys_of(who, suite)
    held = cosignature.witness_keys(who, keys.public)
    lines = cosignature.sign(held, keys, read_body(read_note(signed(suite)).text), moment)
    return "".join(one.line() for one in lines)


def test_the_body_of_a_checkpoint() -> None:
    assert CHECKPOINT.body() == f"sekisho/lgwan\n7\n{b64(ROOT)}\n"


@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_a_body_is_read_as_it_was_written(size: int, root: bytes) -> None:
    checkpoint = Checkpoint("sekisho/a", size, root if size else EMPTY_ROOT)
    assert read_body(checkpoint.body()) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n7\n",
        f"a\n7\n{b64(ROOT)}",
        f"a\n7\n{b64(ROOT)}\nextension\n",
        f"\n7\n{b64(ROOT)}\n",
        f"a b\n7\n{b64(ROOT)}\n",
        f"a\n07\n{b64(ROOT)}\n",
        f"a\n-1\n{b64(ROOT)}\n",
        f"a\n9223372036854775808\n{b64(ROOT)}\n",
        f"a\n７\n{b64(ROOT)}\n",
        f"a\n7\n{b64(ROOT[1:])}\n",
        f"a\n7\n{b64(ROOT)}=\n",
        f"a\n0\n{b64(ROOT)}\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_body(text)
    assert caught.value.code == "SKS-L022"


@given(st.text(max_size=120))
def test_hostile_bodies_are_refused_or_written_back(text: str) -> None:
    try:
        assert read_body(text).body() == text
    except InvalidInput as error:
        assert error.code == "SKS-L022"


def test_names_of_nodes_and_logs() -> None:
    assert origin_of("lgwan") == "sekisho/lgwan"
    assert node_of("sekisho/lgwan") == "lgwan"
    assert node_of("sekisho/") is None
    assert node_of("example.com/lgwan") is None


def test_what_each_kind_of_signature_signs() -> None:
    """Written out by hand from signed-note and tlog-cosignature."""
    keys = keys_of(HUB, "S1").public
    note_key = cosignature.log_keys(NODE, keys)[0]
    ed25519, ml_dsa = cosignature.witness_keys(HUB, keys)
    body = b"sekisho/lgwan\n7\n" + b64(ROOT).encode() + b"\n"
    assert cosignature.signed_message(note_key, CHECKPOINT, 5) == body
    assert cosignature.signed_message(ed25519, CHECKPOINT, 1679315147) == (
        b"cosignature/v1\ntime 1679315147\n" + body
    )
    assert cosignature.signed_message(ml_dsa, CHECKPOINT, 1679315147) == (
        b"subtree/v1\n\0"
        + b"\x0bsekisho/hub"
        + bytes.fromhex("00000000641850cb")
        + b"\x0dsekisho/lgwan"
        + bytes(8)
        + bytes.fromhex("0000000000000007")
        + ROOT
    )


@SUITES
def test_a_checkpoint_carries_every_kind_of_the_suite(suite: str) -> None:
    opened = open_checkpoint(signed(suite), NODE, keys_of(NODE, suite).public)
    assert opened.checkpoint == CHECKPOINT
    assert len(opened.note.signatures) == {"S0": 1, "S1": 2}[suite]
    assert opened.time == {"S0": None, "S1": int(START.timestamp())}[suite]


def test_every_kind_is_demanded() -> None:
    note = read_note(signed("S1"))
    for kept in note.signatures:
        with pytest.raises(Refused) as caught:
            open_checkpoint(Note(note.text, (kept,)).encode(), NODE, keys_of(NODE, "S1").public)
        assert caught.value.code == "SKS-L023"


def test_a_checkpoint_of_another_log_or_by_other_keys_is_refused() -> None:
    keys = keys_of(NODE, "S1").public
    for note, code in (
        (sign_checkpoint(HUB, 7, ROOT, keys_of(NODE, "S1"), START), "SKS-L025"),
        (sign_checkpoint(NODE, 7, ROOT, keys_of(HUB, "S1"), START), "SKS-L023"),
    ):
        with pytest.raises(Refused) as caught:
            open_checkpoint(note, NODE, keys)
        assert caught.value.code == code


@SUITES
def test_a_changed_checkpoint_is_refused(suite: str) -> None:
    note = read_note(signed(suite))
    for text in (
        Checkpoint("sekisho/lgwan", 8, ROOT).body(),
        Checkpoint("sekisho/lgwan", 7, bytes(32)).body(),
    ):
        changed = Note(text, note.signatures).encode()
        with pytest.raises(Refused) as caught:
            open_checkpoint(changed, NODE, keys_of(NODE, suite).public)
        assert caught.value.code == "SKS-L024"


@given(st.integers(0, 1), st.data())
def test_a_changed_signature_is_refused(which: int, data: st.DataObject) -> None:
    note = read_note(signed("S1"))
    one = note.signatures[which]
    at = data.draw(st.integers(0, len(one.signature) - 1))
    flipped = bytearray(one.signature)
    flipped[at] ^= 1 << data.draw(st.integers(0, 7))
    signatures = list(note.signatures)
    signatures[which] = NoteSignature(one.name, one.key_id, bytes(flipped))
    with pytest.raises(Refused) as caught:
        open_checkpoint(
            Note(note.text, tuple(signatures)).encode(), NODE, keys_of(NODE, "S1").public
        )
    assert caught.value.code == "SKS-L024"


@SUITES
def test_cosignatures_are_checked_and_added(suite: str) -> None:
    held = cosignature.witness_keys(HUB, keys_of(HUB, suite).public)
    note = add_cosignatures(signed(suite), cosigned(suite), held, NOW)
    opened = open_checkpoint(note, NODE, keys_of(NODE, suite).public)
    for key in held:
        assert cosignature.check(key, opened.note, opened.checkpoint) == START.timestamp()
    later = cosigned(suite, moment=START + timedelta(minutes=5))
    again = add_cosignatures(note, later, held, NOW)
    assert len(read_note(again).signatures) == len(read_note(note).signatures)
    assert cosignature.check(held[0], read_note(again), opened.checkpoint) == (
        START.timestamp() + 300
    )


def test_lines_of_strangers_are_left_out() -> None:
    held = cosignature.witness_keys(HUB, keys_of(HUB, "S1").public)
    stranger = NoteSignature("sekisho/stranger", b"1234", b"sig").line()
    note = add_cosignatures(signed("S1"), cosigned("S1") + stranger, held, NOW)
    assert {one.name for one in read_note(note).signatures} == {"sekisho/lgwan", "sekisho/hub"}


def test_wrong_missing_and_future_cosignatures_are_refused() -> None:
    held = cosignature.witness_keys(HUB, keys_of(HUB, "S1").public)
    half = cosigned("S1").split("\n")[0] + "\n"
    ahead = cosigned("S1", moment=NOW + timedelta(minutes=11))
    cases = [
        (cosigned("S1", who="mynumber"), "SKS-L023"),
        (half, "SKS-L023"),
        (ahead, "SKS-L026"),
        ("nonsense\n", "SKS-L020"),
    ]
    for lines, code in cases:
        with pytest.raises(SekishoError) as caught:
            add_cosignatures(signed("S1"), lines, held, NOW)
        assert caught.value.code == code
    other_size = sign_checkpoint(NODE, 8, ROOT, keys_of(NODE, "S1"), START)
    with pytest.raises(Refused) as refused:
        add_cosignatures(other_size, cosigned("S1"), held, NOW)
    assert refused.value.code == "SKS-L024"


def test_a_time_no_clock_can_show_is_refused() -> None:
    held = cosignature.witness_keys(HUB, keys_of(HUB).public)
    line = NoteSignature(held[0].name, held[0].key_id, b"\xff" * 72)
    with pytest.raises(Refused) as caught:
        cosignature.check(held[0], Note(CHECKPOINT.body(), (line,)), CHECKPOINT)
    assert caught.value.code == "SKS-L024"
    assert held[0].type is SignatureType.COSIGNATURE_ED25519
