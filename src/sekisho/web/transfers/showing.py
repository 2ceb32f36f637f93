"""A transfer or an arrival as its page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sekisho.disarm.account import Act
from sekisho.disarm.preview import KINDS as PREVIEWED
from sekisho.disarm.report import Report
from sekisho.disarm.telling import sentences
from sekisho.disarm.telling.sentences import Line
from sekisho.kernel.errors import SekishoError
from sekisho.kernel.speech import both, language
from sekisho.ledger.words import ACT_WORDS
from sekisho.node.opening import Node
from sekisho.node.reports import Told, reports_of
from sekisho.office.evidence.models import Event
from sekisho.office.flows.models import Flow
from sekisho.office.flows.queries import flow_of_arrived, flow_of_sent
from sekisho.office.transfers import queries
from sekisho.office.transfers.deciders import deciders
from sekisho.office.transfers.models import Arrival, ArrivedFile, Decision, Transfer, TransferFile
from sekisho.office.transfers.states import State
from sekisho.web.naming import Names
from sekisho.web.states import Badge, arrival_badge, badge, confirm_badge
from sekisho.web.transfers.marking import Mark, mark_of

OUTCOMES = {
    "": ("無害化の対象外", "not disarmed", ""),
    "rebuilt": ("無害化済み", "disarmed", "good"),
    "same": ("無害化済み（変更なし）", "disarmed, unchanged", "good"),
    "excepted": ("例外のため無害化なし", "exception, not disarmed", "alarm"),
    "redisarmed": ("受領側で無害化", "disarmed on arrival", "good"),
    "stopped": ("停止", "stopped", "alarm"),
}
VERBS = {
    "approve": ("承認", "approved", "done"),
    "send_back": ("差戻し", "sent back", "stop"),
    "reject": ("却下", "rejected", "stop"),
    "confirm": ("事後確認", "confirmed", "done"),
    "read_after": ("後閲", "read afterwards", "done"),
}
ASKED_SHOWN = 6
CHANGING_ACTS = (Act.REMOVED, Act.REPLACED, Act.CHANGED, Act.STOPPED)


@dataclass(frozen=True)
class FileRow:
    """One file: what it is, what was found in it and what was done to it."""

    number: int
    path: str
    bytes: int
    sha256: str
    kind: str
    outcome: Badge
    findings: list[Line] = field(default_factory=list)
    done: list[tuple[str, list[Line]]] = field(default_factory=list)
    kept: list[Line] = field(default_factory=list)
    left_out: int = 0
    previewed: bool = False
    collected: bool = False

    @property
    def personal(self) -> bool:
        """Whether anything is there for people to judge."""
        return bool(self.findings)

    @property
    def removed(self) -> str:
        """What was removed or changed, in one line."""
        return sentences.summary([line for _, lines in self.done for line in lines], language())


@dataclass(frozen=True)
class Decided:
    """One decision, in words."""

    words: str
    form: str
    person: str
    made: datetime
    round: int
    reason: str
    acting_for: str = ""
    seen_after: datetime | None = None


@dataclass(frozen=True)
class Asked:
    """Who may decide now, in words: each with whoever stands in for him; `more` are not named."""

    people: list[tuple[str, str]]
    more: int


@dataclass(frozen=True)
class Step:
    """One event of the evidence."""

    words: str
    time: datetime
    place: int | None


@dataclass(frozen=True)
class Sheet:
    """Everything the page of a transfer says."""

    transfer_id: str
    arrived: bool
    state: Badge
    confirm: Badge | None
    purpose: str
    label: str
    sender: str
    addressees: str
    other_node: str
    created: datetime
    erase_after: datetime
    erased: bool
    code: str
    round: int
    files: list[FileRow]
    decisions: list[Decided]
    course: list[Step]
    trouble: SekishoError | None = None
    flow: Flow | None = None
    mark: Mark | None = None
    asked: Asked | None = None

    @property
    def found(self) -> list[FileRow]:
        """Files in which something is to be judged."""
        return [one for one in self.files if one.findings]

    @property
    def total_bytes(self) -> int:
        """Of all files together."""
        return sum(one.bytes for one in self.files)


def sheet_of(node: Node, row: Transfer | Arrival, *, login: str) -> Sheet:
    """The page of a transfer that leaves or of one that has arrived."""
    told, trouble = _told(node, row)
    addressees = sorted(one.login for one in row.addressees.all())
    arrived = isinstance(row, Arrival)
    decisions = [] if isinstance(row, Arrival) else list(row.decisions.all())
    deciders = [name for one in decisions for name in (one.person, one.acting_for) if name]
    names = Names(node, [row.sender, *addressees, *deciders])
    other_node = names.node(row.from_node if isinstance(row, Arrival) else row.to_node)
    course = queries.course(row.transfer_id)
    undecided = not isinstance(row, Arrival) and (
        row.state == State.WAITING or row.confirm == queries.CONFIRM_PENDING
    )
    return Sheet(
        transfer_id=row.transfer_id,
        arrived=arrived,
        state=arrival_badge(row.state) if arrived else badge(row.state),
        confirm=None if isinstance(row, Arrival) else confirm_badge(row.confirm),
        purpose=row.purpose,
        label=row.label,
        sender=row.sender_name if isinstance(row, Arrival) else names.person(row.sender),
        addressees="、".join(names.person(one) for one in addressees),
        other_node=other_node,
        created=row.received if isinstance(row, Arrival) else row.created,
        erase_after=row.erase_after,
        erased=row.erased,
        code="" if isinstance(row, Arrival) else row.code,
        round=1 if isinstance(row, Arrival) else row.round,
        files=[_file(one, what, login) for one, what in zip(row.files.all(), told, strict=True)],
        decisions=[_decided(one, names) for one in decisions],
        course=_course(course),
        mark=mark_of(course, other_node) if arrived else None,
        trouble=trouble,
        asked=_asked(node, row) if undecided and isinstance(row, Transfer) else None,
        flow=flow_of_arrived(node.desk, row)
        if isinstance(row, Arrival)
        else flow_of_sent(row.transfer_id),
    )


def _told(node: Node, row: Transfer | Arrival) -> tuple[Sequence[Told], SekishoError | None]:
    """A report that is damaged is said; it does not keep the page from being shown."""
    try:
        return reports_of(node, row), None
    except SekishoError as error:
        return [Told(one.position, one.path, one.outcome) for one in row.files.all()], error


def _file(one: TransferFile | ArrivedFile, told: Told, login: str) -> FileRow:
    report, judged = told.for_people, told.findings
    ja, en, form = OUTCOMES[one.outcome]
    spoken = language()
    return FileRow(
        number=one.position + 1,
        path=one.path,
        bytes=one.bytes,
        sha256=one.sha256,
        kind=sentences.kind_words(one.content_type, spoken),
        outcome=Badge(both(ja, en), form),
        findings=sentences.lines(judged, Act.FOUND, spoken) if judged else [],
        done=_done(report) if report else [],
        kept=sentences.lines(report, Act.KEPT, spoken) if report else [],
        left_out=report.left_out if report else 0,
        previewed=one.content_type in PREVIEWED,
        collected=isinstance(one, ArrivedFile)
        and any(taken.person == login for taken in one.collections.all()),
    )


def _done(report: Report) -> list[tuple[str, list[Line]]]:
    spoken = language()
    found = [(act, sentences.lines(report, act, spoken)) for act in CHANGING_ACTS]
    return [(both(*sentences.ACTS[act]), lines) for act, lines in found if lines]


def _decided(row: Decision, names: Names) -> Decided:
    ja, en, form = VERBS.get(row.verb, (row.verb, row.verb, "done"))
    return Decided(
        words=both(ja, en),
        form=form,
        person=names.person(row.person),
        made=row.made,
        round=row.round,
        reason=row.reason,
        acting_for=names.person(row.acting_for) if row.acting_for else "",
        seen_after=row.seen_after,
    )


def _asked(node: Node, row: Transfer) -> Asked:
    found = deciders(node.desk, row)
    # Who is away first: there the one who acts is not the one whom the sender knows.
    found.sort(key=lambda one: not one.deputies)
    shown = found[:ASKED_SHOWN]
    names = Names(node, [name for one in shown for name in (one.login, *one.deputies)])
    people = [
        (names.person(one.login), "、".join(names.person(name) for name in one.deputies))
        for one in shown
    ]
    return Asked(people, len(found) - len(shown))


def _course(events: Sequence[Event]) -> list[Step]:
    return [
        Step(both(*ACT_WORDS.get(one.kind, (one.kind, one.kind))), one.time, one.leaf_index)
        for one in events
    ]
