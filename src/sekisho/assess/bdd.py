"""Binary decision diagrams of monotone functions: exact probabilities, exact conditional samples.

Nodes are numbers: 0 is false, 1 is true, others index (variable, low, high). No complement edges;
each triple stands once, so equal functions are equal numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FALSE, TRUE = 0, 1
NODES_MAX = 200_000


class TooLargeError(Exception):
    """The diagram outgrew its limit; the caller falls back to sampling and says so."""


class Diagram:
    """All functions over variables 0, 1, 2 … in this order."""

    def __init__(self, nodes_max: int = NODES_MAX) -> None:
        self._nodes_max = nodes_max
        self._nodes: list[tuple[int, int, int]] = [(1 << 30, 0, 0), (1 << 30, 1, 1)]
        self._known: dict[tuple[int, int, int], int] = {}
        self._done: dict[tuple[bool, int, int], int] = {}

    def variable(self, index: int) -> int:
        """The function that is true when this variable is."""
        return self._make(index, FALSE, TRUE)

    def all_of(self, functions: Sequence[int]) -> int:
        """True when all are; true for none. Raises TooLargeError."""
        result = TRUE
        for function in sorted(functions, reverse=True):
            result = self._join(True, result, function)
        return result

    def any_of(self, functions: Sequence[int]) -> int:
        """True when one is; false for none. Raises TooLargeError."""
        result = FALSE
        for function in sorted(functions, reverse=True):
            result = self._join(False, result, function)
        return result

    def chances(self, root: int, given: Sequence[Floats]) -> dict[int, Floats]:
        """For each node below `root`, the probability that it is true.

        `given[i]` holds the probabilities of variable i, one for each case; all of one length.
        """
        cases = len(given[0]) if given else 1
        found = {FALSE: np.zeros(cases), TRUE: np.ones(cases)}
        for node in self._below(root):
            variable, low, high = self._nodes[node]
            p = given[variable]
            found[node] = p * found[high] + (1 - p) * found[low]
        return found

    def sample(
        self, root: int, given: Sequence[Floats], uniforms: Sequence[Floats]
    ) -> list[NDArray[np.bool_]]:
        """The variables, drawn so that `root` is true in every sample.

        `given[i]` has one case; `uniforms[i]` one number in [0, 1) for each sample.
        """
        chance = {node: float(p[0]) for node, p in self.chances(root, given).items()}
        at = np.full(len(uniforms[0]), root)
        drawn = [u < float(p[0]) for u, p in zip(uniforms, given, strict=True)]
        for node in reversed(self._below(root)):
            here = at == node
            if not here.any():
                continue
            variable, low, high = self._nodes[node]
            is_true = uniforms[variable] < given[variable][0] * chance[high] / chance[node]
            drawn[variable][here] = is_true[here]
            at[here] = np.where(is_true[here], high, low)
        return drawn

    def _below(self, root: int) -> list[int]:
        """The inner nodes that `root` leads to, deepest variable first."""
        seen: set[int] = set()
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if node > TRUE and node not in seen:
                seen.add(node)
                waiting += self._nodes[node][1:]
        return sorted(seen, key=lambda node: (-self._nodes[node][0], node))

    def _make(self, variable: int, low: int, high: int) -> int:
        if low == high:
            return low
        key = (variable, low, high)
        found = self._known.get(key)
        if found is None:
            if len(self._nodes) >= self._nodes_max:
                raise TooLargeError
            found = self._known[key] = len(self._nodes)
            self._nodes.append(key)
        return found

    def _join(self, is_and: bool, left: int, right: int) -> int:
        if left == right:
            return left
        if left > right:
            left, right = right, left
        if left <= TRUE:
            absorbs = left == (FALSE if is_and else TRUE)
            return left if absorbs else right
        key = (is_and, left, right)
        found = self._done.get(key)
        if found is None:
            found = self._done[key] = self._split(is_and, left, right)
        return found

    def _split(self, is_and: bool, left: int, right: int) -> int:
        (a, a_low, a_high), (b, b_low, b_high) = self._nodes[left], self._nodes[right]
        top = min(a, b)
        if a > top:
            a_low = a_high = left
        if b > top:
            b_low = b_high = right
        low = self._join(is_and, a_low, b_low)
        return self._make(top, low, self._join(is_and, a_high, b_high))
