"""Everything that is found about the compared models, in one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Sequence as Many
from dataclasses import dataclass

from sekisho.assess.assessing import Assessor, Year
from sekisho.assess.measuring import Effect, best_sets, ladder
from sekisho.assess.model import Model
from sekisho.assess.rules import GOALS, by_name
from sekisho.assess.sequences import Sequence, grouped, in_order, minimal_cuts, minimal_ways
from sekisho.assess.tornado import Swing, swings
from sekisho.assess.viewing import View, views
from sekisho.kernel.errors import InvalidInput

SHOWN_MAX = 10
CUTS_MAX = 5
BUDGET_YEN = 5_000_000
DEFAULT = ("alpha-usb", "alpha-appliance", "alpha-object", "alpha-share", "alpha-post")


@dataclass(frozen=True)
class Found:
    """One model: its year, its sequences, where they stop, what measures and inputs do."""

    model: Model
    year: Year
    sequences: Many[Sequence]
    cuts: Mapping[str, Many[tuple[str, ...]]]
    rungs: Many[Effect]
    sets: Many[Effect]
    swings: Many[Swing]


@dataclass(frozen=True)
class Result:
    """The compared models, the first being what the others are held against."""

    assessor: Assessor
    found: Many[Found]
    views: Many[View]
    missing: Many[tuple[str, str]]
    budget_yen: float


Progress = Callable[[int, int], object]
"""Called with how many models are done, and how many there are."""


def _silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


def assess(
    assessor: Assessor,
    names: Many[str] = DEFAULT,
    *,
    budget_yen: float = BUDGET_YEN,
    progress: Progress = _silent,
) -> Result:
    """Compare these models. Raises InvalidInput SKS-A004 for a name that is not there."""
    for name in names:
        if name not in assessor.study.models:
            valid = "、".join(assessor.study.models)
            raise InvalidInput("SKS-A004", name=name, allowed=valid)
    models = [assessor.study.models[name] for name in dict.fromkeys(names)]
    found = []
    for done, model in enumerate(models):
        progress(done, len(models))
        found.append(_found(assessor, model, budget_yen))
    years = {one.model.name: one.year for one in found}
    return Result(assessor, found, views(assessor, models, years), missing(assessor), budget_yen)


def missing(assessor: Assessor) -> list[tuple[str, str]]:
    """(kind, id) of every input that is still an estimate: data to be collected."""
    tables = [
        (kind, name)
        for kind, found in assessor.study.tables.items()
        for name, table in found.items()
        if "estimate" in str(table.get("source", ""))
    ]
    return [*tables, *(("step", s.name) for s in assessor.steps if "estimate" in s.source)]


def _found(assessor: Assessor, model: Model, budget_yen: float) -> Found:
    rungs = ladder(assessor, model)
    return Found(
        model=model,
        year=assessor.year(model),
        sequences=_mattering(grouped(_sequences(assessor, model))),
        cuts={goal: _cuts(assessor, model, goal) for goal in GOALS},
        rungs=rungs,
        sets=best_sets(assessor, model, rungs, budget_yen=budget_yen),
        swings=swings(assessor, model)[:SHOWN_MAX],
    )


def _mattering(sequences: Many[Sequence]) -> list[Sequence]:
    """The likeliest, and the likeliest of those that cross zones: those tell how it spreads."""
    half = SHOWN_MAX // 2
    crossing = [s for s in sequences if any(step.stage == "cross" for step in s.steps)][:half]
    rest = [one for one in sequences if one not in crossing][: SHOWN_MAX - len(crossing)]
    return sorted([*crossing, *rest], key=lambda one: -one.per_year)


def _sequences(assessor: Assessor, model: Model) -> list[Sequence]:
    likely, steps = assessor.likely(model.measures), by_name(assessor.steps)
    result = []
    for threat in assessor.study.tables["threat"]:
        per_year = assessor.study.range("threat", threat, "per_year").likely
        for goal in GOALS:
            graph = assessor.asked(model, threat, goal).graph
            for way in minimal_ways(graph, f"goal:{goal}", likely):
                ordered = in_order(way, steps)
                chance = 1.0
                for step in ordered:
                    chance *= likely[step.name]
                result.append(Sequence(threat, goal, ordered, chance, per_year * chance, 0))
    return result


def _cuts(assessor: Assessor, model: Model, goal: str) -> list[tuple[str, ...]]:
    """The smallest sets of steps to be closed against the attacker for money."""
    graph = assessor.asked(model, "money", goal).graph
    places = [name for name, node in graph.nodes.items() if node.coin is not None]
    return minimal_cuts(graph, f"goal:{goal}", places)[:CUTS_MAX]
