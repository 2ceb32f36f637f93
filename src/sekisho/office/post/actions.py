"""Verbs of the sealed post: parcels queued, sealed, stored, noted, answered; and their keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from sekisho.kernel.ids import new_id
from sekisho.office.post import leases
from sekisho.office.post.keys import (
    DAILY,
    INSERT_BATCH,
    NOTICE,
    ONE_TIME,
    TRANSFER,
    accept_peer_batch,
    destroy_expired_keys,
    destroy_keys_of_transfer,
    forget_batches,
    keep_own_batch,
    known_batches,
    living_batches,
    mark_published,
    newest_use_until,
    one_time_left,
    receiver_key_context,
    receiver_keys,
    receiver_private,
    spend_receiver_key,
    spent_batches,
    take_peer_keys,
    unpublished_batches,
    use_receiver_keys,
    withdraw_batch,
)
from sekisho.office.post.models import (
    IncomingParcel,
    OutgoingParcel,
    PeerKey,
    Receipt,
)
from sekisho.office.site.database import (
    atomic,
    hold_vault_key,
    locked,
    locked_wait,
)
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import insert_many, update_many
from sekisho.seal.sealing import SealingSecret

__all__ = [
    "DAILY",
    "INSERT_BATCH",
    "NOTICE",
    "ONE_TIME",
    "TRANSFER",
    "accept_peer_batch",
    "destroy_expired_keys",
    "destroy_keys_of_transfer",
    "forget_batches",
    "keep_own_batch",
    "known_batches",
    "living_batches",
    "mark_published",
    "newest_use_until",
    "one_time_left",
    "receiver_key_context",
    "receiver_keys",
    "receiver_private",
    "spend_receiver_key",
    "spent_batches",
    "take_peer_keys",
    "unpublished_batches",
    "use_receiver_keys",
    "withdraw_batch",
]

QUEUED, SEALED, STORED, REMOVED, VOID = "queued", "sealed", "stored", "removed", "void"
SEEN, RECEIVED, REFUSED = "seen", "received", "refused"
NOTICE_DAYS = 30


@dataclass(frozen=True)
class Sealed:
    """What sealing one parcel gave: the head that will be stored and the signed manifest."""

    parcel_id: str
    fence: int
    head: bytes
    manifest: bytes
    root: str
    letter_sha256: str
    blocks: int


def secret_context(parcel_id: str) -> str:
    """The words a parcel's sealing secret is bound to when it is wrapped."""
    return f"parcel {parcel_id}"


def queue(
    desk: Desk,
    *,
    kind: str,
    receiver: str,
    key: PeerKey,
    letter: bytes | None,
    expires: datetime,
    transfer_id: str = "",
) -> OutgoingParcel:
    """An unsaved intent to seal one parcel; the key counts as used from now on."""
    hold_vault_key()
    parcel_id = new_id("pc")
    secret = SealingSecret.new()
    if key.kind == ONE_TIME:
        key.used_by = parcel_id
    return OutgoingParcel(
        parcel_id=parcel_id,
        kind=kind,
        receiver=receiver,
        transfer_id=transfer_id,
        receiver_key_id=key.key_id,
        receiver_key_kind=key.kind,
        wrapped_secret=desk.keyring.wrap(
            secret_context(parcel_id), secret.content_key + secret.floe_iv
        ),
        letter=letter,
        state=QUEUED,
        created=desk.now(),
        expires=min(expires, key.expires),
    )


def save_queue(parcels: Sequence[OutgoingParcel], keys: Iterable[PeerKey]) -> None:
    """Write intents and the keys they use up, in the caller's transaction."""
    used = [key for key in {key.key_id: key for key in keys}.values() if key.used_by]
    update_many(used, ["used_by"])
    insert_many(parcels)


def sealing_secret(desk: Desk, parcel: OutgoingParcel) -> SealingSecret:
    """The content key and IV with which this parcel is sealed, also after a restart."""
    raw = desk.keyring.unwrap(secret_context(parcel.parcel_id), bytes(parcel.wrapped_secret))
    return SealingSecret(content_key=raw[:32], floe_iv=raw[32:])


