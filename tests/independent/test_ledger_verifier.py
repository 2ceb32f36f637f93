"""The second verifier agrees with the first on the vectors, on fresh packages, on damage."""

from __future__ import annotations

import ast
import base64
import io
import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.ledger.support import NODE, STORY, Town, codes, packed
from tests.independent import ledger_verifier as other
from tests.vectors import make_ledger_vectors as script

from sekisho.kernel.errors import Refused
from sekisho.kernel.merkle import leaf_hash, root_of
from sekisho.ledger import cosignature, tree
from sekisho.ledger.package import PERIOD, Earlier, prove_period


def keys_for(town: Town) -> dict[str, Any]:
    public = town.keys[NODE].public
    return {
        "node": {"ed25519": base64.b64encode(public.raw["ed25519"]).decode()},
        "log": [key.encode() for key in cosignature.log_keys(NODE, public)],
    }


def accepts(data: bytes, keys: dict[str, Any]) -> bool:
    try:
        other.verify(io.BytesIO(data), keys)
    except other.Refused:
        return False
    return True


def test_it_imports_nothing_of_ours() -> None:
    tree_of_it = ast.parse(Path(other.__file__).read_text("utf-8"))
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]  # type: ignore[union-attr]
        for node in ast.walk(tree_of_it)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


@pytest.mark.parametrize("suite", ["S0", "S1"])
def test_both_accept_a_sound_package(suite: str) -> None:
    town = Town(suite, before=60)
    indexes = town.tell(STORY)
    earlier = Earlier(town.note(7), town.log.consistency_proof(7))
    data = packed(town.package(indexes, earlier=earlier))
    assert town.verify(data).ok
    events = other.verify(io.BytesIO(data), keys_for(town))
    assert [events[i]["type"] for i in indexes] == [told.kind for told in STORY]


def test_both_accept_a_sound_period() -> None:
    town = Town(before=60)
    town.tell(STORY)
    entries, proof = prove_period(town.log, 5, 50, town.log.size(), town.disclosures)
    base = town.package([0], parcels={}, receipts={})
    package = replace(base, kind=PERIOD, subject="2026-04-01", entries=entries, range_proof=proof)
    assert town.verify(package).ok
    assert accepts(packed(package), keys_for(town))
    wrong = replace(package, range_proof=proof[::-1])
    assert not town.verify(wrong).ok
    assert not accepts(packed(wrong), keys_for(town))


@pytest.mark.parametrize("name", sorted(script.expected()))
def test_both_say_the_same_of_the_vectors(name: str) -> None:
    """Except for what the second verifier does not judge: directories, acts, parcels, receipts."""
    wanted = script.expected()[name]
    data = (script.FOLDER / f"{name}.zip").read_bytes()
    accepted = accepts(data, json.loads((script.FOLDER / wanted["keys"]).read_text("utf-8")))
    assert accepted == (wanted["second"] == "accepts")


@given(st.integers(1, 200), st.data())
def test_proofs_agree(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(size)]
    root = root_of(leaves)

    def tree_hash(start: int, end: int) -> bytes:
        return root_of(leaves[start:end])

    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    end = data.draw(st.integers(index + 1, size))
    path = list(tree.inclusion_proof(tree_hash, index, size))
    assert other.root_from_path(leaves[index], index, size, path) == root
    proof = list(tree.consistency_proof(tree_hash, old, size))
    old_root = root_of(leaves[:old])
    assert other.roots_from_consistency(old, size, proof, old_root) == (old_root, root)
    outside = tree.range_proof(tree_hash, index, end, size)
    assert other.root_from_range(leaves[index:end], index, size, outside) == root


@given(
    st.integers(0, 40),
    st.integers(0, 40),
    st.lists(st.sampled_from([bytes([i] * 32) for i in range(4)]), max_size=7),
)
def test_hostile_proofs_are_judged_alike(a: int, b: int, proof: list[bytes]) -> None:
    """Both accept or both refuse, whatever is offered as a proof."""
    leaves = [bytes([i % 4] * 32) for i in range(b)]
    root = root_of(leaves)
    for ours, theirs in (
        (
            lambda: tree.check_inclusion(bytes(32), a, b, proof, root),
            lambda: other.root_from_path(bytes(32), a, b, proof) == root,
        ),
        (
            lambda: tree.check_consistency(a, bytes(32), b, root, proof),
            lambda: (
                0 < a <= b
                and other.roots_from_consistency(a, b, proof, bytes(32)) == (bytes(32), root)
            ),
        ),
    ):
        try:
            ours()
            accepted = True
        except Refused:
            accepted = False
        try:
            also = theirs()
        except other.Refused:
            also = False
        assert accepted == also


@given(st.data())
def test_damage_is_refused_by_both(data: st.DataObject) -> None:
    town = Town()
    indexes = town.tell(STORY)
    package = town.package(indexes)
    at = data.draw(st.integers(0, len(package.entries) - 1))
    one = package.entries[at]
    assert one.proof is not None
    damage = data.draw(st.sampled_from(["entry", "proof", "index", "disclosure", "checkpoint"]))
    if damage == "entry":
        position = data.draw(st.integers(20, len(one.entry) - 20))
        changed = one.entry[:position] + b"0" + one.entry[position + 1 :]
        one = replace(one, entry=changed)
        if changed == package.entries[at].entry:
            return
    elif damage == "proof":
        one = replace(one, proof=replace(one.proof, hashes=one.proof.hashes[1:]))
    elif damage == "index":
        one = replace(one, proof=replace(one.proof, index=one.index + 1))
    elif damage == "disclosure":
        if not one.disclosures:
            return
        first = replace(one.disclosures[0], value="altered")
        one = replace(one, disclosures=(first, *one.disclosures[1:]))
    else:
        package = replace(package, checkpoint=town.note(witnesses=()))
    entries = list(package.entries)
    entries[at] = one
    broken = packed(replace(package, entries=tuple(entries)))
    assert codes(town.verify(broken))
    with suppress(ValueError, KeyError):  # It does not word what is no JSON or base64.
        assert not accepts(broken, keys_for(town))


def test_the_command(tmp_path: Path) -> None:
    town = Town()
    package, keys = tmp_path / "package.zip", tmp_path / "keys.json"
    package.write_bytes(packed(town.package(town.tell(STORY))))
    keys.write_text(json.dumps(keys_for(town)))
    command = [sys.executable, other.__file__, str(package), str(keys)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(STORY)
    keys.write_text(json.dumps({**keys_for(town), "log": []}))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "refused: no key of the log\n")
