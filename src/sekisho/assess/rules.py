"""From a model and the catalogue to its AND/OR graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sekisho.assess.catalogue import Step
from sekisho.assess.graph import Graph, Node
from sekisho.assess.model import Model

GOALS = ("leak", "change", "stop")


def applies(step: Step, model: Model) -> bool:
    """Whether the conditions of a step hold in a model; `!` turns one round."""
    return all(
        (tag[1:] not in model.tags) if tag.startswith("!") else (tag in model.tags)
        for tag in step.when
    )


def graph_of(steps: Iterable[Step], model: Model, threat: str) -> Graph:
    """Steps are AND nodes with a coin of their own, facts OR nodes; one threat begins."""
    ours = [step for step in steps if applies(step, model)]
    nodes = [Node(step.name, True, step.needs, step.name) for step in ours]
    givers: dict[str, list[str]] = {}
    for step in ours:
        givers.setdefault(step.gives, []).append(step.name)
    nodes += [Node(fact, False, tuple(sorted(found))) for fact, found in givers.items()]
    return Graph.of([*nodes, Node(f"start:{threat}", True)])


def factor(step: Step, measures: Iterable[str]) -> float:
    """What measures leave of the chance of a step: their factors multiplied."""
    left = 1.0
    for measure in measures:
        left *= step.factors.get(measure, 1.0)
    return left


def by_name(steps: Iterable[Step]) -> Mapping[str, Step]:
    """Step by name."""
    return {step.name: step for step in steps}
