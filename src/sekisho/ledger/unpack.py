"""Reading an evidence package: every part bounded, nothing unknown, nothing missing.

What comes out has the right shape and is otherwise untrusted; `verify` judges it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from sekisho.kernel import documents, limits
from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.ids import check_node_name
from sekisho.kernel.limits import KIB
from sekisho.ledger.archive import MEMBERS_MAX, read_archive
from sekisho.ledger.events import (
    ENTRY_BYTES_MAX,
    FIELD_PATTERN,
    FIELDS_MAX,
    SALT_BYTES,
    VALUE_BYTES_MAX,
    Disclosure,
)
from sekisho.ledger.note import NOTE_BYTES_MAX
from sekisho.ledger.package import (
    KINDS,
    PERIOD,
    SUBJECT_PATTERN,
    Earlier,
    EvidencePackage,
    PackageEntry,
)
from sekisho.ledger.policy import POLICY_BYTES_MAX
from sekisho.ledger.proof import PROOF_BYTES_MAX, read_proof
from sekisho.ledger.tree import RANGE_PROOF_HASHES_MAX

INDEX_PATTERN = r"(?:0|[1-9][0-9]{0,15})"
PARCEL_PATTERN = r"[a-z]{1,4}_[a-z2-7]{26}"
HANDOVERS_MAX = 1_000
PARCELS_MAX = 10_000
ENVELOPE_BYTES_MAX = 512 * KIB
HASHES_BYTES_MAX = 16 * KIB

MEMBER_BYTES_MAX = (
    ("package.json", limits.DOCUMENT_BYTES_MAX),
    ("directory.json", 2 * limits.DOCUMENT_BYTES_MAX),
    ("checkpoint.txt", NOTE_BYTES_MAX),
    ("policy.txt", POLICY_BYTES_MAX),
    (rf"handovers/{INDEX_PATTERN}\.json", ENVELOPE_BYTES_MAX),
    (rf"entries/{INDEX_PATTERN}\.json", ENTRY_BYTES_MAX),
    (rf"disclosures/{INDEX_PATTERN}\.json", 2 * VALUE_BYTES_MAX),
    (rf"proofs/{INDEX_PATTERN}\.tlog-proof", PROOF_BYTES_MAX),
    ("proofs/range.json", HASHES_BYTES_MAX),
    (rf"parcels/{PARCEL_PATTERN}\.json", ENVELOPE_BYTES_MAX),
    (rf"receipts/{PARCEL_PATTERN}\.json", ENVELOPE_BYTES_MAX),
    ("earlier/checkpoint.txt", NOTE_BYTES_MAX),
    ("earlier/consistency.json", HASHES_BYTES_MAX),
)
_LIMITS = tuple((re.compile(pattern, re.ASCII), size) for pattern, size in MEMBER_BYTES_MAX)


@dataclass(frozen=True)
class _Description:
    """What `package.json` says is in the package."""

    kind: str
    node: str
    created: datetime
    subject: str
    entries: tuple[int, ...]
    handovers: int
    parcels: tuple[str, ...]
    receipts: tuple[str, ...]


def read_package(untrusted: BinaryIO) -> EvidencePackage:
    """The package in a seekable file, at most 256 MiB packed and unpacked.

    Raises InvalidInput SKS-L060 to SKS-L063 (see `read_archive`), SKS-L064 (a member that does
    not belong), SKS-L065 (a member is missing), SKS-K001, SKS-K002, SKS-K004, SKS-K005 or
    SKS-L031 (a document in it has the wrong shape).
    """
    members = _Members(dict(read_archive(untrusted, _bytes_max_of)))
    said = _read_description(members.take("package.json"))
    earlier_note = members.take_if_there("earlier/checkpoint.txt")
    package = EvidencePackage(
        kind=said.kind,
        node=said.node,
        created=said.created,
        subject=said.subject,
        directory=members.take("directory.json"),
        checkpoint=members.take("checkpoint.txt"),
        policy=members.take("policy.txt"),
        entries=tuple(_read_entry(members, said, index) for index in said.entries),
        handovers=tuple(members.take(f"handovers/{n}.json") for n in range(said.handovers)),
        parcels={one: members.take(f"parcels/{one}.json") for one in said.parcels},
        receipts={one: members.take(f"receipts/{one}.json") for one in said.receipts},
        range_proof=_read_range(members, said),
        earlier=None
        if earlier_note is None
        else Earlier(earlier_note, _read_hashes(members.take("earlier/consistency.json"))),
    )
    members.done()
    return package


class _Members:
    """The members of an archive, taken one by one; what nobody takes is refused."""

    def __init__(self, untrusted: dict[str, bytes]) -> None:
        self._rest = untrusted

    def take(self, name: str) -> bytes:
        """One member that must be there. Raises InvalidInput SKS-L065."""
        found = self._rest.pop(name, None)
        if found is None:
            raise InvalidInput("SKS-L065", name=name)
        return found

    def take_if_there(self, name: str) -> bytes | None:
        return self._rest.pop(name, None)

    def done(self) -> None:
        for name in self._rest:
            raise InvalidInput("SKS-L064", name=name)


def _bytes_max_of(name: str) -> int:
    for pattern, size in _LIMITS:
        if pattern.fullmatch(name):
            return size
    raise InvalidInput("SKS-L064", name=name)


def _read_description(untrusted: bytes) -> _Description:
    fields = documents.read(untrusted, "package")
    fields.integer("v", minimum=1, maximum=1)
    found = _Description(
        kind=fields.choice("kind", KINDS),
        node=fields.checked("node", check_node_name),
        created=fields.moment("created"),
        subject=fields.text("subject", pattern=SUBJECT_PATTERN),
        entries=_indexes(fields.items("entries", items_max=MEMBERS_MAX)),
        handovers=fields.integer("handovers", maximum=HANDOVERS_MAX),
        parcels=_parcel_ids(fields.texts("parcels", items_max=PARCELS_MAX)),
        receipts=_parcel_ids(fields.texts("receipts", items_max=PARCELS_MAX)),
    )
    fields.done()
    return found


def _indexes(untrusted: list[Any]) -> tuple[int, ...]:
    """At least one index, in ascending order, none twice."""
    sound = all(type(one) is int and one >= 0 for one in untrusted)
    if not untrusted or not sound or sorted(set(untrusted)) != untrusted:
        raise InvalidInput("SKS-K002", where="package.entries", reason="ascending")
    return tuple(untrusted)


def _parcel_ids(untrusted: list[str]) -> tuple[str, ...]:
    sound = all(re.fullmatch(PARCEL_PATTERN, one, re.ASCII) for one in untrusted)
    if not sound or sorted(set(untrusted)) != untrusted:
        raise InvalidInput("SKS-K002", where="package.parcels", reason="ascending")
    return tuple(untrusted)


def _read_entry(members: _Members, said: _Description, index: int) -> PackageEntry:
    proof = None
    if said.kind != PERIOD:
        proof = read_proof(members.take(f"proofs/{index}.tlog-proof"))
    disclosed = members.take_if_there(f"disclosures/{index}.json")
    return PackageEntry(
        index,
        members.take(f"entries/{index}.json"),
        proof,
        () if disclosed is None else read_disclosures(disclosed),
    )


def _read_range(members: _Members, said: _Description) -> tuple[bytes, ...]:
    return _read_hashes(members.take("proofs/range.json")) if said.kind == PERIOD else ()


def _read_hashes(untrusted: bytes) -> tuple[bytes, ...]:
    fields = documents.read(untrusted, "proof", HASHES_BYTES_MAX)
    fields.integer("v", minimum=1, maximum=1)
    packed = fields.texts("hashes", items_max=RANGE_PROOF_HASHES_MAX)
    fields.done()
    hashes = tuple(documents.unb64(one, "proof.hashes") for one in packed)
    if any(len(one) != 32 for one in hashes):
        raise InvalidInput("SKS-K002", where="proof.hashes", reason="32 bytes")
    return hashes


def read_disclosures(untrusted: bytes) -> tuple[Disclosure, ...]:
    """Disclosures of one entry. Raises InvalidInput SKS-K001 or SKS-K002."""
    fields = documents.read(untrusted, "disclosures", 2 * VALUE_BYTES_MAX)
    fields.integer("v", minimum=1, maximum=1)
    found = []
    for one in fields.objects("fields", items_max=FIELDS_MAX):
        found.append(
            Disclosure(
                one.text("field", pattern=FIELD_PATTERN),
                one.data("salt", length=SALT_BYTES),
                one.text("value", chars_max=VALUE_BYTES_MAX),
            )
        )
        one.done()
    fields.done()
    if not found or len({one.field for one in found}) != len(found):
        raise InvalidInput("SKS-K002", where="disclosures.fields", reason="none or twice")
    return tuple(found)
