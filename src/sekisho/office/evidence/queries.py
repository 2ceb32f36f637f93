"""Questions about the ledger; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sekisho.ledger.audit import AuditResult, audit
from sekisho.ledger.rows import SqlRows
from sekisho.office.evidence.models import Checkpoint, Event, LedgerLeaf, WitnessLink
from sekisho.office.site.database import connection

READ_EVENTS = 500


def pending_events() -> int:
    """Acts that have no place in the log yet."""
    return Event.objects.filter(leaf_index__isnull=True).count()


def newest_event_time() -> datetime | None:
    """When the last act was recorded."""
    return Event.objects.order_by("-id").values_list("time", flat=True).first()


def newest_checkpoint() -> Checkpoint | None:
    """The checkpoint over the most entries."""
    return Checkpoint.objects.order_by("-size").first()


def witness_links() -> list[WitnessLink]:
    """What every peer and we know of each other's logs."""
    return list(WitnessLink.objects.order_by("peer"))


def audit_log() -> AuditResult:
    """The whole log computed again from its entries; takes seconds for a million of them."""
    return audit(SqlRows(connection().cursor, paramstyle="format"))


def recorded_since(kind: str, since: datetime) -> Iterator[bytes]:
    """The signed events of one kind since then, in order; pending ones too."""
    rows = Event.objects.filter(kind=kind, time__gte=since).order_by("id")
    for start in range(0, rows.count(), READ_EVENTS):
        part = list(rows[start : start + READ_EVENTS])
        places = [one.leaf_index for one in part if one.leaf_index is not None]
        entries = dict(LedgerLeaf.objects.filter(idx__in=places).values_list("idx", "entry"))
        for one in part:
            yield bytes(one.envelope if one.leaf_index is None else entries[one.leaf_index])
