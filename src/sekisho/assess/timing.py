"""How long until harm, where it comes: samples drawn so that every one of them succeeds.

A goal that is reached once in a thousand years would give ten thousand samples without a single
one to look at; here the diagram itself says how coins fall when the goal is reached.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sekisho.assess.assessing import Assessor
from sekisho.assess.draws import pert, uniforms
from sekisho.assess.model import Model
from sekisho.assess.rules import by_name
from sekisho.assess.times import arrivals

SAMPLES = 4_000


@dataclass(frozen=True)
class Days:
    """Days from the first step to the harm, when it comes: one in ten, half, nine in ten."""

    early: float
    half: float
    late: float


def days_until(assessor: Assessor, model: Model, threat: str, goal: str) -> Days | None:
    """None where the goal is out of reach, or where its diagram grew too large to sample from."""
    asked = assessor.asked(model, threat, goal)
    if asked.diagram is None or not asked.coins:
        return None
    likely, steps = assessor.likely(model.measures), by_name(assessor.steps)
    given = [np.array([likely[coin]]) for coin in asked.coins]
    drawn = asked.diagram.sample(
        asked.root, given, [uniforms(assessor.seed, f"coin.{c}", SAMPLES) for c in asked.coins]
    )
    delays = {
        coin: pert(assessor.seed, f"days.{coin}", steps[coin].days, SAMPLES) for coin in asked.coins
    }
    well = dict(zip(asked.coins, drawn, strict=True))
    times = arrivals(asked.graph, well, delays, SAMPLES)[f"goal:{goal}"]
    early, half, late = np.quantile(times, (0.1, 0.5, 0.9))
    return Days(float(early), float(half), float(late))
