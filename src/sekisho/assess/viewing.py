"""Several viewpoints: how the models rank for each threat and party, and how firm that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sekisho.assess.assessing import Assessor, Year
from sekisho.assess.bdd import Floats
from sekisho.assess.model import Model
from sekisho.assess.rules import GOALS

FIRM = 0.9


@dataclass(frozen=True)
class View:
    """One viewpoint. `ranks`: model → 1 is best. `firm`: in what share of the cases
    with one input halved or doubled the best one stays best."""

    threat: str
    party: str
    ranks: Mapping[str, int]
    firm: float

    @property
    def best(self) -> str:
        """The model that ranks first."""
        return min(self.ranks, key=lambda name: (self.ranks[name], name))

    @property
    def is_fragile(self) -> bool:
        """Whether the conclusion turns too often when inputs change."""
        return self.firm < FIRM


def views(assessor: Assessor, models: Sequence[Model], years: Mapping[str, Year]) -> list[View]:
    """Every threat × every party."""
    swung, _ = assessor.swung()
    turned = {model.name: swung.year(model) for model in models}
    return [
        _view(assessor, swung, years, turned, threat, party)
        for threat in assessor.study.tables["threat"]
        for party in assessor.study.tables["party"]
    ]


def _view(
    assessor: Assessor,
    swung: Assessor,
    years: Mapping[str, Year],
    turned: Mapping[str, Year],
    threat: str,
    party: str,
) -> View:
    scores = {n: float(_score(assessor, y, threat, party).mean()) for n, y in years.items()}
    order = sorted(scores, key=lambda name: (scores[name], name))
    changed = {n: _score(swung, year, threat, party) for n, year in turned.items()}
    best = np.min(list(changed.values()), axis=0)
    # Equal scores are no reason to call the first one beaten.
    firm = float((changed[order[0]] <= best * (1 + 1e-9)).mean())
    return View(threat, party, {name: place for place, name in enumerate(order, 1)}, firm)


def _score(assessor: Assessor, year: Year, threat: str, party: str) -> Floats:
    """What a party bears from one threat in a year, in yen; money and time are borne anyway."""
    weights = assessor.study.tables["party"][party]["weights"]
    total = np.zeros(assessor.inputs.count)
    for goal in GOALS:
        all_threats = year.times(goal)
        share = np.divide(
            year.often[threat, goal],
            all_threats,
            out=np.zeros_like(all_threats),
            where=all_threats > 0,
        )
        total = total + weights.get(goal, 0.0) * share * year.loss[goal]
    time = year.minutes * assessor.study.yen_per_minute
    total += weights.get("cost", 0.0) * year.cost
    total += weights.get("time", 0.0) * time
    return total
