"""Questions about the sealed post; nothing is changed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sekisho.office.post.actions import ONE_TIME, QUEUED, REFUSED, SEALED, SEEN
from sekisho.office.post.models import IncomingParcel, OutgoingParcel, PeerKey


def peer_keys_left(now: datetime, owner: str) -> int:
    """How many unused one-time keys of this peer we may still seal to."""
    unused = PeerKey.objects.filter(owner=owner, kind=ONE_TIME, used_by="")
    return unused.filter(use_until__gt=now).count()


def stuck_outgoing() -> Counter[str]:
    """Parcels that could not be stored yet, by the code of the reason."""
    rows = OutgoingParcel.objects.filter(state__in=(QUEUED, SEALED)).exclude(code="")
    return Counter(rows.values_list("code", flat=True))


def stuck_incoming() -> Counter[str]:
    """Parcels that could not be taken in yet, by the code of the reason."""
    rows = IncomingParcel.objects.filter(state=SEEN).exclude(code="")
    return Counter(rows.values_list("code", flat=True))


def refused_incoming(since: datetime) -> Counter[str]:
    """Parcels that were stopped for good since then, by the code of the reason."""
    rows = IncomingParcel.objects.filter(state=REFUSED, first_seen__gte=since)
    return Counter(rows.values_list("code", flat=True))
