"""Verbs of the sealed post: keys for receiving, parcels queued, sealed, stored, answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from sekisho.kernel.errors import Refused, Unavailable
from sekisho.kernel.ids import new_id
from sekisho.office.evidence.actions import Act, record_all
from sekisho.office.post import leases
from sekisho.office.post.models import (
    IncomingParcel,
    KeyBatch,
    OutgoingParcel,
    PeerKey,
    Receipt,
    ReceiverKey,
)
from sekisho.office.site.database import (
    atomic,
    hold_vault_key,
    locked,
    locked_wait,
)
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import insert_many, update_many
from sekisho.office.vault.actions import owe_rotation
from sekisho.seal.prekeys import Batch, PrivateReceiverKey
from sekisho.seal.sealing import SealingSecret

QUEUED, SEALED, STORED, REMOVED, VOID = "queued", "sealed", "stored", "removed", "void"
SEEN, RECEIVED, REFUSED = "seen", "received", "refused"
ONE_TIME, DAILY = "one-time", "daily"
TRANSFER, NOTICE = "transfer", "notice"
NOTICE_DAYS = 30
INSERT_BATCH = 500


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


def receiver_key_context(key_id: str) -> str:
    """The words a receiver key is bound to when it is wrapped."""
    return f"receiver key {key_id}"


def secret_context(parcel_id: str) -> str:
    """The words a parcel's sealing secret is bound to when it is wrapped."""
    return f"parcel {parcel_id}"


def keep_own_batch(
    desk: Desk,
    *,
    for_node: str,
    envelope: bytes,
    keys: Sequence[PrivateReceiverKey],
    use_until: datetime,
) -> None:
    """Keep the private halves of a batch before its public halves are published."""
    with atomic():
        hold_vault_key()
        KeyBatch.objects.create(
            batch_id=keys[0].batch_id,
            owner=desk.node,
            for_node=for_node,
            envelope=envelope,
            use_until=use_until,
            created=desk.now(),
        )
        insert_many(
            ReceiverKey(
                key_id=key.key_id,
                for_node=for_node,
                kind=key.kind,
                suite=key.suite,
                wrapped_private=desk.keyring.wrap(receiver_key_context(key.key_id), key.private),
                expires=key.expires,
            )
            for key in keys
        )


def unpublished_batches(desk: Desk) -> list[KeyBatch]:
    """Our batches that still have to be put into the store."""
    return list(KeyBatch.objects.filter(owner=desk.node, published=False).order_by("created"))


def mark_published(batch_id: str) -> None:
    """The batch lies in the store."""
    KeyBatch.objects.filter(batch_id=batch_id).update(published=True)


def one_time_left(desk: Desk, for_node: str) -> int:
    """How many of our unused one-time keys this peer may still take."""
    return ReceiverKey.objects.filter(
        for_node=for_node, kind=ONE_TIME, used_by="", expires__gt=desk.now()
    ).count()


def newest_use_until(desk: Desk, for_node: str) -> datetime | None:
    """Until when this peer may choose keys of our newest batch for it."""
    rows = KeyBatch.objects.filter(owner=desk.node, for_node=for_node).order_by("-use_until")
    return rows.values_list("use_until", flat=True).first()


def known_batches(owner: str) -> set[str]:
    """Ids of the batches of this owner that were already accepted."""
    return set(KeyBatch.objects.filter(owner=owner).values_list("batch_id", flat=True))


def accept_peer_batch(desk: Desk, *, owner: str, batch: Batch, envelope: bytes) -> None:
    """Keep a peer's public keys."""
    with atomic():
        KeyBatch.objects.create(
            batch_id=batch.batch_id,
            owner=owner,
            for_node=desk.node,
            envelope=envelope,
            published=True,
            use_until=batch.use_until,
            created=desk.now(),
        )
        PeerKey.objects.bulk_create(
            (
                PeerKey(
                    key_id=key.key_id,
                    owner=owner,
                    kind=key.kind,
                    day=key.day,
                    suite=key.suite,
                    public=key.public,
                    use_until=key.use_until,
                    expires=key.expires,
                )
                for key in batch.keys
            ),
            batch_size=INSERT_BATCH,
            ignore_conflicts=True,
        )


