"""The second reader agrees with the first on the vectors."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from tests.independent import key_documents as other
from tests.vectors import make_key_vectors as script

FILES = {path.stem: json.loads(path.read_text("utf-8")) for path in script.FOLDER.glob("*.json")}
ABOUT_SIGNATURES = {"SKS-K007", "SKS-K008", "SKS-N023", "SKS-N024"}


def judges_of(vector: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
    known = vector["known"]
    if "previous" in known:
        before = json.loads(other.payload_of(known["previous"])[1])
        return [one["keys"] for one in before["admins"]], before["threshold"]
    own = json.loads(other.payload_of(vector["document"])[1])["admins"]
    told = [one["keys"] for one in own if other.fingerprint(one["keys"]) in known["trusted"]]
    return told, known["threshold"]


def holds(vector: dict[str, Any]) -> bool:
    document = vector["document"]
    if vector["kind"].endswith("card"):
        return other.card_holds(document)
    if vector["kind"] == "hand-over":
        return other.handover_holds(document)
    if vector["kind"] == "directory":
        return other.directory_holds(document, *judges_of(vector))
    return other.holds(document, vector["known"]["keys"])


@pytest.mark.parametrize("name", sorted(FILES))
def test_both_agree_whose_signatures_hold(name: str) -> None:
    vector = FILES[name]
    assert holds(vector) == (vector["refused_by"] not in ABOUT_SIGNATURES)


@pytest.mark.parametrize("name", sorted(name for name in FILES if "keys" in FILES[name]["known"]))
def test_both_compute_the_same_ids_and_fingerprints(name: str) -> None:
    keys = FILES[name]["known"]["keys"]
    assert other.fingerprint(keys) == keys["fingerprint"]
    assert other.digest(keys).hex()[:16] == keys["set_id"]
    raw = {kind: other.base64.b64decode(text) for kind, text in keys["keys"].items()}
    assert {kind: other.key_id(kind, raw[kind]) for kind in raw} == keys["key_ids"]


@pytest.mark.parametrize("name", ["receiver-keys-s0", "receiver-keys-s1"])
def test_both_compute_the_same_receiver_key_ids(name: str) -> None:
    assert other.receiver_key_ids(FILES[name]["document"]) == FILES[name]["known"]["key_ids"]


def test_the_second_reader_shares_no_code_with_the_first() -> None:
    tree = ast.parse(Path(other.__file__).read_text("utf-8"))
    for found in ast.walk(tree):
        names = []
        if isinstance(found, ast.Import):
            names = [one.name for one in found.names]
        elif isinstance(found, ast.ImportFrom):
            names = [found.module or ""]
        assert not any(name.startswith(("sekisho", "tests")) for name in names)
