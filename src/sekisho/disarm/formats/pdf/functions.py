"""Functions (ISO 32000-2 section 7.10). Calculator code is read by grammar and written anew."""

from __future__ import annotations

import re
from typing import Any

from sekisho.disarm.formats.pdf import streams
from sekisho.disarm.formats.pdf.builder import Builder, Packed
from sekisho.disarm.formats.pdf.filters import pack
from sekisho.disarm.formats.pdf.rules import DROP, Rule, made, many, number, numbers, one_of, whole
from sekisho.disarm.formats.pdf.values import Stream, Value
from sekisho.disarm.formats.pdf.writing import number_bytes

CODE_BYTES_MAX = 64 * 1024
CODE_DEPTH_MAX = 32
_WORDS = frozenset(
    [
        "abs",
        "add",
        "atan",
        "ceiling",
        "cos",
        "cvi",
        "cvr",
        "div",
        "exp",
        "floor",
        "idiv",
        "ln",
        "log",
        "mod",
        "mul",
        "neg",
        "round",
        "sin",
        "sqrt",
        "sub",
        "truncate",
        "and",
        "bitshift",
        "eq",
        "false",
        "ge",
        "gt",
        "le",
        "lt",
        "ne",
        "not",
        "or",
        "true",
        "xor",
        "if",
        "ifelse",
        "copy",
        "dup",
        "exch",
        "index",
        "pop",
        "roll",
    ]
)
_TOKEN = re.compile(
    rb"(?:[\0\t\n\f\r ]++|%[^\r\n]*+)*+(?:([{}])"
    rb"|([+-]?(?:[0-9]{1,10}+(?:\.[0-9]{0,16}+)?+|\.[0-9]{1,16}+))(?![^\0\t\n\f\r {}%])"
    rb"|([a-z]++)(?![^\0\t\n\f\r {}%])|(\Z))"
)


def canonical_code(code: bytes) -> bytes | None:
    """A calculator function as it is written, or None when it is not one."""
    out: list[bytes] = []
    depth, at = 0, 0
    while match := _TOKEN.match(code, at):
        at = match.end()
        if match[1]:
            depth += 1 if match[1] == b"{" else -1
            if not 0 <= depth <= CODE_DEPTH_MAX:
                return None
            out.append(match[1])
        elif match[2]:
            value = float(match[2]) if b"." in match[2] else int(match[2])
            out.append(number_bytes(value))
        elif match[3]:
            if match[3].decode() not in _WORDS:
                return None
            out.append(match[3])
        else:
            break
        if depth == 0:
            rest = _TOKEN.match(code, at)
            is_end = rest is not None and rest[4] is not None
            return b" ".join(out) if is_end and out[0] == b"{" else None
    return None


def _code(builder: Builder, stream: Stream, out: dict[str, Any]) -> Any:
    unpacked = streams.unpacked(builder, stream)
    code = canonical_code(unpacked.data) if unpacked else None
    if code is None or len(code) > CODE_BYTES_MAX:
        builder.work.removed("pdf-function", builder.place)
        return DROP
    return Packed(pack(code), {"Filter": "FlateDecode"})


_COMMON = {
    "FunctionType": whole(0, 4),
    "Domain": numbers(2, 64),
    "Range": numbers(2, 64),
}
SAMPLED = Rule(
    "function-0",
    {
        **_COMMON,
        "Size": numbers(1, 32, 1, 65_536),
        "BitsPerSample": whole(1, 32),
        "Order": whole(1, 3),
        "Encode": numbers(2, 64),
        "Decode": numbers(2, 64),
    },
    ("Domain", "Range", "Size", "BitsPerSample"),
    stream=streams.plain,
    needs_stream=True,
)
EXPONENTIAL = Rule(
    "function-2",
    {**_COMMON, "C0": numbers(1, 32), "C1": numbers(1, 32), "N": number(-1e6, 1e6)},
    ("Domain",),
)
CALCULATOR = Rule("function-4", _COMMON, ("Domain", "Range"), stream=_code, needs_stream=True)


def _choose(builder: Builder, entries: dict[str, Value]) -> Rule | None:
    kind = builder.resolve(entries.get("FunctionType"))
    return {0: SAMPLED, 2: EXPONENTIAL, 3: STITCHING, 4: CALCULATOR}.get(
        kind if type(kind) is int else -1
    )


FUNCTION = Rule("function", {}, choose=_choose)
STITCHING = Rule(
    "function-3",
    {
        **_COMMON,
        "Functions": many(made(FUNCTION), 256),
        "Bounds": numbers(0, 255),
        "Encode": numbers(2, 512),
    },
    ("Domain", "Functions", "Bounds", "Encode"),
)
IDENTITY = one_of("Identity", "Default")
