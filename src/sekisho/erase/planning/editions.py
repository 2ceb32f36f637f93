"""What a new edition of the rules changes, and which disposals it touches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sekisho.erase.media import Kind
from sekisho.erase.planning.plan import Judgement, Plan, plan_kind
from sekisho.erase.planning.rules import Method, Rules


@dataclass(frozen=True)
class Disposal:
    """One disposal, planned or done: which method was taken for what. `id` is its owner's."""

    id: str
    kind: Kind
    asset_class: str
    purpose: str
    method: str
    done: bool


@dataclass(frozen=True)
class Touched:
    """A disposal whose judgement is another one under the new rules; None: not known there."""

    disposal: Disposal
    before: Judgement | None
    after: Judgement | None

    @property
    def no_longer_allowed(self) -> bool:
        """Allowed then, refused or unknown now: a plan must change, a past one be looked at."""
        was = self.before is not None and self.before.allowed
        return was and (self.after is None or not self.after.allowed)


def touched(old: Rules, new: Rules, disposals: Iterable[Disposal]) -> tuple[Touched, ...]:
    """The disposals for which anything changes that a certificate says: whether the method is
    allowed, its level, its verification, its residual risk."""
    found = []
    for one in disposals:
        before, after = _judgement(old, one), _judgement(new, one)
        if _said(before) != _said(after):
            found.append(Touched(one, before, after))
    return tuple(found)


def changed_cells(old: Rules, new: Rules) -> tuple[Touched, ...]:
    """The same over every medium, class, purpose and method of the old rules."""
    cells = (
        Disposal("", kind, asset_class, purpose, method, False)
        for kind in Kind
        for asset_class in old.classes
        for purpose in old.purposes
        for method in old.methods
    )
    return touched(old, new, cells)


def _judgement(rules: Rules, one: Disposal) -> Judgement | None:
    is_known = one.method in rules.methods and one.purpose in rules.purposes
    if not is_known or one.asset_class not in rules.classes:
        return None
    plan: Plan = plan_kind(rules, one.kind, one.asset_class, one.purpose)
    every = (*plan.allowed, *plan.refused)
    return next(judged for judged in every if judged.method.id == one.method)


def _said(judgement: Judgement | None) -> tuple[object, ...]:
    if judgement is None:
        return ()
    method: Method = judgement.method
    return judgement.allowed, method.level, method.passes, method.verify, method.residual
