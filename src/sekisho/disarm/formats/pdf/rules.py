"""What a rule is: for each type of dictionary the keys that are known, and what each may hold.

A check takes the builder and a value as it stands in the file and returns what may be written, or
DROP. Values of another type, out of range or out of shape are dropped: nothing passes unseen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sekisho.disarm.formats.pdf.values import NUMBER_MAX, Ref, Value

if TYPE_CHECKING:
    from sekisho.disarm.formats.pdf.builder import Builder

DROP: Final = object()
NAME_BYTES_MAX = 127
TEXT_BYTES_MAX = 64 * 1024
ITEMS_MAX = 1_000_000
_CONTROL = re.compile(r"[\0-\x1f\x7f]")

Check = Callable[["Builder", Value], Any]


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One type of dictionary. `finish` has the last word: it sees the source and the result."""

    name: str
    keys: Mapping[str, Check]
    required: tuple[str, ...] = ()
    fixed: Mapping[str, Value] = field(default_factory=dict)
    finish: Callable[[Builder, dict[str, Value], dict[str, Value]], Any] | None = None
    stream: Callable[[Builder, Any, dict[str, Value]], Any] | None = None
    """For streams: takes the source and the entries that passed; returns the bytes to write."""
    choose: Callable[[Builder, dict[str, Value]], Rule | None] | None = None
    """A family of rules: which one it is stands in the dictionary."""
    needs_stream: bool = False


def whole(least: int, most: int) -> Check:
    """An integer in a range, or a real that is one."""

    def check(builder: Builder, value: Value) -> Any:
        found = builder.resolve(value)
        if type(found) is float and found.is_integer():
            found = int(found)
        return found if type(found) is int and least <= found <= most else DROP

    return check


def number(least: float = -NUMBER_MAX, most: float = NUMBER_MAX) -> Check:
    """A number in a range."""

    def check(builder: Builder, value: Value) -> Any:
        found = builder.resolve(value)
        is_number = type(found) is int or type(found) is float
        return found if is_number and least <= found <= most else DROP

    return check


def boolean(builder: Builder, value: Value) -> Any:
    """true or false."""
    found = builder.resolve(value)
    return found if type(found) is bool else DROP


def name(builder: Builder, value: Value) -> Any:
    """Any name of a sane length, without control characters."""
    found = builder.resolve(value)
    return found if type(found) is str and is_sane_name(found) else DROP


def is_sane_name(found: str) -> bool:
    """Whether a name may be written."""
    return len(found) <= NAME_BYTES_MAX and not _CONTROL.search(found)


def one_of(*names: str) -> Check:
    """One of these names."""
    allowed = frozenset(names)

    def check(builder: Builder, value: Value) -> Any:
        found = builder.resolve(value)
        return found if type(found) is str and found in allowed else DROP

    return check


def text(builder: Builder, value: Value) -> Any:
    """A string that people read; it is looked at."""
    found = builder.resolve(value)
    if type(found) is not bytes or len(found) > TEXT_BYTES_MAX:
        return DROP
    builder.look(found)
    return found


def octets(most: int) -> Check:
    """A string that only programs read."""

    def check(builder: Builder, value: Value) -> Any:
        found = builder.resolve(value)
        return found if type(found) is bytes and len(found) <= most else DROP

    return check


def numbers(least: int, most: int, low: float = -NUMBER_MAX, high: float = NUMBER_MAX) -> Check:
    """An array of `least` to `most` numbers, each in a range."""

    def check(builder: Builder, value: Value) -> Any:
        found = builder.resolve(value)
        if type(found) is not list or not least <= len(found) <= most:
            return DROP
        builder.spend(len(found))
        out = [builder.resolve(one) for one in found]
        if not all(map(_is_number, out)) or (out and (min(out) < low or max(out) > high)):
            return DROP
        return out

    return check


def _is_number(value: Value) -> bool:
    return type(value) is int or type(value) is float


RECTANGLE = numbers(4, 4, -1e6, 1e6)
MATRIX = numbers(6, 6, -1e7, 1e7)


def many(check_one: Check, most: int = ITEMS_MAX, *, least: int = 0, holes: bool = False) -> Check:
    """An array; items that do not pass are left out, or become null with `holes`."""

    def check(builder: Builder, value: Value) -> Any:
        found = builder.resolve(value)
        if type(found) is not list or len(found) > most:
            return DROP
        builder.spend(len(found))
        out = [check_one(builder, one) for one in found]
        if holes:
            return [None if one is DROP else one for one in out]
        out = [one for one in out if one is not DROP]
        return out if len(out) >= least else DROP

    return check


def exactly(*checks: Check) -> Check:
    """An array of so many items, each with its own check; all must pass."""

    def check(builder: Builder, value: Value) -> Any:
        found = builder.resolve(value)
        if type(found) is not list or len(found) != len(checks):
            return DROP
        out = [one(builder, item) for one, item in zip(checks, found, strict=True)]
        return DROP if any(one is DROP for one in out) else out

    return check


def named(check_one: Check, most: int = 20_000) -> Check:
    """A dictionary of any names (resources, for one), each value of one type."""

    def check(builder: Builder, value: Value) -> Any:
        found = builder.resolve(value)
        if type(found) is not dict or len(found) > most:
            return DROP
        out = {}
        for key, one in found.items():
            passed = check_one(builder, one) if is_sane_name(key) else DROP
            if passed is not DROP:
                out[key] = passed
            elif builder.resolve(one) is not None:
                builder.left_out(key, one)
        return out

    return check


def either(*checks: Check) -> Check:
    """The first check that passes."""

    def check(builder: Builder, value: Value) -> Any:
        for one in checks:
            out = one(builder, value)
            if out is not DROP:
                return out
        return DROP

    return check


def made(rule: Rule | Callable[[], Rule]) -> Check:
    """A dictionary or stream by a rule; what stands by itself in the file will do so again."""

    def check(builder: Builder, value: Value) -> Any:
        known = rule if isinstance(rule, Rule) else rule()
        if type(value) is Ref:
            return builder.node(value, known)
        return builder.build(value, known)

    return check
