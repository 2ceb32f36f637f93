"""Read values from bytes (ISO 32000-2 sections 7.2 and 7.3), fast where the text is regular."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sekisho.disarm.formats.pdf.values import DEPTH_MAX, Irregular, Ref, Value, key_of

SPACE = rb"[\0\t\n\f\r ]"
REGULAR = rb"[^\0\t\n\f\r ()<>\[\]{}/%]"
NUMBER = rb"[+-]?(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)"

_TOKEN = re.compile(
    rb"(?:[\0\t\n\f\r ]++|%[^\r\n]*+)*+"
    rb"(?:/([^\0\t\n\f\r ()<>\[\]{}/%#]*+)(?!#)"  # 1 a name
    rb"|([0-9]{1,10}+)[\0\t\n\f\r ]++([0-9]{1,5}+)[\0\t\n\f\r ]++R(?![^\0\t\n\f\r ()<>\[\]{}/%])"
    rb"|([+-]?[0-9]++)(?![^\0\t\n\f\r ()<>\[\]{}/%])"  # 4 an integer
    rb"|([+-]?(?:[0-9]++\.[0-9]*+|\.[0-9]++))(?![^\0\t\n\f\r ()<>\[\]{}/%])"  # 5 a real
    rb"|\(([^()\\\r]*+)\)"  # 6 a plain string
    rb"|(\()"  # 7 another string
    rb"|(<<)|(>>)"  # 8 9
    rb"|\[[\0\t\n\f\r ]*+((?:[+-]?[0-9]{1,10}+[\0\t\n\f\r ]*+(?![^0-9\]+\0\t\n\f\r -]))++)\]"  # 10
    rb"|\[[\0\t\n\f\r ]*+"
    rb"((?:[0-9]{1,10}+[\0\t\n\f\r ]++0[\0\t\n\f\r ]++R(?:[\0\t\n\f\r ]++|(?=\])))++)\]"  # 11
    rb"|(\[)|(\])"  # 12 13
    rb"|<([0-9A-Fa-f\0\t\n\f\r ]*+)>"  # 14 hexadecimal
    rb"|(true|false|null)(?![^\0\t\n\f\r ()<>\[\]{}/%])"  # 15
    rb"|/([^\0\t\n\f\r ()<>\[\]{}/%]*+)"  # 16 a name with escapes
    rb"|(\Z|.))",  # 17 something else
    re.DOTALL,
)
_WORDS = {b"true": True, b"false": False, b"null": None}
_HEX_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STRING_STOP = re.compile(rb"[()\\\r]")
_STRING_ESCAPES = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"f": b"\f",
    b"\n": b"",
}
_names: dict[bytes, str] = {}
_NAMES_KEPT_MAX = 20_000
_DIGITS_MAX = 40


def name_text(raw: bytes) -> str:
    """A name as text, its escapes (`#61`) resolved."""
    known = _names.get(raw)
    if known is not None:
        return known
    plain = _HEX_ESCAPE.sub(lambda m: bytes.fromhex(m[1].decode()), raw) if b"#" in raw else raw
    text = plain.decode("latin-1")
    if len(_names) < _NAMES_KEPT_MAX:
        _names[raw] = text
    return text


_FLAT = re.compile(rb"([^()\\]*+(?:\\.[^()\\]*+)*+)\)", re.DOTALL)


def string_at(data: bytes, at: int) -> tuple[bytes, int]:
    """The string whose opening parenthesis ends at `at`, and where it ends. Raises Irregular."""
    if flat := _FLAT.match(data, at):
        return unescaped(flat[1]), flat.end()
    out: list[bytes] = []
    depth = 1
    while stop := _STRING_STOP.search(data, at):
        out.append(data[at : stop.start()])
        depth += {b"(": 1, b")": -1}.get(stop[0], 0)
        if not depth:
            return b"".join(out), stop.end()
        piece, at = _stopped(data, stop)
        out.append(piece)
    raise Irregular("a string without an end")


_OCTAL = re.compile(rb"[0-7]{1,3}")
_NOT_PLAIN = re.compile(rb"\\[^0-7nrtbf]|\r")


def unescaped(raw: bytes) -> bytes:
    """The bytes of a string without its parentheses, when it holds no others unescaped."""
    if b"\\" not in raw and b"\r" not in raw:
        return raw
    plain = raw.replace(b"\\\\", b"\\134").replace(b"\\(", b"(").replace(b"\\)", b")")
    if not _NOT_PLAIN.search(plain):
        # Python reads the escapes that are left as PDF does, and much faster than we can.
        try:
            return plain.decode("unicode_escape").encode("latin-1")
        except UnicodeError:
            pass
    out: list[bytes] = []
    at = 0
    while stop := _STRING_STOP.search(raw, at):
        out.append(raw[at : stop.start()])
        piece, at = _stopped(raw, stop)
        out.append(piece)
    return b"".join([*out, raw[at:]])


def _stopped(data: bytes, stop: re.Match[bytes]) -> tuple[bytes, int]:
    """What stands for a mark in a string, and where it goes on."""
    at = stop.end()
    if stop[0] == b"\r":
        return b"\n", at + (data[at : at + 1] == b"\n")
    return _escaped(data, at) if stop[0] == b"\\" else (stop[0], at)


def _escaped(data: bytes, at: int) -> tuple[bytes, int]:
    octal = _OCTAL.match(data, at)
    if octal:
        return bytes([int(octal[0], 8) & 255]), octal.end()
    mark = data[at : at + 1]
    if mark == b"\r":
        return b"", at + 1 + (data[at + 1 : at + 2] == b"\n")
    return _STRING_ESCAPES.get(mark, mark), at + 1


def hex_string(raw: bytes) -> bytes:
    """The bytes of a hexadecimal string; a missing last digit is 0."""
    digits = raw.translate(None, b"\0\t\n\f\r ")
    return bytes.fromhex((digits + b"0" if len(digits) % 2 else digits).decode())


def read_value(data: bytes, at: int, refs: list[int]) -> tuple[Value, int]:
    """The value that begins at `at`, and where it ends; keys of references go to `refs`.

    Raises Irregular.
    """
    stack: list[list[Value]] = []
    marks: list[bool] = []  # for each open container: whether it is a dictionary
    while True:
        value: Value
        for match in _TOKEN.finditer(data, at):
            kind = match.lastindex
            if kind == 1:
                value = _names.get(match[1]) or name_text(match[1])
            elif kind == 4:
                value = _integer(match[4])
            elif kind == 3:
                value = Ref(key_of(int(match[2]), int(match[3])))
                refs.append(value.key)
            elif kind == 6:
                value = match[6]
            elif kind == 5:
                value = float(match[5])
            elif kind == 10:
                value = [int(one) for one in match[10].split()]
            elif kind == 11:
                value = _references(match[11], refs)
            elif kind in (8, 12):
                if len(stack) >= DEPTH_MAX:
                    raise Irregular("too deep")
                stack.append([])
                marks.append(kind == 8)
                continue
            elif kind in (9, 13):
                value = _closed(stack, marks, kind == 9)
            elif kind == 7:
                value, at = string_at(data, match.end())
                if not stack:
                    return value, at
                stack[-1].append(value)
                break  # the tokens go on after the string
            else:
                value = _rare(match)
            if not stack:
                return value, match.end()
            stack[-1].append(value)
        else:
            raise Irregular("no value")


def _references(raw: bytes, refs: list[int]) -> list[Value]:
    """An array of references; equal ones in it are one value."""
    keys = [int(number) for number in raw.split()[::3]]
    known = {key: Ref(key) for key in keys}
    refs += known
    return [known[key] for key in keys]


def _closed(stack: list[list[Value]], marks: list[bool], is_dictionary: bool) -> Value:
    if not stack or marks.pop() != is_dictionary:
        raise Irregular("brackets that do not match")
    items = stack.pop()
    if not is_dictionary:
        return items
    if len(items) % 2:
        raise Irregular("a key without a value")
    keys = items[::2]
    if any(type(key) is not str for key in keys):
        raise Irregular("a key that is not a name")
    return dict(zip(keys, items[1::2], strict=True))


def _integer(raw: bytes) -> int:
    if len(raw) > _DIGITS_MAX:
        raise Irregular("a number too long")
    return int(raw)


def _rare(match: re.Match[bytes]) -> Value:
    kind = match.lastindex
    if kind == 14:
        return hex_string(match[14])
    if kind == 15:
        return _WORDS[match[15]]
    if kind == 16:
        return name_text(match[16])
    raise Irregular("not a value")


def references(value: Value) -> Iterator[Ref]:
    """Every reference in a value that is not a stream."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if type(one) is Ref:
            yield one
        elif type(one) is dict:
            waiting += one.values()
        elif type(one) is list:
            waiting += one
