"""The end: when retention is over, keys are destroyed and the ledger says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from sekisho.office.evidence.actions import record
from sekisho.office.post import actions as post
from sekisho.office.site.database import atomic, locked
from sekisho.office.site.desk import Desk
from sekisho.office.transfers.models import Arrival, ArrivedFile, Transfer, TransferFile
from sekisho.office.transfers.states import ENDED_EARLY, ArrivalState, State, Verb, after
from sekisho.office.vault.actions import destroy_keys
from sekisho.office.vault.models import VaultObject

BATCH = 100


@dataclass(frozen=True)
class Erased:
    """How much one expiry run destroyed."""

    transfers: int = 0
    arrivals: int = 0
    objects: int = 0
    receiver_keys: int = 0

    @property
    def anything(self) -> bool:
        """Whether any key was destroyed."""
        return bool(self.transfers or self.arrivals or self.objects or self.receiver_keys)


def expire_due(desk: Desk) -> Erased:
    """Destroy the keys of everything whose time is over, in batches of one transaction each."""
    transfers = arrivals = objects = 0
    while (batch := _expire_transfers(desk))[0]:
        transfers, objects = transfers + batch[0], objects + batch[1]
    while (batch := _expire_arrivals(desk))[0]:
        arrivals, objects = arrivals + batch[0], objects + batch[1]
    return Erased(transfers, arrivals, objects, post.destroy_expired_keys(desk))


def _expire_transfers(desk: Desk) -> tuple[int, int]:
    due = Q(erase_after__lte=desk.now()) | Q(state__in=ENDED_EARLY)
    with atomic():
        rows = Transfer.objects.filter(due, erased=False).exclude(state=State.SEALING)
        found = list(locked(rows.order_by("erase_after"))[:BATCH])
        return len(found), sum(_expire_transfer(desk, one) for one in found)


def _expire_transfer(desk: Desk, transfer: Transfer) -> int:
    objects = [*transfer.files.values_list("object_id", flat=True), transfer.reports_object]
    destroyed = destroy_keys(desk, subject=transfer.transfer_id, object_ids=objects)
    data = {"from_state": transfer.state, "objects": destroyed}
    if transfer.state not in ENDED_EARLY:
        transfer.state = after(transfer.state, Verb.EXPIRE)
    transfer.erased, transfer.changed = True, desk.now()
    transfer.save(update_fields=["state", "erased", "changed"])
    record(desk, "transfer.expired", transfer.transfer_id, data)
    return destroyed


def _expire_arrivals(desk: Desk) -> tuple[int, int]:
    with atomic():
        rows = Arrival.objects.filter(erase_after__lte=desk.now(), erased=False)
        found = list(locked(rows.order_by("erase_after"))[:BATCH])
        return len(found), sum(_expire_arrival(desk, one) for one in found)


def _expire_arrival(desk: Desk, arrival: Arrival) -> int:
    objects = [*arrival.files.values_list("object_id", flat=True), arrival.reports_object]
    destroyed = destroy_keys(desk, subject=arrival.transfer_id, object_ids=objects)
    post.destroy_keys_of_transfer(desk, sender=arrival.from_node, transfer_id=arrival.transfer_id)
    data = {"from_state": arrival.state, "objects": destroyed}
    arrival.state, arrival.erased = ArrivalState.EXPIRED, True
    arrival.save(update_fields=["state", "erased"])
    record(desk, "transfer.expired", arrival.transfer_id, data)
    return destroyed


def expire_emptied(desk: Desk) -> int:
    """End, before their time, transfers whose content cannot be read here any more: in a restored
    backup what was erased since must not look as if it were there. How many."""
    with atomic():
        return _end_all(desk, Transfer, TransferFile, _expire_transfer) + _end_all(
            desk, Arrival, ArrivedFile, _expire_arrival
        )


def _end_all(desk: Desk, model: Any, files: Any, expire: Callable[[Desk, Any], int]) -> int:
    gone = files.objects.exclude(object_id__in=VaultObject.objects.values("object_id"))
    ids = gone.values("transfer" if model is Transfer else "arrival")
    found = list(locked(model.objects.filter(pk__in=ids, erased=False)))
    for one in found:
        expire(desk, one)
    return len(found)