def lease_outgoing(desk: Desk, limit: int) -> list[OutgoingParcel]:
    """Take up to `limit` parcels that are to be sealed or stored."""
    now = desk.now()
    with atomic():
        rows = OutgoingParcel.objects.filter(leases.free(now), state__in=(QUEUED, SEALED))
        found = list(locked(rows.order_by("created", "parcel_id"))[:limit])
        leases.take(OutgoingParcel, [row.pk for row in found], now)
    for row in found:
        row.fence += 1
    return found


def mark_sealed(sealed: Sequence[Sealed]) -> list[Sealed]:
    """Keep the heads before they are stored; those whose lease was lost are left out.

    Call it inside the transaction that writes the evidence of release.
    """
    by_id = {one.parcel_id: one for one in sealed}
    rows = locked_wait(OutgoingParcel.objects.filter(pk__in=list(by_id), state=QUEUED))
    mine = [row for row in rows if row.fence == by_id[row.pk].fence]
    for row in mine:
        done = by_id[row.pk]
        row.state, row.head, row.manifest = SEALED, done.head, done.manifest
        row.blocks = done.blocks
    update_many(mine, ["state", "head", "manifest", "blocks"])
    return [by_id[row.pk] for row in mine]


def mark_stored(parcel_ids: Collection[str]) -> None:
    """The heads lie in the store: what was needed to seal is destroyed."""
    OutgoingParcel.objects.filter(parcel_id__in=list(parcel_ids), state=SEALED).update(
        state=STORED, wrapped_secret=None, letter=None, head=None, lease_until=None, code=""
    )


def put_off(desk: Desk, model: type, pk: object, fence: int, code: str) -> None:
    """This try failed; the row is due again later."""
    now = desk.now()
    rows = model.objects.filter(pk=pk, fence=fence)  # type: ignore[attr-defined]
    for attempts in rows.values_list("attempts", flat=True):
        rows.update(
            attempts=attempts + 1,
            not_before=leases.retry_at(now, attempts),
            lease_until=None,
            code=code,
        )


def removable(desk: Desk, keep: timedelta) -> list[OutgoingParcel]:
    """Parcels that may leave the store: answered, expired, or given up before they were whole."""
    now = desk.now()
    answered = Receipt.objects.exclude(author=desk.node).values("parcel_id")
    done = Q(parcel_id__in=answered, created__lte=now - keep) | Q(expires__lte=now)
    over = Q(done, state=STORED) | Q(state=VOID)
    return list(OutgoingParcel.objects.filter(over).order_by("created")[:500])


def mark_removed(parcel_ids: Collection[str]) -> None:
    """The parcels have been taken out of the store."""
    OutgoingParcel.objects.filter(parcel_id__in=list(parcel_ids)).update(state=REMOVED)


def known_parcels(sender: str, parcel_ids: Collection[str]) -> set[str]:
    """Which of these parcels of a sender have been seen before."""
    rows = IncomingParcel.objects.filter(sender=sender, parcel_id__in=list(parcel_ids))
    return set(rows.values_list("parcel_id", flat=True))


def note_incoming(desk: Desk, sender: str, parcel_ids: Collection[str]) -> None:
    """Parcels appeared in the store."""
    IncomingParcel.objects.bulk_create(
        (
            IncomingParcel(sender=sender, parcel_id=one, state=SEEN, first_seen=desk.now())
            for one in parcel_ids
        ),
        batch_size=INSERT_BATCH,
        ignore_conflicts=True,
    )


def lease_incoming(desk: Desk, limit: int) -> list[IncomingParcel]:
    """Take up to `limit` parcels that are to be fetched."""
    now = desk.now()
    with atomic():
        rows = IncomingParcel.objects.filter(leases.free(now), state=SEEN)
        # New ones first: what has failed before must not hold them up.
        found = list(locked(rows.order_by("attempts", "id"))[:limit])
        leases.take(IncomingParcel, [row.pk for row in found], now)
    for row in found:
        row.fence += 1
    return found


def mark_told(receipts: Sequence[Receipt], parcel_id: str) -> None:
    """These receipts travel in this notice."""
    Receipt.objects.filter(pk__in=[one.pk for one in receipts]).update(sent_in=parcel_id)


def finish_notice(row: IncomingParcel, manifest: bytes) -> bool:
    """The notice is taken in now; False when another worker did it."""
    rows = IncomingParcel.objects.filter(pk=row.pk, fence=row.fence, state=SEEN)
    return bool(rows.update(state=RECEIVED, kind=NOTICE, manifest=manifest, lease_until=None))
