"""Random graphs against every outcome and against sampling, and laws that hold for all."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest

from sekisho.assess.bdd import Diagram
from sekisho.assess.chances import SAMPLES, question
from sekisho.assess.draws import uniforms
from sekisho.assess.graph import Graph, Node
from sekisho.assess.times import reached_in

GOAL = "g"


def random_graph(seed: int, size: int = 9) -> tuple[Graph, dict[str, float]]:
    """AND and OR nodes with cycles; the first two are entrances."""
    rng = random.Random(seed)
    names = [f"n{i}" for i in range(size - 1)] + [GOAL]
    nodes = [Node(name, True, (), f"c{name}") for name in names[:2]]
    for name in names[2:]:
        parents = tuple(rng.sample([n for n in names if n != name], rng.randint(1, 3)))
        nodes.append(Node(name, rng.random() < 0.3, parents, f"c{name}"))
    return Graph.of(nodes), {f"c{name}": rng.uniform(0.1, 0.95) for name in names}


def by_hand(graph: Graph, p: dict[str, float]) -> float:
    """Every outcome of every coin."""
    total = 0.0
    for outcome in product((False, True), repeat=len(p)):
        well = dict(zip(p, outcome, strict=True))
        lost = {n.name for n in graph.nodes.values() if n.coin and not well[n.coin]}
        if GOAL in graph.reached(without=lost):
            total += float(np.prod([q if well[c] else 1 - q for c, q in p.items()]))
    return total


def exact(graph: Graph, p: dict[str, float]) -> float:
    asked = question(graph, GOAL)
    return float(asked.chance({c: np.array([p[c]]) for c in asked.coins}).values[0])


@pytest.mark.parametrize("seed", range(200))
def test_exact_is_what_every_outcome_says_and_sampling_comes_near(seed: int) -> None:
    graph, p = random_graph(seed, 7)
    found = exact(graph, p)
    assert found == pytest.approx(by_hand(graph, p), abs=1e-12)
    well = {c: uniforms(seed, c, SAMPLES) < q for c, q in p.items()}
    share = reached_in(graph, GOAL, well, SAMPLES).mean()
    assert abs(share - found) <= 4 * max(found * (1 - found), 1e-9) ** 0.5 / SAMPLES**0.5 + 1e-9


@pytest.mark.parametrize("seed", range(30))
def test_another_way_never_lowers_and_order_changes_nothing(seed: int) -> None:
    graph, p = random_graph(seed)
    goal = graph.nodes[GOAL]
    either = Node(GOAL, False, ("old", "n0"))
    more = Graph.of(
        [n for n in graph.nodes.values() if n.name != GOAL]
        + [Node("old", goal.is_and, goal.parents, goal.coin), either]
    )
    assert exact(more, p) >= exact(graph, p) - 1e-12
    turned = Graph.of(reversed(list(graph.nodes.values())))
    assert exact(turned, p) == exact(graph, p)


@pytest.mark.parametrize("seed", range(30))
def test_a_higher_chance_never_lowers_and_never_takes_longer(seed: int) -> None:
    graph, p = random_graph(seed)
    higher = {c: min(1.0, q * 1.3) for c, q in p.items()}
    assert exact(graph, higher) >= exact(graph, p) - 1e-12
    drawn = {c: uniforms(1, c, 500) for c in p}
    less = reached_in(graph, GOAL, {c: drawn[c] < p[c] for c in p}, 500)
    more = reached_in(graph, GOAL, {c: drawn[c] < higher[c] for c in p}, 500)
    assert (more >= less).all()


def test_parallel_copies() -> None:
    graph = Graph.of(
        [Node("a", True, (), "a"), Node("b", True, (), "b"), Node(GOAL, False, ("a", "b"))]
    )
    assert exact(graph, {"a": 0.3, "b": 0.3}) == pytest.approx(1 - 0.7**2)


def test_and_with_a_parent_out_of_reach_is_out_of_reach() -> None:
    graph = Graph.of([Node("a", True), Node(GOAL, True, ("a", "missing"))])
    assert exact(graph, {}) == 0
    assert graph.pruned(GOAL).nodes == {}


def test_a_cycle_without_an_entrance_is_out_of_reach() -> None:
    graph = Graph.of([Node("a", False, (GOAL,)), Node(GOAL, False, ("a",))])
    assert exact(graph, {}) == 0


def test_pruning_takes_what_leads_nowhere() -> None:
    graph = Graph.of([Node("a", True), Node("b", True, ("a",)), Node(GOAL, False, ("a",))])
    assert set(graph.pruned(GOAL).nodes) == {"a", GOAL}


def test_a_diagram_too_large_is_sampled_and_says_so() -> None:
    graph, p = random_graph(6)
    assert exact(graph, p) > 0.05
    asked = question(graph, GOAL, nodes_max=3)
    found = asked.chance({c: np.array([p[c]]) for c in asked.coins}, seed=5)
    assert not found.is_exact
    assert abs(float(found.values[0]) - exact(graph, p)) <= 2.1 * found.error


def test_conditional_samples_all_succeed_in_the_right_shares() -> None:
    diagram = Diagram()
    a, b = diagram.variable(0), diagram.variable(1)
    root = diagram.any_of([a, b])
    given = [np.array([0.01]), np.array([0.03])]
    drawn = diagram.sample(root, given, [uniforms(1, "a", 50_000), uniforms(1, "b", 50_000)])
    assert (drawn[0] | drawn[1]).all()
    whole = 1 - 0.99 * 0.97
    assert drawn[0].mean() == pytest.approx(0.01 / whole, abs=0.01)
    assert drawn[1].mean() == pytest.approx(0.03 / whole, abs=0.01)
