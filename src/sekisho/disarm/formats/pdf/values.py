"""PDF values as Python values (ISO 32000-2 section 7.3).

null None · booleans bool · numbers int and float · names str (without the solidus, one character
for each byte) · strings bytes · arrays list · dictionaries dict · `Ref` · `Stream`.
"""

from __future__ import annotations

from typing import Any, Final

Value = Any
"""One of the above. What a value is decides how it may be used: see `rules`."""


class Ref:
    """A reference to an object; `key` is its number, with a generation that is not 0 above it."""

    __slots__ = ("key",)

    def __init__(self, key: int) -> None:
        self.key = key


class Stream:
    """A dictionary and the packed bytes that belong to it."""

    __slots__ = ("entries", "raw")

    def __init__(self, entries: dict[str, Value], raw: bytes) -> None:
        self.entries = entries
        self.raw = raw


class Irregular(Exception):
    """The file is not written as the specification says; qpdf may know what was meant."""


NUMBER_MAX: Final = 10_000_000_000
DEPTH_MAX: Final = 100
"""Arrays in arrays."""


def key_of(number: int, generation: int) -> int:
    """How an object is looked up."""
    return number | generation << 32
