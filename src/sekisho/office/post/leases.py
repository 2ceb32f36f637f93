"""Leases: a worker takes a row for a while, and a fencing number tells late workers apart."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q

LEASE = timedelta(minutes=5)
RETRY_FIRST = timedelta(seconds=5)
RETRY_MAX = timedelta(minutes=10)


def free(now: datetime) -> Q:
    """Rows that nobody holds and that are due.

    A lease that ends later than any lease can was written by a clock that has since been put
    right; it counts as ended, and so does a waiting time of that kind.
    """
    unheld = Q(lease_until__isnull=True) | Q(lease_until__lte=now) | Q(lease_until__gt=now + LEASE)
    due = Q(not_before__isnull=True) | Q(not_before__lte=now) | Q(not_before__gt=now + RETRY_MAX)
    return unheld & due


def take(model: type, ids: list[Any], now: datetime) -> None:
    """Hold these rows; their fencing number grows, so that an earlier holder is shut out."""
    model.objects.filter(pk__in=ids).update(  # type: ignore[attr-defined]
        lease_until=now + LEASE, fence=F("fence") + 1
    )


def extend(model: type, pk: Any, fence: int, now: datetime) -> bool:
    """Heartbeat of long work; False when somebody else holds the row by now."""
    rows = model.objects.filter(pk=pk, fence=fence)  # type: ignore[attr-defined]
    return bool(rows.update(lease_until=now + LEASE))


def retry_at(now: datetime, attempts: int) -> datetime:
    """When to try again after `attempts` failures: doubling from 5 seconds to 10 minutes."""
    return now + min(RETRY_MAX, RETRY_FIRST * 2 ** min(attempts, 10))
