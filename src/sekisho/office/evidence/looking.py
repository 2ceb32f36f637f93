"""Looking at the ledger: how it stands, who witnesses it, and its events page after page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import InvalidInput
from sekisho.office.evidence.models import Checkpoint, Cosignature, Disclosure, Event, WitnessLink
from sekisho.office.evidence.queries import pending_events

ACTOR_FIELDS = ("actor", "sender")
"""Hidden fields of an event that say who did it."""

PAGE_ROWS = 50
PAGE_ROWS_MAX = 500
LATE = timedelta(days=1)


@dataclass(frozen=True)
class WitnessStanding:
    """One peer as a witness of our log: how far it has countersigned and when its last
    countersignature came; `behind` entries of the newest checkpoint it has not seen.

    `refused` is the code with which it refused the last offer, `trouble` the one that our
    examination of *its* log ended with.
    """

    peer: str
    cosigned_size: int
    last: datetime | None
    behind: int
    late: bool
    refused: str
    seen_size: int
    trouble: str


@dataclass(frozen=True)
class LedgerStanding:
    """`size` entries stand under the newest checkpoint; `placed` have their place in the log,
    `pending` wait for one. `witnessed` is the size that at least one peer has countersigned."""

    size: int
    root: str
    made: datetime | None
    checkpoints: int
    placed: int
    pending: int
    witnessed: int
    first: datetime | None
    witnesses: tuple[WitnessStanding, ...]


def ledger_standing(now: datetime) -> LedgerStanding:
    """How the ledger stands. Counts only; nothing is computed again (`audit_log` does that)."""
    newest = Checkpoint.objects.order_by("-size").first()
    size = newest.size if newest else 0
    last_place = Event.objects.aggregate(last=Max("leaf_index"))["last"]
    return LedgerStanding(
        size=size,
        root=newest.root if newest else "",
        made=newest.created if newest else None,
        checkpoints=Checkpoint.objects.count(),
        placed=0 if last_place is None else last_place + 1,
        pending=pending_events(),
        witnessed=Cosignature.objects.aggregate(most=Max("checkpoint"))["most"] or 0,
        first=Event.objects.order_by("id").values_list("time", flat=True).first(),
        witnesses=tuple(_witnesses(size, newest.created if newest else None, now)),
    )


def _witnesses(size: int, made: datetime | None, now: datetime) -> list[WitnessStanding]:
    told = Cosignature.objects.values_list("witness").annotate(Max("received"))
    last = dict(told.order_by("witness"))
    return [
        WitnessStanding(
            peer=one.peer,
            cosigned_size=one.cosigned_size,
            last=last.get(one.peer),
            behind=max(0, size - one.cosigned_size),
            late=one.cosigned_size < size and made is not None and now - made > LATE,
            refused=one.refused_code,
            seen_size=one.seen_size,
            trouble=one.trouble,
        )
        for one in WitnessLink.objects.order_by("peer")
    ]


@dataclass(frozen=True)
class EventTerms:
    """Which events; empty terms ask for nothing. `person` is a login: an event is found by it as
    long as who acted is disclosed. `subject` is what the event is about, whole or its beginning."""

    since: datetime | None = None
    until: datetime | None = None
    kinds: tuple[str, ...] = ()
    person: str = ""
    subject: str = ""

    def __post_init__(self) -> None:
        if self.since and self.until and self.until < self.since:
            raise InvalidInput("SKS-E012", since=stamp(self.since), until=stamp(self.until))


@dataclass(frozen=True)
class EventRow:
    """One event as lists show it. `number` is the order of writing, `index` the place in the log
    (None while pending), `actor` a login, empty when nobody acted or it was forgotten."""

    number: int
    kind: str
    subject: str
    time: datetime
    index: int | None
    leaf_hash: str
    actor: str


@dataclass(frozen=True)
class EventPage:
    """Events newest first, the number before which the next page goes on (0: none), how many."""

    rows: tuple[EventRow, ...]
    next_before: int
    total: int


def events(terms: EventTerms, *, before: int = 0, limit: int = PAGE_ROWS) -> EventPage:
    """A page of the events, newest first."""
    rows = _matching(terms)
    some = rows.filter(pk__lt=before) if before else rows
    most = min(limit, PAGE_ROWS_MAX)
    found = list(some.order_by("-id").defer("envelope")[: most + 1])
    page = found[:most]
    return EventPage(
        rows=tuple(_rows(page)),
        next_before=page[-1].pk if len(found) > most else 0,
        total=rows.count(),
    )


def count_kinds(terms: EventTerms) -> Counter[str]:
    """How many events there are of each kind."""
    counted = _matching(terms).order_by().values_list("kind").annotate(Count("pk"))
    return Counter(dict(counted))


def _matching(terms: EventTerms) -> QuerySet[Event]:
    rows = Event.objects.all()
    if terms.since:
        rows = rows.filter(time__gte=terms.since)
    if terms.until:
        rows = rows.filter(time__lt=terms.until)
    if terms.kinds:
        rows = rows.filter(kind__in=terms.kinds)
    if terms.subject:
        rows = rows.filter(subject__startswith=terms.subject)
    if terms.person:
        disclosed = Disclosure.objects.filter(
            event=OuterRef("pk"), field__in=ACTOR_FIELDS, value=terms.person
        )
        rows = rows.filter(Q(Exists(disclosed)))
    return rows


def _rows(page: Sequence[Event]) -> list[EventRow]:
    told = Disclosure.objects.filter(event__in=[one.pk for one in page], field__in=ACTOR_FIELDS)
    actors = dict(told.values_list("event_id", "value"))
    return [
        EventRow(
            number=one.pk,
            kind=one.kind,
            subject=one.subject,
            time=one.time,
            index=one.leaf_index,
            leaf_hash=one.leaf_hash,
            actor=actors.get(one.pk, ""),
        )
        for one in page
    ]
