"""AND/OR graphs of steps and facts: what follows from what, cycles by least derivation.

A node is reached when its coin falls well and all (AND) or one (OR) of its parents is reached.
A node without parents needs its coin alone when it is AND, and is never reached when it is OR.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """One node. Nodes that name the same coin succeed or fail together; no coin: always well."""

    name: str
    is_and: bool
    parents: tuple[str, ...] = ()
    coin: str | None = None


@dataclass(frozen=True)
class Graph:
    """Nodes by name, in the order of their names: the order of a file changes nothing."""

    nodes: Mapping[str, Node]

    @classmethod
    def of(cls, nodes: Iterable[Node]) -> Graph:
        """The graph of these nodes; parents that are not among them are never reached."""
        return cls({node.name: node for node in sorted(nodes, key=lambda node: node.name)})

    def reached(self, without: Collection[str] = ()) -> frozenset[str]:
        """The nodes that can be reached at all when these are taken out."""
        found: set[str] = set()
        grew = True
        while grew:
            grew = False
            for node in self.nodes.values():
                if node.name not in found and node.name not in without and _holds(node, found):
                    found.add(node.name)
                    grew = True
        return frozenset(found)

    def pruned(self, goal: str) -> Graph:
        """Only what can be reached and leads to the goal; empty when the goal cannot be reached."""
        can = self.reached()
        wanted: set[str] = set()
        waiting = [goal] if goal in can else []
        while waiting:
            name = waiting.pop()
            if name not in wanted:
                wanted.add(name)
                waiting += [one for one in self.nodes[name].parents if one in can]
        return Graph(
            {
                name: Node(name, node.is_and, _within(node, wanted), node.coin)
                for name, node in self.nodes.items()
                if name in wanted
            }
        )

    def coins(self, goal: str) -> tuple[str, ...]:
        """The coins that bear on the goal, nearest first: those of one frontier stand together."""
        order: dict[str, None] = {}
        seen: set[str] = set()
        waiting = deque([goal])
        while waiting:
            node = self.nodes.get(waiting.popleft())
            if node is None or node.name in seen:
                continue
            seen.add(node.name)
            if node.coin is not None:
                order.setdefault(node.coin)
            waiting += node.parents
        return tuple(order)


def _holds(node: Node, found: Collection[str]) -> bool:
    held = (parent in found for parent in node.parents)
    return all(held) if node.is_and else any(held)


def _within(node: Node, wanted: Collection[str]) -> tuple[str, ...]:
    return tuple(parent for parent in node.parents if parent in wanted)
