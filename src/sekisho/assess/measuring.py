"""What measures do: each alone, the best sets under a budget, and why one has no effect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from sekisho.assess.assessing import Assessor
from sekisho.assess.figures import Figure, difference
from sekisho.assess.model import Model
from sekisho.assess.rules import GOALS
from sekisho.kernel.speech import Pair

SET_SIZE_MAX = 3
NOT_HERE: Pair = (
    "この対策が効くステップは、このモデルにはない。",
    "No step of this model is one that this measure acts on.",
)
WAY_LEFT: Pair = (
    "別の経路が残るため、この対策だけでは減ったとは言えない。",
    "Another way remains, so this measure alone cannot be said to help.",
)


@dataclass(frozen=True)
class Effect:
    """What adding measures to a model does in a year."""

    measures: tuple[str, ...]
    removed: Figure
    yen: float
    minutes: float

    @property
    def per_yen(self) -> float:
        """Yen of risk removed for each yen spent."""
        return self.removed.mean / self.yen if self.yen else float("inf")

    @property
    def per_minute(self) -> float:
        """Yen of risk removed for each minute of staff."""
        return self.removed.mean / self.minutes if self.minutes else float("inf")


def effect(assessor: Assessor, model: Model, added: Iterable[str]) -> Effect:
    """The measures that are added, against the model as it stands."""
    extra = tuple(sorted(added))
    before = assessor.year(model)
    after = assessor.year(model, (*model.measures, *extra))
    return Effect(
        extra,
        difference(after.risk, before.risk),
        float((after.cost - before.cost).mean()),
        float((after.minutes - before.minutes).mean()),
    )


def ladder(assessor: Assessor, model: Model) -> list[Effect]:
    """Each measure that is not in force yet, alone; the largest effect first."""
    others = sorted(assessor.study.tables["measure"].keys() - set(model.measures))
    found = [effect(assessor, model, (name,)) for name in others]
    return sorted(found, key=lambda one: (-one.removed.mean, one.measures))


def best_sets(
    assessor: Assessor, model: Model, rungs: Sequence[Effect], *, budget_yen: float
) -> list[Effect]:
    """For each size up to SET_SIZE_MAX, the set that removes most within the budget a year.

    Exact over all sets of measures with an effect: every set that can be paid is computed.
    """
    useful = [one for one in rungs if one.removed.mean > 0 and one.yen <= budget_yen]
    best = []
    for size in range(1, SET_SIZE_MAX + 1):
        paid = [
            tuple(one.measures[0] for one in taken)
            for taken in combinations(useful, size)
            if sum(one.yen for one in taken) <= budget_yen
        ]
        found = [effect(assessor, model, names) for names in paid]
        if found:
            best.append(max(found, key=lambda one: (one.removed.mean, one.measures)))
    return best


def why_none(assessor: Assessor, model: Model, one: Effect) -> Pair | None:
    """Why a measure alone has no effect that can be claimed; None when it has one."""
    if one.removed.low > 0:
        return None
    on_a_way = {
        coin
        for threat in assessor.study.tables["threat"]
        for goal in GOALS
        for coin in assessor.asked(model, threat, goal).coins
    }
    ours = [step for step in assessor.steps if step.name in on_a_way]
    acts = any(measure in step.factors for measure in one.measures for step in ours)
    return WAY_LEFT if acts else NOT_HERE
