"""Colour spaces, shadings, patterns and graphics states (ISO 32000-2 sections 8.4, 8.6, 8.7)."""

from __future__ import annotations

import struct
from typing import Any

from sekisho.disarm.formats.pdf import streams
from sekisho.disarm.formats.pdf.builder import Builder
from sekisho.disarm.formats.pdf.functions import FUNCTION, IDENTITY
from sekisho.disarm.formats.pdf.rules import (
    DROP,
    MATRIX,
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
    octets,
    one_of,
    whole,
)
from sekisho.disarm.formats.pdf.values import Stream, Value

SPACES_NESTED_MAX = 6
ICC_TAGS_MAX = 200
_TABLE = Rule("table", {}, stream=streams.plain, needs_stream=True)

_CALIBRATED = Rule(
    "calibrated",
    {
        "WhitePoint": numbers(3, 3, 0, 100),
        "BlackPoint": numbers(3, 3, 0, 100),
        "Gamma": either(number(0, 100), numbers(3, 3, 0, 100)),
        "Matrix": numbers(9, 9, -100, 100),
        "Range": numbers(4, 4, -1_000, 1_000),
    },
    ("WhitePoint",),
)


def _icc(builder: Builder, stream: Stream, out: dict[str, Any]) -> Any:
    """A profile whose head and table of tags are sound (ICC.1:2022 section 7)."""
    found = streams.unpacked(builder, stream)
    if found is None or not is_sound_profile(found.data):
        builder.work.removed("pdf-colour-profile", builder.place)
        return DROP
    size = int.from_bytes(found.data[:4], "big")
    return streams.repacked(found.data if len(found.data) == size else found.data[:size], found)


def is_sound_profile(data: bytes) -> bool:
    """Whether every tag of a colour profile lies inside it."""
    if len(data) < 132 or data[36:40] != b"acsp":
        return False
    size, count = int.from_bytes(data[:4], "big"), int.from_bytes(data[128:132], "big")
    if not 132 <= size <= len(data) or count > ICC_TAGS_MAX or 132 + 12 * count > size:
        return False
    tags = struct.iter_unpack(">4sLL", data[132 : 132 + 12 * count])
    return all(at >= 128 and at + length <= size for _, at, length in tags)


def space(builder: Builder, value: Value) -> Any:
    """A colour space: a name, or an array whose first item says what the others are."""
    return _space(builder, value, 0)


def _space(builder: Builder, value: Value, depth: int) -> Any:
    found = builder.resolve(value)
    if type(found) is str:
        return name(builder, found)
    if type(found) is not list or not found or depth > SPACES_NESTED_MAX:
        return DROP
    builder.spend(len(found))
    kind = builder.resolve(found[0])
    check = _KINDS.get(kind) if type(kind) is str else None
    if check is None:
        return DROP
    rest = check(builder, found[1:], depth)
    return DROP if rest is DROP else [kind, *rest]


def _rest(*checks: Any) -> Any:
    inner = exactly(*checks)

    def check(builder: Builder, items: list[Value], depth: int) -> Any:
        return inner(builder, items)

    return check


def _nothing(builder: Builder, items: list[Value], depth: int) -> Any:
    return []


def _indexed(builder: Builder, items: list[Value], depth: int) -> Any:
    if len(items) != 3:
        return DROP
    base = _space(builder, items[0], depth + 1)
    high = whole(0, 255)(builder, items[1])
    table = either(octets(8_192), made(_TABLE))(builder, items[2])
    return DROP if DROP in (base, high, table) else [base, high, table]


def _pattern(builder: Builder, items: list[Value], depth: int) -> Any:
    if not items:
        return []
    base = _space(builder, items[0], depth + 1)
    return DROP if base is DROP else [base]


def _separation(builder: Builder, items: list[Value], depth: int) -> Any:
    if len(items) != 3:
        return DROP
    colorant = name(builder, items[0])
    base = _space(builder, items[1], depth + 1)
    tint = made(FUNCTION)(builder, items[2])
    return DROP if DROP in (colorant, base, tint) else [colorant, base, tint]


