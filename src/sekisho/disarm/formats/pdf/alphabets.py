"""The characters of all fonts of a document in one table, so that strings of many fonts are looked
up at once."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from sekisho.disarm.formats.pdf.lettering import Decoder
from sekisho.disarm.formats.pdf.shown import NOTHING, Places, Shown

CODES_MAX = 4_000_000
"""Codes of all fonts together."""

_APART = 0x100000
"""From here on characters stand for an entry of `_others`: those that are several, or are here."""

_OTHERS_MAX = 0x10000
_FEW = 40
_GAPS = np.array([0, ord(" "), ord("\n")], np.uint32)


class Alphabet:
    """Fonts by number, -1 for one that nobody can read."""

    def __init__(self) -> None:
        self._widths: list[int] = []
        self._firsts: list[int] = []
        self._ends: list[int] = []
        self._table: Places = np.zeros(1024, np.uint32)
        self._others: dict[int, str] = {}

    def add(self, decoder: Decoder) -> int | None:
        """A font's number; None when it cannot be looked up in a table."""
        codes = {code: text for code, text in decoder.table.items() if code < 65_536}
        size = max(codes, default=-1) + 1
        first = self._firsts[-1] + self._ends[-1] if self._firsts else 0
        apart = [text for text in codes.values() if len(text) != 1 or ord(text) >= _APART]
        is_much = first + size > CODES_MAX or len(self._others) + len(apart) > _OTHERS_MAX - 4
        if not decoder.width or is_much:
            return None
        if first + size >= len(self._table):
            self._table = np.resize(self._table, 2 * (first + size))
        table = self._table[first : first + size]
        table[:] = np.arange(size)
        table[list(codes)] = [self._character(text) for text in codes.values()]
        self._widths.append(decoder.width)
        self._firsts.append(first)
        self._ends.append(size)
        return len(self._widths) - 1

    def _character(self, text: str) -> int:
        if len(text) == 1 and ord(text) < _APART:
            return ord(text)
        key = _APART + len(self._others)
        self._others[key] = text
        return key

    def is_even(self, found: Shown, fonts: Places) -> Places:
        """Which strings are made of whole codes."""
        widths = np.array([*self._widths, 1])[fonts]
        return np.asarray(found.counts % widths == 0)

    def spell(self, found: Shown, fonts: Places, edges: Places) -> list[str]:
        """The text between each two of `edges`, which are places in the stream.

        `fonts` is the number of the font of each string; what is unreadable is left out. All
        strings must be even.
        """
        widths = np.array([*self._widths, 1])[fonts]
        counts = found.counts // widths
        codes = _wide(found.codes, found.counts, widths) if (widths == 2).any() else found.codes
        characters = self._looked_up(codes, fonts, counts)
        ends = np.cumsum(np.where(fonts < 0, 0, counts))
        starts = np.concatenate([[0], ends])
        with_gap = found.gaps != NOTHING
        characters = np.insert(characters, starts[:-1][with_gap], _GAPS[found.gaps[with_gap]])
        shifted = starts + np.concatenate([[0], np.cumsum(with_gap)])
        text = characters.tobytes().decode("utf-32-le", "surrogatepass")
        cuts = shifted[np.searchsorted(found.starts, edges)].tolist()
        texts = [text[start:end] for start, end in pairwise(cuts)]
        if len(characters) and int(characters.max()) >= _APART:
            texts = list(map(self._with_others, texts))
        if (characters & 0xFFFFF800 == 0xD800).any():  # halves of pairs
            halves = [text.encode("utf-16-le", "surrogatepass") for text in texts]
            texts = [text.decode("utf-16-le", "replace") for text in halves]
        return texts

    def _looked_up(self, codes: Places, fonts: Places, counts: Places) -> Places:
        """The characters of codes, without those of fonts that nobody can read."""
        used = int(fonts[0]) if len(fonts) else -1
        if used >= 0 and (fonts == used).all():
            first, end = self._firsts[used], self._ends[used]
            wide = codes.astype(np.uint32)
            return np.where(wide < end, self._table[first + np.minimum(wide, end)], wide)
        font_of = np.repeat(fonts, counts)
        readable = font_of >= 0
        font_of, wide = font_of[readable], codes[readable].astype(np.uint32)
        firsts, ends = np.array([*self._firsts, 0])[font_of], np.array([*self._ends, 0])[font_of]
        return np.where(wide < ends, self._table[firsts + np.minimum(wide, ends)], wide)

    def _with_others(self, text: str) -> str:
        if len(self._others) > _FEW:
            return text.translate(self._others)
        for key, other in self._others.items():
            text = text.replace(chr(key), other)
        return text


def _wide(codes: Places, counts: Places, widths: Places) -> Places:
    """Codes of one and of two bytes as numbers."""
    if (widths == 2).all():
        return codes.view(">u2")
    two = np.flatnonzero(np.repeat(widths == 2, counts))
    out = codes.astype(np.uint16)
    out[two[::2]] = out[two[::2]] << 8 | out[two[1::2]]
    return np.delete(out, two[1::2])
