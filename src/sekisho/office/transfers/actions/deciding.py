"""What approvers do: approve, send back, reject; or confirm what has already left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sekisho.kernel.errors import Refused, SekishoError
from sekisho.office.accounts.absences import acts_for
from sekisho.office.accounts.actions import require_person
from sekisho.office.evidence.actions import Recorded, record
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import find, find_all, insert_many, update_many
from sekisho.office.transfers.actions.routes import require_route
from sekisho.office.transfers.actions.sending import (
    release,
    require_fit,
    require_transfer,
    save,
)
from sekisho.office.transfers.approval import Case, Made, may_decide
from sekisho.office.transfers.circle import Circle
from sekisho.office.transfers.models import Decision, Transfer
from sekisho.office.transfers.policy import AFTER, BEFORE, Policy
from sekisho.office.transfers.states import Verb, after


@dataclass(frozen=True)
class _Opened:
    """A transfer that this person may decide about now, and in which step."""

    transfer: Transfer
    policy: Policy
    case: Case
    actor: str
    acting_for: str
    level: int

    def with_this(self, verb: Verb) -> Case:
        """The case once this person has decided."""
        made = Made(self.actor, verb, self.acting_for, self.level)
        return replace(self.case, made=(*self.case.made, made))


def approve(
    desk: Desk, *, actor: str, transfer_id: str, reason: str = "", acting_for: str = ""
) -> Transfer:
    """承認. The last approval that is needed releases the transfer.

    `acting_for` names who is away and has the actor as deputy (代決). Raises Refused.
    """
    with atomic():
        opened = _open(desk, actor, transfer_id, acting_for)
        transfer = opened.transfer
        transfer.state = after(transfer.state, Verb.APPROVE)
        _keep(desk, opened, Verb.APPROVE, reason, "transfer.approved")
        if opened.with_this(Verb.APPROVE).missing() == 0:
            release(desk, transfer, opened.policy)
        save(desk, transfer)
    return transfer


@dataclass(frozen=True)
class Outcome:
    """What became of one of several transfers: decided, or why not."""

    transfer_id: str
    transfer: Transfer | None = None
    error: SekishoError | None = None


def approve_many(
    desk: Desk, *, actor: str, transfer_ids: Sequence[str], reason: str = "", acting_for: str = ""
) -> list[Outcome]:
    """Approve one after the other, each by itself; what became of each, in order.

    One that cannot be approved keeps no other from it; SKS-H046 where the route wants each to be
    looked at by itself.
    """
    found = []
    for transfer_id in dict.fromkeys(transfer_ids):
        try:
            _require_bulk(desk, transfer_id)
            made = approve(
                desk, actor=actor, transfer_id=transfer_id, reason=reason, acting_for=acting_for
            )
            found.append(Outcome(transfer_id, transfer=made))
        except SekishoError as error:
            found.append(Outcome(transfer_id, error=error))
    return found


def _require_bulk(desk: Desk, transfer_id: str) -> None:
    transfer = find(Transfer, transfer_id=transfer_id)
    if transfer is None:
        raise Refused("SKS-T005", transfer=transfer_id)
    if not require_route(desk.node, transfer.to_node).bulk:
        raise Refused("SKS-H046", node=transfer.to_node)


def send_back(
    desk: Desk, *, actor: str, transfer_id: str, reason: str, acting_for: str = ""
) -> Transfer:
    """差戻し, with a reason the sender can act on. Raises Refused."""
    given = (desk, actor, transfer_id, reason, acting_for)
    return _turn_down(*given, Verb.SEND_BACK, "transfer.sent_back")


def reject(
    desk: Desk, *, actor: str, transfer_id: str, reason: str, acting_for: str = ""
) -> Transfer:
    """却下: this transfer will never leave. Raises Refused."""
    given = (desk, actor, transfer_id, reason, acting_for)
    return _turn_down(*given, Verb.REJECT, "transfer.rejected")


def confirm(
    desk: Desk, *, actor: str, transfer_id: str, objection: str = "", acting_for: str = ""
) -> Transfer:
    """事後確認 of a transfer that left first. Raises Refused SKS-T034 when none is due."""
    with atomic():
        opened = _open(desk, actor, transfer_id, acting_for, Verb.CONFIRM)
        transfer = opened.transfer
        if transfer.confirm != "pending":
            raise Refused("SKS-T034")
        outcome = {"outcome": "objected" if objection else "confirmed"}
        _keep(desk, opened, Verb.CONFIRM, objection, "transfer.confirmed", outcome)
        if objection:
            transfer.confirm = "objected"
        elif opened.with_this(Verb.CONFIRM).missing(Verb.CONFIRM) == 0:
            transfer.confirm = "done"
        save(desk, transfer)
    return transfer


def read_after(desk: Desk, *, actor: str, transfer_id: str) -> int:
    """後閲: the person who was away has read what was decided in his place; how many decisions.

    Raises Refused SKS-T051, SKS-T005, SKS-H047 (nothing to be read).
    """
    require_person(actor)
    with atomic():
        require_transfer(transfer_id)
        rows = find_all(Decision, transfer=transfer_id, acting_for=actor)
        unread = [row for row in rows if row.seen_after is None]
        if not unread:
            raise Refused("SKS-H047", login=actor)
        for row in unread:
            row.seen_after = desk.now()
        update_many(unread, ["seen_after"])
        decisions = [row.event_hash for row in unread]
        data = {"decisions": decisions}
        record(desk, "transfer.read_after", transfer_id, data, {"actor": actor})
    return len(unread)


def _open(
    desk: Desk, actor: str, transfer_id: str, acting_for: str, verb: Verb = Verb.APPROVE
) -> _Opened:
    """The transfer, its route and the step that is open; the person may decide in it."""
    circle = Circle(desk)
    person = circle.who(actor)
    authority = person
    if acting_for and acting_for != actor:
        if acting_for not in acts_for(actor, desk.now()):
            raise Refused("SKS-H053", login=actor, absent=acting_for)
        authority = circle.who(acting_for)
    transfer = require_transfer(transfer_id)
    policy = require_route(desk.node, transfer.to_node)
    rows = find_all(Decision, transfer=transfer_id, round=transfer.round)
    case = circle.case(transfer, policy, rows)
    level = may_decide(case, person, authority, verb, lambda: circle.everyone)
    principal = authority.login if authority is not person else ""
    return _Opened(transfer, policy, case, actor, principal, level)


def _turn_down(
    desk: Desk,
    actor: str,
    transfer_id: str,
    reason: str,
    acting_for: str,
    verb: Verb,
    kind: str,
) -> Transfer:
    if not reason.strip():
        raise Refused("SKS-T035")
    with atomic():
        opened = _open(desk, actor, transfer_id, acting_for)
        transfer = opened.transfer
        transfer.state = after(transfer.state, verb)
        _keep(desk, opened, verb, reason, kind)
        save(desk, transfer)
    return transfer


def _keep(
    desk: Desk,
    opened: _Opened,
    verb: Verb,
    reason: str,
    kind: str,
    data: dict[str, str] | None = None,
) -> Recorded:
    require_fit(reason)
    transfer, acting = opened.transfer, opened.acting_for
    step = {"step": opened.level} if len(opened.case.levels) > 1 else {}
    stated = {"acting": True} if acting else {}
    recorded = record(
        desk,
        kind,
        transfer.transfer_id,
        {"round": transfer.round, **step, **stated, **(data or {})},
        {"actor": opened.actor, "reason": reason, **({"acting_for": acting} if acting else {})},
    )
    salts = {one.field: one.salt for one in recorded.openings}
    made = Decision(
        transfer=transfer,
        round=transfer.round,
        person=opened.actor,
        verb=verb,
        reason=reason,
        made=desk.now(),
        event=recorded.envelope,
        event_hash=recorded.leaf_hash,
        salt=salts["actor"],
        level=opened.level,
        acting_for=acting,
        acting_salt=salts.get("acting_for", b""),
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
