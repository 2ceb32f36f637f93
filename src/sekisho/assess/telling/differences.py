"""Two models held against each other, as tables of a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sekisho.assess.comparing import FIGURES, Change, Gap
from sekisho.assess.figures import NO_DIFFERENCE, Figure, once_in, rounded, yen
from sekisho.assess.telling.markup import table
from sekisho.assess.telling.tables import pick, spread
from sekisho.assess.writing import shown
from sekisho.kernel.speech import Pair

SAME: Pair = ("同じ", "the same")
NEARLY: Pair = ("ほぼ同じ（1%未満）", "nearly the same (under 1%)")
NEAR = 0.01
_MONEY, _OFTEN = ("risk", "cost"), ("leak", "change")


def gap_table(gaps: Sequence[Gap], names: tuple[str, str], language: str) -> str:
    """The figures of both side by side, and whether a difference can be claimed."""
    rows = [
        [
            pick(FIGURES[one.name], language),
            _figure(one.name, one.first, language),
            _figure(one.name, one.second, language),
            pick(_difference(one), language),
        ]
        for one in gaps
    ]
    caption: Pair = (
        "かっこの中は、入力のあいまいさによる90%の幅です。乱数は両方に共通です。",
        "In brackets: the middle 90%, from uncertain inputs. Both have the same draws.",
    )
    return table(["", *names, pick(("差", "difference"), language)], rows, pick(caption, language))


def _figure(name: str, one: Figure, language: str) -> str:
    if name in _OFTEN:
        return pick(once_in(one.mean), language)
    mean, low, high = (
        pick(_amount(name, value), language) for value in (one.mean, one.low, one.high)
    )
    return spread(mean, low, high, language)


def _amount(name: str, value: float) -> Pair:
    if name in _MONEY:
        return yen(value)
    return f"{rounded(value):g}", f"{rounded(value):g}"


def _difference(one: Gap) -> Pair:
    if one.same:
        return SAME
    if one.between.covers_zero:
        return NO_DIFFERENCE
    if abs(one.between.mean) < NEAR * one.first.mean:
        return NEARLY
    less = one.between.mean < 0
    if one.name in _OFTEN:
        share = rounded(100 * abs(one.between.mean) / one.first.mean) if one.first.mean else 0
        return (
            (f"{share:g}%少ない", f"{share:g}% fewer")
            if less
            else (f"{share:g}%多い", f"{share:g}% more")
        )
    ja, en = _amount(one.name, abs(one.between.mean))
    return (f"{ja}少ない", f"{en} less") if less else (f"{ja}多い", f"{en} more")


def change_table(found: Sequence[Change], names: tuple[str, str], language: str) -> str:
    """What differs in the files, key by key."""
    rows = [
        [f"[{one.kind}.{one.name}] {one.key}", _value(one.before), _value(one.after)]
        for one in found
    ]
    head = pick(("項目", "key"), language)
    caption: Pair = ("モデルのファイルで変わったところ。", "What differs in the model files.")
    return table([head, *names], rows, pick(caption, language))


def _value(value: Any) -> str:
    return "—" if value is None else shown(value)
