"""What simple content streams show (ISO 32000-2 section 9.4), found for whole pages at a time.

No statement is read: since `grammar.is_simple` holds, marks and letters outside of strings can be
nothing else than what they seem, and arrays of their places say where strings and moves are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Places = NDArray[Any]
Bytes = NDArray[np.uint8]

NOTHING, BLANK, LINE = 0, 1, 2
"""What stands between a string and the one before."""

_PAD = b"  "
_MARK, _MARKED = b"\\u0100", 0x100
_TOKEN_BYTES = 12
"""Of a number so much is compared."""


def _table(members: bytes) -> Bytes:
    table = np.zeros(256, np.uint8)
    table[list(members)] = 1
    return table


_EDGE = _table(b"\0\t\n\f\r ()<>[]/")
_BEFORE = _table(b"\0\t\n\f\r )>]")  # an operator
_SPACE = _table(b"\0\t\n\f\r ")
_DIGIT = _table(b"0123456789")
_MOVE = _table(b"fmdD*")
_ZERO = _table(b"0.+-")


@dataclass(frozen=True, slots=True)
class Shown:
    """The strings that a stream shows, in order.

    `codes` is all of their bytes; `counts` how many belong to each; `gaps` what stands before it.
    A font is chosen at each of `chosen_at` (the first of equal ones in a row): its name and size
    are one of `fonts`, as `chosen` says.
    """

    codes: Bytes
    starts: Places
    counts: Places
    gaps: Places
    chosen_at: Places
    chosen: Places
    fonts: list[bytes]


def find(data: bytes) -> Shown:
    """The strings of a simple stream."""
    a = np.frombuffer(data + _PAD, np.uint8)
    strings = _Strings(a)
    moves = _Moves(a, strings, data)
    starts, ends = strings.shown()
    gaps = _gaps(a, starts, ends, moves)
    codes, counts = _codes(data, a, starts, ends, strings.has_escaped)
    return Shown(codes, starts, counts, gaps, moves.tokens_at, moves.token_of, moves.tokens)


def _inside(places: Places, starts: Places, ends: Places) -> NDArray[np.bool_]:
    """Which places lie between a start and its end."""
    if not len(starts):
        return np.zeros(len(places), np.bool_)
    nearest = np.searchsorted(starts, places, "right") - 1
    return np.asarray((nearest >= 0) & (ends[nearest] > places), np.bool_)


def _outermost(opened: Places, closed: Places) -> tuple[Places, Places]:
    """The pairs of parentheses that stand in no other pair."""
    if not (opened[1:] < closed[:-1]).any():
        return opened, closed
    both = np.concatenate([opened, closed])
    order = np.argsort(both, kind="stable")
    steps = np.where(order < len(opened), 1, -1)
    depth = np.cumsum(steps)
    both = both[order]
    return both[(depth == 1) & (steps == 1)], both[depth == 0]


class _Strings:
    """Where strings begin and end: those in parentheses, and the hexadecimal ones."""

    def __init__(self, a: Bytes) -> None:
        self.a = a
        opened, closed = np.flatnonzero(a == 40), np.flatnonzero(a == 41)
        is_real, is_real_end = a[opened - 1] != 92, a[closed - 1] != 92
        self.has_escaped = not (is_real.all() and is_real_end.all())
        self.opened, self.closed = _outermost(opened[is_real], closed[is_real_end])

    def outside(self, places: Places) -> Places:
        """The places that are in no string in parentheses."""
        return places[~_inside(places, self.opened, self.closed)]

    def shown(self) -> tuple[Places, Places]:
        """The strings that are in no dictionary."""
        a = self.a
        less = np.flatnonzero(a == 60)
        if not len(less):
            return self.opened, self.closed
        more = np.append(np.flatnonzero(a == 62), len(a))
        is_first = a[less - 1] != 60
        is_second = a[less + 1] == 60
        starts, ends = self._with_hexadecimal(self.outside(less[is_first & ~is_second]), more)
        dictionaries = less[is_first & is_second]
        bounded = np.append(starts, len(a))
        following = bounded[np.searchsorted(starts, dictionaries)]
        if (following < more[np.searchsorted(more, dictionaries)]).any():
            # A string stands in one: now it must be known exactly which.
            dictionaries, more = self.outside(dictionaries), self.outside(more)
            nearest = np.minimum(np.searchsorted(ends, more), len(ends) - 1)
            more = more[ends[nearest] != more]
            ends_of_them = more[np.searchsorted(more, dictionaries)]
            kept = ~_inside(starts, dictionaries, ends_of_them)
            starts, ends = starts[kept], ends[kept]
        return starts, ends

    def _with_hexadecimal(self, places: Places, more: Places) -> tuple[Places, Places]:
        if not len(places):
            return self.opened, self.closed
        starts = np.concatenate([self.opened, places])
        ends = np.concatenate([self.closed, more[np.searchsorted(more, places)]])
        order = np.argsort(starts, kind="stable")
        return starts[order], ends[order]


class _Moves:
    """Where lines begin, where there are blanks, and where a font is chosen."""

    def __init__(self, a: Bytes, strings: _Strings, data: bytes) -> None:
        self.a, self.data = a, data
        at = np.flatnonzero(a == 84)  # T
        is_first, kind, is_last = _BEFORE[a[at - 1]] == 1, a[at + 1], _EDGE[a[at + 2]] == 1
        is_move = (_MOVE[kind] == 1) & is_first & is_last
        moves, kind_of = at[is_move], kind[is_move]
        is_outside = ~_inside(moves, strings.opened, strings.closed)
        moves, kind_of = moves[is_outside], kind_of[is_outside]
        self._fonts(moves[kind_of == 102])
        along, new_line = self._steps(moves[(kind_of == 100) | (kind_of == 68)])
        is_end = (a[at - 1] == 69) & (_EDGE[kind] == 1) & (_BEFORE[a[at - 2]] == 1)
        ends = strings.outside(at[is_end])  # ET
        lines = [moves[kind_of == 42], new_line, self._placed(moves[kind_of == 109])]
        quotes = np.flatnonzero(a == 39)
        is_alone = (_BEFORE[a[quotes - 1]] == 1) & (_EDGE[a[quotes + 1]] == 1)
        self.quotes = strings.outside(quotes[is_alone])
        arrays = np.flatnonzero(a == 91)
        wide = strings.outside(arrays[_is_wide(a, arrays)])
        self.blanks = np.sort(np.concatenate([ends, along, wide]))
        self.lines = np.concatenate(lines)

    def _fonts(self, at: Places) -> None:
        """Name and size before each Tf; the same as before is not looked at twice."""
        names = np.flatnonzero(self.a == 47) if len(at) else at
        names = names[np.searchsorted(names, at) - 1]  # no other mark stands between
        lengths = at - names
        same = np.zeros(len(at), np.bool_)
        same[1:] = (lengths[1:] == lengths[:-1]) & (lengths[1:] <= 16)
        for step in range(1, int(min(lengths.max(), 16)) if len(at) else 0):
            letters = self.a[names + step]
            same[1:] &= (letters[1:] == letters[:-1]) | (lengths[1:] <= step)
        changed = np.flatnonzero(~same)
        known: dict[bytes, int] = {}
        found = [
            known.setdefault(self.data[start + 1 : end], len(known))
            for start, end in zip(names[changed].tolist(), at[changed].tolist(), strict=True)
        ]
        self.tokens_at = at[changed]
        self.token_of = np.array(found, np.intp)
        self.tokens = list(known)

    def _steps(self, at: Places) -> tuple[Places, Places]:
        """Which of Td and TD go along a line by more than some letters, and which to another."""
        a = self.a
        last, second = a[at - 2], _SPACE[a[at - 3]] == 1
        is_level = (last == 48) & second
        for index in np.flatnonzero(~is_level & (_ZERO[last] | _SPACE[last] == 1)).tolist():
            is_level[index] = not float(self._before(int(at[index]), 1)[-1])
        level = at[is_level]
        sizes = [abs(float(token.split()[-1])) or 1.0 for token in self.tokens]
        chosen = np.searchsorted(self.tokens_at, level) - 1
        is_far = [
            float(self._before(place, 2)[0])
            > 3 * (sizes[int(self.token_of[index])] if index >= 0 else 1.0)
            for place, index in zip(level.tolist(), chosen.tolist(), strict=True)
        ]
        return level[np.array(is_far, np.bool_)], at[~is_level]

    def _before(self, at: int, count: int) -> list[bytes]:
        """So many numbers that stand before a place, without what stands in front of them."""
        width = 64
        while True:
            words = self.data[max(0, at - width) : at].split()
            if len(words) > count or width >= at:
                return words[-count:]
            width *= 2

    def _placed(self, at: Places) -> Places:
        """Which Tm go to another height than the one before."""
        a = self.a
        words = a[at[:, None] - 2 - np.arange(_TOKEN_BYTES)]
        words[np.maximum.accumulate(_SPACE[words], axis=1) == 1] = 0
        for index in np.flatnonzero(words[:, 0] == 0).tolist():  # several blanks
            number = self._before(int(at[index]), 1)[-1][: -_TOKEN_BYTES - 1 : -1]
            words[index] = np.frombuffer(number.ljust(_TOKEN_BYTES, b"\0"), np.uint8)
        is_new = np.ones(len(at), np.bool_)
        is_new[1:] = (words[1:] != words[:-1]).any(1)
        return at[is_new]


def _is_wide(a: Bytes, before: Places) -> NDArray[np.bool_]:
    """Behind which places of an array a number moves on by a blank: from -200 on."""
    sign = before + 1 + (a[before + 1] == 32)
    size = len(a) - 1
    is_negative = a[sign] == 45
    found = np.flatnonzero(is_negative)
    out = np.zeros(len(before), np.bool_)
    first, second, third, fourth = (a[np.minimum(sign[found] + step, size)] for step in range(1, 5))
    out[found] = ((_DIGIT[first] & _DIGIT[second] & _DIGIT[third]) == 1) & (
        (first >= 50) | (_DIGIT[fourth] == 1)
    )
    return out


def _gaps(a: Bytes, starts: Places, ends: Places, moves: _Moves) -> Places:
    """What stands before each string."""
    gaps = np.zeros(len(starts), np.uint8)
    if len(starts):
        gaps[1:][_is_wide(a, ends[:-1])] = BLANK
        quoted = starts[np.searchsorted(starts, moves.quotes) - 1] - 1  # each stands behind its own
        lines = np.sort(np.concatenate([moves.lines, quoted]))
        for places, mark in ((moves.blanks, BLANK), (lines, LINE)):
            gaps[np.diff(np.searchsorted(places, starts), prepend=0) > 0] = mark
    return gaps


def _codes(
    data: bytes, a: Bytes, starts: Places, ends: Places, has_escaped: bool
) -> tuple[Bytes, Places]:
    """The bytes that strings mean, and how many each has."""
    is_hex = a[starts] == 60
    if not is_hex.any():
        return _plain(data, starts, ends, has_escaped)
    some, some_counts = _plain(data, starts[~is_hex], ends[~is_hex], has_escaped)
    digits = b"".join(_slices(data, starts[is_hex], ends[is_hex]))
    counts = (ends - starts - 1) >> 1
    counts[~is_hex] = some_counts
    of_hex = np.repeat(is_hex, counts)
    codes = np.empty(len(of_hex), np.uint8)
    codes[of_hex] = np.frombuffer(bytes.fromhex(digits.decode("ascii")), np.uint8)
    codes[~of_hex] = some
    return codes, counts


def _slices(data: bytes, starts: Places, ends: Places) -> list[bytes]:
    return [
        data[start:end] for start, end in zip((starts + 1).tolist(), ends.tolist(), strict=True)
    ]


def _plain(data: bytes, starts: Places, ends: Places, has_escaped: bool) -> tuple[Bytes, Places]:
    """The same for strings in parentheses."""
    strings = _slices(data, starts, ends)
    written = b"".join(strings)
    if b"\\" not in written:
        return np.frombuffer(written, np.uint8), ends - starts - 1
    # Python reads these escapes as PDF does. What no string can hold marks where each ends.
    marked = _MARK.join([*strings, b""])
    if has_escaped:
        marked = marked.replace(b"\\(", b"\\050").replace(b"\\)", b"\\051")
    text = marked.decode("unicode_escape")
    codes = np.frombuffer(text.encode("utf-16-le"), np.uint16)
    counts = np.diff(np.flatnonzero(codes == _MARKED), prepend=-1) - 1
    return codes[codes != _MARKED].astype(np.uint8), counts
