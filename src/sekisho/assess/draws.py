"""Random numbers by name: the same seed and name give the same numbers in every model and order.

That is what makes models comparable (common random numbers) and runs repeatable to the byte.
"""

from __future__ import annotations

import hashlib

import numpy as np

from sekisho.assess.bdd import Floats
from sekisho.assess.ranges import Range


def generator(seed: int, name: str) -> np.random.Generator:
    """The stream of this name."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "big")))


def uniforms(seed: int, name: str, count: int) -> Floats:
    """Numbers in [0, 1)."""
    return generator(seed, name).random(count)


def pert(seed: int, name: str, value: Range, count: int) -> Floats:
    """Draws from the PERT distribution (a beta of weight 4 on the likely value)."""
    width = value.high - value.low
    if width <= 0:
        return np.full(count, value.likely)
    before = 1 + 4 * (value.likely - value.low) / width
    after = 1 + 4 * (value.high - value.likely) / width
    return value.low + width * generator(seed, name).beta(before, after, count)
