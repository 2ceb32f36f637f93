"""Ways to a goal: minimal sets of steps, grouped to the few that matter, and where they stop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from math import prod

from sekisho.assess.catalogue import STAGES, Step
from sekisho.assess.graph import Graph, Node

KEPT = 40
CUT_SIZE_MAX = 3
Way = frozenset[str]


@dataclass(frozen=True)
class Sequence:
    """One way: its steps in order, how likely it is alone, and how many ways resemble it."""

    threat: str
    goal: str
    steps: tuple[Step, ...]
    chance: float
    per_year: float
    alike: int

    @property
    def entrance(self) -> Step:
        """Where it begins."""
        return self.steps[0]


def minimal_ways(graph: Graph, goal: str, chances: Mapping[str, float]) -> list[Way]:
    """The minimal sets of coins that reach the goal, likeliest first; at most KEPT for a node."""
    found: dict[str, list[Way]] = {name: [] for name in graph.nodes}
    grew = True
    while grew:
        grew = False
        for node in graph.nodes.values():
            new = _likeliest(_ways(node, found), chances)
            if new != found[node.name]:
                found[node.name] = new
                grew = True
    return found.get(goal, [])


def minimal_cuts(graph: Graph, goal: str, places: Iterable[str]) -> list[tuple[str, ...]]:
    """The minimal sets of at most CUT_SIZE_MAX of these nodes without which no way is left."""
    cuts: list[tuple[str, ...]] = []
    wanted = sorted(places)
    for size in range(1, CUT_SIZE_MAX + 1):
        for taken in combinations(wanted, size):
            if any(set(cut) <= set(taken) for cut in cuts):
                continue
            if goal not in graph.reached(without=taken):
                cuts.append(taken)
    return cuts


def in_order(way: Way, steps: Mapping[str, Step]) -> tuple[Step, ...]:
    """The steps of a way as they happen: each after those that give what it needs."""
    left = {name: steps[name] for name in sorted(way)}
    done: list[Step] = []
    while left:
        pending = {step.gives for step in left.values()}
        ready = [step for step in left.values() if not pending & set(step.needs)]
        ready = ready or list(left.values())
        first = min(ready, key=lambda step: (STAGES.index(step.stage), step.name))
        done.append(left.pop(first.name))
    return tuple(done)


def grouped(sequences: Iterable[Sequence]) -> list[Sequence]:
    """One for each threat, entrance, crossing and end, the likeliest, in order of weight."""
    best: dict[tuple[str, ...], Sequence] = {}
    for one in sorted(sequences, key=lambda one: -one.per_year):
        crossing = [step.name for step in one.steps if step.stage == "cross"]
        key = (one.threat, one.goal, one.entrance.name.partition("@")[0], *crossing)
        first = best.setdefault(key, one)
        if first is not one:
            best[key] = _with_one_more(first)
    return sorted(best.values(), key=lambda one: -one.per_year)


def _with_one_more(one: Sequence) -> Sequence:
    alike = one.alike + 1
    return Sequence(one.threat, one.goal, one.steps, one.chance, one.per_year, alike)


def _ways(node: Node, found: Mapping[str, list[Way]]) -> set[Way]:
    own = frozenset((node.coin,)) if node.coin else frozenset[str]()
    parents = [found.get(parent, []) for parent in node.parents]
    if node.is_and:
        return {own.union(*parts) for parts in product(*parents)}
    return {own | way for ways in parents for way in ways}


def _likeliest(ways: set[Way], chances: Mapping[str, float]) -> list[Way]:
    minimal = [way for way in ways if not any(other < way for other in ways)]
    order = sorted(minimal, key=lambda way: (-prod(chances[c] for c in way), sorted(way)))
    return order[:KEPT]
