"""Fonts (ISO 32000-2 section 9): dictionaries by rules, programs by `sfnt`, `cff` and `type1`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sekisho.disarm.formats.pdf import cff, cmaps, sfnt, streams, type1
from sekisho.disarm.formats.pdf.builder import Builder, Node, Packed
from sekisho.disarm.formats.pdf.colours import LATER
from sekisho.disarm.formats.pdf.rules import (
    DROP,
    MATRIX,
    Rule,
    either,
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

FONT_BYTES_MAX = 64 * 1024 * 1024


def _program(builder: Builder, stream: Stream, check: Any) -> Any:
    found = streams.unpacked(builder, stream)
    if found is None or len(found.data) > FONT_BYTES_MAX:
        return DROP
    sound = check(found.data)
    if sound is None:
        builder.work.removed("pdf-font", builder.place)
        return DROP
    return streams.repacked(sound, found)


def _truetype(builder: Builder, stream: Stream, out: dict[str, Any]) -> Any:
    packed = _program(builder, stream, sfnt.rebuilt)
    if packed is not DROP:
        length = builder.resolve(stream.entries.get("Length1"))
        if type(length) is int and packed.data is stream.raw and 0 < length <= FONT_BYTES_MAX:
            packed.entries["Length1"] = length
    return packed


def _compact(builder: Builder, stream: Stream, out: dict[str, Any]) -> Any:
    kind = out["Subtype"]
    return _program(builder, stream, sfnt.rebuilt if kind == "OpenType" else cff.checked)


def _type1(builder: Builder, stream: Stream, out: dict[str, Any]) -> Any:
    found = streams.unpacked(builder, stream)
    if found is None or len(found.data) > FONT_BYTES_MAX:
        return DROP
    told = [builder.resolve(stream.entries.get(f"Length{i}")) for i in (1, 2)]
    font = type1.rebuilt(found.data, told[0], told[1])
    if font is None:
        builder.work.removed("pdf-font", builder.place)
        return DROP
    packed = streams.repacked(font.data, found)
    lengths = {"Length1": font.clear_bytes, "Length2": font.hidden_bytes, "Length3": 0}
    return Packed(packed.data, {**packed.entries, **lengths})


_FILE1 = Rule("font-type1", {}, stream=_type1, needs_stream=True)
_FILE2 = Rule("font-truetype", {}, stream=_truetype, needs_stream=True)
_FILE3 = Rule(
    "font-compact",
    {"Subtype": one_of("Type1C", "CIDFontType0C", "OpenType")},
    ("Subtype",),
    stream=_compact,
    needs_stream=True,
)

DESCRIPTOR = Rule(
    "font-descriptor",
    {
        "FontName": name,
        "Flags": whole(0, 2**32 - 1),
        "FontWeight": number(0, 10_000),
        "FontBBox": numbers(4, 4, -1e6, 1e6),
        "ItalicAngle": number(-360, 360),
        "Ascent": number(-1e5, 1e5),
        "Descent": number(-1e5, 1e5),
        "Leading": number(-1e5, 1e5),
        "CapHeight": number(-1e5, 1e5),
        "XHeight": number(-1e5, 1e5),
        "StemV": number(-1e5, 1e5),
        "StemH": number(-1e5, 1e5),
        "AvgWidth": number(-1e5, 1e5),
        "MaxWidth": number(-1e5, 1e5),
        "MissingWidth": number(-1e5, 1e5),
        "FontFile": made(_FILE1),
        "FontFile2": made(_FILE2),
        "FontFile3": made(_FILE3),
        "Lang": name,
        "Style": made(Rule("font-style", {"Panose": octets(12)})),
    },
    ("FontName",),
    {"Type": "FontDescriptor"},
)

_DIFFERENCES = many(either(whole(0, 255), name), 1_024)
_BASES = ("MacRomanEncoding", "MacExpertEncoding", "WinAnsiEncoding", "StandardEncoding")
ENCODING = either(
    name,
    made(
        Rule(
            "encoding",
            {
                "BaseEncoding": one_of(*_BASES),
                "Differences": _DIFFERENCES,
            },
            (),
            {"Type": "Encoding"},
        )
    ),
)  # fmt: skip


def _cmap(builder: Builder, stream: Stream, out: dict[str, Any]) -> Any:
    found = streams.unpacked(builder, stream)
    if found is None:
        return DROP
    data = cmaps.checked(found.data)
    if data is None:
        builder.work.removed("pdf-character-map", builder.place)
        return DROP
    return streams.repacked(data, found, data)


_CMAP_NAMES = either(name, made(lambda: CMAP))
CMAP: Rule = Rule(
    "cmap",
    {
        "CMapName": name,
        "CIDSystemInfo": made(lambda: SYSTEM),
        "WMode": whole(0, 1),
        "UseCMap": name,
    },
    stream=_cmap,
    needs_stream=True,
)
TO_UNICODE = Rule("to-unicode", CMAP.keys, stream=_cmap, needs_stream=True)
SYSTEM: Rule = Rule(
    "cid-system",
    {"Registry": octets(64), "Ordering": octets(64), "Supplement": whole(0, 100)},
    ("Registry", "Ordering", "Supplement"),
)
_UNICODE = either(one_of("Identity-H", "Identity-V"), made(TO_UNICODE))
_WIDTHS = many(either(number(-1e6, 1e6), numbers(0, 70_000, -1e6, 1e6)), 300_000)
_SIMPLE_KEYS = {
    "BaseFont": name,
    "FirstChar": whole(0, 255),
    "LastChar": whole(0, 255),
    "Widths": numbers(0, 256, -1e6, 1e6),
    "FontDescriptor": made(DESCRIPTOR),
    "Encoding": ENCODING,
    "ToUnicode": _UNICODE,
}


def _simple(kind: str) -> Rule:
    return Rule("font-" + kind, _SIMPLE_KEYS, ("BaseFont",), {"Type": "Font", "Subtype": kind})


def _cid_rule(kind: str) -> Rule:
    keys = {
        "BaseFont": name,
        "CIDSystemInfo": made(SYSTEM),
        "FontDescriptor": made(DESCRIPTOR),
        "DW": number(-1e6, 1e6),
        "W": _WIDTHS,
        "DW2": numbers(2, 2, -1e6, 1e6),
        "W2": _WIDTHS,
    }
    if kind == "CIDFontType2":
        table = Rule("cid-to-gid", {}, stream=streams.plain, needs_stream=True)
        keys["CIDToGIDMap"] = either(one_of("Identity"), made(table))
    return Rule(
        "font-" + kind, keys, ("BaseFont", "CIDSystemInfo"), {"Type": "Font", "Subtype": kind}
    )


_CID_FONTS = {kind: _cid_rule(kind) for kind in ("CIDFontType0", "CIDFontType2")}


def _by_subtype(table: dict[str, Rule]) -> Any:
    def choose(builder: Builder, entries: dict[str, Value]) -> Rule | None:
        kind = builder.resolve(entries.get("Subtype"))
        return table.get(kind) if type(kind) is str else None

    return choose


_DESCENDANT = Rule("font-cid", {}, choose=_by_subtype(_CID_FONTS))


_FONTS = {
    **{kind: _simple(kind) for kind in ("Type1", "MMType1", "TrueType")},
    "Type0": Rule(
        "font-Type0",
        {
            "BaseFont": name,
            "Encoding": _CMAP_NAMES,
            "DescendantFonts": many(made(_DESCENDANT), 1, least=1),
            "ToUnicode": _UNICODE,
        },
        ("BaseFont", "Encoding", "DescendantFonts"),
        {"Type": "Font", "Subtype": "Type0"},
    ),
    "Type3": Rule(
        "font-Type3",
        {
            "FontBBox": numbers(4, 4, -1e6, 1e6),
            "FontMatrix": MATRIX,
            "CharProcs": named(made(lambda: LATER["glyph"])),
            "Encoding": ENCODING,
            "FirstChar": whole(0, 255),
            "LastChar": whole(0, 255),
            "Widths": numbers(0, 256, -1e6, 1e6),
            "FontDescriptor": made(DESCRIPTOR),
            "Resources": made(lambda: LATER["resources"]),
            "ToUnicode": _UNICODE,
        },
        ("FontBBox", "FontMatrix", "CharProcs", "Encoding"),
        {"Type": "Font", "Subtype": "Type3"},
    ),
}
FONT: Rule = Rule("font", {}, choose=_by_subtype(_FONTS))


def not_embedded(nodes: Iterable[Node]) -> int:
    """How many fonts of large character sets there are that the file does not bring along.

    Readers show them by fonts of the machine; we have none to draw them with.
    """
    fonts = [one.out for one in nodes if not one.is_dead and one.rule.name == "font-Type0"]
    descriptors = [_out(_out(font["DescendantFonts"][0]).get("FontDescriptor")) for font in fonts]
    return sum(not any(key in one for key in _FILES) for one in descriptors)


_FILES = ("FontFile", "FontFile2", "FontFile3")


def _out(value: Value) -> dict[str, Value]:
    found = value.out if type(value) is Node else value
    return found or {}
