"""What is decided about a flow: continue, stop, reduce or replace it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.office.evidence.actions import record
from sekisho.office.flows.actions.registering import (
    finish,
    keep,
    require_flow,
    require_keeper,
    require_reason,
)
from sekisho.office.flows.days import in_japan
from sekisho.office.flows.entry import PER_YEAR_MAX, WORD_CHARS_MAX, Entry, entry_of, is_line
from sekisho.office.flows.models import Flow, FlowDecision
from sekisho.office.flows.states import Choice, Medium, State, Verb, after
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import insert_many


@dataclass(frozen=True)
class Ruling:
    """One decision as somebody says it. `person` is who decided, by name or login, `day` from when
    it holds. A reduced flow says how often it will be passed or which items it loses; a replaced
    one by what it will be carried."""

    choice: str
    day: date
    person: str
    reason: str
    unit: str = ""
    per_year: int | None = None
    medium: str = ""
    drop_items: tuple[str, ...] = ()
    sheet_id: str = ""


def decide(desk: Desk, *, actor: str, code: str, ruling: Ruling) -> FlowDecision:
    """Keep a decision and do what it says; a flow that is stopped today or earlier has ended.

    For administrators and the flow's owner. Raises Refused SKS-F010, SKS-F012 to SKS-F015;
    InvalidInput SKS-F003.
    """
    require_sound(ruling)
    with atomic():
        row = require_flow(code)
        require_keeper(actor, row)
        if row.state == State.ENDED:
            after(row.state, Verb.END)
        old = entry_of(row)
        new = outcome(old, ruling)
        made = _row(desk, actor, row, old, new, ruling)
        if new != old:
            keep(desk, row, new)
        if ruling.choice == Choice.STOP and ruling.day <= in_japan(desk.now()):
            finish(desk, row, ruling.day)
        insert_many([made])
        record(
            desk,
            "flow.decided",
            code,
            {
                "choice": made.choice,
                "day": made.day.isoformat(),
                "per_year": [made.per_year_before, made.per_year_after],
                "medium": [made.medium_before, made.medium_after],
                "sheet": made.sheet_id,
            },
            {"actor": actor, "person": made.person, "reason": made.reason},
        )
    return made


def require_sound(ruling: Ruling) -> None:
    """Raise for a decision that is incomplete or says what cannot be."""
    if ruling.choice not in list(Choice):
        raise InvalidInput(
            "SKS-F003", field="choice", value=ruling.choice[:40], allowed=", ".join(Choice)
        )
    if ruling.medium and ruling.medium not in list(Medium):
        raise InvalidInput(
            "SKS-F003", field="medium", value=ruling.medium[:40], allowed=", ".join(Medium)
        )
    if ruling.per_year is not None and not 0 <= ruling.per_year <= PER_YEAR_MAX:
        raise InvalidInput("SKS-F003", field="per_year", value=ruling.per_year, allowed="0–100000")
    people = (ruling.person, ruling.unit)
    if not ruling.person.strip() or not all(is_line(one, WORD_CHARS_MAX) for one in people):
        raise Refused("SKS-F016", allowed=WORD_CHARS_MAX)
    require_reason(ruling.reason)


def outcome(old: Entry, ruling: Ruling) -> Entry:
    """The entry after a decision. Raises Refused SKS-F015 when nothing would be less or other."""
    match Choice(ruling.choice):
        case Choice.CONTINUE:
            return old
        case Choice.STOP:
            return replace(old, valid_until=ruling.day, valid_from=_before(old, ruling.day))
        case Choice.REDUCE:
            items = tuple(one for one in old.items if one.name not in ruling.drop_items)
            times = old.per_year if ruling.per_year is None else ruling.per_year
            new = replace(old, items=items, per_year=times)
            fewer = new.times_a_year < old.times_a_year or len(items) < len(old.items)
        case Choice.REPLACE:
            new = replace(old, medium=ruling.medium or Medium.SEKISHO)
            fewer = new.medium != old.medium
    if not fewer:
        raise Refused("SKS-F015")
    return new


def _before(old: Entry, day: date) -> date | None:
    """The first day, unless it would lie after the last."""
    return min(old.valid_from, day) if old.valid_from else None


def _row(desk: Desk, actor: str, row: Flow, old: Entry, new: Entry, ruling: Ruling) -> FlowDecision:
    stopped = ruling.choice == Choice.STOP
    return FlowDecision(
        flow=row,
        choice=ruling.choice,
        day=ruling.day,
        person=ruling.person.strip(),
        reason=ruling.reason,
        unit=ruling.unit or old.unit,
        per_year_before=old.times_a_year,
        per_year_after=0 if stopped else new.times_a_year,
        medium_before=old.medium,
        medium_after="" if stopped else new.medium,
        items_before=len(old.items),
        items_after=0 if stopped else len(new.items),
        sheet_id=ruling.sheet_id,
        made=desk.now(),
        made_by=actor,
    )
