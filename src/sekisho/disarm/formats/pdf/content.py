"""Content streams: only known operators with operands of their types are written
(ISO 32000-2 annex A).

Most streams are regular (`grammar`): every statement in them is allowed, and they stay as they are.
The others are read token by token and written anew.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sekisho.disarm.formats.pdf import inline
from sekisho.disarm.formats.pdf.rules import is_sane_name
from sekisho.disarm.formats.pdf.syntax import hex_string, name_text, string_at
from sekisho.disarm.formats.pdf.values import Irregular
from sekisho.disarm.formats.pdf.writing import name_bytes, number_bytes, value_bytes
from sekisho.disarm.work import Budget

_TOKEN = re.compile(
    rb"(?:[\0\t\n\f\r ]++|%[^\r\n]*+)*+"
    rb"(?:([+-]?(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++))(?![^\0\t\n\f\r ()<>\[\]{}/%])"  # 1 number
    rb"|/([^\0\t\n\f\r ()<>\[\]{}/%]*+)"  # 2 name
    rb"|(\()"  # 3 string
    rb"|(<<)|(>>)|(\[)|(\])"  # 4 5 6 7
    rb"|<([0-9A-Fa-f\0\t\n\f\r ]*+)>"  # 8 hexadecimal
    rb"|([A-Za-z'\"*0-9+.-]++)"  # 9 operator, or what cannot be a number
    rb"|(\Z)|(.))",  # 10 11
    re.DOTALL,
)
OPERANDS_MAX = 40
NESTED_MAX = 8

_SIGNATURES: dict[bytes, tuple[str, ...]] = {
    # n number, s string, m name, a array of numbers and strings, r array of numbers,
    # p properties (a name or a dictionary); several ways where an operator has them
    **dict.fromkeys(b"w J j M i g G Tc Tw Tz TL Tr Ts".split(), ("n",)),
    **dict.fromkeys(b"m l Td TD d0".split(), ("nn",)),
    **dict.fromkeys(b"rg RG".split(), ("nnn",)),
    **dict.fromkeys(b"re k K v y".split(), ("nnnn",)),
    **dict.fromkeys(b"c cm Tm d1".split(), ("nnnnnn",)),
    **dict.fromkeys(b"BT ET q Q S s f* f F B* B b* b n h W* W T* EMC".split(), ("",)),
    **dict.fromkeys(b"gs Do cs CS sh ri BMC MP".split(), ("m",)),
    **dict.fromkeys((b"Tj", b"'"), ("s",)),
    **dict.fromkeys((b"BDC", b"DP"), ("mp", "mm")),
    b'"': ("nns",),
    b"TJ": ("a", "r"),
    b"d": ("rn",),
    b"Tf": ("mn",),
}
_COLOURS = frozenset(b"sc SC scn SCN".split())
_PROPERTY_KEYS = {
    "MCID": int,
    "Lang": bytes,
    "Alt": bytes,
    "ActualText": bytes,
    "E": bytes,
    "Type": str,
    "Subtype": str,
    "BBox": list,
    "Attached": list,
}


@dataclass(slots=True)
class Rewritten:
    """A content stream written anew, and what was left out of it."""

    data: bytes = b""
    unknown: int = 0
    pictures: int = 0
    lines: list[bytes] = field(default_factory=list)


def rewrite(data: bytes, budget: Budget) -> Rewritten:
    """Read token by token; known statements are written one to a line. Never raises for content."""
    result = Rewritten()
    operands: list[Any] = []
    at = 0
    while True:
        value, operator, at = _next(data, at)
        if operator is None:
            if len(operands) >= OPERANDS_MAX:
                operands.clear()
                result.unknown += 1
            operands.append(value)
            continue
        if operator == b"":
            break
        if operator == b"BI":
            picture, at = inline.read(data, at, budget)
            if picture:
                result.lines.append(picture)
            else:
                result.pictures += 1
        elif line := _statement(operator, operands):
            result.lines.append(line)
        elif operator not in (b"BX", b"EX"):
            result.unknown += 1
        operands.clear()
    result.data = b"\n".join(result.lines)
    return result


def _next(data: bytes, at: int) -> tuple[Any, bytes | None, int]:
    """The next operand or operator; operator b"" at the end."""
    match = _TOKEN.match(data, at)
    if match is None or match.lastindex == 10:
        return None, b"", len(data)
    kind, end = match.lastindex, match.end()
    if kind == 9:
        word = match[9]
        if word in (b"true", b"false", b"null"):
            return None, None, end
        return None, word, end
    try:
        value, end = _operand(data, match, 0)
        return value, None, end
    except Irregular:
        return None, b"", len(data)


def _operand(data: bytes, match: re.Match[bytes], depth: int) -> tuple[Any, int]:
    kind, end = match.lastindex, match.end()
    if kind == 1:
        return _number(match[1]), end
    if kind == 2:
        return name_text(match[2]), end
    if kind == 3:
        return string_at(data, end)
    if kind == 8:
        return hex_string(match[8]), end
    if kind in (4, 6) and depth < NESTED_MAX:
        return _container(data, end, kind == 4, depth)
    return None, end


def _container(data: bytes, at: int, is_dictionary: bool, depth: int) -> tuple[Any, int]:
    items: list[Any] = []
    while match := _TOKEN.match(data, at):
        kind = match.lastindex
        if kind == 10:
            raise Irregular("no end")
        if kind in (5, 7):
            at = match.end()
            break
        if kind == 9:
            items.append(None)
            at = match.end()
            continue
        value, at = _operand(data, match, depth + 1)
        items.append(value)
    if not is_dictionary:
        return items, at
    pairs = zip(items[::2], items[1::2], strict=False)
    return {key: value for key, value in pairs if type(key) is str}, at


def _number(raw: bytes) -> Any:
    value = float(raw) if b"." in raw else int(raw[:24])
    return value if abs(value) < 1e10 else None


def _statement(operator: bytes, operands: list[Any]) -> bytes:
    """The statement as it is written, or nothing when it is not one of ours."""
    if operator in _COLOURS:
        return _colour(operator, operands)
    for signature in _SIGNATURES.get(operator, ()):
        given = operands[len(operands) - len(signature) :] if signature else []
        if len(given) == len(signature):
            parts = [_typed(one, kind) for one, kind in zip(given, signature, strict=True)]
            if b"" not in parts:
                return b" ".join([*parts, operator])
    return b""


def _colour(operator: bytes, operands: list[Any]) -> bytes:
    given = list(operands)
    last = b""
    if given and type(given[-1]) is str:
        last = _typed(given.pop(), "m")
        if not last:
            return b""
    parts = [_typed(one, "n") for one in given]
    if b"" in parts or len(parts) > 32 or not (parts or last):
        return b""
    return b" ".join([*parts, *([last] if last else []), operator])


def _typed(value: Any, kind: str) -> bytes:
    if kind == "n" and type(value) in (int, float):
        return number_bytes(value)
    if kind == "s" and type(value) is bytes:
        return value_bytes(value)
    if kind == "m" and type(value) is str and value and is_sane_name(value):
        return name_bytes(value)
    if kind in "ra" and type(value) is list:
        allowed = (int, float) if kind == "r" else (int, float, bytes)
        kept = [one for one in value if type(one) in allowed]
        return value_bytes(kept) if len(kept) == len(value) else b""
    if kind == "p" and type(value) is dict:
        return value_bytes(_properties(value))
    return b""


def _properties(value: dict[str, Any]) -> dict[str, Any]:
    out = {}
    for key, one in value.items():
        if type(one) is not _PROPERTY_KEYS.get(key):
            continue
        if type(one) is list:
            one = [x for x in one if type(x) in (int, float) or (type(x) is str and x)]
        if type(one) is not str or (one and is_sane_name(one)):
            out[key] = one
    return out
