"""How much was stopped: decisions of a period, counted. Values in, values out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sekisho.office.flows.states import Choice


class Decided(Protocol):
    """What is counted of a decision."""

    flow_id: str
    choice: str
    day: date
    per_year_before: int
    per_year_after: int
    medium_before: str
    medium_after: str
    items_before: int
    items_after: int


@dataclass(frozen=True)
class Summary:
    """Of the flows decided about: how many by choice; transfers a year before and after; times a
    year that each medium is no longer used; items no longer passed. Times are those registered."""

    flows: int
    by_choice: dict[str, int]
    per_year_before: int
    per_year_after: int
    media_no_longer: dict[str, int]
    items_no_longer: int

    @property
    def per_year_stopped(self) -> int:
        """Transfers that are not made any more in a year."""
        return self.per_year_before - self.per_year_after


def summarize(decisions: Iterable[Decided]) -> Summary:
    """What the decisions come to, given in the order in which they were made.

    Of a flow that was decided about more than once, the first decision says how it was and the
    last how it is.
    """
    first: dict[str, Decided] = {}
    last: dict[str, Decided] = {}
    for one in decisions:
        first.setdefault(one.flow_id, one)
        last[one.flow_id] = one
    media: Counter[str] = Counter()
    for code, one in last.items():
        began = first[code]
        if one.choice == Choice.STOP or one.medium_after != began.medium_before:
            media[began.medium_before] += began.per_year_before
        elif one.per_year_after < began.per_year_before:
            media[began.medium_before] += began.per_year_before - one.per_year_after
    return Summary(
        flows=len(last),
        by_choice={str(c): sum(one.choice == c for one in last.values()) for c in Choice},
        per_year_before=sum(one.per_year_before for one in first.values()),
        per_year_after=sum(one.per_year_after for one in last.values()),
        media_no_longer=dict(sorted(media.items())),
        items_no_longer=sum(first[c].items_before - last[c].items_after for c in last),
    )
