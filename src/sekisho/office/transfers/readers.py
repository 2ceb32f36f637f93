"""What the offline verifier needs of other engines' formats, joined here. Needs no Django."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sekisho.kernel import dsse
from sekisho.ledger.views import DirectoryView, KeyPeriod, ParcelView, Readers
from sekisho.office.transfers.receipt import RECEIPT_TYPE, read_receipt
from sekisho.seal import directory as directories
from sekisho.seal import handover
from sekisho.seal.parcel import PAYLOAD_TYPE, read_manifest


def evidence_readers() -> Readers:
    """The readers of directory, parcel manifest and receipt."""
    return Readers(
        read_directory=_read_directory,
        parcel_type=PAYLOAD_TYPE,
        read_parcel=_read_parcel,
        receipt_type=RECEIPT_TYPE,
        read_receipt=read_receipt,
    )


def _read_directory(envelope: bytes, handovers: Sequence[bytes]) -> DirectoryView:
    found = directories.accept(
        envelope,
        previous=None,
        trusted_admins=_admin_fingerprints(envelope),
        trusted_threshold=1,
        now=_issued(envelope),
    )
    steps = [handover.read(one) for one in handovers]
    signed = directories.standing(envelope, None).signed
    return DirectoryView(
        version=found.version,
        expires=found.expires,
        signed_by=tuple(found.admins[one].fingerprint for one in sorted(signed)),
        titles={name: entry.title for name, entry in found.nodes.items()},
        nodes={
            name: tuple(
                KeyPeriod(one.keys, one.valid_from, one.valid_until)
                for one in found.chain_of(name, steps).generations
            )
            for name in found.nodes
        },
    )


def _payload(envelope: bytes) -> directories.Directory:
    return directories.read_document(dsse.decode(envelope, directories.DIRECTORY_TYPE).payload)


def _admin_fingerprints(envelope: bytes) -> list[str]:
    """All administrators it names: whom to trust is asked later, by the verifier."""
    return [keys.fingerprint for keys in _payload(envelope).admins.values()]


def _issued(envelope: bytes) -> datetime:
    return _payload(envelope).issued


def _read_parcel(payload: bytes) -> ParcelView:
    manifest = read_manifest(payload)
    terms = manifest.terms
    return ParcelView(
        parcel_id=terms.parcel_id,
        sender=terms.sender,
        receiver=terms.receiver,
        root=manifest.root.hex(),
        receiver_key_kind=terms.receiver_key_kind,
        created=terms.created,
        approvals=terms.approvals,
    )
