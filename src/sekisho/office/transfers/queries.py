"""Questions about transfers; nothing is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from sekisho.kernel.errors import Refused
from sekisho.office.accounts.absences import acts_for
from sekisho.office.accounts.actions import require_person
from sekisho.office.accounts.who import Who
from sekisho.office.evidence.models import Event
from sekisho.office.permissions import IN, OUT, Act, Standing, may
from sekisho.office.permissions import WORDS as ACTS
from sekisho.office.site.desk import Desk
from sekisho.office.transfers.approval import Case, may_decide
from sekisho.office.transfers.circle import Circle
from sekisho.office.transfers.models import (
    Arrival,
    ArrivalAddressee,
    ArrivedFile,
    Decision,
    DisarmException,
    Route,
    Transfer,
)
from sekisho.office.transfers.policy import Policy, read_policy
from sekisho.office.transfers.states import State, Verb

CONFIRM_PENDING = "pending"


def routes() -> list[Route]:
    """Every route, closed ones too."""
    return list(Route.objects.order_by("from_node", "to_node"))


def exceptions() -> list[DisarmException]:
    """Every exception from disarming, ended ones too, newest first."""
    return list(DisarmException.objects.order_by("-granted", "exception_id"))


def open_routes() -> list[Route]:
    """Every route on which something may pass."""
    return [one for one in routes() if one.active]


def transfers(
    *, sender: str = "", states: Collection[str] = (), limit: int | None = None
) -> list[Transfer]:
    """What leaves or has left this node, newest first."""
    rows = _with_parts(Transfer.objects.order_by("-created", "transfer_id"))
    if sender:
        rows = rows.filter(sender=sender)
    if states:
        rows = rows.filter(state__in=list(states))
    return list(rows[:limit])


def transfers_of(
    desk: Desk, login: str, *, states: Collection[str] = (), limit: int | None = None
) -> list[Transfer]:
    """The same as far as it concerns one person: what he sent, decided, or is to decide; all of it
    for who may see all. Raises Refused SKS-T051."""
    if may(require_person(login).roles, Act.SEE_ALL):
        return transfers(states=states, limit=limit)
    decided = Decision.objects.filter(Q(person=login) | Q(acting_for=login))
    mine = Q(sender=login) | Q(pk__in=decided.values("transfer"))
    mine |= Q(pk__in=[one.pk for one in waiting_for(desk, login)])
    rows = Transfer.objects.filter(mine).order_by("-created", "transfer_id")
    if states:
        rows = rows.filter(state__in=list(states))
    return list(_with_parts(rows)[:limit])


@dataclass(frozen=True)
class Waiting:
    """A transfer that somebody may decide about now, in whose place if not his own."""

    transfer: Transfer
    level: int
    acting_for: str = ""


def waiting(desk: Desk, login: str) -> list[Waiting]:
    """What this person is to approve or to confirm after the fact, oldest first; also in the place
    of people who are away."""
    circle = Circle(desk)
    actor = circle.who(login)
    absent = [
        one for one in (_present(circle, name) for name in acts_for(login, desk.now())) if one
    ]
    undecided = Q(state=State.WAITING) | Q(confirm=CONFIRM_PENDING)
    rows = _with_parts(Transfer.objects.filter(undecided, erased=False).order_by("created"))
    policies = _policies(desk)
    found = []
    for transfer in rows:
        policy = policies.get(transfer.to_node)
        case = policy and circle.case(transfer, policy, _of_this_round(transfer))
        for authority in (actor, *absent) if case else ():
            level = _level(circle, case, actor, authority, _verb(transfer))
            if level:
                acting_for = "" if authority is actor else authority.login
                found.append(Waiting(transfer, level, acting_for))
                break
    return found


def waiting_for(desk: Desk, login: str) -> list[Transfer]:
    """The transfers of `waiting`."""
    return [one.transfer for one in waiting(desk, login)]


def able_to_decide(desk: Desk, transfer: Transfer) -> list[str]:
    """Who may decide about this transfer now, by login; deputies are not named."""
    policy = _policies(desk).get(transfer.to_node)
    if policy is None:
        return []
    circle = Circle(desk)
    case = circle.case(transfer, policy, _of_this_round(transfer))
    number = case.open_level(_verb(transfer))
    decided = {name for one in case.made for name in (one.person, one.acting_for)}
    able = case.able(number, circle.everyone) if number else []
    return [login for login in able if login not in decided]


def to_read_after(login: str) -> list[Decision]:
    """What was decided in this person's place and he has not read yet, oldest first."""
    rows = Decision.objects.filter(acting_for=login, seen_after=None).order_by("made", "pk")
    return list(rows.select_related("transfer"))


def _present(circle: Circle, login: str) -> Who | None:
    """Somebody who is away, as long as he is registered."""
    try:
        return circle.who(login)
    except Refused:
        return None


def _policies(desk: Desk) -> dict[str, Policy]:
    rows = Route.objects.filter(from_node=desk.node, active=True)
    return {one.to_node: read_policy(one.policy) for one in rows}


def _of_this_round(transfer: Transfer) -> list[Decision]:
    return [one for one in transfer.decisions.all() if one.round == transfer.round]


def _verb(transfer: Transfer) -> Verb:
    return Verb.APPROVE if transfer.state == State.WAITING else Verb.CONFIRM


