"""The probability that a goal is reached: exact by a diagram, sampled when that grows too large."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sekisho.assess.bdd import FALSE, NODES_MAX, Diagram, Floats, TooLargeError
from sekisho.assess.draws import uniforms
from sekisho.assess.graph import Graph, Node
from sekisho.assess.times import reached_in

SAMPLES = 20_000
SIGMA_95 = 1.96


@dataclass(frozen=True)
class Chance:
    """A probability for each case; `error` is half the 95% interval of sampling, 0 when exact."""

    values: Floats
    error: float

    @property
    def is_exact(self) -> bool:
        """Whether it was computed and not sampled."""
        return self.error == 0.0


@dataclass(frozen=True)
class Question:
    """The goal of one graph, compiled: asked again for any probabilities of its coins."""

    graph: Graph
    goal: str
    coins: tuple[str, ...]
    diagram: Diagram | None
    root: int

    def chance(self, given: Mapping[str, Floats], *, seed: int = 0) -> Chance:
        """For each case of `given` (coin → probabilities), the probability of the goal."""
        cases = len(next(iter(given.values()))) if given else 1
        if self.diagram is None:
            return self._sampled(given, seed)
        if not self.coins:
            return Chance(np.full(cases, float(self.root)), 0.0)
        arrays = [given[coin] for coin in self.coins]
        return Chance(self.diagram.chances(self.root, arrays)[self.root], 0.0)

    def _sampled(self, given: Mapping[str, Floats], seed: int) -> Chance:
        drawn = {coin: uniforms(seed, coin, SAMPLES) for coin in self.coins}
        cases = len(next(iter(given.values())))
        values = np.empty(cases)
        for case in range(cases):
            well = {coin: u < given[coin][case] for coin, u in drawn.items()}
            values[case] = reached_in(self.graph, self.goal, well, SAMPLES).mean()
        spread = float(np.sqrt(np.max(values * (1 - values)) / SAMPLES))
        return Chance(values, SIGMA_95 * max(spread, 1 / SAMPLES))


def question(graph: Graph, goal: str, *, nodes_max: int = NODES_MAX) -> Question:
    """Compile the goal: a diagram of at most `nodes_max` nodes, or none and then sampling."""
    ours = graph.pruned(goal)
    coins = ours.coins(goal)
    diagram = Diagram(nodes_max)
    try:
        root = _function(ours, goal, coins, diagram)
    except TooLargeError:
        return Question(ours, goal, coins, None, FALSE)
    return Question(ours, goal, coins, diagram, root)


def _function(graph: Graph, goal: str, coins: tuple[str, ...], diagram: Diagram) -> int:
    """The least fixed point: everything starts as false and grows until nothing changes."""
    place = {coin: index for index, coin in enumerate(coins)}
    found = dict.fromkeys(graph.nodes, FALSE)
    children: dict[str, list[str]] = {name: [] for name in graph.nodes}
    for node in graph.nodes.values():
        for parent in node.parents:
            children[parent].append(node.name)
    waiting = dict.fromkeys(graph.nodes)
    while waiting:
        name = next(iter(waiting))
        del waiting[name]
        new = _value(graph.nodes[name], found, place, diagram)
        if new != found[name]:
            found[name] = new
            waiting.update(dict.fromkeys(children[name]))
    return found.get(goal, FALSE)


def _value(node: Node, found: Mapping[str, int], place: Mapping[str, int], diagram: Diagram) -> int:
    functions = [found[parent] for parent in node.parents]
    held = diagram.all_of(functions) if node.is_and else diagram.any_of(functions)
    if node.coin is None:
        return held
    return diagram.all_of([held, diagram.variable(place[node.coin])])
