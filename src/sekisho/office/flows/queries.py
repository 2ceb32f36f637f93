"""Questions about flows; nothing is changed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, Max, Min, Q

from sekisho.kernel.errors import Refused
from sekisho.office.accounts.models import Person
from sekisho.office.accounts.queries import working_logins
from sekisho.office.flows.actions.using import mark
from sekisho.office.flows.days import in_japan
from sekisho.office.flows.entry import CODE_PATTERN, Entry, entry_of
from sekisho.office.flows.models import Flow, FlowDecision, FlowUse, HearingSheet
from sekisho.office.flows.review.facts import Loose, Passed, Registered, Review, folded
from sekisho.office.flows.review.rules import review as judge
from sekisho.office.flows.summary import Summary, summarize
from sekisho.office.flows.thresholds import Thresholds
from sekisho.office.site.desk import Desk
from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.office.transfers.rules import JAPAN
from sekisho.office.transfers.states import State


@dataclass(frozen=True)
class Counted:
    """Transfers under each flow, those under none, and the moment of the first one of all."""

    by_flow: Mapping[str, int]
    others: int
    first: datetime | None


_LEFT = (State.READY, State.SEALING, State.SENT, State.RECEIVED, State.REFUSED, State.EXPIRED)
"""Transfers that were released; what is still to be approved has not been passed."""

_ARRIVED = {State.RECEIVED: True, State.SENT: False, State.REFUSED: False}
_MARK = re.compile(rf"【({CODE_PATTERN})】")
_DIGITS = re.compile(r"[\d元年月日回分度第号]+")


def flows(
    *,
    states: Collection[str] = (),
    unit: str = "",
    owner: str = "",
    medium: str = "",
    text: str = "",
) -> list[Flow]:
    """Flows with their items, by code. `text` stands somewhere in what is registered in words."""
    rows = Flow.objects.order_by("code").prefetch_related("items")
    if states:
        rows = rows.filter(state__in=list(states))
    if unit:
        rows = rows.filter(unit=unit)
    if owner:
        rows = rows.filter(owner=owner)
    if medium:
        rows = rows.filter(medium=medium)
    if text:
        rows = rows.filter(_somewhere(text))
    return list(rows)


def _somewhere(text: str) -> Q:
    fields = ("code", "name", "purpose", "basis", "from_body", "to_body", "items__name")
    found = Q()
    for name in fields:
        found |= Q(**{f"{name}__icontains": text})
    return Q(pk__in=Flow.objects.filter(found).values("pk"))


def flow_named(code: str) -> Entry | None:
    """What is registered under a code, if anything is."""
    row = Flow.objects.filter(code=code).first()
    return entry_of(row) if row else None


def usable(desk: Desk, to_nodes: Collection[str]) -> list[Flow]:
    """Flows in use that lead from here to one of these nodes, by code."""
    rows = Flow.objects.filter(state="active", from_node=desk.node, to_node__in=list(to_nodes))
    return list(rows.order_by("code"))


def flow_of_sent(transfer_id: str) -> Flow | None:
    """The flow under which a transfer was submitted here."""
    return Flow.objects.filter(uses__transfer_id=transfer_id).first()


def flow_of_arrived(desk: Desk, arrival: Arrival) -> Flow | None:
    """The flow that an arrival names in its purpose, if it leads here from where that came."""
    named = _MARK.match(arrival.purpose)
    ends = {"from_node": arrival.from_node, "to_node": desk.node}
    return Flow.objects.filter(code=named[1], **ends).first() if named else None


def edition() -> tuple[int, datetime | None]:
    """What is another value after every change of the register: how many flows, the last change."""
    found = Flow.objects.aggregate(count=Count("pk"), changed=Max("changed"))
    return found["count"], found["changed"]


def find_flow(code: str) -> Flow:
    """One flow with its items. Raises Refused SKS-F010."""
    row = Flow.objects.filter(code=code).prefetch_related("items").first()
    if row is None:
        raise Refused("SKS-F010", flow=code[:40])
    return row


def uses(code: str, *, limit: int | None = None) -> list[FlowUse]:
    """What was submitted under a flow, newest first."""
    return list(FlowUse.objects.filter(flow=code).order_by("-submitted", "-id")[:limit])


def arrived(desk: Desk, row: Flow) -> int:
    """How many transfers under a flow that leads here have arrived."""
    if row.to_node != desk.node:
        return 0
    found = Arrival.objects.filter(from_node=row.from_node, purpose__startswith=mark(row.code))
    return found.count()


def decisions(
    *, code: str = "", since: date | None = None, until: date | None = None
) -> list[FlowDecision]:
    """Decisions by the day from which they hold, in the order in which they were made."""
    rows = FlowDecision.objects.order_by("made", "id").select_related("flow")
    if code:
        rows = rows.filter(flow=code)
    if since:
        rows = rows.filter(day__gte=since)
    if until:
        rows = rows.filter(day__lte=until)
    return list(rows)


def units() -> list[str]:
    """The units that are named by flows which have not ended."""
    rows = Flow.objects.exclude(state="ended").exclude(unit="")
    return sorted(set(rows.values_list("unit", flat=True)))


def sheets() -> list[HearingSheet]:
    """Every hearing sheet, newest first."""
    return list(HearingSheet.objects.order_by("-made", "sheet_id"))


def totals(since: date, until: date) -> Summary:
    """How much the decisions that hold from a day of this period have stopped."""
    return summarize(decisions(since=since, until=until))


def passed(desk: Desk, *, since: datetime) -> Counted:
    """How many transfers left and arrived from a moment on: under each flow, under none."""
    rows = flows()
    by_flow: Counter[str] = Counter()
    others = 0
    for collect in (_sent, _received):
        found, loose = collect(desk, since, rows)
        by_flow.update(code for code, _ in found)
        others += sum(one.count for one in loose)
    first = (
        Transfer.objects.aggregate(first=Min("created"))["first"],
        Arrival.objects.aggregate(first=Min("received"))["first"],
    )
    return Counted(by_flow, others, min(filter(None, first), default=None))


def review(desk: Desk, *, since: date, thresholds: Thresholds) -> Review:
    """Everything that is to be said of the flows, from what this node knows."""
    begin = datetime.combine(since, time(), JAPAN)
    rows = flows()
    taken: defaultdict[str, list[Passed]] = defaultdict(list)
    loose: list[Loose] = []
    for collect in (_sent, _received):
        more, rest = collect(desk, begin, rows)
        loose += rest
        for code, passed in more:
            taken[code].append(passed)
    active = working_logins()
    known = [_registered(desk, row, active, taken[row.code]) for row in rows]
    return judge(known, loose, since=since, now=desk.now(), thresholds=thresholds)


def _registered(desk: Desk, row: Flow, active: set[str], passed: list[Passed]) -> Registered:
    entry = entry_of(row)
    return Registered(
        entry=entry,
        state=row.state,
        since=max(in_japan(row.created), entry.valid_from or date.min),
        here=desk.node in (entry.from_node, entry.to_node),
        owner_active=entry.owner in active,
        passed=tuple(sorted(passed, key=lambda one: one.moment)),
    )


Taken = tuple[list[tuple[str, Passed]], list[Loose]]
"""What belongs to flows, by code; what belongs to none."""


def _sent(desk: Desk, begin: datetime, _: list[Flow]) -> Taken:
    """What left here."""
    used = {one.transfer_id: one for one in FlowUse.objects.filter(submitted__gte=begin)}
    rows = Transfer.objects.filter(created__gte=begin, state__in=_LEFT)
    left = [one for one in rows if one.state != State.EXPIRED or one.parcel_id]
    passed = [
        (use.flow_id, _passed(one, use)) for one in left if (use := used.get(one.transfer_id))
    ]
    divisions = dict(Person.objects.values_list("login", "division"))
    others = [one for one in left if one.transfer_id not in used]
    return passed, _loose(
        (desk.node, one.to_node, divisions.get(one.sender, ""), one.purpose, one.created)
        for one in others
    )


def _passed(one: Transfer, use: FlowUse) -> Passed:
    return Passed(
        transfer_id=one.transfer_id,
        moment=one.created,
        tables=use.tables,
        columns=tuple(use.columns),
        arrived=_ARRIVED.get(State(one.state)),
    )


def _received(desk: Desk, begin: datetime, flows: list[Flow]) -> Taken:
    """What arrived here: the purpose begins with the code of a flow that leads here."""
    ends = {(one.code, one.from_node) for one in flows if one.to_node == desk.node}
    rows = Arrival.objects.filter(received__gte=begin).annotate(
        first=Min("files__collections__collected")
    )
    passed, others = [], []
    for one in rows:
        named = _MARK.match(one.purpose)
        if named and (named[1], one.from_node) in ends:
            seen = Passed(
                transfer_id=one.transfer_id,
                moment=one.received,
                arrived=True,
                collection_known=True,
                collected=one.first,
            )
            passed.append((named[1], seen))
        else:
            others.append((one.from_node, desk.node, "", one.purpose, one.received))
    return passed, _loose(others)


def _loose(rows: Iterable[tuple[str, str, str, str, datetime]]) -> list[Loose]:
    """Transfers of one purpose, whatever months and numbers are named in it, taken together."""
    groups: defaultdict[tuple[str, ...], list[tuple[str, datetime]]] = defaultdict(list)
    for from_node, to_node, unit, purpose, moment in rows:
        key = _DIGITS.sub("", folded(purpose))
        groups[from_node, to_node, unit, key].append((purpose, moment))
    found = []
    for (from_node, to_node, unit, _), each in groups.items():
        purpose, newest = max(each, key=lambda one: one[1])
        found.append(Loose(from_node, to_node, unit, purpose, len(each), newest))
    return found
