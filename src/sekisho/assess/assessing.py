"""What a model means in a year: leaks, changes, stop days, money and time, each as many draws.

Inputs are drawn in an outer loop (PERT); for each draw the probability is exact. The same seed and
the same name give the same draw, so two models differ by what differs in them and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from sekisho.assess.bdd import Floats
from sekisho.assess.catalogue import Step
from sekisho.assess.chances import Question, question
from sekisho.assess.inputs import Drawn, Inputs, Swung
from sekisho.assess.model import Model, Study
from sekisho.assess.rules import GOALS, factor, graph_of

DRAWS = 400
_RANGES = {
    "threat": ("per_year",),
    "channel": ("yen", "minutes"),
    "measure": ("yen",),
    "asset": ("leak_yen", "change_yen", "stop_days", "stop_yen_per_day"),
}


@dataclass(frozen=True)
class Year:
    """One model in one year. `often[threat, goal]`: times a year; else yen, days, minutes."""

    often: Mapping[tuple[str, str], Floats]
    loss: Mapping[str, Floats]
    stop_days: Floats
    cost: Floats
    minutes: Floats
    is_exact: bool

    def times(self, goal: str) -> Floats:
        """How often a goal is reached in a year, over all threats."""
        return sum((v for (_, g), v in self.often.items() if g == goal), np.zeros_like(self.cost))

    @property
    def risk(self) -> Floats:
        """Expected loss of a year in yen."""
        return sum(self.loss.values(), np.zeros_like(self.cost))


@dataclass(frozen=True)
class Assessor:
    """A study with a catalogue, a seed, its inputs, and the diagrams that were built so far."""

    study: Study
    steps: tuple[Step, ...]
    seed: int
    inputs: Inputs
    _known: dict[tuple[frozenset[str], str, str], Question] = field(default_factory=dict)

    @classmethod
    def of(
        cls, study: Study, steps: tuple[Step, ...], *, seed: int = 1, draws: int = DRAWS
    ) -> Assessor:
        """An assessor that draws its inputs."""
        return cls(study, steps, seed, Drawn(seed, draws))

    def swung(self) -> tuple[Assessor, tuple[str, ...]]:
        """The same with each input halved and doubled; and the inputs, two cases each in order."""
        names = self.input_names()
        return replace(self, inputs=Swung(names)), names

    def input_names(self) -> tuple[str, ...]:
        """Every uncertain input: `step.NAME`, `kind.ID.key`."""
        others = [
            f"{kind}.{name}.{key}"
            for kind, keys in _RANGES.items()
            for name in self.study.tables[kind]
            for key in keys
        ]
        return (*sorted(f"step.{step.name}" for step in self.steps), *sorted(others))

    def asked(self, model: Model, threat: str, goal: str) -> Question:
        """The compiled question; models that differ in measures alone share it."""
        key = (model.tags, threat, goal)
        if key not in self._known:
            graph = graph_of(self.steps, model, threat)
            self._known[key] = question(graph, f"goal:{goal}")
        return self._known[key]

    def likely(self, measures: Iterable[str]) -> dict[str, float]:
        """The likely chance of every step under these measures."""
        given = tuple(measures)
        return {step.name: step.chance.likely * factor(step, given) for step in self.steps}

    def value(self, kind: str, name: str, key: str) -> Floats:
        """The cases of one input of the study."""
        return self.inputs.of(f"{kind}.{name}.{key}", self.study.range(kind, name, key))

    def year(self, model: Model, measures: Iterable[str] | None = None) -> Year:
        """The model in a year, with its own measures or with these instead."""
        used = model.measures if measures is None else tuple(dict.fromkeys(measures))
        given = {
            step.name: self.inputs.of(f"step.{step.name}", step.chance) * factor(step, used)
            for step in self.steps
        }
        often, is_exact = {}, True
        for threat in sorted(self.study.tables["threat"]):
            per_year = self.value("threat", threat, "per_year")
            for goal in GOALS:
                found = self.asked(model, threat, goal).chance(given, seed=self.seed)
                often[threat, goal] = per_year * found.values
                is_exact = is_exact and found.is_exact
        return self._year(model, used, often, is_exact)

    def _year(
        self,
        model: Model,
        measures: tuple[str, ...],
        often: dict[tuple[str, str], Floats],
        is_exact: bool,
    ) -> Year:
        zero = np.zeros(self.inputs.count)
        times = {g: sum((v for (_, o), v in often.items() if o == g), zero) for g in GOALS}
        stop_days = times["stop"] * self._asset("stop_days")
        loss = {
            "leak": times["leak"] * self._asset("leak_yen"),
            "change": times["change"] * self._asset("change_yen"),
            "stop": stop_days * self._asset("stop_yen_per_day"),
        }
        cost = self.value("channel", model.channel, "yen")
        minutes = self.value("channel", model.channel, "minutes") * self.study.transfers_per_year
        for measure in measures:
            cost = cost + self.value("measure", measure, "yen")
            minutes = minutes + float(self.study.tables["measure"][measure]["minutes"])
        return Year(often, loss, stop_days, cost, minutes, is_exact)

    def _asset(self, key: str) -> Floats:
        """The dearest asset counts: one event is not counted once for each."""
        assets = self.study.tables["asset"]
        values: Floats = np.max([self.value("asset", n, key) for n in sorted(assets)], axis=0)
        return values
