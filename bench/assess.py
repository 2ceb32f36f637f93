"""How fast graphs are sampled and computed. python bench/assess.py

The reference is plain Python that does the same for one sample after another.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from sekisho.assess.assessing import Assessor
from sekisho.assess.catalogue import shipped_steps
from sekisho.assess.chances import question
from sekisho.assess.draws import generator, uniforms
from sekisho.assess.graph import Graph, Node
from sekisho.assess.model import study
from sekisho.assess.result import assess
from sekisho.assess.times import arrivals

STEPS, SAMPLES, PLAIN_SAMPLES, RUNS = 200, 10_000, 200, 3


def layered(steps: int) -> Graph:
    """Layers of ten; every third node waits for all its parents."""
    nodes = []
    for i in range(steps):
        above = tuple(f"n{p:04}" for p in (i - 10, i - 11) if p >= 0) if i >= 10 else ()
        nodes.append(Node(f"n{i:04}", not above or i % 3 == 0, above, f"c{i:04}"))
    return Graph.of(nodes)


def vectorised(graph: Graph) -> None:
    """Ours."""
    well = {n.coin: uniforms(1, n.coin, SAMPLES) < 0.7 for n in graph.nodes.values() if n.coin}
    delays = {name: generator(1, name).exponential(1.0, SAMPLES) for name in graph.nodes}
    arrivals(graph, well, delays, SAMPLES)


def plain(graph: Graph) -> None:
    """The reference, on fewer samples."""
    rng = generator(1, "plain")
    for _ in range(PLAIN_SAMPLES):
        found: dict[str, float] = {}
        for node in graph.nodes.values():
            times = [found[p] for p in node.parents]
            start = max(times, default=0.0) if node.is_and else min(times)
            fell_well = rng.random() < 0.7
            found[node.name] = start + rng.exponential(1.0) if fell_well else float("inf")


def tree(events: int) -> Graph:
    """A binary tree of alternating AND and OR over this many leaves."""
    nodes, row, is_and = [], [f"e{i:02}" for i in range(events)], False
    nodes += [Node(name, True, (), name) for name in row]
    while len(row) > 1:
        pairs = [tuple(row[i : i + 2]) for i in range(0, len(row), 2)]
        nodes += [Node("+".join(p) if len(p) > 1 else p[0] + "'", is_and, p) for p in pairs]
        row = [node.name for node in nodes[-len(pairs) :]]
        is_and = not is_and
    return Graph.of([*nodes, Node("goal", False, tuple(row))])


def exact(graph: Graph) -> None:
    """The probability of the top of a tree."""
    asked = question(graph, "goal")
    asked.chance({coin: np.array([0.1]) for coin in asked.coins})


def whole() -> None:
    """Five models with all measures and viewpoints."""
    assess(Assessor.of(study(), shipped_steps()))


def median(act: Callable[[], None]) -> float:
    """Seconds, the median of RUNS."""
    taken = []
    for _ in range(RUNS):
        started = time.perf_counter()
        act()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def main() -> None:
    """Measure and print a table."""
    graph, sixty = layered(STEPS), tree(60)
    ours, reference = median(lambda: vectorised(graph)), median(lambda: plain(graph))
    ratio = (reference / PLAIN_SAMPLES) / (ours / SAMPLES)
    print(f"{SAMPLES} samples of {STEPS} steps   {ours:8.3f} s   {ratio:.0f} x plain Python")
    print(f"tree of 60 events, exact     {median(lambda: exact(sixty)):8.3f} s")
    print(f"5 models, whole assessment   {median(whole):8.3f} s")


if __name__ == "__main__":
    main()
