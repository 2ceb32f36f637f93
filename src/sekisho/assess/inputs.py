"""Where the values of uncertain inputs come from: draws, or each halved and doubled in turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from sekisho.assess.bdd import Floats
from sekisho.assess.draws import pert
from sekisho.assess.ranges import Range


class Inputs(Protocol):
    """Values of each input, one for each of `count` cases; read-only arrays."""

    count: int

    def of(self, name: str, value: Range) -> Floats:
        """The values of the input with this name."""


class Drawn:
    """PERT draws; the same seed and name give the same draws."""

    def __init__(self, seed: int, count: int) -> None:
        self.count = count
        self._seed = seed
        self._known: dict[tuple[str, Range], Floats] = {}

    def of(self, name: str, value: Range) -> Floats:
        """The draws of the input with this name."""
        key = (name, value)
        if key not in self._known:
            self._known[key] = pert(self._seed, name, value, self.count)
        return self._known[key]


class Swung:
    """All inputs at their likely value; in two cases each, one is halved and doubled."""

    def __init__(self, names: Sequence[str]) -> None:
        self.count = 2 * len(names)
        self._place = {name: place for place, name in enumerate(names)}

    def of(self, name: str, value: Range) -> Floats:
        """The likely value everywhere but in the two cases of this input. Chances stay ≤ 1."""
        values = np.full(self.count, value.likely)
        place = self._place.get(name)
        if place is not None:
            doubled = 2 * value.likely
            values[2 * place] = value.likely / 2
            values[2 * place + 1] = min(1.0, doubled) if name.startswith("step.") else doubled
        return values
