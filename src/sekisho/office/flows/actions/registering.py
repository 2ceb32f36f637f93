"""Verbs about the register: register, change, start, suspend, end."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from hashlib import sha256
from typing import Any

from sekisho.kernel.documents import write
from sekisho.kernel.errors import Refused
from sekisho.office.accounts.actions import require_person, require_right
from sekisho.office.accounts.roles import CONTRACTOR
from sekisho.office.evidence.actions import record
from sekisho.office.flows.days import in_japan
from sekisho.office.flows.entry import (
    COLUMNS,
    Entry,
    changes,
    entry_of,
    faults,
    is_line,
    item_rows,
    write_row,
)
from sekisho.office.flows.models import Flow, FlowItem
from sekisho.office.flows.states import State, Verb, after
from sekisho.office.permissions import Act, may
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import find, insert_many, update_many
from sekisho.office.site.seen import require_unchanged

REASON_CHARS_MAX = 400


def register(desk: Desk, *, actor: str, entry: Entry, start: bool = False) -> Flow:
    """Keep a new flow, as a draft, or with `start` (administrators only) as one in use.

    Anybody but a contractor may propose one. Raises InvalidInput SKS-F001 to SKS-F007, SKS-K004;
    Refused SKS-F011 (code taken), SKS-F013, SKS-T051, SKS-T053.
    """
    _require_proposer(actor, entry, start)
    _require_sound(entry)
    now = desk.now()
    state = State.ACTIVE if start else State.DRAFT
    row = Flow(state=state, edition=1, created=now, changed=now)
    write_row(row, entry)
    with atomic():
        if find(Flow, code=entry.code) is not None:
            raise Refused("SKS-F011", flow=entry.code)
        insert_many([row])
        insert_many(item_rows(row, entry))
        record(
            desk,
            "flow.registered",
            row.code,
            {"state": state, "items": len(entry.items), "medium": entry.medium},
            {"actor": actor, "entry": digest(entry)},
        )
    return row


def change(desk: Desk, *, actor: str, entry: Entry, seen_before: str = "") -> tuple[str, ...]:
    """Let a flow be registered as `entry` says; the names of what differs, none if nothing does.

    For administrators and its owner. `seen_before` is `seen(shown_of(flow))` of what was changed,
    if it was shown. Raises as `register` does, and Refused SKS-F010 (no such flow), SKS-F012 (it
    has ended), SKS-F013, SKS-F017 (somebody changed it meanwhile).
    """
    _require_sound(entry)
    with atomic():
        row = require_flow(entry.code)
        require_keeper(actor, row)
        if row.state == State.ENDED:
            after(row.state, Verb.END)
        require_unchanged("SKS-F017", seen_before, shown_of(row))
        differing = tuple(changes(entry_of(row), entry))
        if differing:
            keep(desk, row, entry)
            record(
                desk,
                "flow.changed",
                row.code,
                {"edition": row.edition, "fields": list(differing)},
                {"actor": actor, "entry": digest(entry)},
            )
    return differing


def shown_of(row: Flow) -> dict[str, Any]:
    """A flow as its form shows it; changed and changed back is another one too."""
    return {"edition": row.edition, "entry": digest(entry_of(row))}


def start(desk: Desk, *, actor: str, code: str) -> Flow:
    """A draft or a suspended flow is in use from now on; administrators only. Raises Refused."""
    require_right(actor, Act.FLOWS)
    with atomic():
        row = require_flow(code)
        _step(desk, row, Verb.START)
        record(desk, "flow.started", code, {"edition": row.edition}, {"actor": actor})
    return row


def suspend(desk: Desk, *, actor: str, code: str, reason: str) -> Flow:
    """Nothing may be sent under it until it is started again. Raises Refused SKS-F014 too."""
    require_reason(reason)
    with atomic():
        row = require_flow(code)
        require_keeper(actor, row)
        _step(desk, row, Verb.SUSPEND)
        record(desk, "flow.suspended", code, {}, {"actor": actor, "reason": reason})
    return row


def end(desk: Desk, *, actor: str, code: str, reason: str) -> Flow:
    """廃止, for good; what was recorded of it stays. Raises Refused SKS-F014 too."""
    require_reason(reason)
    with atomic():
        row = require_flow(code)
        require_keeper(actor, row)
        finish(desk, row, in_japan(desk.now()))
        record(desk, "flow.ended", code, {}, {"actor": actor, "reason": reason})
    return row


def finish(desk: Desk, row: Flow, day: date) -> None:
    """Set the state 廃止, in the transaction of a verb."""
    row.valid_until = day if row.valid_until is None else min(day, row.valid_until)
    _step(desk, row, Verb.END, "valid_until")


def keep(desk: Desk, row: Flow, entry: Entry) -> None:
    """Write a changed entry, in the transaction of a verb."""
    write_row(row, entry)
    row.edition += 1
    row.changed = desk.now()
    update_many([row], [*(one for one in COLUMNS if one != "code"), "edition", "changed"])
    FlowItem.objects.filter(flow=row).delete()
    insert_many(item_rows(row, entry))


def _step(desk: Desk, row: Flow, verb: Verb, *more: str) -> None:
    row.state = after(row.state, verb)
    row.changed = desk.now()
    update_many([row], ["state", "changed", *more])


def require_flow(code: str) -> Flow:
    """The flow, held by this transaction. Raises Refused SKS-F010."""
    row = find(Flow, lock=True, code=code)
    if row is None:
        raise Refused("SKS-F010", flow=code[:40])
    return row


def require_keeper(actor: str, row: Flow) -> None:
    """Raise Refused SKS-F013 unless this person runs the register or owns the flow."""
    if not may(require_person(actor).roles, Act.FLOWS) and actor != row.owner:
        raise Refused("SKS-F013", login=actor, flow=row.code)


def require_reason(text: str) -> None:
    """Raise Refused SKS-F014 for a reason that is missing or cannot be kept and shown."""
    if not text.strip() or not is_line(text, REASON_CHARS_MAX):
        raise Refused("SKS-F014", allowed=REASON_CHARS_MAX)


def _require_proposer(actor: str, entry: Entry, start: bool) -> None:
    if start:
        require_right(actor, Act.FLOWS)
    elif CONTRACTOR in require_person(actor).roles:
        raise Refused("SKS-F013", login=actor, flow=entry.code[:40])


def _require_sound(entry: Entry) -> None:
    for fault in faults(entry):
        raise fault


def digest(entry: Entry) -> str:
    """SHA-256 of an entry, by which evidence names it without its words."""
    values = {name: _plain(getattr(entry, name)) for name in COLUMNS}
    items = [asdict(one) for one in entry.items]
    return sha256(write({**values, "items": items})).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
