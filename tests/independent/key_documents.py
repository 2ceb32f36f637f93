"""A second reader of cards, hand-overs, directories and receiver keys, written from docs/formats.

It shares no code with `sekisho`: the standard library and `cryptography` only. It answers one
question, whose signatures hold, and computes ids and fingerprints; it is not a full judge.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

SUITES = {
    "S0": (["ed25519"], ["note-ed25519"]),
    "S1": (["ed25519", "ml-dsa-65"], ["note-ed25519", "note-ml-dsa-44"]),
}


def payload_of(document: str) -> tuple[str, bytes, dict[str, bytes]]:
    """(type, payload, signatures by key id)."""
    envelope = json.loads(document)
    signatures = {one["keyid"]: base64.b64decode(one["sig"]) for one in envelope["signatures"]}
    return envelope["payloadType"], base64.b64decode(envelope["payload"]), signatures


def key_id(kind: str, public: bytes) -> str:
    return hashlib.sha256(kind.encode() + b"\0" + public).hexdigest()[:16]


def digest(key_set: dict[str, Any]) -> bytes:
    document, note = SUITES[key_set["suite"]]
    text = b"sekisho key set\0"
    for kind in document + note:
        text += kind.encode() + b"\0" + base64.b64decode(key_set["keys"][kind])
    return hashlib.sha256(text).digest()


def fingerprint(key_set: dict[str, Any]) -> str:
    digits = str(int.from_bytes(digest(key_set), "big") % 10**40).rjust(40, "0")
    return " ".join(digits[i : i + 5] for i in range(0, 40, 5))


def holds(document: str, key_set: dict[str, Any]) -> bool:
    """Whether every document kind of the key set has signed the document."""
    kind_of_document, payload, signatures = payload_of(document)
    name = kind_of_document.encode()
    signed = f"DSSEv1 {len(name)} ".encode() + name + f" {len(payload)} ".encode() + payload
    for kind in SUITES[key_set["suite"]][0]:
        public = base64.b64decode(key_set["keys"][kind])
        reader = Ed25519PublicKey if kind == "ed25519" else MLDSA65PublicKey
        try:
            reader.from_public_bytes(public).verify(signatures[key_id(kind, public)], signed)
        except (KeyError, InvalidSignature):
            return False
    return True


def card_holds(document: str) -> bool:
    return holds(document, json.loads(payload_of(document)[1])["keys"])


def handover_holds(document: str) -> bool:
    payload = json.loads(payload_of(document)[1])
    return holds(document, payload["old"]) and holds(document, payload["new"])


def directory_holds(document: str, judges: list[dict[str, Any]], threshold: int) -> bool:
    """Whether the judges so far and the administrators it names itself have signed in number."""
    payload = json.loads(payload_of(document)[1])
    own = [one["keys"] for one in payload["admins"]]
    return all(
        sum(holds(document, keys) for keys in admins) >= needed
        for admins, needed in ((judges, threshold), (own, payload["threshold"]))
    )


def receiver_key_ids(document: str) -> list[str]:
    payload = json.loads(payload_of(document)[1])
    publics = payload["one_time"]["keys"] + [one["key"] for one in payload["daily"]]
    start = b"sekisho receiver key\0" + payload["suite"].encode() + b"\0"
    return [hashlib.sha256(start + base64.b64decode(one)).hexdigest()[:32] for one in publics]