def _level(circle: Circle, case: Case, actor: Who, authority: Who, verb: Verb) -> int:
    try:
        return may_decide(case, actor, authority, verb, lambda: circle.everyone)
    except Refused:
        return 0


def _with_parts(rows: QuerySet[Transfer]) -> QuerySet[Transfer]:
    return rows.prefetch_related("files", "addressees", "decisions")


def find_transfer(transfer_id: str) -> Transfer | None:
    """The transfer of this id that leaves here."""
    return _with_parts(Transfer.objects.filter(transfer_id=transfer_id)).first()


def find_arrival(transfer_id: str) -> Arrival | None:
    """The transfer of this id that has arrived here."""
    rows = Arrival.objects.filter(transfer_id=transfer_id)
    return rows.prefetch_related("files", "files__collections", "addressees").first()


def standing(desk: Desk, login: str, row: Transfer | Arrival) -> Standing:
    """How a person stands to what leaves or has arrived. Raises Refused SKS-T051."""
    circle = Circle(desk)
    person = circle.who(login)
    if isinstance(row, Arrival):
        addressed = any(one.login == login for one in row.addressees.all())
        return Standing(side=IN, state=row.state, addressee=addressed, erased=row.erased)
    policy = _policies(desk).get(row.to_node)
    decisions = list(row.decisions.all())
    return Standing(
        side=OUT,
        state=row.state,
        sender=row.sender == login,
        approver=policy is not None and _approves(desk, circle, person, row, policy),
        decided=any(one.person == login for one in decisions),
        unread=any(one.acting_for == login and one.seen_after is None for one in decisions),
        confirm=row.confirm,
        restricted=policy is None or policy.restricted,
        erased=row.erased,
    )


def _approves(desk: Desk, circle: Circle, person: Who, row: Transfer, policy: Policy) -> bool:
    """Whether some step names the person, or somebody who is away and has him as deputy."""
    case = circle.case(row, policy, _of_this_round(row))
    absent = (_present(circle, name) for name in acts_for(person.login, desk.now()))
    people = [person, *(one for one in absent if one is not None)]
    return any(case.stands(step, one) for one in people for step in case.levels)


def require_may(desk: Desk, login: str, act: Act, *rows: Transfer | Arrival | None) -> None:
    """Raise Refused SKS-T093 unless this person may do this to a transfer, as it leaves or as it
    has arrived: where both stand at one node, either is enough."""
    roles = require_person(login).roles
    there = [row for row in rows if row is not None]
    if not any(may(roles, act, standing(desk, login, row)) for row in there):
        raise Refused("SKS-T093", login=login, act=ACTS[act][0], act_en=ACTS[act][1])


def ids_beginning(prefix: str) -> list[str]:
    """Up to ten ids of transfers and arrivals that begin so."""
    found: set[str] = set()
    for model in (Transfer, Arrival):
        rows = model.objects.filter(transfer_id__startswith=prefix)
        found.update(rows.values_list("transfer_id", flat=True)[:10])
    return sorted(found)


def course(transfer_id: str) -> list[Event]:
    """The evidence about a transfer, in order."""
    return list(Event.objects.filter(subject=transfer_id).order_by("id"))


def purposes(transfer_ids: Collection[str]) -> dict[str, str]:
    """What these transfers are for, as far as they are known here."""
    wanted = list(transfer_ids)
    found = dict(Transfer.objects.filter(pk__in=wanted).values_list("pk", "purpose"))
    return found | dict(Arrival.objects.filter(pk__in=wanted).values_list("pk", "purpose"))


def stuck_ready() -> Counter[str]:
    """Released transfers that cannot leave, by the code of the reason."""
    rows = Transfer.objects.filter(state=State.READY).exclude(code="")
    return Counter(rows.values_list("code", flat=True))


def count_by_state() -> Counter[str]:
    """How many transfers leave or have left, by state."""
    return Counter(Transfer.objects.values_list("state", flat=True))


def to_collect(login: str) -> int:
    """How many arrived transfers this person has not collected anything of."""
    rows = Arrival.objects.filter(addressees__login=login, erased=False)
    return rows.exclude(files__collections__person=login).distinct().count()


def not_collected(transfer_id: str, login: str) -> frozenset[int]:
    """Positions of the files of an arrived transfer that this person has not collected."""
    files = ArrivedFile.objects.filter(arrival=transfer_id).exclude(collections__person=login)
    return frozenset(files.values_list("position", flat=True))


def living_transfers() -> tuple[str, ...]:
    """The ids of transfers that leave here and whose content is still there, oldest first."""
    rows = Transfer.objects.filter(erased=False).order_by("created", "transfer_id")
    return tuple(rows.values_list("transfer_id", flat=True))


def uncollected_until() -> list[tuple[str, datetime, str]]:
    """Arrived transfers that an addressee has collected nothing of: id, until when, login."""
    rows = ArrivalAddressee.objects.filter(arrival__erased=False).select_related("arrival")
    taken = set(
        Arrival.objects.filter(erased=False).values_list("pk", "files__collections__person")
    )
    return [
        (one.arrival_id, one.arrival.erase_after, one.login)
        for one in rows.order_by("arrival__erase_after", "pk")
        if (one.arrival_id, one.login) not in taken
    ]
