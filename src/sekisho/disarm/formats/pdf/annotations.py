"""Annotations (ISO 32000-2 section 12.5): those that show or mark, without what they do."""

from __future__ import annotations

from typing import Any

from sekisho.disarm.formats.pdf import content
from sekisho.disarm.formats.pdf.actions import action, destination, page_of
from sekisho.disarm.formats.pdf.builder import Builder
from sekisho.disarm.formats.pdf.layers import OPTIONAL
from sekisho.disarm.formats.pdf.resources import XOBJECT
from sekisho.disarm.formats.pdf.rules import (
    DROP,
    RECTANGLE,
    Rule,
    boolean,
    either,
    exactly,
    made,
    many,
    name,
    named,
    number,
    numbers,
    one_of,
    text,
    whole,
)
from sekisho.disarm.formats.pdf.values import Stream, Value

ANNOTATIONS_MAX = 50_000
"""On one page."""

_APPEARANCE = made(XOBJECT)


def _state(builder: Builder, value: Value) -> Any:
    """One appearance, or one for each state."""
    if type(builder.resolve(value)) is Stream:
        return _APPEARANCE(builder, value)
    return named(_APPEARANCE, 200)(builder, value)


APPEARANCES = made(Rule("appearances", {"N": _state, "R": _state, "D": _state}, ("N",)))
BORDER_STYLE = made(
    Rule(
        "border-style",
        {"W": number(0, 1_000), "S": one_of("S", "D", "B", "I", "U"), "D": numbers(0, 20, 0, 1e4)},
    )
)
_EFFECT = made(Rule("border-effect", {"S": one_of("S", "C"), "I": number(0, 10)}))


def border(builder: Builder, value: Value) -> Any:
    """Three numbers, and a pattern of dashes."""
    found = builder.resolve(value)
    if type(found) is list and len(found) == 4:
        corner = number(0, 1e4)
        return exactly(corner, corner, corner, numbers(0, 20, 0, 1e4))(builder, found)
    return numbers(3, 3, 0, 1e4)(builder, found)


def default_appearance(builder: Builder, value: Value) -> Any:
    """A string of statements that set font and colour."""
    found = builder.resolve(value)
    if type(found) is not bytes or len(found) > 2_000:
        return DROP
    return content.rewrite(found, builder.work.budget).data


def _page(builder: Builder, value: Value) -> Any:
    return page_of(builder, value)


COMMON = {
    "Rect": RECTANGLE,
    "Contents": text,
    "F": whole(0, 1_023),
    "AP": APPEARANCES,
    "AS": name,
    "Border": border,
    "C": numbers(0, 4, 0, 1),
    "StructParent": whole(0, 10_000_000),
    "OC": made(OPTIONAL),
    "P": _page,
    "BM": name,
    "ca": number(0, 1),
    "CA": number(0, 1),
    "Lang": text,
}
_MARKUP = {
    **COMMON,
    "T": text,
    "Subj": text,
    "BS": BORDER_STYLE,
    "BE": _EFFECT,
    "IC": numbers(0, 4, 0, 1),
    "RD": numbers(4, 4, 0, 1e5),
    "RT": one_of("R", "Group"),
    "IT": name,
    "QuadPoints": numbers(8, 80_000, -1e6, 1e6),
    "L": numbers(4, 4, -1e6, 1e6),
    "LE": either(name, many(name, 2)),
    "LL": number(-1e5, 1e5),
    "LLE": number(0, 1e5),
    "LLO": number(0, 1e5),
    "Cap": boolean,
    "CP": one_of("Inline", "Top"),
    "CO": numbers(2, 2, -1e6, 1e6),
    "CL": numbers(4, 6, -1e6, 1e6),
    "Vertices": numbers(2, 100_000, -1e6, 1e6),
    "InkList": many(numbers(2, 100_000, -1e6, 1e6), 10_000),
    "DA": default_appearance,
    "Q": whole(0, 2),
    "Sy": one_of("P", "None"),
    "State": text,
    "StateModel": text,
    "Open": boolean,
    "Popup": made(lambda: ANNOTATION),
    "IRT": made(lambda: ANNOTATION),
    "Parent": made(lambda: ANNOTATION),
}
_ICONS = {"Text", "Stamp"}
MARKUPS = [
    "Text",
    "FreeText",
    "Line",
    "Square",
    "Circle",
    "Polygon",
    "PolyLine",
    "Highlight",
    "Underline",
    "Squiggly",
    "StrikeOut",
    "Stamp",
    "Caret",
    "Ink",
    "Popup",
]


def _link(builder: Builder, source: dict[str, Value], out: dict[str, Any]) -> Any:
    return out if "A" in out or "Dest" in out or "AP" in out else DROP


def _rule(kind: str) -> Rule:
    keys = {**_MARKUP, "Name": name} if kind in _ICONS else _MARKUP
    return Rule("annotation-" + kind, keys, ("Rect",), {"Type": "Annot", "Subtype": kind})


_RULES = {kind: _rule(kind) for kind in MARKUPS}
_RULES["Link"] = Rule(
    "annotation-Link",
    {
        **COMMON,
        "A": action,
        "Dest": destination,
        "H": one_of("N", "I", "O", "P"),
        "QuadPoints": numbers(8, 80_000, -1e6, 1e6),
        "BS": BORDER_STYLE,
    },
    ("Rect",),
    {"Type": "Annot", "Subtype": "Link"},
    finish=_link,
)
_RULES["Watermark"] = Rule(
    "annotation-Watermark", COMMON, ("Rect", "AP"), {"Type": "Annot", "Subtype": "Watermark"}
)
WIDGETS: dict[str, Rule] = {}
"""The rule for fields: `fields` puts it here when it is loaded."""

_DROPPED = {
    "FileAttachment": "pdf-embedded-file",
    "Sound": "pdf-media",
    "Movie": "pdf-media",
    "Screen": "pdf-media",
    "3D": "pdf-media",
    "RichMedia": "pdf-media",
}


def _choose(builder: Builder, entries: dict[str, Value]) -> Rule | None:
    kind = builder.resolve(entries.get("Subtype"))
    if type(kind) is not str:
        return None
    if kind in MARKUPS and not builder.profile.comments:
        builder.work.removed("pdf-comment", builder.place)
        return None
    if kind == "Widget":
        return WIDGETS["Widget"] if builder.profile.forms else None
    rule = _RULES.get(kind)
    if rule is None:
        builder.work.removed(_DROPPED.get(kind, "pdf-annotation"), builder.place)
    elif kind == "Link" and not builder.profile.links and "Dest" not in entries:
        found = builder.resolve(entries.get("A"))
        if type(found) is dict and builder.resolve(found.get("S")) == "URI":
            builder.work.removed("pdf-link", builder.place)
            return None
    return rule


ANNOTATION: Rule = Rule("annotation", {}, choose=_choose)
ANNOTATIONS = many(made(ANNOTATION), ANNOTATIONS_MAX)
