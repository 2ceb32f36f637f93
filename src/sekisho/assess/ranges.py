"""An input that is known only roughly: lowest, likely and highest value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Range:
    """`low` ≤ `likely` ≤ `high`, in the unit of the input."""

    low: float
    likely: float
    high: float

    @property
    def mean(self) -> float:
        """The mean of the PERT distribution."""
        return (self.low + 4 * self.likely + self.high) / 6
