"""From where on something is worth saying in a review; a node's settings may change each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """Days, percents and counts, all of them whole numbers.

    `collect_days` from arrival to collection; `receipt_days` from sending to the receipt;
    `late_days` after the expected day; `similar_percent` of items that two flows share;
    `candidate_min` transfers of one purpose; `basis_days` before a legal basis ends;
    `daily_missed_percent` of the working days.
    """

    collect_days: int = 7
    receipt_days: int = 2
    late_days: int = 3
    similar_percent: int = 70
    candidate_min: int = 2
    basis_days: int = 90
    daily_missed_percent: int = 20


BOUNDS = {
    "collect_days": (1, 365),
    "receipt_days": (1, 365),
    "late_days": (0, 365),
    "similar_percent": (1, 100),
    "candidate_min": (1, 1_000),
    "basis_days": (0, 3_650),
    "daily_missed_percent": (0, 100),
}
"""What each may be."""
