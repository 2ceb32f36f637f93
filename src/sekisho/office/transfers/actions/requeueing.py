"""Transfers whose parcel ran out of time before it could be stored go back to the queue."""

from __future__ import annotations

from sekisho.office.evidence.actions import Act, record_all
from sekisho.office.post import actions as post
from sekisho.office.post.models import OutgoingParcel, Receipt
from sekisho.office.site.database import atomic, locked
from sekisho.office.site.desk import Desk
from sekisho.office.transfers.models import Transfer
from sekisho.office.transfers.states import State, Verb, after

BATCH = 100


def requeue_expired(desk: Desk) -> int:
    """Void parcels that expired unsent and let their transfers be sealed anew; how many."""
    with atomic():
        rows = OutgoingParcel.objects.filter(
            expires__lte=desk.now(), state__in=(post.QUEUED, post.SEALED)
        )
        found = list(locked(rows.order_by("expires"))[:BATCH])
        OutgoingParcel.objects.filter(pk__in=[one.pk for one in found]).update(
            state=post.VOID, wrapped_secret=None, letter=None, head=None, lease_until=None
        )
        if not found:
            return 0
        # Receipts that were in a notice are told again in the next.
        Receipt.objects.filter(sent_in__in=[one.pk for one in found]).update(sent_in="")
        ids = [one.transfer_id for one in found if one.transfer_id]
        Transfer.objects.filter(transfer_id__in=ids, state=State.SEALING).update(
            state=after(State.SEALING, Verb.RESEND), changed=desk.now()
        )
        record_all(desk, [Act("transfer.requeued", one, {}, {}) for one in ids])
    return len(found)
