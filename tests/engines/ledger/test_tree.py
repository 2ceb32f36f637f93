"""Proofs against a naive tree and against published known answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.merkle import EMPTY_ROOT, leaf_hash, node_hash, root_of
from sekisho.ledger import tree

SIZES = st.integers(1, 300)


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(naive_root(leaves[:k]), naive_root(leaves[k:]))


def naive_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 section 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if index < k:
        return [*naive_path(index, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(index - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(old: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962 section 2.1.2, word for word."""
    if old == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if old <= k:
        return [*naive_subproof(old, leaves[:k], whole), naive_root(leaves[k:])]
    return [*naive_subproof(old - k, leaves[k:], False), naive_root(leaves[:k])]


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(b"%d" % number) for number in range(size)]


def hasher(leaves: list[bytes]) -> tree.TreeHash:
    return lambda start, end: root_of(leaves[start:end])


@given(SIZES, st.data())
def test_inclusion_proofs_are_those_of_the_definition(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    proof = tree.inclusion_proof(hasher(leaves), index, size)
    assert list(proof) == naive_path(index, leaves)
    tree.check_inclusion(leaves[index], index, size, proof, naive_root(leaves))


@given(SIZES, st.data())
def test_a_changed_inclusion_proof_fails(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    proof = list(tree.inclusion_proof(hasher(leaves), index, size))
    change = data.draw(st.sampled_from(["leaf", "index", "longer", "shorter", "flip", "size"]))
    leaf, root = leaves[index], naive_root(leaves)
    if change == "leaf":
        leaf = leaf_hash(b"another")
    elif change == "index":
        index = data.draw(st.integers(-2, 2 * size).filter(lambda other: other != index))
    elif change == "longer":
        proof.append(bytes(32))
    elif change == "shorter" and proof:
        proof.pop(data.draw(st.integers(0, len(proof) - 1)))
    elif change == "flip" and proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        proof[at] = bytes([proof[at][0] ^ 1]) + proof[at][1:]
    else:
        root = naive_root([*leaves, leaf])
    with pytest.raises(Refused) as caught:
        tree.check_inclusion(leaf, index, size, proof, root)
    assert caught.value.code == "SKS-L005"


@given(SIZES, st.data())
def test_consistency_proofs_are_those_of_the_definition(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, size))
    leaves = leaves_of(size)
    proof = tree.consistency_proof(hasher(leaves), old, size)
    assert list(proof) == ([] if old == 0 else naive_subproof(old, leaves, True))
    tree.check_consistency(old, naive_root(leaves[:old]), size, naive_root(leaves), proof)


@given(SIZES, st.data())
def test_a_rewritten_past_has_no_consistency_proof(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    leaves = leaves_of(size)
    proof = list(tree.consistency_proof(hasher(leaves), old, size))
    rewritten = list(leaves)
    rewritten[data.draw(st.integers(0, old - 1))] = leaf_hash(b"rewritten")
    with pytest.raises(Refused) as caught:
        tree.check_consistency(old, naive_root(leaves[:old]), size, naive_root(rewritten), proof)
    assert caught.value.code == "SKS-L006"
    damage = data.draw(st.sampled_from(["longer", "shorter", "flip"]))
    if damage == "longer" or not proof:
        proof.append(bytes(32))
    elif damage == "shorter":
        proof.pop(data.draw(st.integers(0, len(proof) - 1)))
    else:
        proof[0] = bytes(32)
    with pytest.raises(Refused):
        tree.check_consistency(old, naive_root(leaves[:old]), size, naive_root(leaves), proof)


def test_a_smaller_tree_never_continues_a_larger_one() -> None:
    leaves = leaves_of(8)
    with pytest.raises(Refused):
        tree.check_consistency(8, naive_root(leaves), 4, naive_root(leaves[:4]), ())


def test_the_empty_tree_needs_its_own_root() -> None:
    tree.check_consistency(0, EMPTY_ROOT, 5, bytes(32), ())
    for old_root, proof in ((bytes(32), ()), (EMPTY_ROOT, (bytes(32),))):
        with pytest.raises(Refused):
            tree.check_consistency(0, old_root, 5, bytes(32), proof)


@given(SIZES, st.data())
def test_a_range_proof_holds_and_nothing_else_does(size: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(start + 1, size))
    leaves = leaves_of(size)
    root = naive_root(leaves)
    proof = tree.range_proof(hasher(leaves), start, end, size)
    tree.check_range(leaves[start:end], start, size, proof, root)
    assert len(proof) <= 2 * size.bit_length()
    wrong = [
        (leaves[start : end - 1], start, proof),
        ([*leaves[start:end], leaf_hash(b"more")], start, proof),
        ([leaf_hash(b"other"), *leaves[start + 1 : end]], start, proof),
        (leaves[start:end], start + 1, proof),
        (leaves[start:end], start, (*proof, bytes(32))),
        (leaves[start:end], start, proof[:-1] if proof else (bytes(32),)),
        (leaves[start:end], -1, proof),
    ]
    for part, begin, hashes in wrong:
        with pytest.raises(Refused) as caught:
            tree.check_range(part, begin, size, hashes, root)
        assert caught.value.code == "SKS-L007"


def test_questions_outside_the_tree_are_refused() -> None:
    hashed = hasher(leaves_of(4))
    for ask in (
        lambda: tree.inclusion_proof(hashed, 4, 4),
        lambda: tree.inclusion_proof(hashed, -1, 4),
        lambda: tree.consistency_proof(hashed, 5, 4),
        lambda: tree.range_proof(hashed, 2, 2, 4),
        lambda: tree.range_proof(hashed, 0, 5, 4),
    ):
        with pytest.raises(InvalidInput) as caught:
            ask()
        assert caught.value.code == "SKS-L002"


def test_hostile_sizes_cost_nothing() -> None:
    for size in (2**53, 2**63 - 1):
        with pytest.raises(Refused):
            tree.check_inclusion(bytes(32), size - 1, size, [bytes(32)] * 64, bytes(32))
        with pytest.raises(Refused):
            tree.check_range([bytes(32)], size // 2, size, [bytes(32)] * 128, bytes(32))
        with pytest.raises(Refused):
            tree.check_consistency(1, bytes(32), size, bytes(32), [bytes(32)] * 64)


def test_known_answers_of_certificate_transparency() -> None:
    """The eight leaves and roots that implementations of RFC 6962 commonly test with."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657",
              "606162636465666768696a6b6c6d6e6f"]  # fmt: skip
    leaves = [leaf_hash(bytes.fromhex(one)) for one in inputs]
    roots = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    for size, root in roots.items():
        assert naive_root(leaves[:size]).hex() == root
        assert root_of(leaves[:size]).hex() == root
