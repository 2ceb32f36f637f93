"""Hearing sheets: made for a division, and their answers taken as decisions and proposals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sekisho.kernel.errors import Refused, SekishoError, SeveralRefused
from sekisho.kernel.ids import new_id
from sekisho.office.accounts.actions import require_right
from sekisho.office.evidence.actions import record
from sekisho.office.flows.actions.deciding import Ruling, decide
from sekisho.office.flows.actions.registering import register
from sekisho.office.flows.days import in_japan
from sekisho.office.flows.entry import entry_of
from sekisho.office.flows.models import Flow, FlowDecision, HearingSheet
from sekisho.office.flows.queries import flows
from sekisho.office.flows.sheets.hearing import (
    Answer,
    Proposal,
    identify,
    read_answers,
    read_proposals,
    require_fitting,
)
from sekisho.office.flows.sheets.hearing_book import Asked, hearing_book
from sekisho.office.flows.sheets.reading import read_sheets
from sekisho.office.flows.states import State
from sekisho.office.permissions import Act
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import find, insert_many, update_many

PREFIX = "hs"


@dataclass(frozen=True)
class Hearing:
    """A sheet that came back: what is to be decided and proposed, what was taken before, how many
    flows nobody answered for, and the rows that have to be corrected."""

    sheet_id: str
    unit: str
    answers: tuple[Answer, ...]
    proposals: tuple[Proposal, ...]
    taken_before: int
    unanswered: int

    @property
    def wrong(self) -> int:
        """How many rows have to be corrected."""
        return sum(bool(one.faults) for one in (*self.answers, *self.proposals))

    @property
    def reasons(self) -> list[tuple[str, SekishoError]]:
        """What has to be corrected, by row."""
        answers = [(f"{one.row}: {one.code}", one.faults) for one in self.answers]
        more = [(f"{one.row}: {one.entry.name}", one.faults) for one in self.proposals]
        return [(where, fault) for where, faults in (*answers, *more) for fault in faults]


def ask(
    desk: Desk, *, actor: str, unit: str, findings: Mapping[str, tuple[str, ...]]
) -> tuple[HearingSheet, bytes]:
    """A hearing sheet for the flows of one unit that have not ended, as a workbook.

    `findings` are sentences of the review for each flow. Also for a unit without flows: it may
    know of some. For administrators. Raises Refused SKS-T053.
    """
    require_right(actor, Act.FLOWS)
    now = desk.now()
    with atomic():
        rows = [one for one in flows(unit=unit) if one.state != State.ENDED]
        asked = {one.code: one.edition for one in rows}
        made = HearingSheet(
            sheet_id=new_id(PREFIX), unit=unit, made=now, made_by=actor, asked=asked
        )
        insert_many([made])
        record(
            desk,
            "flow.asked",
            made.sheet_id,
            {"flows": len(rows)},
            {"actor": actor, "unit": unit},
        )
    questions = [Asked(entry_of(one), one.state, findings.get(one.code, ())) for one in rows]
    return made, hearing_book(made.sheet_id, unit, in_japan(now), questions)


def preview(untrusted: bytes) -> Hearing:
    """What taking a sheet would do; nothing is changed.

    Raises InvalidInput SKS-F030 to SKS-F032, SKS-F041; Refused SKS-F040 (not made here).
    """
    sheets = read_sheets(untrusted)
    sheet_id, questions = identify(sheets)
    made = find(HearingSheet, sheet_id=sheet_id)
    if made is None:
        raise Refused("SKS-F040", sheet=sheet_id[:40])
    rows = {one.code: one for one in flows() if one.code in made.asked}
    decided = _decided(sheet_id)
    read = read_answers(questions, sheet_id)
    new = [one for one in read if one.ruling is None or (one.code, _key(one.ruling)) not in decided]
    proposals = [
        one
        for one in read_proposals(sheets, sheet_id, made.unit)
        if one.faults or find(Flow, code=one.entry.code) is None
    ]
    return Hearing(
        sheet_id=sheet_id,
        unit=made.unit,
        answers=tuple(_without_doubles([_checked(one, rows, made) for one in new])),
        proposals=tuple(proposals),
        taken_before=len(read) - len(new),
        unanswered=len(set(made.asked) - {one.code for one in read}),
    )


Key = tuple[str, date, str, str]


def _key(ruling: Ruling | FlowDecision) -> Key:
    """By what an answer is known again."""
    return ruling.choice, ruling.day, ruling.person, ruling.reason


def _decided(sheet_id: str) -> set[tuple[str, Key]]:
    return {(one.flow_id, _key(one)) for one in FlowDecision.objects.filter(sheet_id=sheet_id)}


def _checked(one: Answer, rows: Mapping[str, Flow], made: HearingSheet) -> Answer:
    """An answer held against the flow that it is about."""
    row = rows.get(one.code)
    faults = list(one.faults)
    if row is None:
        faults.append(Refused("SKS-F042", flow=one.code[:40]))
    elif row.edition != made.asked[one.code] or row.state == State.ENDED:
        faults.append(Refused("SKS-F043", flow=one.code))
    elif one.ruling is not None:
        try:
            require_fitting(one.ruling, entry_of(row))
        except SekishoError as error:
            faults.append(error)
    return replace(one, faults=tuple(faults))


def _without_doubles(found: Sequence[Answer]) -> list[Answer]:
    times = Counter(one.code for one in found)
    return [
        one
        if times[one.code] < 2
        else replace(one, faults=(*one.faults, Refused("SKS-F036", flow=one.code[:40])))
        for one in found
    ]


def take(desk: Desk, *, actor: str, untrusted: bytes) -> Hearing:
    """Keep the answers as decisions and the proposals as drafts, all of them or nothing.

    A sheet may come back more than once: what was taken before is left as it is. For
    administrators. Raises as `preview` does, SeveralRefused SKS-F035, Refused SKS-T053.
    """
    require_right(actor, Act.FLOWS)
    with atomic():
        found = preview(untrusted)
        if found.wrong:
            raise SeveralRefused("SKS-F035", found.reasons, count=found.wrong)
        for one in found.answers:
            if one.ruling is not None:
                decide(desk, actor=actor, code=one.code, ruling=one.ruling)
        for each in found.proposals:
            register(desk, actor=actor, entry=each.entry)
        made = HearingSheet(sheet_id=found.sheet_id, taken=desk.now())
        update_many([made], ["taken"])
        record(
            desk,
            "flow.answered",
            found.sheet_id,
            {"decisions": len(found.answers), "proposals": len(found.proposals)},
            {"actor": actor},
        )
    return found
