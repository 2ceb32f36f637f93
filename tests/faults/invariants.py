"""What must hold in a town: at every moment, once it has come to rest, and after the end.

Each check looks at rows, files and the store itself and raises AssertionError. They need no
memory of what was done before.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

from tests.support.town import Town

from sekisho.kernel import dsse
from sekisho.ledger import audit, events
from sekisho.ledger.rows import SqlRows
from sekisho.node import upkeep
from sekisho.node.opening import Node
from sekisho.office.evidence.actions import open_log
from sekisho.office.evidence.models import Event
from sekisho.office.post import actions as post
from sekisho.office.post.models import IncomingParcel, OutgoingParcel, ReceiverKey
from sekisho.office.site.database import connection
from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.office.vault.models import Removal, VaultObject
from sekisho.seal.blocks import check_root
from sekisho.seal.head import HEAD_BYTES_MAX, read_head
from sekisho.seal.parcel import Manifest, read_manifest
from sekisho.store import layout
from sekisho.store.folder import FolderStore
from sekisho.store.folder_files import TEMPORARY_PREFIX

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True)
class Head:
    """A head in the store, as anybody who can read the store sees it."""

    part: layout.ParcelPart
    manifest: Manifest
    inline: bytes


def at_every_moment(town: Town) -> None:
    """Also right after a kill, before anybody has repaired anything."""
    store = FolderStore(town.folder / "store")
    for head in heads(town, store):
        _is_whole(store, head)
        if head.part.sender in town.nodes:
            with town.at(head.part.sender):
                _was_released(head)
    for name in town.nodes:
        with town.at(name) as node:
            _sent_files_are_kept(node)
            _arrivals_are_whole(node)
            _arrived_once()
            _ledger_is_sound(node)


def at_rest(town: Town) -> None:
    """When every node has done its work and nobody asks for more."""
    for name in town.nodes:
        with town.at(name) as node:
            _evidence_is_in_its_place()
            _nothing_is_under_way(node)
            _vault_is_tidy(node)


def heads(town: Town, store: FolderStore) -> Iterator[Head]:
    """Every genuine head that lies in the store."""
    for sender in town.nodes:
        for entry in list(store.list(f"{layout.node_prefix(sender)}parcels/")):
            part = layout.parse(entry.name)
            if isinstance(part, layout.ParcelPart) and part.block is None:
                head = read_head(store.get(entry.name, HEAD_BYTES_MAX))
                yield Head(part, read_manifest(head.envelope.payload), head.inline)


def _is_whole(store: FolderStore, head: Head) -> None:
    """Never half visible: with the head all blocks are there, with the bytes that were signed."""

    def block(suffix: str, exact_bytes: int) -> bytes:
        part = head.part
        prefix = layout.parcel_prefix(part.sender, part.receiver, part.parcel_id)
        return store.get(prefix + suffix, exact_bytes)

    check_root(head.manifest, block, head.inline)


def _was_released(head: Head) -> None:
    """Never released without approval and evidence, both in the sender's committed rows."""
    row = OutgoingParcel.objects.get(parcel_id=head.part.parcel_id)
    assert row.state in (post.SEALED, post.STORED, post.VOID), f"{row.parcel_id} is {row.state}"
    if row.kind != post.TRANSFER:
        return
    transfer = Transfer.objects.get(transfer_id=row.transfer_id)
    told = events_about(transfer.transfer_id)
    approved = [one for one in told if one.kind == "transfer.approved"]
    rounds = Counter(one.data["round"] for one in approved)
    enough = max(rounds.values(), default=0) >= transfer.approvals_needed
    assert enough or transfer.confirm != "none", f"{transfer.transfer_id} left unapproved"
    sealed = [one.data["parcel"] for one in told if one.kind == "transfer.sealed"]
    assert sealed.count(row.parcel_id) == 1, f"no evidence that {row.parcel_id} was sealed"
    hashes = set(
        Event.objects.filter(subject=transfer.transfer_id, kind="transfer.approved").values_list(
            "leaf_hash", flat=True
        )
    )
    assert set(head.manifest.terms.approvals) <= hashes


def events_about(subject: str) -> list[events.Event]:
    """The evidence about one subject, in the order in which it was written."""
    rows = Event.objects.filter(subject=subject).order_by("id")
    return [events.read_event(_payload(row)) for row in rows]


def _payload(row: Event) -> bytes:
    raw = bytes(row.envelope)
    if row.leaf_index is not None:
        (raw,) = open_log().entries(row.leaf_index, row.leaf_index + 1)
    return dsse.decode(raw, events.EVENT_TYPE).payload


def _sent_files_are_kept(node: Node) -> None:
    """Never lost: until a transfer is erased, its sender can send it (again)."""
    for transfer in Transfer.objects.filter(erased=False).prefetch_related("files"):
        assert transfer.files.count()
        for file in transfer.files.all():
            assert content(node, file.object_id) == (file.bytes, file.sha256)


def _arrivals_are_whole(node: Node) -> None:
    """Never half visible: what has arrived can be collected to the last byte."""
    for arrival in Arrival.objects.filter(erased=False).prefetch_related("files"):
        assert arrival.files.count() and arrival.addressees.count()
        for file in arrival.files.all():
            assert content(node, file.object_id) == (file.bytes, file.sha256)