def take_peer_keys(desk: Desk, owner: str, count: int) -> list[PeerKey]:
    """`count` keys of a peer: one-time keys first, then today's daily key again and again.

    Call it inside the transaction that queues the parcels. Raises Unavailable SKS-N067 when
    neither is there; with some one-time keys left and no daily key, gives fewer than `count`.
    """
    now = desk.now()
    alive = PeerKey.objects.filter(owner=owner, use_until__gt=now)
    unused = alive.filter(kind=ONE_TIME, used_by="").order_by("use_until", "key_id")
    once = list(locked(unused)[:count])
    if len(once) == count:
        return once
    today = alive.filter(kind=DAILY, day=now.date()).order_by("-expires").first()
    if today is None:
        if once:
            return once
        raise Unavailable("SKS-N067", day=now.date().isoformat())
    return once + [today] * (count - len(once))


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
        found = list(locked(rows.order_by("id"))[:limit])
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


def receiver_keys(desk: Desk, key_ids: Collection[str]) -> dict[str, ReceiverKey]:
    """Our receiver keys of these ids, as far as they still exist."""
    return {row.key_id: row for row in ReceiverKey.objects.filter(key_id__in=list(key_ids))}


def receiver_private(
    desk: Desk, row: ReceiverKey | None, *, sender: str, key_id: str, parcel_id: str
) -> bytes:
    """The private half of the key that a parcel was sealed to.

    Raises Refused SKS-T061 (no such key, or destroyed) or SKS-T062 (used by another parcel).
    """
    if row is None or row.for_node != sender:
        raise Refused("SKS-T061", key=key_id[:16])
    if row.used_by not in ("", parcel_id):
        raise Refused("SKS-T062", key=key_id[:16])
    return desk.keyring.unwrap(receiver_key_context(key_id), bytes(row.wrapped_private))


def use_receiver_keys(used: Mapping[str, tuple[str, datetime]]) -> None:
    """Parcels (id, expiry) were opened with these one-time keys: each opens no other parcel and
    dies with its own. Raises Refused SKS-T062 when another worker used one meanwhile."""
    rows = list(ReceiverKey.objects.filter(key_id__in=list(used), kind=ONE_TIME))
    for row in rows:
        parcel_id, expires = used[row.key_id]
        if row.used_by not in ("", parcel_id):
            raise Refused("SKS-T062", key=row.key_id[:16])
        row.used_by, row.expires = parcel_id, min(row.expires, expires)
    update_many(rows, ["used_by", "expires"])


def spend_receiver_key(key_id: str, row: IncomingParcel, expires: datetime) -> None:
    """A parcel that was refused has used up its one-time key, unless another parcel has."""
    rows = ReceiverKey.objects.filter(key_id=key_id, for_node=row.sender, kind=ONE_TIME)
    if rows.filter(used_by="").update(used_by=row.parcel_id):
        rows.filter(expires__gt=expires).update(expires=expires)


def destroy_keys_of_transfer(desk: Desk, *, sender: str, transfer_id: str) -> None:
    """Destroy the one-time keys of every parcel in which a transfer came (it may have been sent
    again), before their time, in the caller's transaction."""
    parcels = IncomingParcel.objects.filter(sender=sender, transfer_id=transfer_id)
    keys = ReceiverKey.objects.filter(
        for_node=sender, used_by__in=parcels.values("parcel_id")
    ).order_by("key_id")
    acts = [_key_destroyed(key) for key in keys]
    if acts:
        owe_rotation(desk)
        ReceiverKey.objects.filter(key_id__in=[act.subject for act in acts]).delete()
        record_all(desk, acts)


def destroy_expired_keys(desk: Desk) -> int:
    """Destroy private keys whose time is over; what was sealed to them stays shut for ever.

    Keys that opened a parcel are named one by one; those never used are counted by peer.
    """
    with atomic():
        due = list(ReceiverKey.objects.filter(expires__lte=desk.now()).order_by("key_id"))
        if not due:
            return 0
        owe_rotation(desk)
        ReceiverKey.objects.filter(key_id__in=[key.key_id for key in due]).delete()
        unused = Counter(key.for_node for key in due if not key.used_by)
        record_all(
            desk,
            [_key_destroyed(key) for key in due if key.used_by]
            + [
                Act("key.destroyed", node, {"for_node": node, "unused": count}, {})
                for node, count in sorted(unused.items())
            ],
        )
        return len(due)


def _key_destroyed(key: ReceiverKey) -> Act:
    return Act("key.destroyed", key.key_id, {"for_node": key.for_node, "parcel": key.used_by}, {})
