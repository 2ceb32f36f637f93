"""Forms as values: what is asked, what stands in it, and what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import QueryDict

from sekisho.kernel.speech import Pair, both

Values = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Field:
    """One question. `kind`: text, number, date, lines, select, checks, flag."""

    name: str
    label: Pair
    kind: str = "text"
    hint: Pair = ("", "")
    required: bool = False
    choices: tuple[tuple[str, Pair], ...] = ()
    value: str = ""
    chosen: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Questions under one heading."""

    name: str
    title: Pair
    fields: tuple[Field, ...]

    def filled(self, values: Values) -> Section:
        """With these answers in it."""
        return replace(self, fields=filled(self.fields, values))


def filled(fields: Sequence[Field], values: Values) -> tuple[Field, ...]:
    """The questions with their answers."""
    return tuple(_filled(one, values.get(one.name, "")) for one in fields)


def _filled(one: Field, value: str | Sequence[str]) -> Field:
    if isinstance(value, str):
        return replace(one, value=value, chosen=(value,) if value else ())
    return replace(one, chosen=tuple(value))


def typed(fields: Sequence[Field], untrusted: QueryDict) -> dict[str, str | list[str]]:
    """What was typed, as it was typed."""
    return {
        one.name: untrusted.getlist(one.name)
        if one.kind == "checks"
        else untrusted.get(one.name, "").strip()
        for one in fields
    }


def differing(
    fields: Sequence[Field], now: Values, here: Values
) -> tuple[tuple[Pair, str, str], ...]:
    """Label, what somebody else has put in force meanwhile, what was typed here; where they are
    not the same."""
    told = ((one.label, _told(one, now), _told(one, here)) for one in fields)
    return tuple((label, before, typed) for label, before, typed in told if before != typed)


def _told(one: Field, values: Values) -> str:
    value = values.get(one.name, "")
    words = dict(one.choices)
    chosen = [value] if isinstance(value, str) else sorted(value)
    return "、".join(both(*words[word]) if word in words else word for word in chosen)
