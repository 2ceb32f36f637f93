"""What is kept here and when it ends: asked, nothing changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.office.transfers.states import ENDED_EARLY, State
from sekisho.office.uploads.models import Draft
from sekisho.office.vault.models import Removal, RotationOwed, VaultObject

OUT, IN = "out", "in"


@dataclass(frozen=True)
class Ending:
    """The content of one transfer, and the moment after which its keys are destroyed.

    `side`: `out` as it leaves or has left, `in` as it has arrived. `held`: it is not destroyed
    before what is under way with it has come to its end.
    """

    transfer_id: str
    side: str
    purpose: str
    label: str
    state: str
    when: datetime
    held: bool = False


@dataclass(frozen=True)
class Kept:
    """How much lies in the vault, of what; and what of the destroying is not finished yet.

    `owed_since`: since when old copies of rows still open something that was destroyed.
    """

    leaving: int
    arrived: int
    drafts: int
    objects: int
    bytes: int
    owed_since: datetime | None
    removals: int


def next_endings(limit: int) -> list[Ending]:
    """What ends next, the nearest first, of both sides together."""
    leaving = Transfer.objects.filter(erased=False).exclude(state__in=ENDED_EARLY)
    arrived = Arrival.objects.filter(erased=False)
    found = [
        Ending(
            one.pk,
            side,
            one.purpose,
            one.label,
            one.state,
            one.erase_after,
            one.state == State.SEALING,
        )
        for side, rows in ((OUT, leaving), (IN, arrived))
        for one in rows.order_by("erase_after", "transfer_id")[:limit]
    ]
    return sorted(found, key=lambda one: (one.when, one.transfer_id, one.side))[:limit]


def kept() -> Kept:
    """All of it, now."""
    owed = RotationOwed.objects.first()
    return Kept(
        leaving=Transfer.objects.filter(erased=False).count(),
        arrived=Arrival.objects.filter(erased=False).count(),
        drafts=Draft.objects.exclude(state="submitted").count(),
        objects=VaultObject.objects.count(),
        bytes=VaultObject.objects.aggregate(sum=Sum("bytes"))["sum"] or 0,
        owed_since=owed.since if owed else None,
        removals=Removal.objects.count(),
    )
