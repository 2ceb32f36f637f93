"""Make tests/vectors/keys: cards, hand-overs, directories, receiver keys, and what a reader says.

ML-DSA signatures are randomised, so a fresh run gives other signatures of suite S1; everything
else is fixed by the seeds below. `tests/engines/seal/test_key_vectors.py` checks that the files
are what this script describes. Run it from the root of the repository:

    python -m tests.vectors.make_key_vectors
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sekisho.kernel import documents, dsse
from sekisho.kernel.clock import stamp
from sekisho.kernel.signing import SUITES, SigningKeys
from sekisho.seal import directory, handover, hpke, identity, prekeybatch
from sekisho.seal.directory import DIRECTORY_TYPE, Directory
from sekisho.seal.identity import NODE_CARD_TYPE, Administrator, Identity
from sekisho.seal.prekeybatch import BATCH_TYPE, COLLECT_WITHIN, Batch, PublicReceiverKey

FOLDER = Path(__file__).parent / "keys"
NOW = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Vector:
    """One document, what is known when it is read, and the code it is refused by ("" for none)."""

    name: str
    about: str
    kind: str
    document: str
    refused_by: str = ""
    known: dict[str, Any] = field(default_factory=dict)


def seeded(label: str, size: int = 32) -> bytes:
    """Test data: SHAKE-128 of the label."""
    return hashlib.shake_128(label.encode()).digest(size)


def signer(label: str, suite: str) -> SigningKeys:
    wanted = SUITES[suite]
    return SigningKeys(wanted, {kind: seeded(f"{label} {suite} {kind}") for kind in wanted.kinds})


def node(name: str, suite: str, generation: int = 0) -> Identity:
    return Identity(name, signer(f"node {name} {generation}", suite), NOW, generation)


def admin(name: str, suite: str) -> Administrator:
    return Administrator(name, signer(f"admin {name}", suite), NOW)


def public(signing: SigningKeys) -> dict[str, Any]:
    """What a second program needs to know and to find out about a key set."""
    keys = signing.public
    ids = {kind: keys.key_id(kind) for kind in signing.suite.kinds}
    return {
        **keys.as_document(),
        "set_id": keys.set_id,
        "fingerprint": keys.fingerprint,
        "key_ids": ids,
    }


def vectors() -> Iterator[Vector]:
    """All of them, made anew."""
    yield from _cards()
    yield from _handovers()
    yield from _directories()
    yield from _batches()


def _cards() -> Iterator[Vector]:
    for suite in ("S0", "S1"):
        one = node("naibu", suite)
        card = identity.card(one, "lgwan", "総務課\u3000端末", NOW)
        known = {"keys": public(one.signing)}
        name = suite.lower()
        yield Vector(f"node-card-{name}", "a node's card", "node card", card.decode(), known=known)
        who = admin("総務部長", suite)
        card = identity.admin_card(who, NOW)
        known = {"keys": public(who.signing)}
        about = "an administrator's card"
        yield Vector(f"admin-card-{name}", about, "admin card", card.decode(), known=known)
    one = node("naibu", "S1")
    envelope = dsse.decode(identity.card(one, "lgwan", "半分", NOW), NODE_CARD_TYPE)
    half = replace(envelope, signatures=envelope.signatures[:1]).encode()
    about = "one of the two signatures of S1 is missing"
    yield Vector("node-card-half-signed", about, "node card", half.decode(), "SKS-K007")
    weak = json.loads(dsse.decode(identity.card(one, "lgwan", "弱", NOW), NODE_CARD_TYPE).payload)
    weak["keys"]["keys"]["note-ed25519"] = documents.b64(b"\x01" + bytes(31))
    data = one.signing.sign(NODE_CARD_TYPE, documents.write(weak)).encode()
    yield Vector(
        "node-card-weak-key", "a key of small order", "node card", data.decode(), "SKS-K009"
    )


def _handovers() -> Iterator[Vector]:
    old, new, other = node("naibu", "S0"), node("naibu", "S1", 1), node("naibu", "S0", 9)
    good = handover.statement("naibu", 1, old.signing, new.signing, NOW)
    fork = handover.statement("naibu", 1, old.signing, other.signing, NOW)
    back = handover.statement("naibu", 2, new.signing, other.signing, NOW)
    start = {"node": "naibu", "generation": 0, "keys": public(old.signing), "handovers": []}
    after = {**start, "handovers": [good.decode()]}
    for name, about, data, code, known in (
        ("handover", "from S0 to S1", good, "", start),
        ("handover-replayed", "accepted before", good, "SKS-N040", after),
        ("handover-forked", "another successor of the same keys", fork, "SKS-N041", after),
        ("handover-gap", "number 1 is missing", back, "SKS-N042", start),
        ("handover-weaker", "from S1 back to S0", back, "SKS-N047", after),
    ):
        yield Vector(name, about, "hand-over", data.decode(), code, known)


def _first(suite: str) -> Directory:
    cards = [
        identity.read_admin_card(identity.admin_card(admin(name, suite), NOW)) for name in "abc"
    ]
    made = directory.draft(None, now=NOW, days=365, admins=cards, threshold=2)
    for name, zone in (("naibu", "lgwan"), ("soto", "internet")):
        card = identity.read_card(identity.card(node(name, suite), zone, name, NOW))
        made = directory.with_node(made, card, now=NOW)
    return directory.with_links(made, add=[("naibu", "soto")], now=NOW)


def _signed(payload: bytes, names: str, suite: str) -> bytes:
    envelope = dsse.Envelope(DIRECTORY_TYPE, payload, ())
    for name in names:
        more = admin(name, suite).signing.sign(DIRECTORY_TYPE, payload).signatures
        envelope = dsse.merged(envelope, more)
    return envelope.encode()


def _directories() -> Iterator[Vector]:
    for suite in ("S0", "S1"):
        data = _signed(directory.document(_first(suite)), "ab", suite)
        told = [admin(name, suite).signing.public.fingerprint for name in "ab"]
        known = {"trusted": told, "threshold": 2}
        name = f"directory-{suite.lower()}"
        yield Vector(
            name, "the first, for a node that joins", "directory", data.decode(), "", known
        )
    data = _signed(directory.document(_first("S0")), "ab", "S0")
    first = directory.read_accepted(data)
    second = directory.renewed(first, NOW, 300)
    known = {"previous": data.decode()}
    payload = directory.document(second)
    newer = {"previous": _signed(payload, "ab", "S0").decode()}
    shared, dead = json.loads(payload), json.loads(payload)
    shared["nodes"][1]["keys"] = shared["nodes"][0]["keys"]
    dead["links"][0]["to"] = "nobody"
    same = directory.document(replace(second, version=1))
    end = {**known, "now": stamp(second.expires)}
    for name, about, signed, code, more in (
        ("next", "the next version", _signed(payload, "bc", "S0"), "", known),
        ("too-few", "one signature of two", _signed(payload, "a", "S0"), "SKS-N024", known),
        ("stranger", "signed by others", _signed(payload, "xy", "S0"), "SKS-N023", known),
        ("older", "older than the one in use", data, "SKS-N020", newer),
        ("two-of-one-version", "another content", _signed(same, "ab", "S0"), "SKS-N021", known),
        ("expired", "read at its end", _signed(payload, "ab", "S0"), "SKS-N022", end),
        (
            "shared-key",
            "two nodes with one key set",
            _signed(documents.write(shared), "ab", "S0"),
            "SKS-N026",
            known,
        ),
        (
            "dead-link",
            "a link to nobody",
            _signed(documents.write(dead), "ab", "S0"),
            "SKS-N025",
            known,
        ),
    ):
        yield Vector(f"directory-{name}", about, "directory", signed.decode(), code, more)


def _private(suite: str, label: str) -> bytes:
    """The top byte of the scalar is cleared, so that it is below the order of P-384."""
    scalar = b"\0" + seeded(f"{label} scalar", 47)
    return (seeded(f"{label} ML-KEM seed", 64) if suite == "S1" else b"") + scalar


def _batch(suite: str) -> Batch:
    use_until = datetime(2026, 4, 3, tzinfo=UTC)
    keys = []
    for i, day in enumerate((None, None, NOW.date(), (NOW + DAY).date())):
        raw = hpke.public_of(suite, _private(suite, f"receiver {i}"))
        end = prekeybatch.midnight(day) + DAY if day else use_until
        name = prekeybatch.key_id(suite, raw)
        kind = "daily" if day else "one-time"
        keys.append(PublicReceiverKey(name, kind, day, raw, suite, end, end + COLLECT_WITHIN))
    return Batch("kb_" + "a" * 26, "naibu", "soto", suite, NOW, use_until, tuple(keys))


def _batches() -> Iterator[Vector]:
    for suite in ("S0", "S1"):
        signing = node("naibu", suite).signing
        batch = _batch(suite)
        known = {
            "owner": "naibu",
            "for_node": "soto",
            "keys": public(signing),
            "key_ids": [one.key_id for one in batch.keys],
        }
        data = signing.sign(BATCH_TYPE, prekeybatch.write(batch)).encode()
        name = f"receiver-keys-{suite.lower()}"
        yield Vector(name, "two one-time keys, two days", "batch", data.decode(), "", known)
    payload = prekeybatch.write(_batch("S0"))
    owner, strong = node("naibu", "S0").signing, node("naibu", "S1").signing
    known = {"owner": "naibu", "for_node": "soto", "keys": public(owner)}
    twice, wrong = json.loads(payload), json.loads(payload)
    twice["one_time"]["keys"][1] = twice["one_time"]["keys"][0]
    wrong["one_time"]["keys"][1] = documents.b64(b"\x04" + bytes(96))
    for name, about, signing, data, code, more in (
        ("for-another", "for another node", owner, payload, "SKS-N061", {"for_node": "hub"}),
        ("of-another", "another owner", owner, payload, "SKS-N060", {"owner": "hub"}),
        (
            "step-down",
            "S0 keys of an S1 node",
            strong,
            payload,
            "SKS-N065",
            {"keys": public(strong)},
        ),
        ("expired", "too late", owner, payload, "SKS-N062", {"now": "2026-04-03T00:00:00Z"}),
        ("twice", "one key twice", owner, documents.write(twice), "SKS-N063", {}),
        ("no-key", "not a point of the curve", owner, documents.write(wrong), "SKS-N064", {}),
    ):
        signed = signing.sign(BATCH_TYPE, data).encode().decode()
        yield Vector(f"receiver-keys-{name}", about, "batch", signed, code, {**known, **more})


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for one in vectors():
        text = json.dumps(asdict(one), ensure_ascii=False, indent=1, sort_keys=True)
        (FOLDER / f"{one.name}.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
