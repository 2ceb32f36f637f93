"""Verbs about routes."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from sekisho.kernel.documents import write
from sekisho.kernel.errors import Refused
from sekisho.kernel.ids import check_node_name
from sekisho.office.accounts.actions import require_right
from sekisho.office.evidence.actions import record
from sekisho.office.permissions import Act
from sekisho.office.site.database import atomic, locked_wait
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import find
from sekisho.office.site.seen import require_unchanged
from sekisho.office.transfers.models import Route
from sekisho.office.transfers.policy import Policy, read_policy


def save_route(
    desk: Desk,
    *,
    actor: str,
    from_node: str,
    to_node: str,
    policy: dict[str, Any],
    seen_before: str = "",
) -> Policy:
    """Open a route, or change its policy; the evidence keeps the digest of the whole
    policy. For administrators. `seen_before` is `seen(shown_of(route))` of what was changed, if it
    was shown. Raises Refused SKS-T003 when this node is at neither end, SKS-T051, SKS-T053,
    SKS-T095 (somebody changed it meanwhile); InvalidInput SKS-K004 (no node's name) or for a bad
    policy."""
    require_right(actor, Act.ROUTES)
    check_node_name(from_node)
    check_node_name(to_node)
    if desk.node not in (from_node, to_node) or from_node == to_node:
        raise Refused("SKS-T003", node=desk.node)
    checked = read_policy(policy)
    with atomic():
        rows = Route.objects.filter(from_node=from_node, to_node=to_node)
        require_unchanged("SKS-T095", seen_before, shown_of(locked_wait(rows).first()))
        Route.objects.update_or_create(
            from_node=from_node,
            to_node=to_node,
            defaults={"policy": checked.as_json(), "active": True},
        )
        record(
            desk,
            "route.saved",
            f"{from_node}/{to_node}",
            {"approvals": checked.needed, "timing": checked.timing},
            {"actor": actor, "policy": sha256(write(checked.as_json())).hexdigest()},
        )
    return checked


def shown_of(route: Route | None) -> dict[str, Any]:
    """A route as its form shows it."""
    return {"policy": route.policy, "active": route.active} if route else {}


def close_route(desk: Desk, *, actor: str, from_node: str, to_node: str) -> None:
    """Nothing more may pass on this route. For administrators. Raises Refused SKS-T004,
    SKS-T051, SKS-T053."""
    require_right(actor, Act.ROUTES)
    require_route(from_node, to_node)
    with atomic():
        Route.objects.filter(from_node=from_node, to_node=to_node).update(active=False)
        record(desk, "route.closed", f"{from_node}/{to_node}", {}, {"actor": actor})


def require_route(from_node: str, to_node: str) -> Policy:
    """The policy of an open route. Raises Refused SKS-T004."""
    route = find(Route, from_node=from_node, to_node=to_node, active=True)
    if route is None:
        raise Refused("SKS-T004", from_node=from_node, to_node=to_node)
    return read_policy(route.policy)
