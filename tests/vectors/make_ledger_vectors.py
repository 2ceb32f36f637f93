"""Make tests/vectors/ledger: trees, notes, events and packages with what must be said of them.

Everything of suite S0 is fixed by seeds: a fresh run gives the same bytes. ML-DSA is randomised,
so the one package of suite S1 is made only when it is missing.
`tests/engines/ledger/test_ledger_vectors.py` checks that the files are what this script
describes. Run it from the root of the repository:

    python -m tests.vectors.make_ledger_vectors
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.engines.ledger.support import (
    APPROVED,
    HUB,
    JUDGED,
    NODE,
    RECEIVER,
    SEALED,
    SENT,
    STORY,
    SUBMITTED,
    ReceiptWords,
    Told,
    Town,
    entries,
    keys_of,
    memory_log,
    packed,
)

from sekisho.ledger import cosignature
from sekisho.ledger.events import hidden_hash
from sekisho.ledger.package import PERIOD, Earlier, EvidencePackage, prove_period
from sekisho.ledger.proof import TlogProof

FOLDER = Path(__file__).parent / "ledger"
RANDOMISED = "sound-s1"
TREE_SIZES = (0, 1, 2, 3, 7, 8, 9, 255, 256, 257, 600)


@dataclass(frozen=True)
class Case:
    """One package, the codes that its verdict must hold, and whether the second verifier, which
    judges neither directories nor acts, accepts it."""

    make: Callable[[], EvidencePackage]
    codes: tuple[str, ...] = ()
    second_accepts: bool = True


def town() -> Town:
    """The town of every S0 case, its story told."""
    built = Town(before=5)
    built.tell(STORY)
    return built


INDEXES = tuple(range(5, 5 + len(STORY)))


def sound() -> EvidencePackage:
    built = town()
    earlier = Earlier(built.note(4), built.log.consistency_proof(4))
    return built.package(INDEXES, earlier=earlier)


def period() -> EvidencePackage:
    built = town()
    proven, proof = prove_period(built.log, 2, 9, built.log.size(), built.disclosures)
    base = built.package([0], parcels={}, receipts={})
    return replace(base, kind=PERIOD, subject="2026-04-01", entries=proven, range_proof=proof)


def period_with_a_gap() -> EvidencePackage:
    whole = period()
    return replace(whole, entries=whole.entries[:3] + whole.entries[4:])


def missing_approval() -> EvidencePackage:
    built = Town(before=5)
    indexes = built.tell((SUBMITTED, JUDGED, SEALED, SENT))
    return built.package(indexes, parcels={}, receipts={})


def missing_witness() -> EvidencePackage:
    built = town()
    return built.package(INDEXES, checkpoint=built.note(witnesses=(HUB,)))


def rewritten_record() -> EvidencePackage:
    built = town()
    forged, _ = built.entry(replace(APPROVED, data={"round": 2}), INDEXES[2])
    return with_entry(built.package(INDEXES), 2, entry=forged, disclosures=())


def swapped_proofs() -> EvidencePackage:
    package = sound()
    first, second = package.entries[0].proof, package.entries[1].proof
    return with_entry(with_entry(package, 0, proof=second), 1, proof=first)


def altered_disclosure() -> EvidencePackage:
    package = sound()
    one = package.entries[2].disclosures[0]
    return with_entry(package, 2, disclosures=(replace(one, value="tanaka"),))


def forked_log() -> EvidencePackage:
    """The witnesses saw another log of the same size; their signatures are taken from there."""
    honest = town().note().decode().rpartition("\n\n")[2].split("\n", 1)[1]
    other = Town(before=5)
    other.tell((*STORY[:2], replace(APPROVED, hidden={"actor": "tanaka"}), *STORY[3:]))
    return other.package(INDEXES, checkpoint=other.note(witnesses=()) + honest.encode())


def rolled_back_log() -> EvidencePackage:
    """The log was cut back after a checkpoint and went on otherwise; the old checkpoint shows."""
    kept = town().note(9)
    other = Town(before=5)
    other.tell((*STORY[:3], Told("vault.rotated", {}, {}, NODE), *STORY[3:]))
    indexes = (5, 6, 7, *range(9, 9 + len(STORY) - 3))
    return other.package(indexes, earlier=Earlier(kept, other.log.consistency_proof(9)))


def receipt_of_another_parcel() -> EvidencePackage:
    built = town()
    package = built.package(INDEXES)
    receipt = built.receipt(ReceiptWords(root="33" * 32))
    return replace(package, receipts=dict.fromkeys(package.receipts, receipt))


def unknown_administrator() -> EvidencePackage:
    built = town()
    built.admin = keys_of("somebody else")
    return built.package(INDEXES)


def sound_s1() -> EvidencePackage:
    built = Town("S1", before=5)
    built.tell(STORY)
    return built.package(INDEXES)


def with_entry(package: EvidencePackage, at: int, **changes: Any) -> EvidencePackage:
    held = list(package.entries)
    held[at] = replace(held[at], **changes)
    return replace(package, entries=tuple(held))


CASES = {
    "sound": Case(sound),
    RANDOMISED: Case(sound_s1),
    "period": Case(period),
    "period-with-a-gap": Case(period_with_a_gap, ("SKS-L083",), False),
    "missing-approval": Case(missing_approval, ("SKS-L090",)),
    "missing-witness": Case(missing_witness, ("SKS-L079",), False),
    "rewritten-record": Case(rewritten_record, ("SKS-L075",), False),
    "swapped-proofs": Case(swapped_proofs, ("SKS-L076",), False),
    "altered-disclosure": Case(altered_disclosure, ("SKS-L082",), False),
    "forked-log": Case(forked_log, ("SKS-L079",), False),
    "rolled-back-log": Case(rolled_back_log, ("SKS-L084",), False),
    "receipt-of-another-parcel": Case(receipt_of_another_parcel, ("SKS-L104",)),
    "unknown-administrator": Case(unknown_administrator, ("SKS-L070",)),
}


def expected() -> dict[str, dict[str, Any]]:
    """What `expected.json` holds: codes of each verdict, and what the second verifier does."""
    return {
        name: {
            "codes": list(case.codes),
            "second": "accepts" if case.second_accepts else "refuses",
            "keys": "keys-s1.json" if name == RANDOMISED else "keys.json",
        }
        for name, case in CASES.items()
    }


def keys_document(suite: str) -> dict[str, Any]:
    """What a reader of the packages has to know: trusted fingerprint, node key, log keys."""
    built = Town(suite)
    public = built.keys[NODE].public
    return {
        "trusted_admin": built.admin.public.fingerprint,
        "node": {"ed25519": base64.b64encode(public.raw["ed25519"]).decode()},
        "log": [key.encode() for key in cosignature.log_keys(NODE, public)],
    }


def tree_document() -> dict[str, Any]:
    """Roots and proofs over the entries `entry 0`, `entry 1`, …"""
    log = memory_log(max(TREE_SIZES))
    size = max(TREE_SIZES)
    return {
        "entries": [one.decode() for one in entries(3)] + ["…"],
        "roots": {str(n): log.root(n).hex() for n in TREE_SIZES},
        "inclusion": {
            str(i): [one.hex() for one in log.inclusion_proof(i, size)] for i in (0, 255, 256, 599)
        },
        "consistency": {
            str(n): [one.hex() for one in log.consistency_proof(n, size)] for n in (1, 256, 300)
        },
        "range": {
            "start": 200,
            "end": 300,
            "hashes": [one.hex() for one in log.range_proof(200, 300, size)],
        },
    }


def event_document(built: Town) -> dict[str, Any]:
    """One record and what its hidden fields stand for."""
    index = INDEXES[2]
    return {
        "index": index,
        "entry": base64.b64encode(built.log.entries(index, index + 1)[0]).decode(),
        "leaf_hash": built.leaves[index],
        "disclosures": [
            {
                "field": one.field,
                "salt": base64.b64encode(one.salt).decode(),
                "value": one.value,
                "hash": hidden_hash(one),
            }
            for one in built.disclosures[index]
        ],
    }


def described() -> dict[str, bytes]:
    """Every file that does not depend on chance, by name."""
    built = town()
    note = built.note()
    witnesses = {n: cosignature.witness_keys(n, built.keys[n].public) for n in (HUB, RECEIVER)}
    documents = {
        "expected.json": expected(),
        "keys.json": keys_document("S0"),
        "keys-s1.json": keys_document("S1"),
        "tree.json": tree_document(),
        "event.json": event_document(built),
        "witnesses.json": {n: [key.encode() for key in keys] for n, keys in witnesses.items()},
    }
    proof = TlogProof(INDEXES[2], built.log.inclusion_proof(INDEXES[2]), note)
    return {
        **{name: as_json(value) for name, value in documents.items()},
        "checkpoint.txt": note,
        "policy.txt": built.policy(),
        "record.tlog-proof": proof.encode(),
        **{
            f"{name}.zip": packed(case.make(), compress=False)
            for name, case in CASES.items()
            if name != RANDOMISED
        },
    }


def as_json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(exist_ok=True)
    for name, data in described().items():
        (FOLDER / name).write_bytes(data)
    randomised = FOLDER / f"{RANDOMISED}.zip"
    if not randomised.exists():
        randomised.write_bytes(packed(sound_s1(), compress=False))


if __name__ == "__main__":
    main()