def _device_n(builder: Builder, items: list[Value], depth: int) -> Any:
    if len(items) not in (3, 4):
        return DROP
    names = many(name, 32, least=1)(builder, items[0])
    base = _space(builder, items[1], depth + 1)
    tint = made(FUNCTION)(builder, items[2])
    if DROP in (names, base, tint):
        return DROP
    more = made(_ATTRIBUTES)(builder, items[3]) if len(items) == 4 else DROP
    return [names, base, tint] if more is DROP else [names, base, tint, more]


_KINDS = {
    "DeviceGray": _nothing,
    "DeviceRGB": _nothing,
    "DeviceCMYK": _nothing,
    "CalGray": _rest(made(_CALIBRATED)),
    "CalRGB": _rest(made(_CALIBRATED)),
    "Lab": _rest(made(_CALIBRATED)),
    "ICCBased": _rest(made(lambda: ICC)),
    "Indexed": _indexed,
    "Pattern": _pattern,
    "Separation": _separation,
    "DeviceN": _device_n,
}
ICC: Rule = Rule(
    "icc",
    {"N": whole(1, 4), "Alternate": space, "Range": numbers(2, 8)},
    ("N",),
    stream=_icc,
    needs_stream=True,
)
_ATTRIBUTES: Rule = Rule(
    "device-n",
    {
        "Subtype": one_of("DeviceN", "NChannel"),
        "Colorants": named(space, 64),
        "Process": made(
            Rule("process", {"ColorSpace": space, "Components": many(name, 32)}, ("ColorSpace",))
        ),
    },
)

_FUNCTIONS = either(made(FUNCTION), many(made(FUNCTION), 32, least=1))
_SHADING_COMMON = {
    "ShadingType": whole(1, 7),
    "ColorSpace": space,
    "Background": numbers(1, 32),
    "BBox": RECTANGLE,
    "AntiAlias": boolean,
    "Function": _FUNCTIONS,
}
_NEEDED = ("ShadingType", "ColorSpace")
_MESH = Rule(
    "shading-mesh",
    {
        **_SHADING_COMMON,
        "BitsPerCoordinate": whole(1, 32),
        "BitsPerComponent": whole(1, 16),
        "BitsPerFlag": whole(2, 8),
        "Decode": numbers(6, 80),
        "VerticesPerRow": whole(2, 1_000_000),
    },
    (*_NEEDED, "BitsPerCoordinate", "BitsPerComponent", "Decode"),
    stream=streams.plain,
    needs_stream=True,
)
_SMOOTH = Rule(
    "shading-smooth",
    {
        **_SHADING_COMMON,
        "Domain": numbers(2, 4),
        "Matrix": MATRIX,
        "Coords": numbers(4, 6),
        "Extend": exactly(boolean, boolean),
    },
    (*_NEEDED, "Function"),
)


def _shading(builder: Builder, entries: dict[str, Value]) -> Rule | None:
    kind = builder.resolve(entries.get("ShadingType"))
    if type(kind) is not int or not 1 <= kind <= 7:
        return None
    return _SMOOTH if kind <= 3 else _MESH


SHADING = Rule("shading", {}, choose=_shading)

SOFT_MASK = Rule(
    "soft-mask",
    {
        "Type": one_of("Mask"),
        "S": one_of("Alpha", "Luminosity"),
        "G": made(lambda: LATER["form"]),
        "BC": numbers(1, 32),
        "TR": either(IDENTITY, made(FUNCTION)),
    },
    ("S", "G"),
)


LATER: dict[str, Rule] = {}
"""Rules that these lead back to: `resources` puts them here when it is loaded."""

STATE = Rule(
    "graphics-state",
    {
        "LW": number(0, 1e6),
        "LC": whole(0, 2),
        "LJ": whole(0, 2),
        "ML": number(0, 1e6),
        "D": exactly(numbers(0, 64, 0, 1e6), number()),
        "RI": name,
        "OP": boolean,
        "op": boolean,
        "OPM": whole(0, 1),
        "Font": exactly(made(lambda: LATER["font"]), number()),
        "FL": number(0, 100),
        "SM": number(0, 1),
        "SA": boolean,
        "BM": either(name, many(name, 20)),
        "SMask": either(one_of("None"), made(SOFT_MASK)),
        "CA": number(0, 1),
        "ca": number(0, 1),
        "AIS": boolean,
        "TK": boolean,
    },
)
