"""CFF programs (Adobe Technical Note 5176): every table of them is found and lies inside.

Dictionaries hold known operators with numbers only. Outlines are not interpreted. Strings of
PostScript code that some programs carry along are blanked.
"""

from __future__ import annotations

from dataclasses import dataclass

ITEMS_MAX = 65_535
_STANDARD_STRINGS = 391
_TOP = frozenset(
    [0, 1, 2, 3, 4, 5, 13, 14, 15, 16, 17, 18]
    + [1200 + i for i in (*range(9), 20, 21, 22, 23, *range(30, 39))]
)
_PRIVATE = frozenset([6, 7, 8, 9, 10, 11, 19, 20, 21] + [1200 + i for i in range(9, 20)])
_POSTSCRIPT = 1221


class _Broken(Exception):
    """Not a program of this kind."""


@dataclass(frozen=True, slots=True)
class _Index:
    """Where the items of an INDEX begin and end, and where it ends itself."""

    bounds: list[int]
    end: int

    def __len__(self) -> int:
        return max(len(self.bounds) - 1, 0)

    def item(self, data: bytes, number: int) -> bytes:
        return data[self.bounds[number] : self.bounds[number + 1]]


def checked(data: bytes) -> bytes | None:
    """The program, its PostScript strings blanked; None when it is not sound."""
    try:
        return _checked(data)
    except (_Broken, IndexError):
        return None


def _checked(data: bytes) -> bytes:
    if len(data) < 4 or data[0] != 1 or not 4 <= data[2] <= 64:
        raise _Broken
    names = _index(data, data[2])
    tops = _index(data, names.end)
    strings = _index(data, tops.end)
    routines = _index(data, strings.end)
    if len(names) != 1 or len(tops) != 1 or routines.end > len(data):
        raise _Broken
    top = _dictionary(tops.item(data, 0), _TOP)
    _check_tables(data, top)
    code = top.get(_POSTSCRIPT)
    return _blanked(data, strings, code[-1]) if code else data


def _blanked(data: bytes, strings: _Index, number: float) -> bytes:
    index = int(number) - _STANDARD_STRINGS
    if not 0 <= index < len(strings):
        raise _Broken
    start, end = strings.bounds[index], strings.bounds[index + 1]
    if not data[start:end].strip(b" "):
        return data
    return data[:start] + b" " * (end - start) + data[end:]


def _check_tables(data: bytes, top: dict[int, list[float]]) -> None:
    glyphs = _index(data, _offset(top, 17))
    if not len(glyphs):
        raise _Broken
    for operator in (15, 16):
        if not 0 <= _offset(top, operator, 0) < len(data):
            raise _Broken
    if 18 in top:
        _check_private(data, top[18])
    if 1236 in top:
        fonts = _index(data, _offset(top, 1236))
        for number in range(len(fonts)):
            inner = _dictionary(fonts.item(data, number), _TOP)
            if 18 in inner:
                _check_private(data, inner[18])
        if not 0 < _offset(top, 1237) < len(data):
            raise _Broken


def _check_private(data: bytes, operands: list[float]) -> None:
    if len(operands) != 2:
        raise _Broken
    size, at = int(operands[0]), int(operands[1])
    if size < 0 or at < 0 or at + size > len(data):
        raise _Broken
    private = _dictionary(data[at : at + size], _PRIVATE)
    if 19 in private:
        _index(data, at + _offset(private, 19))


def _offset(entries: dict[int, list[float]], operator: int, default: int = -1) -> int:
    operands = entries.get(operator)
    if operands is None and default >= 0:
        return default
    if not operands or operands[-1] < 0:
        raise _Broken
    return int(operands[-1])


def _index(data: bytes, at: int) -> _Index:
    """The INDEX at `at`; its offsets go forwards and stay inside."""
    if not 0 <= at <= len(data) - 2:
        raise _Broken
    count = int.from_bytes(data[at : at + 2], "big")
    if count == 0:
        return _Index([], at + 2)
    size = data[at + 2]
    start = at + 3
    base = start + (count + 1) * size - 1
    if not 1 <= size <= 4 or base >= len(data):
        raise _Broken
    cells = data[start : base + 1]
    if size == 1:
        offsets = list(cells)
    else:
        offsets = [int.from_bytes(cells[i : i + size], "big") for i in range(0, len(cells), size)]
    if offsets[0] != 1 or offsets != sorted(offsets) or base + offsets[-1] > len(data):
        raise _Broken
    return _Index([base + one for one in offsets], base + offsets[-1])


def _dictionary(data: bytes, allowed: frozenset[int]) -> dict[int, list[float]]:
    """Operator → operands. Two-byte operators are 1200 and the second byte."""
    out: dict[int, list[float]] = {}
    operands: list[float] = []
    at = 0
    while at < len(data):
        first = data[at]
        at += 1
        if first <= 21:
            operator = first
            if first == 12:
                operator = 1200 + data[at]
                at += 1
            if operator not in allowed:
                raise _Broken
            out[operator] = operands
            operands = []
            continue
        value, at = _number(data, first, at)
        operands.append(value)
        if len(operands) > 513:
            raise _Broken
    if operands:
        raise _Broken
    return out


def _number(data: bytes, first: int, at: int) -> tuple[float, int]:
    if 32 <= first <= 246:
        return first - 139, at
    if first <= 250 and first >= 247:
        return (first - 247) * 256 + data[at] + 108, at + 1
    if 251 <= first <= 254:
        return -(first - 251) * 256 - data[at] - 108, at + 1
    if first == 28:
        return int.from_bytes(data[at : at + 2], "big", signed=True), at + 2
    if first == 29:
        return int.from_bytes(data[at : at + 4], "big", signed=True), at + 4
    if first != 30:
        raise _Broken
    digits = ""
    while True:
        byte = data[at]
        at += 1
        for nibble in (byte >> 4, byte & 15):
            if nibble == 15:
                return _real(digits), at
            if nibble == 13:
                raise _Broken
            digits += ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "e", "e-", "", "-")[
                nibble
            ]
        if len(digits) > 40:
            raise _Broken


def _real(digits: str) -> float:
    try:
        return float(digits)
    except ValueError as error:
        raise _Broken from error
