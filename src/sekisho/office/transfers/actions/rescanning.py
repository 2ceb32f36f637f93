"""What came of the second scan of a released transfer, and which ones wait for it."""

from __future__ import annotations

from sekisho.office.evidence.actions import record
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk
from sekisho.office.transfers.actions.sending import require_transfer, save
from sekisho.office.transfers.models import Route, Transfer
from sekisho.office.transfers.policy import read_policy
from sekisho.office.transfers.states import State, Verb, after


def due(desk: Desk, limit: int) -> list[Transfer]:
    """Released transfers whose time to wait is over and that nobody has scanned again yet."""
    routes = Route.objects.filter(from_node=desk.node, active=True)
    nodes = [one.to_node for one in routes if read_policy(one.policy).rescan_hours]
    if not nodes:
        return []
    rows = Transfer.objects.filter(state=State.READY, scanned_again=None, to_node__in=nodes)
    waited = rows.filter(not_before__lte=desk.now()).order_by("created", "transfer_id")
    return list(waited.prefetch_related("files")[:limit])


def record_scan(desk: Desk, transfer_id: str, code: str) -> None:
    """The transfer may leave; or, with the code of a reason, it never will."""
    with atomic():
        transfer = require_transfer(transfer_id)
        if transfer.state != State.READY:
            return
        transfer.scanned_again, transfer.code = desk.now(), code
        outcome = "infected" if code else "clean"
        record(desk, "transfer.rescanned", transfer_id, {"outcome": outcome, "code": code})
        if code:
            transfer.state = after(transfer.state, Verb.REJECT)
            record(desk, "transfer.rejected", transfer_id, {"round": transfer.round, "code": code})
        save(desk, transfer)


def put_off(transfer_id: str, code: str) -> None:
    """It waits on, and its row says why."""
    Transfer.objects.filter(pk=transfer_id, state=State.READY).update(code=code)
