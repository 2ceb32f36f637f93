"""検証済みの印: what was verified before something that arrived was believed, and its proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max

from sekisho.kernel.speech import both
from sekisho.office.evidence.models import Cosignature, Event
from sekisho.web.states import Badge

RECEIVED, DISARMED = "parcel.received", "parcel.disarmed"


@dataclass(frozen=True)
class Mark:
    """What was verified, in order; `badge` says whether another node vouches for the record."""

    badge: Badge
    lines: tuple[str, ...]


def mark_of(course: Sequence[Event], sender: str) -> Mark | None:
    """The mark of what has arrived from `sender`; None while there is no record of its arrival.

    Nothing is kept before signature, seals, approvals and every segment have been checked
    (ARCHITECTURE.md, what must always hold, 2 and 3): the record of its receipt says all that.
    """
    kinds = {one.kind: one for one in course}
    received = kinds.get(RECEIVED)
    if received is None:
        return None
    lines = [
        both(
            f"「{sender}」の署名があり、封緘が破られていないこと",
            f"signed by “{sender}”, seals unbroken",
        ),
        both("経路の定めどおりの承認に、署名があること", "signed approvals as the route asks"),
    ]
    if DISARMED in kinds:
        again = both("受け取った側でもう一度無害化したこと", "disarmed once more on this side")
        lines.append(again)
    place = received.leaf_index
    if place is not None and place < _witnessed():
        lines.append(
            both(
                f"証跡台帳の {place} 番に記録し、ほかのノードが立ち会ったこと",
                f"no. {place} of the ledger, countersigned by another node",
            )
        )
        return Mark(
            Badge(both("検証済み・立会い済み", "verified, witnessed"), "good"), tuple(lines)
        )
    return Mark(Badge(both("検証済み・立会い待ち", "verified, witness due"), "go"), tuple(lines))


def _witnessed() -> int:
    """Entries of the ledger that some other node has countersigned."""
    return Cosignature.objects.aggregate(most=Max("checkpoint"))["most"] or 0
