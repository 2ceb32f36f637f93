"""The result as one value for programs: plain dictionaries, lists, texts and numbers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sekisho.assess.assessing import Year
from sekisho.assess.bdd import Floats
from sekisho.assess.figures import difference, figure
from sekisho.assess.measuring import Effect
from sekisho.assess.result import Found, Result
from sekisho.assess.rules import GOALS


def value(result: Result, *, version: str) -> dict[str, Any]:
    """Everything, with seed, version and number of draws."""
    assessor = result.assessor
    first = result.found[0].year
    return {
        "estimate_not_prediction": True,
        "seed": assessor.seed,
        "version": version,
        "draws": assessor.inputs.count,
        "budget_yen": result.budget_yen,
        "models": [_model(one) for one in result.found],
        "differences": [
            {"from": result.found[0].model.name, "to": one.model.name, **_gaps(first, one.year)}
            for one in result.found[1:]
        ],
        "views": [
            {**asdict(view), "best": view.best, "fragile": view.is_fragile} for view in result.views
        ],
        "missing": [{"kind": kind, "id": name} for kind, name in result.missing],
    }


def _gaps(first: Year, other: Year) -> dict[str, Any]:
    gap = difference(first.risk, other.risk)
    return {"risk_yen": asdict(gap), "is_different": not gap.covers_zero}


def _model(one: Found) -> dict[str, Any]:
    return {
        "id": one.model.name,
        "ja": one.model.words[0],
        "en": one.model.words[1],
        "measures": list(one.model.measures),
        "exact": one.year.is_exact,
        "per_year": {goal: _figure(one.year.times(goal)) for goal in GOALS},
        "risk_yen": _figure(one.year.risk),
        "stop_days": _figure(one.year.stop_days),
        "cost_yen": _figure(one.year.cost),
        "minutes": _figure(one.year.minutes),
        "sequences": [
            {
                "threat": s.threat,
                "goal": s.goal,
                "steps": [step.name for step in s.steps],
                "attack": sorted({a for step in s.steps for a in step.attack}),
                "chance": s.chance,
                "per_year": s.per_year,
                "alike": s.alike,
            }
            for s in one.sequences
        ],
        "stopped_by_closing": {goal: [list(c) for c in cuts] for goal, cuts in one.cuts.items()},
        "measures_alone": [_effect(rung) for rung in one.rungs],
        "best_sets": [_effect(found) for found in one.sets],
        "inputs_that_matter": [asdict(swing) for swing in one.swings],
    }


def _effect(one: Effect) -> dict[str, Any]:
    return {
        "measures": list(one.measures),
        "removed_yen": asdict(one.removed),
        "yen": one.yen,
        "minutes": one.minutes,
        "per_yen": one.per_yen if one.yen else None,
        "per_minute": one.per_minute if one.minutes else None,
    }


def _figure(values: Floats) -> dict[str, float]:
    return asdict(figure(values))
