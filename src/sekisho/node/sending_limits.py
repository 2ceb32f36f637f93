"""What may be sent where, said before anybody uploads a byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sekisho.kernel.errors import Refused
from sekisho.kernel.limits import MIB
from sekisho.node.opening import Node
from sekisho.node.uploading import room_left
from sekisho.office.accounts.who import matches
from sekisho.office.transfers import rules
from sekisho.office.transfers.actions.exceptions import kinds_excepted
from sekisho.office.transfers.actions.routes import require_route
from sekisho.office.transfers.circle import Circle
from sekisho.office.transfers.policy import Level
from sekisho.office.transfers.queries import open_routes
from sekisho.office.uploads.actions.receiving import pending_bytes
from sekisho.office.uploads.rules import PART_BYTES_MAX


@dataclass(frozen=True)
class Limits:
    """A route as its sender should know it. Lists of people and kinds are those of the policy:
    logins, `division:NAME`, `role:NAME`; kinds and families; `*` for all.

    `disarm` is kind or family → profile; `excepted` are kinds that pass undisarmed now. `timing`
    says whether the `approvals` (of all `steps` together) come `before` or `after` it leaves for
    this person; with `emergency` it may be sent at once for a reason. `leaves_from` is the first
    moment of the schedule. Of this person's quota `quota_left` bytes are left, of the disk
    `room_left`; one call takes `part_bytes_max`.
    """

    to_node: str
    labels: tuple[str, ...]
    types: tuple[str, ...]
    files_max: int
    file_bytes_max: int
    transfer_bytes_max: int
    recipients: tuple[str, ...]
    disarm: Mapping[str, str]
    excepted: tuple[str, ...]
    approvals: int
    timing: str
    steps: tuple[Level, ...]
    emergency: bool
    retention_days: int
    label_days: Mapping[str, int]
    leaves_from: datetime
    quota_left: int
    room_left: int
    inspect_bytes_max: int
    part_bytes_max: int = PART_BYTES_MAX


def limits_for(node: Node, *, actor: str, to_node: str) -> Limits:
    """The limits of the route to a node. Raises Refused SKS-T051, SKS-T004 (no open route) or
    SKS-T020 (this person may not send on it)."""
    person = Circle(node.desk).who(actor)
    policy = require_route(node.name, to_node)
    if not matches(policy.senders, person):
        raise Refused("SKS-T020", login=actor)
    settings = node.settings.uploads
    return Limits(
        to_node=to_node,
        labels=policy.labels,
        types=policy.types,
        files_max=policy.files_max,
        file_bytes_max=policy.file_bytes_max,
        transfer_bytes_max=policy.transfer_bytes_max,
        recipients=policy.recipients,
        disarm=dict(policy.disarm),
        excepted=tuple(sorted(kinds_excepted(node.desk, node.name, to_node))),
        approvals=policy.needed,
        timing=rules.timing_for(policy, person),
        steps=policy.steps,
        emergency=policy.emergency,
        retention_days=policy.retention_days,
        label_days=dict(policy.label_days),
        leaves_from=rules.opens_at(policy, node.desk.now()),
        quota_left=max(0, settings.quota_mib * MIB - pending_bytes(actor)),
        room_left=room_left(node),
        inspect_bytes_max=settings.inspect_mib * MIB,
    )


def destinations(node: Node, *, actor: str) -> list[Limits]:
    """Every route on which this person may send, by name of the node. Raises Refused SKS-T051."""
    person = Circle(node.desk).who(actor)
    found = []
    for route in open_routes():
        if route.from_node != node.name:
            continue
        if matches(require_route(node.name, route.to_node).senders, person):
            found.append(limits_for(node, actor=actor, to_node=route.to_node))
    return found
