"""Alerts follow the ledger: whoever records an act need not know whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sekisho.office.accounts.actions import require_person
from sekisho.office.accounts.queries import holders_of
from sekisho.office.evidence.models import Event
from sekisho.office.notices.kinds import Kind
from sekisho.office.notices.models import Alert, Mailing, ReadUpTo
from sekisho.office.site.database import atomic, locked_wait
from sekisho.office.site.desk import Desk
from sekisho.office.transfers.deciders import deciders, waiting_for_deputies
from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.office.transfers.queries import CONFIRM_PENDING
from sekisho.office.transfers.states import State

LEDGER = "ledger"
EVENTS_AT_ONCE = 500
INSERT_BATCH = 500
TOLD_WITHIN = timedelta(days=7)
"""What is older when it is first looked at (an old node, a restored one) is told nobody."""

KEPT = timedelta(days=400)
UNSENT, QUEUED, DONE = "unsent", "queued", "done"
ABOUT_OWN = {
    "transfer.sent_back": Kind.SENT_BACK,
    "transfer.rejected": Kind.REJECTED,
    "transfer.failed": Kind.REFUSED_THERE,
}
"""Acts of which the sender is told."""


@dataclass(frozen=True)
class Told:
    """One alert to be: for whom, of what kind, about what; `mark` tells rounds and dates apart."""

    person: str
    kind: Kind
    subject: str
    mark: str = ""
    due: datetime | None = None


def follow_ledger(desk: Desk) -> int:
    """Make alerts of the records that have got their place since the last time; how many.

    In the order of places, which has no gaps: an act that is committed late is not missed.
    """
    made = 0
    while True:
        with atomic():
            ReadUpTo.objects.get_or_create(name=LEDGER)
            cursor = locked_wait(ReadUpTo.objects.filter(name=LEDGER)).get()
            rows = Event.objects.filter(leaf_index__gte=cursor.place).order_by("leaf_index")
            events = list(rows[:EVENTS_AT_ONCE])
            if not events:
                return made
            made += tell(desk, _all_told(desk, events))
            cursor.place = (events[-1].leaf_index or 0) + 1
            cursor.save(update_fields=["place"])


def tell_deputies(desk: Desk) -> int:
    """Alert deputies of what waits for somebody who is away, also what was submitted before he
    went; how many were given that nobody had been told of."""
    told = [
        Told(deputy, _asked(one.transfer), one.transfer.pk, str(one.transfer.round))
        for deputy, one in waiting_for_deputies(desk)
    ]
    subjects = {one.subject for one in told}
    rows = Alert.objects.filter(subject__in=subjects) if told else Alert.objects.none()
    known = set(rows.values_list("person", "kind", "subject", "mark"))
    fresh = [one for one in told if (one.person, str(one.kind), one.subject, one.mark) not in known]
    if not fresh:
        return 0
    with atomic():
        return tell(desk, fresh)


def _asked(transfer: Transfer) -> Kind:
    return Kind.TO_DECIDE if transfer.state == State.WAITING else Kind.TO_CONFIRM


def tell(desk: Desk, told: Iterable[Told]) -> int:
    """Keep alerts, each once; how many were given. Call it inside a transaction."""
    rows = [
        Alert(
            person=one.person,
            kind=str(one.kind),
            subject=one.subject,
            mark=one.mark,
            made=desk.now(),
            due=one.due,
            mail=UNSENT,
        )
        for one in told
    ]
    Alert.objects.bulk_create(rows, batch_size=INSERT_BATCH, ignore_conflicts=True)
    return len(rows)


def forget_old(desk: Desk) -> int:
    """Remove alerts that nobody looks at any more, and what became of old mails; how many."""
    before = desk.now() - KEPT
    gone = Alert.objects.filter(made__lte=before).delete()[0]
    return int(gone + Mailing.objects.filter(created__lte=before).delete()[0])


def mark_read(desk: Desk, *, actor: str, alert_ids: Sequence[int] | None = None) -> int:
    """This person has seen these alerts (all, when none is named); how many were new."""
    require_person(actor)
    rows = Alert.objects.filter(person=actor, read=None)
    if alert_ids is not None:
        rows = rows.filter(pk__in=list(alert_ids))
    return int(rows.update(read=desk.now()))


def _all_told(desk: Desk, events: Sequence[Event]) -> Iterator[Told]:
    ids = [one.subject for one in events]
    transfers = {one.pk: one for one in Transfer.objects.filter(pk__in=ids)}
    arrivals = Arrival.objects.filter(pk__in=ids).prefetch_related("addressees")
    arrived = {one.pk: one for one in arrivals}
    for event in events:
        if event.time < desk.now() - TOLD_WITHIN:
            continue
        if event.kind == "asset.missing":
            yield from _for_keepers(event)
        transfer = transfers.get(event.subject)
        if event.kind == "transfer.judged" and transfer is not None:
            yield from _for_deciders(desk, transfer)
        elif event.kind in ABOUT_OWN and transfer is not None:
            place = str(event.leaf_index)
            yield Told(transfer.sender, ABOUT_OWN[event.kind], transfer.pk, place)
        elif event.kind == "parcel.received" and event.subject in arrived:
            yield from (
                Told(one.login, Kind.TO_COLLECT, event.subject)
                for one in arrived[event.subject].addressees.all()
            )


def _for_keepers(event: Event) -> Iterator[Told]:
    """Each time that something goes missing: whoever answers for security, and who can look."""
    for login in sorted({*holders_of("ciso"), *holders_of("admin")}):
        yield Told(login, Kind.ASSET_MISSING, event.subject, str(event.leaf_index))


def _for_deciders(desk: Desk, transfer: Transfer) -> Iterator[Told]:
    if transfer.state != State.WAITING and transfer.confirm != CONFIRM_PENDING:
        return
    kind = _asked(transfer)
    found = deciders(desk, transfer)
    logins = {one.login for one in found} | {name for one in found for name in one.deputies}
    for login in sorted(logins):
        yield Told(login, kind, transfer.pk, str(transfer.round))
