"""What the report on a period is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sekisho.node.documents.removed import Counted
from sekisho.node.overview import Todo
from sekisho.office.evidence.looking import LedgerStanding
from sekisho.office.transfers.figures import Figures


@dataclass(frozen=True)
class PeriodFacts:
    """Figures of the period, things counted in reports, events by kind; and how the ledger stands
    and what is open now."""

    figures: Figures
    things: Counted
    kinds: Mapping[str, int]
    ledger: LedgerStanding
    todo: Sequence[Todo]
