"""Figures of a period: how much was sent, received, decided, disarmed and erased."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from sekisho.kernel.clock import JAPAN
from sekisho.office.accounts.models import Person
from sekisho.office.evidence.models import Event
from sekisho.office.post.actions import REFUSED
from sekisho.office.post.models import IncomingParcel
from sekisho.office.transfers.models import (
    Arrival,
    ArrivedFile,
    Collection,
    Decision,
    DisarmException,
    Transfer,
    TransferFile,
)
from sekisho.office.transfers.states import Verb


@dataclass(frozen=True)
class Sum3:
    """Transfers, their files, and the bytes of these."""

    transfers: int = 0
    files: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class Figures:
    """`since` counts to the period, `until` does not. Days are Japan's. `sent` is what was
    submitted in the period, `arrived` what came in it, each as it stands now."""

    since: datetime
    until: datetime
    sent: Sum3
    arrived: Sum3
    states: Mapping[str, int]
    arrival_states: Mapping[str, int]
    to_nodes: Mapping[str, Sum3]
    from_nodes: Mapping[str, Sum3]
    divisions: Mapping[str, int]
    labels: Mapping[str, int]
    sent_days: Mapping[date, int]
    arrived_days: Mapping[date, int]
    verbs: Mapping[str, int]
    approval_median: timedelta | None
    approval_longest: timedelta | None
    confirms: Mapping[str, int]
    emergencies: int
    refused_at_submission: int
    parcels_refused: Mapping[str, int]
    uncollected: int
    outcomes: Mapping[str, int]
    findings: int
    exceptions: tuple[DisarmException, ...]


def figures(since: datetime, until: datetime) -> Figures:
    """The figures; a few dozen questions, whatever the number of rows."""
    sent = Transfer.objects.filter(created__gte=since, created__lt=until)
    arrived = Arrival.objects.filter(received__gte=since, received__lt=until)
    sent_files = TransferFile.objects.filter(transfer__in=sent.values("pk")).order_by()
    arrived_files = ArrivedFile.objects.filter(arrival__in=arrived.values("pk")).order_by()
    decided = Decision.objects.filter(made__gte=since, made__lt=until)
    waited = sorted(_waited(decided.filter(verb=Verb.APPROVE)))
    to_nodes = _by_node(sent, "to_node", sent_files, "transfer")
    from_nodes = _by_node(arrived, "from_node", arrived_files, "arrival")
    outcomes = _counted(sent_files, "outcome") + _counted(arrived_files, "outcome")
    return Figures(
        since=since,
        until=until,
        sent=_total(to_nodes),
        arrived=_total(from_nodes),
        states=_counted(sent, "state"),
        arrival_states=_counted(arrived, "state"),
        to_nodes=to_nodes,
        from_nodes=from_nodes,
        divisions=_divisions(sent),
        labels=_counted(sent, "label"),
        sent_days=_days(sent, "created"),
        arrived_days=_days(arrived, "received"),
        verbs=_counted(decided, "verb"),
        approval_median=median(waited) if waited else None,
        approval_longest=waited[-1] if waited else None,
        confirms=_counted(sent.exclude(confirm="none"), "confirm"),
        emergencies=sent.exclude(emergency="").count(),
        refused_at_submission=_refused_at_submission(since, until),
        parcels_refused=_parcels_refused(since, until),
        uncollected=_uncollected(arrived),
        outcomes=outcomes,
        findings=_findings(sent_files) + _findings(arrived_files),
        exceptions=tuple(_exceptions(since, until)),
    )


def _counted(rows: QuerySet[Any], field: str) -> Counter[str]:
    return Counter(dict(rows.order_by().values_list(field).annotate(Count("pk"))))


def _by_node(rows: QuerySet[Any], field: str, files: QuerySet[Any], link: str) -> dict[str, Sum3]:
    counted = _counted(rows, field)
    sums = files.values_list(f"{link}__{field}").annotate(Count("pk"), Sum("bytes"))
    sized = {node: (count, size) for node, count, size in sums}
    return {node: Sum3(counted[node], *sized.get(node, (0, 0))) for node in sorted(counted)}


def _total(parts: Mapping[str, Sum3]) -> Sum3:
    every = parts.values()
    return Sum3(
        sum(one.transfers for one in every),
        sum(one.files for one in every),
        sum(one.bytes for one in every),
    )


def _divisions(sent: QuerySet[Transfer]) -> Counter[str]:
    """By the division that the sender belongs to today; empty for people without one."""
    senders = _counted(sent, "sender")
    rows = Person.objects.filter(login__in=list(senders)).values_list("login", "division")
    homes = dict(rows)
    counted: Counter[str] = Counter()
    for login, count in senders.items():
        counted[homes.get(login, "")] += count
    return counted


def _days(rows: QuerySet[Any], field: str) -> dict[date, int]:
    days = rows.order_by().values_list(TruncDate(field, tzinfo=JAPAN)).annotate(Count("pk"))
    return dict(days)


def _waited(approvals: QuerySet[Decision]) -> Iterator[timedelta]:
    """From the submission of each round to each of its approvals."""
    rows = approvals.values_list("transfer_id", "round", "made", "transfer__created")
    again = {transfer for transfer, number, _, _ in rows if number > 1}
    begun: dict[str, list[datetime]] = {}
    submitted = Event.objects.filter(kind="transfer.submitted", subject__in=again)
    for subject, time in submitted.order_by("id").values_list("subject", "time"):
        begun.setdefault(subject, []).append(time)
    for transfer, number, made, created in rows:
        rounds = begun.get(transfer, [])
        start = rounds[number - 1] if 1 < number <= len(rounds) else created
        yield made - start


def _refused_at_submission(since: datetime, until: datetime) -> int:
    """Judged, but never kept: there is evidence of it and no transfer."""
    judged = Event.objects.filter(kind="transfer.judged", time__gte=since, time__lt=until)
    kept = Transfer.objects.filter(transfer_id=OuterRef("subject"))
    return judged.filter(~Exists(kept)).count()


def _parcels_refused(since: datetime, until: datetime) -> Counter[str]:
    rows = IncomingParcel.objects.filter(state=REFUSED)
    return _counted(rows.filter(first_seen__gte=since, first_seen__lt=until), "code")


def _uncollected(arrived: QuerySet[Arrival]) -> int:
    """Erased before anybody collected anything of it."""
    taken = Collection.objects.filter(file__arrival=OuterRef("pk"))
    return arrived.filter(~Exists(taken), erased=True).count()


def _findings(files: QuerySet[Any]) -> int:
    return files.aggregate(sum=Sum("found"))["sum"] or 0


def _exceptions(since: datetime, until: datetime) -> QuerySet[DisarmException]:
    """In force on some day of the period."""
    lived = Q(ended__isnull=True) | Q(ended__gt=since)
    rows = DisarmException.objects.filter(lived, granted__lt=until, until__gt=since)
    return rows.order_by(F("granted"), "exception_id")
