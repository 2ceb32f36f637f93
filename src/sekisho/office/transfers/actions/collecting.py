"""What addressees do: collect files, whole or one by one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sekisho.kernel.errors import Refused
from sekisho.office.accounts.actions import require_person
from sekisho.office.accounts.who import matches
from sekisho.office.evidence.actions import record
from sekisho.office.permissions import IN, WORDS, Act, Standing, may
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import find, find_all, insert_many, update_many
from sekisho.office.transfers import rules
from sekisho.office.transfers.actions.routes import require_route
from sekisho.office.transfers.circle import who
from sekisho.office.transfers.models import Arrival, ArrivalAddressee, ArrivedFile, Collection
from sekisho.office.transfers.states import ArrivalState
from sekisho.office.vault.actions import data_keys


@dataclass(frozen=True)
class Opened:
    """A file that may be collected now, with the key that opens its object."""

    file_id: int
    path: str
    bytes: int
    sha256: str
    object_id: str
    data_key: bytes


def arrivals_for(
    login: str, *, erased: bool | None = None, limit: int | None = None
) -> list[Arrival]:
    """What has arrived for a person, newest first: of all times, or only what lies here still
    (`erased=False`), at most `limit`. Files, who collected them and addressees come along."""
    mine = ArrivalAddressee.objects.filter(login=login).values("arrival")
    rows = Arrival.objects.filter(pk__in=mine).order_by("-received", "transfer_id")
    if erased is not None:
        rows = rows.filter(erased=erased)
    return list(rows.prefetch_related("files__collections", "addressees")[:limit])


def open_for(
    desk: Desk, *, actor: str, transfer_id: str, positions: frozenset[int] | None = None
) -> list[Opened]:
    """The files (all, or those at these positions) that this person may collect now.

    Raises Refused SKS-T005 (no such arrival), SKS-T040 (not addressed), SKS-T041 (often enough),
    SKS-T046 (erased), SKS-T047 (no file at one of the positions).
    """
    require_person(actor)
    with atomic():
        arrival = _require_arrival(transfer_id)
        logins = {one.login for one in find_all(ArrivalAddressee, arrival=transfer_id)}
        every = find_all(ArrivedFile, order="position", arrival=transfer_id)
        files = [f for f in every if positions is None or f.position in positions]
        if not files or (positions is not None and len(files) < len(positions)):
            raise Refused("SKS-T047")
        _require_allowed(arrival, actor, logins, files)
        keys = data_keys(desk, [f.object_id for f in files])
    return [Opened(f.pk, f.path, f.bytes, f.sha256, f.object_id, keys[f.object_id]) for f in files]


def _require_allowed(
    arrival: Arrival, actor: str, logins: set[str], files: list[ArrivedFile]
) -> None:
    times: Counter[int] = Counter()
    if arrival.collect_limit:
        earlier = Collection.objects.filter(file__in=files, person=actor)
        times.update(earlier.values_list("file_id", flat=True))
    for file in files:
        rules.may_collect(arrival.collect_limit, actor, logins, times[file.pk])


def _require_arrival(transfer_id: str) -> Arrival:
    arrival = find(Arrival, lock=True, transfer_id=transfer_id)
    if arrival is None:
        raise Refused("SKS-T005", transfer=transfer_id)
    if arrival.erased:
        raise Refused("SKS-T046", transfer=transfer_id)
    return arrival


def record_collected(desk: Desk, *, actor: str, transfer_id: str, opened: list[Opened]) -> None:
    """The files lie in the collector's hands, byte for byte."""
    with atomic():
        arrival = _require_arrival(transfer_id)
        insert_many(
            Collection(file_id=one.file_id, person=actor, collected=desk.now()) for one in opened
        )
        left = ArrivedFile.objects.filter(arrival=arrival, collections__isnull=True)
        untouched = arrival.state != ArrivalState.COLLECTED and left.exists()
        arrival.state = ArrivalState.PARTLY_COLLECTED if untouched else ArrivalState.COLLECTED
        update_many([arrival], ["state"])
        record(
            desk,
            "transfer.collected",
            transfer_id,
            {"files": len(opened), "complete": not untouched},
            {"actor": actor},
        )


def hand_on(desk: Desk, *, actor: str, transfer_id: str, to: str) -> Arrival:
    """An addressee lets a colleague collect too; the route's recipients are respected.

    Raises Refused SKS-T005, SKS-T022 (the route does not let him receive), SKS-T040 (not
    addressed), SKS-T046 (erased), SKS-T051, SKS-T093 (contractors hand nothing on), SKS-H060
    (addressed already).
    """
    person = require_person(actor)
    colleague = who(desk, require_person(to))
    with atomic():
        arrival = _require_arrival(transfer_id)
        logins = {one.login for one in find_all(ArrivalAddressee, arrival=transfer_id)}
        rules.may_collect(0, actor, logins, 0)
        addressed = Standing(side=IN, state=arrival.state, addressee=True)
        if not may(person.roles, Act.HAND_ON, addressed):
            act, act_en = WORDS[Act.HAND_ON]
            raise Refused("SKS-T093", login=actor, act=act, act_en=act_en)
        if to in logins:
            raise Refused("SKS-H060", login=to)
        policy = require_route(arrival.from_node, desk.node)
        if not matches(policy.recipients, colleague):
            raise Refused("SKS-T022", login=to)
        insert_many([ArrivalAddressee(arrival=arrival, login=to, added_by=actor)])
        record(desk, "transfer.handed_on", transfer_id, {}, {"actor": actor, "to": to})
    return arrival
