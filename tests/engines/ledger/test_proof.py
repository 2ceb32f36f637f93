"""tlog-proof files: written, read back, refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.documents import b64
from sekisho.kernel.errors import InvalidInput
from sekisho.ledger.proof import TlogProof, read_proof

HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=64)
NOTE = b"sekisho/lgwan\n7\nroot\n\nsignatures\n"


@given(st.integers(0, 2**63 - 1), HASHES, st.none() | st.binary(max_size=50))
def test_a_proof_is_read_as_it_was_written(
    index: int, hashes: list[bytes], extra: bytes | None
) -> None:
    proof = TlogProof(index, tuple(hashes), NOTE, extra)
    assert read_proof(proof.encode()) == proof


def test_the_form_of_a_proof() -> None:
    proof = TlogProof(5, (bytes(32), bytes([1] * 32)), NOTE)
    assert proof.encode() == (
        b"c2sp.org/tlog-proof@v1\nindex 5\n"
        + b64(bytes(32)).encode()
        + b"\n"
        + b64(bytes([1] * 32)).encode()
        + b"\n\n"
        + NOTE
    )


@pytest.mark.parametrize(
    "head",
    [
        "",
        "c2sp.org/tlog-proof@v2\nindex 1",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v1\nindex 01",
        "c2sp.org/tlog-proof@v1\nindex -1",
        "c2sp.org/tlog-proof@v1\nindex 9223372036854775808",
        "c2sp.org/tlog-proof@v1\nindex 1\nAAAA",
        "c2sp.org/tlog-proof@v1\nindex 1\nnot base64",
        "c2sp.org/tlog-proof@v1\nextra !\nindex 1",
        "c2sp.org/tlog-proof@v1\nindex 1\nextra AAAA",
        "c2sp.org/tlog-proof@v1\nextra AAAA\nextra AAAA\nindex 1",
        "c2sp.org/tlog-proof@v1\nindex １",
        "c2sp.org/tlog-proof@v1\nindex 1" + ("\n" + b64(bytes(32))) * 65,
        "c2sp.org/tlog-proof@v1\nextra " + b64(bytes(66_000)) + "\nindex 1",
    ],
)
def test_what_is_no_proof_is_refused(head: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_proof(head.encode() + b"\n\n" + NOTE)
    assert caught.value.code == "SKS-L031"


def test_a_proof_without_a_checkpoint_or_too_large_is_refused() -> None:
    for data in (b"c2sp.org/tlog-proof@v1\nindex 1\n\n", b"c2sp.org/tlog-proof@v1\nindex 1\n"):
        with pytest.raises(InvalidInput):
            read_proof(data)
    with pytest.raises(InvalidInput):
        read_proof(TlogProof(1, (), bytes(400_000)).encode())


@given(st.binary(max_size=200))
def test_hostile_proofs_are_refused_or_written_back(data: bytes) -> None:
    for candidate in (data, b"c2sp.org/tlog-proof@v1\nindex 1\n" + data):
        try:
            proof = read_proof(candidate)
        except InvalidInput as error:
            assert error.code == "SKS-L031"
        else:
            assert proof.encode() == candidate
