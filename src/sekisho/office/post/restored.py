"""Verbs about the post of a node that was restored from a backup.

Private receiver keys and sealing secrets are in no backup: what peers sealed to lost keys stays
shut, and what was about to be sealed here is sealed anew.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from sekisho.office.post.actions import (
    NOTICE_DAYS,
    ONE_TIME,
    QUEUED,
    SEALED,
    STORED,
    TRANSFER,
)
from sekisho.office.post.models import KeyBatch, OutgoingParcel, PeerKey, ReceiverKey
from sekisho.office.site.desk import Desk

RESTORED = "restored"


def forget_secrets(desk: Desk) -> None:
    """Drop what must not come back out of a backup, in the caller's transaction: our receiver
    keys with their batches, sealing secrets, and peers' one-time keys that may be used up."""
    ReceiverKey.objects.all().delete()
    KeyBatch.objects.filter(owner=desk.node).delete()
    PeerKey.objects.filter(kind=ONE_TIME, used_by="").update(used_by=RESTORED)
    unsent = OutgoingParcel.objects.filter(state__in=(QUEUED, SEALED))
    unsent.update(expires=desk.now(), wrapped_secret=None, lease_until=None)


def known_outgoing(parcel_ids: Collection[str]) -> set[str]:
    """Those of the parcels that this node knows as its own."""
    wanted, known = sorted(parcel_ids), set[str]()
    for start in range(0, len(wanted), 500):
        rows = OutgoingParcel.objects.filter(parcel_id__in=wanted[start : start + 500])
        known.update(rows.values_list("parcel_id", flat=True))
    return known


def adopt_parcels(desk: Desk, found: Sequence[tuple[str, str, int]]) -> None:
    """Know these parcels (receiver, id, blocks) in the store as our own from now on."""
    now = desk.now()
    OutgoingParcel.objects.bulk_create(
        (
            OutgoingParcel(
                parcel_id=parcel_id,
                kind=TRANSFER,
                receiver=receiver,
                receiver_key_id="",
                receiver_key_kind="",
                blocks=blocks,
                state=STORED,
                code="",
                created=now,
                expires=now + timedelta(days=NOTICE_DAYS),
            )
            for receiver, parcel_id, blocks in found
        ),
        ignore_conflicts=True,
    )


def own_batches(desk: Desk) -> set[str]:
    """The ids of our batches of receiver keys."""
    return set(KeyBatch.objects.filter(owner=desk.node).values_list("batch_id", flat=True))
