"""What pages draw with: forms, pictures, patterns, and the lists they are named in
(ISO 32000-2 sections 7.8.3, 8.7, 8.10)."""

from __future__ import annotations

from typing import Any

from sekisho.disarm.formats.pdf import content, grammar, streams
from sekisho.disarm.formats.pdf.builder import Builder
from sekisho.disarm.formats.pdf.colours import LATER, SHADING, STATE, space
from sekisho.disarm.formats.pdf.fonts import ENCODING, FONT
from sekisho.disarm.formats.pdf.images import IMAGE
from sekisho.disarm.formats.pdf.layers import OPTIONAL
from sekisho.disarm.formats.pdf.rules import (
    DROP,
    MATRIX,
    RECTANGLE,
    Rule,
    boolean,
    made,
    named,
    number,
    one_of,
    whole,
)
from sekisho.disarm.formats.pdf.values import Stream, Value


def drawing(builder: Builder, stream: Stream, out: dict[str, Any]) -> Any:
    """The statements of a form, a pattern or a glyph."""
    found = streams.unpacked(builder, stream)
    if found is None:
        return DROP
    is_simple = grammar.is_simple(found.data)
    data = found.data if is_simple else checked(builder, found.data)
    packed = streams.repacked(data, found, data)
    packed.is_simple = is_simple
    return packed


def checked(builder: Builder, data: bytes) -> bytes:
    """A content stream with known statements only; the same object when nothing had to change."""
    if grammar.is_regular(data):
        return data
    result = content.rewrite(data, builder.work.budget)
    if result.unknown:
        builder.work.removed("pdf-operator", builder.place, count=result.unknown)
    if result.pictures:
        builder.work.removed("pdf-picture", builder.place, count=result.pictures)
    return data if result.data == data else result.data


RESOURCES = Rule(
    "resources",
    {
        "ExtGState": named(made(STATE)),
        "ColorSpace": named(space),
        "Pattern": named(made(lambda: PATTERN)),
        "Shading": named(made(SHADING)),
        "XObject": named(made(lambda: XOBJECT)),
        "Font": named(made(FONT)),
        "Encoding": named(ENCODING),
        "Properties": named(made(OPTIONAL)),
    },
)

GROUP = Rule(
    "group",
    {"S": one_of("Transparency"), "CS": space, "I": boolean, "K": boolean},
    ("S",),
    {"Type": "Group"},
)

FORM = Rule(
    "form",
    {
        "BBox": RECTANGLE,
        "Matrix": MATRIX,
        "Resources": made(RESOURCES),
        "Group": made(GROUP),
        "StructParent": whole(0, 10_000_000),
        "StructParents": whole(0, 10_000_000),
        "OC": made(OPTIONAL),
        "FormType": whole(1, 1),
    },
    ("BBox",),
    {"Type": "XObject", "Subtype": "Form"},
    stream=drawing,
    needs_stream=True,
)


def _xobject(builder: Builder, entries: dict[str, Value]) -> Rule | None:
    kind = builder.resolve(entries.get("Subtype"))
    second = builder.resolve(entries.get("Subtype2"))
    if kind == "PS" or second == "PS" or "PS" in entries:
        builder.work.removed("pdf-postscript", builder.place)
        return None
    return {"Form": FORM, "Image": IMAGE}.get(kind) if type(kind) is str else None


XOBJECT: Rule = Rule("xobject", {}, choose=_xobject)

TILING = Rule(
    "tiling",
    {
        "PaintType": whole(1, 2),
        "TilingType": whole(1, 3),
        "BBox": RECTANGLE,
        "XStep": number(),
        "YStep": number(),
        "Resources": made(RESOURCES),
        "Matrix": MATRIX,
    },
    ("PaintType", "TilingType", "BBox", "XStep", "YStep"),
    {"PatternType": 1},
    stream=drawing,
    needs_stream=True,
)
SHADED = Rule(
    "shaded",
    {"Shading": made(SHADING), "Matrix": MATRIX, "ExtGState": made(STATE)},
    ("Shading",),
    {"PatternType": 2},
)


def _pattern(builder: Builder, entries: dict[str, Value]) -> Rule | None:
    kind = builder.resolve(entries.get("PatternType"))
    return {1: TILING, 2: SHADED}.get(kind) if type(kind) is int else None


PATTERN: Rule = Rule("pattern", {}, choose=_pattern)
GLYPH = Rule("glyph", {}, stream=drawing, needs_stream=True)
LATER.update(form=FORM, font=FONT, resources=RESOURCES, glyph=GLYPH)
