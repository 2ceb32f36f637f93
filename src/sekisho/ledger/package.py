"""An evidence package (証跡一式): what an auditor needs to judge acts without a node.

One ZIP in one form (see `archive`) with the exact bytes that were signed. The format is described
in docs/formats/evidence-package-v1.md; `verify` judges one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from sekisho.kernel import documents
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import InvalidInput
from sekisho.ledger.archive import write_archive
from sekisho.ledger.events import Disclosure
from sekisho.ledger.log import Log
from sekisho.ledger.proof import TlogProof

TRANSFER = "transfer"
PERIOD = "period"
PERSON = "person"
KINDS = frozenset({TRANSFER, PERIOD, PERSON})
SUBJECT_PATTERN = r"[^\x00-\x1f\x7f]{1,200}"
"""Unlike in the log, a name may stand here: the package goes to somebody who asked about it."""


@dataclass(frozen=True)
class PackageEntry:
    """One entry of the log with its proof (None in a period, which has one proof for all)."""

    index: int
    entry: bytes
    proof: TlogProof | None = None
    disclosures: tuple[Disclosure, ...] = ()


@dataclass(frozen=True)
class Earlier:
    """An earlier checkpoint of the log, and the proof that the log has only grown since."""

    note: bytes
    proof: tuple[bytes, ...]


@dataclass(frozen=True)
class EvidencePackage:
    """Everything in one package. `directory`, `handovers`, `checkpoint` (with the cosignatures),
    `policy`, `parcels` (signed manifests by parcel id) and `receipts` (by parcel id) are the
    bytes as they were signed; `range_proof` belongs to a period alone.
    """

    kind: str
    node: str
    created: datetime
    subject: str
    directory: bytes
    checkpoint: bytes
    policy: bytes
    entries: tuple[PackageEntry, ...]
    handovers: tuple[bytes, ...] = ()
    parcels: Mapping[str, bytes] = field(default_factory=dict)
    receipts: Mapping[str, bytes] = field(default_factory=dict)
    range_proof: tuple[bytes, ...] = ()
    earlier: Earlier | None = None


def prove_entries(
    log: Log,
    indexes: Sequence[int],
    note: bytes,
    size: int,
    disclosures: Mapping[int, Sequence[Disclosure]],
) -> tuple[PackageEntry, ...]:
    """Entries of the log with their proofs against the checkpoint `note` of that size.

    Raises InvalidInput SKS-L002 for an index that the checkpoint does not cover.
    """
    ordered = sorted(set(indexes))
    proofs = log.inclusion_proofs(ordered, size)
    return tuple(
        PackageEntry(
            index,
            log.entries(index, index + 1)[0],
            TlogProof(index, hashes, note),
            tuple(disclosures.get(index, ())),
        )
        for index, hashes in zip(ordered, proofs, strict=True)
    )


def prove_period(
    log: Log,
    start: int,
    end: int,
    size: int,
    disclosures: Mapping[int, Sequence[Disclosure]],
) -> tuple[tuple[PackageEntry, ...], tuple[bytes, ...]]:
    """All entries `start … end-1` and the one proof that they are all there is between."""
    entries = tuple(
        PackageEntry(index, entry, None, tuple(disclosures.get(index, ())))
        for index, entry in enumerate(log.entries(start, end), start)
    )
    return entries, log.range_proof(start, end, size)


def write_package(package: EvidencePackage, out: BinaryIO, *, compress: bool = True) -> None:
    """Write the package. Uncompressed, the same values give the same bytes everywhere; compressed
    ones differ with the version of zlib.

    Raises InvalidInput SKS-L060, SKS-L061 when it has more or larger parts than a reader takes,
    SKS-K002 for a subject that is no plain text of 1 to 200 characters.
    """
    if not re.fullmatch(SUBJECT_PATTERN, package.subject):
        raise InvalidInput("SKS-K002", where="package.subject", reason="form")
    write_archive(_members(package), out, compress=compress)


def _members(package: EvidencePackage) -> Iterator[tuple[str, bytes]]:
    yield "package.json", _description(package)
    yield "directory.json", package.directory
    yield "checkpoint.txt", package.checkpoint
    yield "policy.txt", package.policy
    for number, handover in enumerate(package.handovers):
        yield f"handovers/{number}.json", handover
    for one in package.entries:
        yield from _entry_members(one)
    if package.kind == PERIOD:
        yield "proofs/range.json", hashes_document(package.range_proof)
    for kind, held in (("parcels", package.parcels), ("receipts", package.receipts)):
        for parcel_id, envelope in held.items():
            yield f"{kind}/{parcel_id}.json", envelope
    if package.earlier is not None:
        yield "earlier/checkpoint.txt", package.earlier.note
        yield "earlier/consistency.json", hashes_document(package.earlier.proof)


def _entry_members(one: PackageEntry) -> Iterator[tuple[str, bytes]]:
    yield f"entries/{one.index}.json", one.entry
    if one.proof is not None:
        yield f"proofs/{one.index}.tlog-proof", one.proof.encode()
    if one.disclosures:
        yield f"disclosures/{one.index}.json", disclosures_document(one.disclosures)


def _description(package: EvidencePackage) -> bytes:
    return documents.write(
        {
            "v": 1,
            "kind": package.kind,
            "node": package.node,
            "created": stamp(package.created),
            "subject": package.subject,
            "entries": [one.index for one in package.entries],
            "handovers": len(package.handovers),
            "parcels": sorted(package.parcels),
            "receipts": sorted(package.receipts),
        }
    )


def hashes_document(hashes: Iterable[bytes]) -> bytes:
    """A proof as a document: its hashes in order."""
    return documents.write({"v": 1, "hashes": [documents.b64(one) for one in hashes]})


def disclosures_document(disclosures: Iterable[Disclosure]) -> bytes:
    """What hidden fields of one entry stand for."""
    return documents.write(
        {
            "v": 1,
            "fields": [
                {"field": one.field, "salt": documents.b64(one.salt), "value": one.value}
                for one in disclosures
            ],
        }
    )
