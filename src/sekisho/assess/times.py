"""When a goal is reached, for many samples at once: AND waits for the last, OR for the first."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sekisho.assess.bdd import Floats
from sekisho.assess.graph import Graph, Node

Bools = NDArray[np.bool_]


def arrivals(
    graph: Graph, well: Mapping[str, Bools], delays: Mapping[str, Floats], samples: int
) -> dict[str, Floats]:
    """Node → time of each sample, infinite where it is not reached.

    `well`: coin → whether it fell well. `delays`: node → time it takes; left out: none. Times
    start infinite and shrink until nothing changes, so a cycle never holds itself up.
    """
    found = {name: np.full(samples, np.inf) for name in graph.nodes}
    waiting = dict.fromkeys(graph.nodes)
    children: dict[str, list[str]] = {name: [] for name in graph.nodes}
    for node in graph.nodes.values():
        for parent in node.parents:
            if parent in children:
                children[parent].append(node.name)
    while waiting:
        name = next(iter(waiting))
        del waiting[name]
        new = _arrival(graph.nodes[name], found, well, delays, samples)
        if (new < found[name]).any():
            found[name] = new
            waiting.update(dict.fromkeys(children[name]))
    return found


def reached_in(graph: Graph, goal: str, well: Mapping[str, Bools], samples: int) -> Bools:
    """Whether the goal is reached, for each sample."""
    if goal not in graph.nodes:
        return np.zeros(samples, dtype=np.bool_)
    return np.isfinite(arrivals(graph, well, {}, samples)[goal])


def _arrival(
    node: Node,
    found: Mapping[str, Floats],
    well: Mapping[str, Bools],
    delays: Mapping[str, Floats],
    samples: int,
) -> Floats:
    never = np.full(samples, np.inf)
    parents = [found.get(parent, never) for parent in node.parents]
    start = np.zeros(samples) if node.is_and else never
    join = np.maximum if node.is_and else np.minimum
    for parent in parents:
        start = join(start, parent)
    if node.name in delays:
        start = start + delays[node.name]
    return start if node.coin is None else np.where(well[node.coin], start, np.inf)
