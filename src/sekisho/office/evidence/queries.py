"""Questions about the ledger; nothing is changed."""

from __future__ import annotations

from datetime import datetime

from sekisho.ledger.audit import AuditResult, audit
from sekisho.ledger.rows import SqlRows
from sekisho.office.evidence.models import Checkpoint, Event, WitnessLink
from sekisho.office.site.database import connection


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
