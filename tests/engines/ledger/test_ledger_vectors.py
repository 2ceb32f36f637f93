"""The fixed test data is what its script describes, and goes through every reader."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from tests.engines.ledger.support import NOW, READERS, codes, entries, memory_log
from tests.vectors import make_ledger_vectors as script

from sekisho.kernel.merkle import leaf_hash
from sekisho.ledger import cosignature, tree
from sekisho.ledger.body import read_body
from sekisho.ledger.events import Disclosure, check_disclosure, read_entry
from sekisho.ledger.note import read_note, read_vkey
from sekisho.ledger.policy import judge_quorum, read_policy
from sekisho.ledger.proof import read_proof
from sekisho.ledger.verify import verify_package

FOLDER = script.FOLDER


def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / name).read_text("utf-8"))
    return found


def test_the_files_are_what_the_script_describes() -> None:
    described = script.described()
    stored = {path.name for path in FOLDER.iterdir()} - {"README.md", f"{script.RANDOMISED}.zip"}
    assert stored == set(described)
    for name, data in described.items():
        assert (FOLDER / name).read_bytes() == data, name


@pytest.mark.parametrize("name", sorted(script.CASES))
def test_every_package_gets_the_verdict_it_must_get(name: str) -> None:
    wanted = script.expected()[name]
    verdict = verify_package(
        FOLDER / f"{name}.zip",
        readers=READERS,
        trusted_admins=[document(wanted["keys"])["trusted_admin"]],
        now=NOW,
    )
    found = codes(verdict)
    assert set(wanted["codes"]) <= set(found)
    assert verdict.ok == (not wanted["codes"])
    if wanted["codes"]:
        assert found[0] == wanted["codes"][0]


def test_the_tree() -> None:
    stored = document("tree.json")
    log = memory_log(600)
    for size, root in stored["roots"].items():
        assert log.root(int(size)).hex() == root
    root = log.root()
    for index, proof in stored["inclusion"].items():
        leaf = leaf_hash(entries(1, int(index))[0])
        tree.check_inclusion(leaf, int(index), 600, [bytes.fromhex(one) for one in proof], root)
    for old, proof in stored["consistency"].items():
        hashes = [bytes.fromhex(one) for one in proof]
        tree.check_consistency(int(old), log.root(int(old)), 600, root, hashes)
    stretch = stored["range"]
    leaves = [leaf_hash(one) for one in entries(100, 200)]
    hashes = [bytes.fromhex(one) for one in stretch["hashes"]]
    tree.check_range(leaves, stretch["start"], 600, hashes, root)


def test_the_record_its_proof_and_its_checkpoint() -> None:
    stored = document("event.json")
    entry = base64.b64decode(stored["entry"])
    assert leaf_hash(entry).hex() == stored["leaf_hash"]
    _, event = read_entry(entry)
    for one in stored["disclosures"]:
        opened = Disclosure(one["field"], base64.b64decode(one["salt"]), one["value"])
        assert check_disclosure(event, opened) == opened
        assert event.hidden[one["field"]] == one["hash"]
    proof = read_proof((FOLDER / "record.tlog-proof").read_bytes())
    assert proof.note == (FOLDER / "checkpoint.txt").read_bytes()
    note = read_note(proof.note)
    checkpoint = read_body(note.text)
    tree.check_inclusion(
        leaf_hash(entry), proof.index, checkpoint.size, proof.hashes, checkpoint.root
    )
    for vkey in document("keys.json")["log"]:
        cosignature.check(read_vkey(vkey), note, checkpoint)
    for vkeys in document("witnesses.json").values():
        for vkey in vkeys:
            cosignature.check(read_vkey(vkey), note, checkpoint)
    policy = read_policy((FOLDER / "policy.txt").read_bytes())
    assert judge_quorum(policy, note, checkpoint).reached
