"""Verbs about keys that parcels are sealed to: ours that peers may use, theirs that we may use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import Q

from sekisho.kernel.errors import Refused, Unavailable
from sekisho.office.evidence.actions import Act, record_all
from sekisho.office.post.models import IncomingParcel, KeyBatch, PeerKey, ReceiverKey
from sekisho.office.site.database import atomic, hold_vault_key, locked, locked_wait
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import insert_many, update_many
from sekisho.office.vault.actions import owe_rotation
from sekisho.seal.prekeys import COLLECT_WITHIN, Batch, PrivateReceiverKey

ONE_TIME, DAILY = "one-time", "daily"
TRANSFER, NOTICE = "transfer", "notice"
INSERT_BATCH = 500


def receiver_key_context(key_id: str) -> str:
    """The words a receiver key is bound to when it is wrapped."""
    return f"receiver key {key_id}"


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
    """How many of our unused one-time keys this peer may still take.

    A key lives on for a while after the last moment at which it may be taken.
    """
    alive = desk.now() + COLLECT_WITHIN
    return ReceiverKey.objects.filter(
        for_node=for_node, kind=ONE_TIME, used_by="", expires__gt=alive
    ).count()


def spent_batches(desk: Desk) -> list[KeyBatch]:
    """Our published batches of which no peer may take a key any more."""
    over = KeyBatch.objects.filter(owner=desk.node, published=True, use_until__lte=desk.now())
    return list(over.order_by("use_until")[:INSERT_BATCH])


def forget_batches(batch_ids: Collection[str]) -> None:
    """These batches lie in the store no more; their private halves live on until they expire."""
    KeyBatch.objects.filter(batch_id__in=list(batch_ids)).delete()


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
    neither is there, SKS-N070 when the peer never offered one; with some one-time keys left and
    no daily key, gives fewer than `count`.
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
        if not PeerKey.objects.filter(owner=owner).exists():
            raise Unavailable("SKS-N070", node=owner)
        raise Unavailable("SKS-N067", day=now.date().isoformat())
    return once + [today] * (count - len(once))


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
    rows = list(locked_wait(ReceiverKey.objects.filter(key_id__in=list(used), kind=ONE_TIME)))
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

    Keys that opened a transfer are named one by one; those never used are counted by peer. Keys
    of notices end without evidence: it would have to be witnessed, by notices, without end.
    """
    with atomic():
        due = list(ReceiverKey.objects.filter(expires__lte=desk.now()).order_by("key_id"))
        if not due:
            return 0
        told = _not_of_notices(due)
        if told:
            owe_rotation(desk)
        ReceiverKey.objects.filter(key_id__in=[key.key_id for key in due]).delete()
        unused = Counter(key.for_node for key in told if not key.used_by)
        record_all(
            desk,
            [_key_destroyed(key) for key in told if key.used_by]
            + [
                Act("key.destroyed", node, {"for_node": node, "unused": count}, {})
                for node, count in sorted(unused.items())
            ],
        )
        return len(due)


def _not_of_notices(keys: Sequence[ReceiverKey]) -> list[ReceiverKey]:
    used = [key.used_by for key in keys if key.used_by]
    notices = IncomingParcel.objects.filter(parcel_id__in=used, kind=NOTICE)
    of_notices = set(notices.values_list("sender", "parcel_id"))
    return [key for key in keys if (key.for_node, key.used_by) not in of_notices]


def _key_destroyed(key: ReceiverKey) -> Act:
    return Act("key.destroyed", key.key_id, {"for_node": key.for_node, "parcel": key.used_by}, {})


def living_batches(desk: Desk, owner: str) -> dict[str, bytes]:
    """A peer's batches of which keys may still be used: id → envelope."""
    rows = KeyBatch.objects.filter(owner=owner, use_until__gt=desk.now())
    return {row.batch_id: bytes(row.envelope) for row in rows}


def withdraw_batch(batch_id: str, key_ids: Collection[str]) -> None:
    """The owner offers this batch no more, before its time: its keys are lost. Unused ones are
    forgotten; used ones stay known as used, should the batch be seen again."""
    with atomic():
        unused = Q(used_by="") | Q(kind=DAILY)
        PeerKey.objects.filter(unused, key_id__in=list(key_ids)).delete()
        KeyBatch.objects.filter(batch_id=batch_id).delete()
