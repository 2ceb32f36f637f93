"""Optional content (ISO 32000-2 section 8.11): what is shown stays so, what is hidden is found."""

from __future__ import annotations

from typing import Any

from sekisho.disarm.formats.pdf.builder import Builder
from sekisho.disarm.formats.pdf.rules import (
    DROP,
    Check,
    Rule,
    either,
    made,
    many,
    name,
    one_of,
    text,
)
from sekisho.disarm.formats.pdf.values import Value

LAYERS_MAX = 10_000
_NESTED_MAX = 12

LAYER = Rule(
    "layer",
    {"Name": text, "Intent": either(name, many(name, 8))},
    ("Name",),
    {"Type": "OCG"},
)


def _nested(make: Check) -> Check:
    """Arrays in arrays of what `make` allows."""

    def check(builder: Builder, value: Value, depth: int = 0) -> Any:
        found = builder.resolve(value)
        if type(found) is not list:
            return make(builder, value)
        if depth > _NESTED_MAX or len(found) > LAYERS_MAX:
            return DROP
        builder.spend(len(found))
        out = [check(builder, one, depth + 1) for one in found]
        return [one for one in out if one is not DROP]

    return check


_LAYERS = many(made(LAYER), LAYERS_MAX)
MEMBERSHIP = Rule(
    "membership",
    {
        "OCGs": either(_LAYERS, made(LAYER)),
        "P": one_of("AllOn", "AnyOn", "AnyOff", "AllOff"),
        "VE": _nested(either(one_of("And", "Or", "Not"), made(LAYER))),
    },
    (),
    {"Type": "OCMD"},
)


def _optional(builder: Builder, entries: dict[str, Value]) -> Rule | None:
    kind = builder.resolve(entries.get("Type"))
    return {"OCG": LAYER, "OCMD": MEMBERSHIP}.get(kind) if type(kind) is str else None


OPTIONAL = Rule("optional", {}, choose=_optional)


def _hidden(builder: Builder, source: dict[str, Value], out: dict[str, Any]) -> Any:
    hidden = len(out.get("OFF", ()))
    if out.get("BaseState") == "OFF":
        hidden = max(hidden, 1)
    if hidden:
        builder.work.found("pdf-hidden-layer", count=hidden)
    return out


_STATE = Rule(
    "layer-state",
    {
        "Name": text,
        "BaseState": one_of("ON", "OFF", "Unchanged"),
        "ON": _LAYERS,
        "OFF": _LAYERS,
        "Order": _nested(either(made(LAYER), text)),
        "ListMode": one_of("AllPages", "VisiblePages"),
        "RBGroups": many(_LAYERS, 1_000),
        "Locked": _LAYERS,
        "Intent": either(name, many(name, 8)),
    },
    finish=_hidden,
)
LAYERS = Rule("layers", {"OCGs": _LAYERS, "D": made(_STATE)}, ("OCGs", "D"))
