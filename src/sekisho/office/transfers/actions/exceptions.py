"""Named exceptions: a kind of file that passes a route undisarmed until a day, and who says so."""

from __future__ import annotations

from datetime import datetime, timedelta

from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import Refused
from sekisho.kernel.ids import new_id
from sekisho.office.accounts.actions import require_person, require_right
from sekisho.office.evidence.actions import record
from sekisho.office.permissions import Act
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import find, insert_many, update_many
from sekisho.office.transfers.actions.routes import require_route
from sekisho.office.transfers.actions.sending import require_fit
from sekisho.office.transfers.models import DisarmException
from sekisho.office.transfers.policy import require_kind

ID_PREFIX = "ex"
DAYS_MAX = 366
"""An exception is looked at anew once a year at the latest."""


def grant(
    desk: Desk,
    *,
    actor: str,
    from_node: str,
    to_node: str,
    kind: str,
    owner: str,
    reason: str,
    until: datetime,
) -> DisarmException:
    """Let files of one kind pass one route undisarmed until a moment.

    `owner` answers for it. Raises Refused SKS-T004 (no route), SKS-T035, SKS-T036 (reason),
    SKS-T051 (owner), SKS-T053 (only for administrators), SKS-T086 (when it ends); InvalidInput
    SKS-T007 (kind).
    """
    require_right(actor, Act.EXCEPTIONS)
    require_kind(kind, families_too=False)
    require_person(owner)
    require_route(from_node, to_node)
    if not reason.strip():
        raise Refused("SKS-T035")
    require_fit(reason)
    now = desk.now()
    if not now < until <= now + timedelta(days=DAYS_MAX):
        raise Refused("SKS-T086", allowed=DAYS_MAX)
    made = DisarmException(
        exception_id=new_id(ID_PREFIX),
        from_node=from_node,
        to_node=to_node,
        kind=kind,
        owner=owner,
        reason=reason,
        granted_by=actor,
        granted=now,
        until=until,
    )
    with atomic():
        insert_many([made])
        record(
            desk,
            "exception.granted",
            made.exception_id,
            {"route": f"{from_node}/{to_node}", "kind": kind, "until": stamp(until)},
            {"actor": actor, "owner": owner, "reason": reason},
        )
    return made


def end(desk: Desk, *, actor: str, exception_id: str, reason: str = "") -> DisarmException:
    """End an exception before its day. Raises Refused SKS-T053, SKS-T087 (none in force)."""
    require_right(actor, Act.EXCEPTIONS)
    require_fit(reason)
    with atomic():
        found = find(DisarmException, lock=True, exception_id=exception_id)
        if found is None or not in_force(found, desk.now()):
            raise Refused("SKS-T087", exception=exception_id)
        found.ended = desk.now()
        update_many([found], ["ended"])
        record(desk, "exception.ended", exception_id, {}, {"actor": actor, "reason": reason})
    return found


def in_force(one: DisarmException, now: datetime) -> bool:
    """Whether files pass because of it at this moment."""
    return one.ended is None and one.granted <= now < one.until


def kinds_excepted(desk: Desk, from_node: str, to_node: str) -> dict[str, str]:
    """Kind → id of the exception in force on a route now (the one that lasts longest)."""
    now = desk.now()
    rows = DisarmException.objects.filter(from_node=from_node, to_node=to_node, ended=None)
    return {one.kind: one.exception_id for one in rows.order_by("until") if in_force(one, now)}
