"""Figures with their intervals, and differences that say when they say nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sekisho.assess.bdd import Floats
from sekisho.kernel.speech import Pair

NO_DIFFERENCE: Pair = ("差があるとは言えない", "no difference can be claimed")


@dataclass(frozen=True)
class Figure:
    """Mean and the middle 90% (of values) or 95% (of differences)."""

    mean: float
    low: float
    high: float

    @property
    def covers_zero(self) -> bool:
        """Whether the interval holds zero."""
        return self.low <= 0 <= self.high


def figure(values: Floats) -> Figure:
    """Mean and the 5% and 95% quantiles."""
    low, high = np.quantile(values, (0.05, 0.95))
    return Figure(float(values.mean()), float(low), float(high))


def difference(first: Floats, second: Floats) -> Figure:
    """`second` − `first`, draw by draw, with the 2.5% and 97.5% quantiles."""
    gap = second - first
    low, high = np.quantile(gap, (0.025, 0.975))
    return Figure(float(gap.mean()), float(low), float(high))


def rounded(value: float) -> float:
    """Two significant digits; no more are known."""
    return float(f"{value:.2g}")


def yen(value: float) -> Pair:
    """Money in words of two significant digits."""
    found = rounded(value)
    if found >= 1e8:
        return f"{found / 1e8:,.3g}億円", f"{found / 1e6:,.3g} million yen"
    if found >= 1e4:
        return f"{found / 1e4:,.0f}万円", f"{found:,.0f} yen"
    return f"{found:,.0f}円", f"{found:,.0f} yen"


def once_in(per_year: float) -> Pair:
    """A frequency as 「520年に1回」, or as times a year from one a year on."""
    if per_year <= 0:
        return "起こらない", "does not happen"
    if per_year >= 1:
        return f"年に{rounded(per_year):g}回", f"{rounded(per_year):g} times a year"
    years = rounded(1 / per_year)
    return f"{_plain(years)}年に1回", f"once in {_plain(years)} years"


def _plain(value: float) -> str:
    """Without an exponent, however large."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
