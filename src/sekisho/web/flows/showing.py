"""Flows, what was found about them and what was decided, as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sekisho.kernel.speech import both, language
from sekisho.ledger.words import ACT_WORDS
from sekisho.office.flows.entry import Entry, entry_of
from sekisho.office.flows.models import Flow, FlowDecision, FlowUse
from sekisho.office.flows.review.facts import Finding, Grade, folded
from sekisho.office.flows.review.words import GRADE_WORDS, TITLES, reason_of
from sekisho.office.flows.states import (
    CHOICE_WORDS,
    FREQUENCY_WORDS,
    MEDIUM_WORDS,
    REMOVABLE,
    STATE_WORDS,
)
from sekisho.office.transfers import queries as transfers
from sekisho.web.naming import Names
from sekisho.web.states import Badge

STATE_FORMS = {"draft": "wait", "active": "good", "suspended": "alarm", "ended": "over"}
GRADE_FORMS = {Grade.ACT: "alarm", Grade.LOOK: "wait"}
CHOICE_FORMS = {"continue": "", "stop": "good", "reduce": "good", "replace": "go"}
ADDRESSED = 12
"""So many columns that are not registered are named in a line."""


def state_badge(state: str) -> Badge:
    """The badge of a state of a flow."""
    return Badge(both(*STATE_WORDS[state]), STATE_FORMS[state])


def medium_badge(medium: str) -> Badge:
    """The badge of a medium: what can be lost stands out."""
    return Badge(both(*MEDIUM_WORDS[medium]), "alarm" if medium in REMOVABLE else "")


@dataclass(frozen=True)
class Row:
    """One flow in a list, with how much was found about it."""

    code: str
    name: str
    state: Badge
    unit: str
    owner: str
    ends: tuple[str, str]
    frequency: str
    times: int
    medium: Badge
    act: int
    look: int


def rows_of(flows: Sequence[Flow], findings: Iterable[Finding], names: Names) -> list[Row]:
    """Flows as the register shows them."""
    counts: dict[tuple[str, Grade], int] = {}
    for one in findings:
        counts[one.flow, one.grade] = counts.get((one.flow, one.grade), 0) + 1
    made = []
    for row in flows:
        entry = entry_of(row)
        made.append(
            Row(
                code=row.code,
                name=row.name,
                state=state_badge(row.state),
                unit=row.unit,
                owner=names.person(row.owner) if row.owner else "",
                ends=ends_of(entry, names),
                frequency=both(*FREQUENCY_WORDS[row.frequency]),
                times=entry.times_a_year,
                medium=medium_badge(row.medium),
                act=counts.get((row.code, Grade.ACT), 0),
                look=counts.get((row.code, Grade.LOOK), 0),
            )
        )
    return made


def ends_of(entry: Entry, names: Names) -> tuple[str, str]:
    """From where to where: the body, and the node that it stands behind."""
    first, last = (_end(node, body, names) for node, body in entry.ends)
    return first, last


def _end(node: str, body: str, names: Names) -> str:
    title = names.node(node) if node else ""
    return f"{body}（{title}）" if body and title else body or title


@dataclass(frozen=True)
class Told:
    """One finding in words."""

    flow: str
    name: str
    grade: Badge
    title: str
    reason: str
    proposal: Mapping[str, Any] = field(default_factory=dict)


def told_of(findings: Iterable[Finding], names: Mapping[str, str]) -> list[Told]:
    """Findings in words; what belongs to no flow may be registered from what is known of it."""
    return [
        Told(
            flow=one.flow,
            name=names.get(one.flow, ""),
            grade=Badge(both(*GRADE_WORDS[one.grade]), GRADE_FORMS[one.grade]),
            title=both(*TITLES[one.kind]),
            reason=reason_of(one, language()),
            proposal={} if one.flow else one.reason,
        )
        for one in findings
    ]


@dataclass(frozen=True)
class ItemRow:
    """One item; `seen` says whether a table had a column of that name, None where no table was."""

    name: str
    personal: bool
    number: bool
    seen: bool | None


@dataclass(frozen=True)
class UseRow:
    """One transfer under a flow. `more` are columns that are not among its items."""

    transfer_id: str
    when: datetime
    files: int
    bytes: int
    tables: int
    columns: int
    more: str
    linked: bool


@dataclass(frozen=True)
class Decided:
    """One decision, with what it changed."""

    code: str
    choice: Badge
    day: date
    person: str
    reason: str
    unit: str
    times: tuple[int, int]
    medium: tuple[str, str]
    items: tuple[int, int]
    made: datetime
    made_by: str


@dataclass(frozen=True)
class Step:
    """One event of the evidence about a flow."""

    words: str
    time: datetime
    place: int | None


def items_of(entry: Entry, uses: Sequence[FlowUse]) -> list[ItemRow]:
    """Items, each with whether it was seen in a table."""
    seen = {folded(name) for use in uses for name in use.columns}
    known = any(use.tables for use in uses)
    return [
        ItemRow(one.name, one.personal, one.number, folded(one.name) in seen if known else None)
        for one in entry.items
    ]


def uses_of(entry: Entry, uses: Sequence[FlowUse], visible: set[str]) -> list[UseRow]:
    """Transfers under a flow; only who may see one gets a link to it."""
    items = {folded(one.name) for one in entry.items}
    made = []
    for one in uses:
        more = [name for name in one.columns if folded(name) not in items]
        named = both("、", ", ").join(more[:ADDRESSED])
        made.append(
            UseRow(
                transfer_id=one.transfer_id,
                when=one.submitted,
                files=one.files,
                bytes=one.bytes,
                tables=one.tables,
                columns=len(one.columns),
                more=f"{named}…" if len(more) > ADDRESSED else named,
                linked=one.transfer_id in visible,
            )
        )
    return made


def decided_of(rows: Sequence[FlowDecision], names: Names) -> list[Decided]:
    """Decisions in words."""
    return [
        Decided(
            code=one.flow_id,
            choice=Badge(both(*CHOICE_WORDS[one.choice]), CHOICE_FORMS[one.choice]),
            day=one.day,
            person=names.person(one.person),
            reason=one.reason,
            unit=one.unit,
            times=(one.per_year_before, one.per_year_after),
            medium=(_medium(one.medium_before), _medium(one.medium_after)),
            items=(one.items_before, one.items_after),
            made=one.made,
            made_by=names.person(one.made_by),
        )
        for one in rows
    ]


def _medium(medium: str) -> str:
    return both(*MEDIUM_WORDS[medium]) if medium else "—"


def course_of(code: str) -> list[Step]:
    """What the ledger has about a flow, but for its uses, which stand in a table of their own."""
    return [
        Step(both(*ACT_WORDS[one.kind]), one.time, one.leaf_index)
        for one in transfers.course(code)
        if one.kind.startswith("flow.") and one.kind != "flow.used"
    ]


def plain(value: object) -> str:
    """A value of an entry in a line."""
    if isinstance(value, tuple):
        return "、".join(str(getattr(one, "name", one)) for one in value)
    words = {**FREQUENCY_WORDS, **MEDIUM_WORDS}
    if isinstance(value, str) and value in words:
        return both(*words[value])
    return "—" if value in (None, "", 0) else str(value)
