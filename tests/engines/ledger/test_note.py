"""Signed notes and verifier keys: what is read is written back; everything else is refused."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.ledger.support import HUB, keys_of

from sekisho.kernel.documents import b64
from sekisho.kernel.errors import InvalidInput
from sekisho.ledger import cosignature
from sekisho.ledger.note import (
    NOTE_BYTES_MAX,
    NOTE_SIGNATURES_MAX,
    Note,
    NoteKey,
    NoteSignature,
    SignatureType,
    is_key_name,
    read_note,
    read_signature_lines,
    read_vkey,
)

NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=20
).filter(is_key_name)
SIGNATURES = st.builds(
    NoteSignature,
    NAMES,
    st.binary(min_size=4, max_size=4),
    st.binary(min_size=1, max_size=80),
)
TEXTS = st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20), max_size=5)


@given(TEXTS, st.lists(SIGNATURES, min_size=1, max_size=8, unique_by=lambda s: (s.name, s.key_id)))
def test_a_note_is_read_as_it_was_written(
    lines: list[str], signatures: list[NoteSignature]
) -> None:
    note = Note("".join(line + "\n" for line in lines) + "end\n", tuple(signatures))
    assert read_note(note.encode()) == note
    assert read_note(note.encode()).encode() == note.encode()


@given(st.binary(max_size=300))
def test_hostile_bytes_are_refused_or_written_back(data: bytes) -> None:
    try:
        note = read_note(data)
    except InvalidInput as error:
        assert error.code == "SKS-L020"
    else:
        assert note.encode() == data


@given(st.data())
def test_a_changed_note_is_refused_or_written_back(data: st.DataObject) -> None:
    note = Note("log\n1\nroot\n", (NoteSignature("a", b"1234", b"sig"),)).encode()
    at = data.draw(st.integers(0, len(note) - 1))
    changed = note[:at] + data.draw(st.binary(max_size=3)) + note[at + 1 :]
    try:
        assert read_note(changed).encode() == changed
    except InvalidInput as error:
        assert error.code == "SKS-L020"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no signatures\n",
        "text\n\n",
        "text\n\n— a QUJDREVG",
        "text\n\n- a QUJDREVG\n",
        "text\n\n— a  QUJDREVG\n",
        "text\n\n— a QUJDREVG \n",
        "text\n\n— a QUJD\n",
        "text\n\n— a QUJDREV\n",
        "text\n\n— a+b QUJDREVG\n",
        "text\n\n—  QUJDREVG\n",
        "text\n\n— a QUJDREVG\n— a QUJDREVH\n",
        "te\rxt\n\n— a QUJDREVG\n",
        "te\x00xt\n\n— a QUJDREVG\n",
        "text\n\n— a QUJDREVG\ntrailer\n",
        "text\n\n— a" + "n" * 256 + " QUJDREVG\n",
        "text\n\n" + "".join(f"— a{i} QUJDREVG\n" for i in range(NOTE_SIGNATURES_MAX + 1)),
        "x" * NOTE_BYTES_MAX + "\n\n— a QUJDREVG\n",
    ],
)
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_note(text.encode())
    assert caught.value.code == "SKS-L020"


def test_the_last_empty_line_parts_text_and_signatures() -> None:
    note = read_note("one\n\ntwo\n\n— a QUJDREVG\n".encode())
    assert note.text == "one\n\ntwo\n"
    assert [one.signature for one in note.signatures] == [b"EF"]


def test_a_later_signature_by_the_same_key_replaces() -> None:
    note = Note("t\n", (NoteSignature("a", b"1234", b"old"), NoteSignature("b", b"1234", b"x")))
    more = note.with_signatures([NoteSignature("a", b"1234", b"new")])
    assert [(one.name, one.signature) for one in more.signatures] == [("a", b"new"), ("b", b"x")]


@pytest.mark.parametrize("suite", ["S0", "S1"])
def test_verifier_keys_are_read_as_they_were_written(suite: str) -> None:
    keys = keys_of(HUB, suite).public
    for key in (*cosignature.log_keys(HUB, keys), *cosignature.witness_keys(HUB, keys)):
        assert read_vkey(key.encode()) == key


def test_a_published_verifier_key_is_read() -> None:
    """The key of the Go checksum database, as its documentation prints it."""
    text = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    key = read_vkey(text)
    assert (key.name, key.type, key.encode()) == ("sum.golang.org", SignatureType.ED25519, text)


def test_the_key_id_of_another_implementation() -> None:
    """Seed, name and key id of an ML-DSA-44 log in the test data of filippo.io/torchwood."""
    seed = bytes.fromhex("2886adc2b0eabfce67c0472939127998bf886cf256bfee8ba76a253fce1146e0")
    public = MLDSA44PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw()
    key = NoteKey("example.com/mldsa-log", SignatureType.COSIGNATURE_ML_DSA_44, public)
    assert key.key_id.hex() == "b5df45c5"


def test_what_is_no_verifier_key_is_refused() -> None:
    good = cosignature.witness_keys(HUB, keys_of(HUB).public)[0].encode()
    name, key_id, packed = good.split("+", 2)
    short = b64(bytes([4]) + bytes(31))
    for bad in (
        "",
        "name",
        f"{name}+{key_id}",
        f"other+{key_id}+{packed}",
        f"{name}+00000000+{packed}",
        f"{name}+{key_id.upper()}x+{packed}",
        f"{name}+{key_id}+{packed}=",
        f"{name}+{key_id}+{short}",
        f"{name}+{key_id}+{b64(bytes([5]) + bytes(32))}",
        f"{name}+{key_id}+",
        f"a b+{key_id}+{packed}",
        good + "\n",
    ):
        with pytest.raises(InvalidInput) as caught:
            read_vkey(bad)
        assert caught.value.code == "SKS-L021", bad


@given(st.text(max_size=100))
def test_hostile_verifier_keys_and_lines_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_vkey(text)
    try:
        lines = read_signature_lines(text)
    except InvalidInput:
        return
    assert "".join(one.line() for one in lines) == text
