"""What disarming removed and found in a period, counted over the reports that are still kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from typing import Any

from django.db.models import QuerySet

from sekisho.disarm.account import Act
from sekisho.node.opening import Node
from sekisho.node.progress import Progress, silent
from sekisho.node.reports import reports_of
from sekisho.office.transfers.models import Arrival, Transfer

TRANSFERS_READ_MAX = 2_000
READ_AT_ONCE = 100
GONE = (Act.REMOVED, Act.REPLACED, Act.CHANGED, Act.STOPPED)


@dataclass
class Counted:
    """Things by name: how many were removed, how many were found. `read` transfers had reports
    to read, `rest` had more than are read at once."""

    removed: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    read: int = 0
    rest: int = 0


def count_things(
    node: Node, since: datetime, until: datetime, progress: Progress = silent
) -> Counted:
    """Read the newest reports of the period from the vault, `TRANSFERS_READ_MAX` at most.

    Raises Broken SKS-V010, SKS-V011, SKS-T060 when what we keep is damaged.
    """
    sent = Transfer.objects.filter(created__gte=since, created__lt=until).order_by("-created")
    arrived = Arrival.objects.filter(received__gte=since, received__lt=until).order_by("-received")
    rows = [_with_reports(one) for one in (sent, arrived)]
    total = sum(one.count() for one in rows)
    wanted = min(total, TRANSFERS_READ_MAX)
    counted = Counted(rest=total - wanted)
    for row in islice(chain.from_iterable(one.iterator(READ_AT_ONCE) for one in rows), wanted):
        _count(node, row, counted)
        counted.read += 1
        progress("reports", counted.read, wanted)
    return counted


def _with_reports(rows: QuerySet[Any]) -> QuerySet[Any]:
    kept = rows.filter(erased=False).exclude(reports_object="")
    return kept.prefetch_related("files")


def _count(node: Node, row: Transfer | Arrival, counted: Counted) -> None:
    for told in reports_of(node, row):
        report = told.for_people
        if report is None:
            continue
        for entry in report.entries:
            if entry.act in GONE:
                counted.removed[entry.what] += entry.count
        for entry in (told.findings or report).of(Act.FOUND):
            counted.found[entry.what] += entry.count
