"""Answers that are known from the literature or by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from sekisho.assess.bdd import NODES_MAX
from sekisho.assess.chances import question
from sekisho.assess.draws import generator, pert
from sekisho.assess.graph import Graph, Node
from sekisho.assess.ranges import Range
from sekisho.assess.times import arrivals

SAMPLES = 400_000


def network(edges: list[tuple[str, str]], start: str) -> Graph:
    """Undirected: both directions of an edge share its coin; places are facts."""
    nodes = [Node(start, True)]
    givers: dict[str, list[str]] = {}
    for a, b in edges:
        for here, there in ((a, b), (b, a)):
            name = f"{here}>{there}"
            nodes.append(Node(name, True, (here,), f"{a}-{b}"))
            givers.setdefault(there, []).append(name)
    nodes += [Node(p, False, tuple(found)) for p, found in givers.items() if p != start]
    return Graph.of(nodes)


def chance(
    graph: Graph, goal: str, p: dict[str, float] | float, nodes_max: int = NODES_MAX
) -> float:
    asked = question(graph, goal, nodes_max=nodes_max)
    given = {c: np.array([p if isinstance(p, float) else p[c]]) for c in asked.coins}
    found = asked.chance(given)
    assert found.is_exact
    return float(found.values[0])


def test_the_bridge_network() -> None:
    edges = [("s", "a"), ("s", "b"), ("a", "b"), ("a", "t"), ("b", "t")]
    assert chance(network(edges, "s"), "t", 0.9) == pytest.approx(0.97848, abs=5e-6)


def grid() -> Graph:
    edges = [(f"{x}{y}", f"{x + 1}{y}") for x in range(4) for y in range(5)]
    edges += [(f"{x}{y}", f"{x}{y + 1}") for x in range(5) for y in range(4)]
    return network(edges, "00")


@pytest.mark.long
def test_a_grid_of_five_by_five_from_corner_to_corner() -> None:
    found = chance(grid(), "44", 0.9, nodes_max=4_000_000)
    assert found == pytest.approx(0.97555, abs=1e-5)


def test_the_grid_is_sampled_within_the_usual_limit_and_says_so() -> None:
    asked = question(grid(), "44")
    found = asked.chance({coin: np.array([0.9]) for coin in asked.coins}, seed=1)
    assert not found.is_exact
    assert abs(float(found.values[0]) - 0.97556) <= 2 * found.error


def test_an_attack_graph_of_and_and_or_against_every_outcome() -> None:
    coins = {"ftp": 0.8, "rsh": 0.9, "sshd": 0.1, "local": 0.1}
    graph = Graph.of(
        [
            Node("ftp", True, (), "ftp"),
            Node("rsh", True, ("ftp",), "rsh"),
            Node("sshd", True, (), "sshd"),
            Node("user", False, ("rsh", "sshd")),
            Node("root", True, ("user",), "local"),
        ]
    )
    expected = 0.0
    for outcome in product((False, True), repeat=4):
        o = dict(zip(coins, outcome, strict=True))
        if ((o["ftp"] and o["rsh"]) or o["sshd"]) and o["local"]:
            expected += np.prod([p if o[c] else 1 - p for c, p in coins.items()])
    assert chance(graph, "root", coins) == pytest.approx(expected, abs=1e-12)


def exponential(mean: float, name: str) -> np.ndarray:
    return generator(1, name).exponential(mean, SAMPLES)


@pytest.mark.parametrize(
    ("is_and", "expected", "means"), [(False, 1 / 0.15, (10, 20)), (True, 15.0, (10, 10))]
)
def test_the_first_and_the_last_of_two(
    is_and: bool, expected: float, means: tuple[float, float]
) -> None:
    graph = Graph.of([Node("a", True), Node("b", True), Node("c", is_and, ("a", "b"))])
    delays = {"a": exponential(means[0], "a"), "b": exponential(means[1], "b")}
    times = arrivals(graph, {}, delays, SAMPLES)["c"]
    assert times.mean() == pytest.approx(expected, abs=4 * times.std() / SAMPLES**0.5)


def test_a_series_takes_the_sum() -> None:
    graph = Graph.of([Node("a", True), Node("b", True, ("a",)), Node("c", True, ("b",))])
    delays = {name: exponential(mean, name) for name, mean in (("a", 1), ("b", 10), ("c", 100))}
    times = arrivals(graph, {}, delays, SAMPLES)["c"]
    assert times.mean() == pytest.approx(111, abs=4 * times.std() / SAMPLES**0.5)


def test_an_instant_step_takes_no_time() -> None:
    graph = Graph.of([Node("a", True), Node("b", True, ("a",))])
    assert (arrivals(graph, {}, {}, 10)["b"] == 0).all()


def test_the_way_of_an_and_waits_for_its_slower_parent() -> None:
    """A shortest way that ignores AND would say 1."""
    graph = Graph.of([Node("a", True), Node("b", True), Node("c", True, ("a", "b"))])
    delays = {"a": np.array([1.0]), "b": np.array([9.0])}
    assert arrivals(graph, {}, delays, 1)["c"][0] == 9.0


def test_the_mean_of_pert() -> None:
    value = Range(2, 5, 20)
    drawn = pert(3, "x", value, SAMPLES)
    assert value.mean == 7
    assert drawn.mean() == pytest.approx(7, abs=4 * drawn.std() / SAMPLES**0.5)
    assert drawn.min() >= 2
    assert drawn.max() <= 20


def test_the_first_run_of_a_seed_is_like_the_second() -> None:
    assert (pert(9, "x", Range(0, 1, 2), 50) == pert(9, "x", Range(0, 1, 2), 50)).all()
    assert (pert(9, "x", Range(0, 1, 2), 50) != pert(9, "y", Range(0, 1, 2), 50)).any()
