"""What approvers do: approve, send back, reject; or confirm what has already left."""

from __future__ import annotations

from sekisho.kernel.errors import Refused
from sekisho.office.accounts.actions import require_person
from sekisho.office.evidence.actions import Recorded, record
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import find_all, insert_many
from sekisho.office.transfers import rules
from sekisho.office.transfers.actions.routes import require_route
from sekisho.office.transfers.actions.sending import (
    release,
    require_fit,
    require_transfer,
    save,
    who,
)
from sekisho.office.transfers.models import Decision, Transfer
from sekisho.office.transfers.policy import AFTER, BEFORE, Policy
from sekisho.office.transfers.states import Verb, after


def approve(desk: Desk, *, actor: str, transfer_id: str, reason: str = "") -> Transfer:
    """承認. The last approval that is needed releases the transfer. Raises Refused."""
    with atomic():
        transfer, policy, made = _open(desk, actor, transfer_id)
        transfer.state = after(transfer.state, Verb.APPROVE)
        _keep(desk, transfer, actor, Verb.APPROVE, reason, "transfer.approved")
        made = [*made, rules.Made(actor, Verb.APPROVE)]
        missing = rules.approvals_missing(transfer.approvals_needed, transfer.sender, made)
        if missing == 0:
            release(desk, transfer, policy)
        save(desk, transfer)
    return transfer


def send_back(desk: Desk, *, actor: str, transfer_id: str, reason: str) -> Transfer:
    """差戻し, with a reason the sender can act on. Raises Refused."""
    return _turn_down(desk, actor, transfer_id, reason, Verb.SEND_BACK, "transfer.sent_back")


def reject(desk: Desk, *, actor: str, transfer_id: str, reason: str) -> Transfer:
    """却下: this transfer will never leave. Raises Refused."""
    return _turn_down(desk, actor, transfer_id, reason, Verb.REJECT, "transfer.rejected")


def confirm(desk: Desk, *, actor: str, transfer_id: str, objection: str = "") -> Transfer:
    """事後確認 of a transfer that left first. Raises Refused SKS-T034 when none is due."""
    with atomic():
        transfer, _, made = _open(desk, actor, transfer_id)
        if transfer.confirm != "pending":
            raise Refused("SKS-T034")
        _keep(
            desk,
            transfer,
            actor,
            Verb.CONFIRM,
            objection,
            "transfer.confirmed",
            {"outcome": "objected" if objection else "confirmed"},
        )
        made = [*made, rules.Made(actor, Verb.CONFIRM)]
        missing = rules.approvals_missing(
            transfer.approvals_needed, transfer.sender, made, Verb.CONFIRM
        )
        if objection:
            transfer.confirm = "objected"
        elif missing == 0:
            transfer.confirm = "done"
        save(desk, transfer)
    return transfer


def _open(desk: Desk, actor: str, transfer_id: str) -> tuple[Transfer, Policy, list[rules.Made]]:
    """The transfer, its route, and what was decided in this round; the person may decide."""
    person = require_person(actor)
    transfer = require_transfer(transfer_id)
    policy = require_route(desk.node, transfer.to_node)
    rows = find_all(Decision, transfer=transfer_id, round=transfer.round)
    made = [rules.Made(row.person, row.verb) for row in rows]
    rules.may_decide(policy, who(desk, person), transfer.sender, made)
    return transfer, policy, made


def _turn_down(
    desk: Desk, actor: str, transfer_id: str, reason: str, verb: Verb, kind: str
) -> Transfer:
    if not reason.strip():
        raise Refused("SKS-T035")
    with atomic():
        transfer, _, _ = _open(desk, actor, transfer_id)
        transfer.state = after(transfer.state, verb)
        _keep(desk, transfer, actor, verb, reason, kind)
        save(desk, transfer)
    return transfer


def _keep(
    desk: Desk,
    transfer: Transfer,
    actor: str,
    verb: Verb,
    reason: str,
    kind: str,
    data: dict[str, str] | None = None,
) -> Recorded:
    require_fit(reason)
    recorded = record(
        desk,
        kind,
        transfer.transfer_id,
        {"round": transfer.round, **(data or {})},
        {"actor": actor, "reason": reason},
    )
    made = Decision(
        transfer=transfer,
        round=transfer.round,
        person=actor,
        verb=verb,
        reason=reason,
        made=desk.now(),
        event=recorded.envelope,
        event_hash=recorded.leaf_hash,
        salt=next(one.salt for one in recorded.openings if one.field == "actor"),
    )
    insert_many([made])
    return recorded


def shown_decisions(transfer: Transfer) -> list[Decision]:
    """The signed approvals of the present round, in order, which travel with the parcel."""
    found = [
        one
        for one in transfer.decisions.all()
        if one.round == transfer.round and one.verb == Verb.APPROVE
    ]
    return sorted(found, key=lambda one: one.pk)


def timing_of(transfer: Transfer) -> str:
    """Whether this transfer was decided before it left, or is confirmed after."""
    return BEFORE if transfer.confirm == "none" else AFTER
