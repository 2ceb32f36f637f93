"""Questions about transfers; nothing is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from django.db.models import Q, QuerySet

from sekisho.kernel.errors import Refused
from sekisho.office.accounts.actions import require_person
from sekisho.office.evidence.models import Event
from sekisho.office.site.desk import Desk
from sekisho.office.transfers import rules
from sekisho.office.transfers.actions.routes import require_route
from sekisho.office.transfers.actions.sending import who
from sekisho.office.transfers.models import (
    Arrival,
    ArrivedFile,
    DisarmException,
    Route,
    Transfer,
)
from sekisho.office.transfers.states import State

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


def waiting_for(desk: Desk, login: str) -> list[Transfer]:
    """What this person is to approve or to confirm after the fact, oldest first."""
    person = who(desk, require_person(login))
    undecided = Q(state=State.WAITING) | Q(confirm=CONFIRM_PENDING)
    rows = _with_parts(Transfer.objects.filter(undecided, erased=False).order_by("created"))
    return [one for one in rows if _may_decide(desk, person, one)]


def _may_decide(desk: Desk, person: rules.Who, transfer: Transfer) -> bool:
    decided = transfer.decisions.all()
    made = [rules.Made(one.person, one.verb) for one in decided if one.round == transfer.round]
    try:
        policy = require_route(desk.node, transfer.to_node)
        rules.may_decide(policy, person, transfer.sender, made)
    except Refused:
        return False
    return True


def _with_parts(rows: QuerySet[Transfer]) -> QuerySet[Transfer]:
    return rows.prefetch_related("files", "addressees", "decisions")


def find_transfer(transfer_id: str) -> Transfer | None:
    """The transfer of this id that leaves here."""
    return _with_parts(Transfer.objects.filter(transfer_id=transfer_id)).first()


def find_arrival(transfer_id: str) -> Arrival | None:
    """The transfer of this id that has arrived here."""
    rows = Arrival.objects.filter(transfer_id=transfer_id)
    return rows.prefetch_related("files", "files__collections", "addressees").first()


def require_looker(desk: Desk, login: str, row: Transfer | Arrival) -> None:
    """Raise Refused SKS-T093 unless this person may look at the content: of what leaves, the
    sender and the approvers of its route; of what has arrived, its addressees."""
    person = who(desk, require_person(login))
    if isinstance(row, Arrival):
        may = any(one.login == login for one in row.addressees.all())
    else:
        policy = require_route(desk.node, row.to_node)
        may = row.sender == login or rules.matches(policy.approvers, person)
    if not may:
        raise Refused("SKS-T093", login=login)


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
