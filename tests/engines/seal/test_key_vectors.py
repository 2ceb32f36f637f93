"""The known answers in tests/vectors/keys, through the same functions that a node calls."""

from __future__ import annotations

import copy
import json
from dataclasses import asdict
from typing import Any

import pytest
from tests.vectors import make_key_vectors as script

from sekisho.kernel import documents
from sekisho.kernel.clock import parse_stamp
from sekisho.kernel.errors import SekishoError
from sekisho.kernel.signing import VerifyingKeys, read_verifying_keys
from sekisho.seal import directory, handover, identity, prekeys

FILES = {path.stem: json.loads(path.read_text("utf-8")) for path in script.FOLDER.glob("*.json")}
MADE = {one.name: one for one in script.vectors()}


def keys_of(known: dict[str, Any]) -> VerifyingKeys:
    wanted = {"suite": known["keys"]["suite"], "keys": known["keys"]["keys"]}
    return read_verifying_keys(documents.Fields(wanted, "vector"))


def read(kind: str, data: bytes, known: dict[str, Any]) -> object:
    now = parse_stamp(known["now"]) if "now" in known else script.NOW
    if kind == "node card":
        return identity.read_card(data)
    if kind == "admin card":
        return identity.read_admin_card(data)
    if kind == "hand-over":
        before = [handover.read(one.encode()) for one in known["handovers"]]
        window = (script.NOW - script.DAY, None)
        chain = handover.chain_of(
            known["node"], keys_of(known), known["generation"], window, before
        )
        return handover.accept(data, chain, now=now)
    if kind == "directory":
        previous = known.get("previous")
        return directory.accept(
            data,
            previous=directory.read_accepted(previous.encode()) if previous else None,
            trusted_admins=known.get("trusted", ()),
            trusted_threshold=known.get("threshold", 1),
            now=now,
        )
    names = {"owner": known["owner"], "for_node": known["for_node"]}
    return prekeys.accept_batch(data, keys_of(known), **names, now=now)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_vector_is_read_or_refused_as_it_says(name: str) -> None:
    vector = FILES[name]
    code = ""
    try:
        found = read(vector["kind"], vector["document"].encode(), vector["known"])
    except SekishoError as error:
        code = error.code
    assert code == vector["refused_by"]
    if not code and vector["kind"].endswith("card"):
        assert found.keys.fingerprint == vector["known"]["keys"]["fingerprint"]  # type: ignore[attr-defined]
        assert found.keys.set_id == vector["known"]["keys"]["set_id"]  # type: ignore[attr-defined]
    if not code and vector["kind"] == "batch":
        ids = [one.key_id for one in found.keys]  # type: ignore[attr-defined]
        assert ids == vector["known"]["key_ids"]


def test_the_files_are_those_of_the_script() -> None:
    assert set(FILES) == set(MADE)


def without_randomness(document: str) -> list[Any]:
    """The payload and the signatures, those of ML-DSA by their key id alone."""
    envelope = json.loads(document)
    ed25519_chars = 88
    signatures = [
        (one["keyid"], one["sig"] if len(one["sig"]) == ed25519_chars else "")
        for one in envelope["signatures"]
    ]
    return [envelope["payload"], signatures]


@pytest.mark.parametrize("name", sorted(MADE))
def test_the_script_still_makes_what_the_file_holds(name: str) -> None:
    made, kept = asdict(MADE[name]), copy.deepcopy(FILES[name])
    for vector in (made, kept):
        known = vector["known"]
        vector["document"] = without_randomness(vector["document"])
        known["handovers"] = [without_randomness(one) for one in known.get("handovers", [])]
    assert json.loads(json.dumps(made)) == json.loads(json.dumps(kept))
