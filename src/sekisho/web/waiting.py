"""Work lists: what waits for one person, each row with what is needed to decide where to begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sekisho.node.opening import Node
from sekisho.office.transfers import queries
from sekisho.office.transfers.actions.collecting import arrivals_for
from sekisho.office.transfers.actions.routes import require_route
from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.web.naming import Names
from sekisho.web.states import Badge, arrival_badge, badge, confirm_badge

OWN_SHOWN = 20
COLLECTED_SHOWN = 50


@dataclass(frozen=True)
class Row:
    """One transfer in a list."""

    transfer_id: str
    purpose: str
    label: str
    other: str
    person: str
    files: int
    bytes: int
    found: int
    state: Badge
    moment: datetime
    until: datetime
    confirm: bool = False
    acting_for: str = ""
    acting_login: str = ""
    bulk: bool = False
    waits: bool = False
    emergency: bool = False


def to_decide(node: Node, login: str) -> list[Row]:
    """What this person is to approve or to confirm, oldest first."""
    found = queries.waiting(node.desk, login)
    logins = [name for one in found for name in (one.transfer.sender, one.acting_for) if name]
    names = Names(node, logins)
    rows = []
    for one in found:
        transfer = one.transfer
        confirm = transfer.state != "waiting"
        bulk = not confirm and require_route(node.name, transfer.to_node).bulk
        acting = names.person(one.acting_for) if one.acting_for else ""
        rows.append(
            _row(
                transfer,
                names,
                confirm=confirm,
                bulk=bulk and not one.acting_for,
                acting_for=acting,
                acting_login=one.acting_for,
            )
        )
    return rows


def to_read_after(node: Node, login: str) -> list[Row]:
    """What was decided in this person's place and is to be read afterwards."""
    decisions = queries.to_read_after(login)
    names = Names(node, [one.person for one in decisions])
    rows = {one.transfer.pk: one for one in decisions}
    return [_row(one.transfer, names, acting_for=names.person(one.person)) for one in rows.values()]


def sent_by(node: Node, login: str, *states: str) -> list[Row]:
    """What this person has sent, newest first."""
    found = queries.transfers(sender=login, states=states, limit=OWN_SHOWN)
    names = Names(node, [one.sender for one in found])
    return [_row(one, names) for one in found]


def to_collect(node: Node, login: str) -> list[Row]:
    """What lies here for this person and is not collected by him, newest first."""
    names = Names(node)
    rows = [_arrived(one, names, login) for one in arrivals_for(login, erased=False)]
    return [one for one in rows if one.waits]


def collected_lately(node: Node, login: str) -> list[Row]:
    """The newest of what this person has collected, or what was erased before."""
    names = Names(node)
    rows = [_arrived(one, names, login) for one in arrivals_for(login, limit=COLLECTED_SHOWN)]
    return [one for one in rows if not one.waits]


def _row(transfer: Transfer, names: Names, **more: object) -> Row:
    files = list(transfer.files.all())
    shown = confirm_badge(transfer.confirm) if transfer.state != "waiting" else None
    return Row(
        transfer_id=transfer.transfer_id,
        purpose=transfer.purpose,
        label=transfer.label,
        other=names.node(transfer.to_node),
        person=names.person(transfer.sender),
        files=len(files),
        bytes=sum(one.bytes for one in files),
        found=sum(one.found for one in files),
        state=shown if shown and more.get("confirm") else badge(transfer.state),
        moment=transfer.created,
        until=transfer.erase_after,
        emergency=bool(getattr(transfer, "emergency", False)),
        **more,  # type: ignore[arg-type]
    )


def _arrived(arrival: Arrival, names: Names, login: str) -> Row:
    files = list(arrival.files.all())
    taken = sum(any(one.person == login for one in file.collections.all()) for file in files)
    return Row(
        transfer_id=arrival.transfer_id,
        purpose=arrival.purpose,
        label=arrival.label,
        other=names.node(arrival.from_node),
        person=arrival.sender_name,
        files=len(files),
        bytes=sum(one.bytes for one in files),
        found=sum(one.found for one in files),
        state=arrival_badge(arrival.state),
        moment=arrival.received,
        until=arrival.erase_after,
        waits=not arrival.erased and taken < len(files),
    )