def content(node: Node, object_id: str) -> tuple[int, str]:
    """Size and SHA-256 of what can be read back from the vault."""
    wrapped = bytes(VaultObject.objects.get(object_id=object_id).wrapped_key)
    key = node.desk.keyring.unwrap(f"object {object_id}", wrapped)
    digest, size = sha256(), 0
    for piece in node.vault.read(object_id, key):
        digest.update(piece)
        size += memoryview(piece).nbytes
    return size, digest.hexdigest()


def _arrived_once() -> None:
    """Never delivered twice: one event of a new arrival for each, the others say "again"."""
    fresh: Counter[str] = Counter()
    for row in Event.objects.filter(kind="parcel.received"):
        event = events.read_event(_payload(row))
        fresh[row.subject] += not event.data["again"]
    arrived = set(Arrival.objects.values_list("transfer_id", flat=True))
    assert {subject for subject, count in fresh.items() if count} == arrived
    assert all(count <= 1 for count in fresh.values()), f"delivered twice: {fresh}"


def _ledger_is_sound(node: Node) -> None:
    rows = SqlRows(connection().cursor, paramstyle="format")
    size = rows.size()
    audit.audit(rows).require()
    upkeep.check_watermark(node)
    placed = Event.objects.filter(leaf_index__isnull=False).order_by("leaf_index")
    hashes = [bytes(leaf).hex() for leaf, _ in rows.leaves(0, size)]
    assert list(placed.values_list("leaf_hash", flat=True)) == hashes


def _evidence_is_in_its_place() -> None:
    pending = Event.objects.filter(leaf_index__isnull=True)
    assert not pending.exists(), f"without a place: {list(pending.values_list('kind', flat=True))}"


def _nothing_is_under_way(node: Node) -> None:
    now = node.desk.now()
    for model, states in (
        (OutgoingParcel, (post.QUEUED, post.SEALED)),
        (IncomingParcel, (post.SEEN,)),
    ):
        stuck = model.objects.filter(state__in=states)
        assert not stuck.exists(), f"{node.name}: {list(stuck.values())}"
        assert not model.objects.filter(lease_until__gt=now).exists()
    leftover = OutgoingParcel.objects.exclude(state__in=(post.QUEUED, post.SEALED)).exclude(
        wrapped_secret=None, letter=None, head=None
    )
    assert not leftover.exists(), "a parcel that has left keeps what it was sealed with"


def _vault_is_tidy(node: Node) -> None:
    known = set(VaultObject.objects.values_list("object_id", flat=True))
    assert known <= set(node.vault.object_ids())
    assert not Removal.objects.exists()
    assert len(node.desk.keyring.key_ids) == 1, "a vault key that should be destroyed"


def swept(town: Town) -> None:
    """What kills left behind goes with the daily tidying, and nothing else does."""
    for name in town.nodes:
        with town.at(name) as node:
            _make_old(node.settings.vault, town.folder / "store", node.settings.keys_folder)
            (node.settings.folder / upkeep.TIDIED).unlink(missing_ok=True)
            upkeep.daily(node)
            known = set(VaultObject.objects.values_list("object_id", flat=True))
            there = {path.name for path in node.settings.vault.rglob("*") if path.is_file()}
            assert there == known
            assert not list(node.settings.keys_folder.rglob(".*"))
            own = town.folder / "store" / layout.node_prefix(name)
            assert not list(own.rglob(f"{TEMPORARY_PREFIX}*"))


def _make_old(*folders: Path) -> None:
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                os.utime(path, (LONG_AGO, LONG_AGO))


def erased(town: Town, transfer_id: str) -> None:
    """After the end no key of the transfer is left on either side, and the ledgers say so."""
    for name in town.nodes:
        with town.at(name) as node:
            parcels = set(
                OutgoingParcel.objects.filter(transfer_id=transfer_id).values_list(
                    "parcel_id", flat=True
                )
            ) | set(
                IncomingParcel.objects.filter(transfer_id=transfer_id).values_list(
                    "parcel_id", flat=True
                )
            )
            left = ReceiverKey.objects.filter(used_by__in=parcels)
            assert not left.exists(), f"{name}: receiver keys of an erased transfer"
            for model in (Transfer, Arrival):
                for row in model.objects.filter(transfer_id=transfer_id):
                    assert row.erased
                    assert not any(map(_has_key, row.files.all())), f"{name}: data keys are left"
                    kinds = Counter(one.kind for one in events_about(transfer_id))
                    assert kinds["transfer.expired"] == 1 and kinds["vault.erased"]
            _rotated_after(node, transfer_id)
            store = FolderStore(town.folder / "store")
            where = partial(layout.parcels_prefix, name)
            for other in town.nodes:
                there = {one.name.partition(".")[0] for one in store.list(where(other))}
                assert not {one for one in there if one.rpartition("/")[2] in parcels}


def _has_key(file: object) -> bool:
    return VaultObject.objects.filter(object_id=file.object_id).exists()  # type: ignore[attr-defined]


def _rotated_after(node: Node, transfer_id: str) -> None:
    """Old copies of rows open nothing: the vault key they were wrapped under is gone."""
    last = Event.objects.filter(subject=transfer_id, kind="vault.erased").order_by("-id").first()
    if last is not None:
        later = Event.objects.filter(kind="vault.rotated", id__gt=last.id)
        assert later.exists(), f"{node.name}: the vault key was not renewed after an erasure"
