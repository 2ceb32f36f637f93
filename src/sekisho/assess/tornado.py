"""Which inputs carry the result: each halved and doubled, one at a time, all others likely."""

from __future__ import annotations

from dataclasses import dataclass

from sekisho.assess.assessing import Assessor
from sekisho.assess.model import Model


@dataclass(frozen=True)
class Swing:
    """The yearly loss in yen with one input halved and doubled."""

    name: str
    halved: float
    doubled: float

    @property
    def width(self) -> float:
        """How far the result moves."""
        return abs(self.doubled - self.halved)


def swings(assessor: Assessor, model: Model) -> list[Swing]:
    """Every input that moves the expected loss, the widest first."""
    swung, names = assessor.swung()
    risk = swung.year(model).risk
    found = [
        Swing(name, float(risk[2 * place]), float(risk[2 * place + 1]))
        for place, name in enumerate(names)
    ]
    return sorted((one for one in found if one.width > 0), key=lambda one: (-one.width, one.name))
