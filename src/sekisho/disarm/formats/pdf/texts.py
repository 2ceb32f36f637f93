"""The text of pages, for the eyes of the inspection: by the maps that the fonts bring along.

Order and gaps are those of the file. What a font gives no map for is counted as unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np

from sekisho.disarm.formats.pdf import grammar, shown
from sekisho.disarm.formats.pdf.alphabets import Alphabet
from sekisho.disarm.formats.pdf.builder import Node, text_of
from sekisho.disarm.formats.pdf.lettering import Decoder, decoder, entries_of
from sekisho.disarm.formats.pdf.shown import Places
from sekisho.disarm.formats.pdf.syntax import hex_string, name_text, unescaped
from sekisho.disarm.formats.pdf.values import Value

PAGE_CHARS_MAX = 2_000_000
PIECES_BYTES_MAX = 2 * 1024 * 1024
"""More statements of one page are read one by one, which takes longer and no more memory."""

BATCH_BYTES = 100_000
"""Statements of so many pages are read at a time as fit into a near cache."""

FORMS_DEEP_MAX = 6
_W = rb"[\0\t\n\f\r ]"
_N = rb"[+-]?[0-9.]{1,24}+"
_NAME = rb"[^\0\t\n\f\r ()<>\[\]{}/%]"
_END = rb"(?![^\0\t\n\f\r ()<>\[\]{}/%])"
_FLAT = rb"[^()\\]*+(?:\\.[^()\\]*+)*+"
_INSIDE = rb"[^()\\]*+(?:(?:\\.|\(" + _FLAT + rb"\))[^()\\]*+)*+"  # one pair in a pair
_STR = rb"\(" + _INSIDE + rb"\)|<[0-9A-Fa-f\s]*+>"
_PASSED = (
    # What shows nothing is passed over, many statements at a time.
    rb"(?:" + _W + rb"++"
    + rb"|(?:" + _N + _W + rb"++)++"
    + rb"(?:cm|re|m|l|c|v|y|h|w|J|j|M|i|g|G|rg|RG|k|K|sc|SC|scn|SCN|Tc|Tw|Tz|TL|Tr|Ts)" + _END
    + rb"|(?:q|Q|BT|EMC|s|S|f\*|f|F|B\*|B|b\*|b|n|W\*|W|h)" + _END
    + rb"|/" + _NAME + rb"++" + _W + rb"*+(?:<</MCID" + _W + rb"++[0-9]++" + _W + rb"*+>>" + _W
    + rb"*+)?+(?:BDC|BMC|cs|CS|gs|scn|SCN|sh|ri)" + _END + rb")++"
)  # fmt: skip
_SHOWN = re.compile(
    rb"\[((?:[\s0-9.+-]++|" + _STR + rb")*+)\]\s*+TJ"  # 1
    + rb"|(" + _STR + rb")\s*+(?:Tj|(['\"]))"  # 2 3
    + rb"|((?:" + _N + _W + rb"++)++)(T[dDm])" + _END  # 4 5
    + rb"|/(" + _NAME + rb"++)" + _W + rb"++(" + _N + rb")" + _W + rb"++Tf" + _END  # 6 7
    + rb"|/(" + _NAME + rb"++)" + _W + rb"*+Do" + _END  # 8
    + rb"|(T\*|ET)" + _END  # 9
    + rb"|" + _PASSED
    + rb"|(?:" + _STR + rb")|/" + _NAME + rb"*+",  # other strings and names are passed over whole
    re.DOTALL,
)  # fmt: skip
_PIECE = re.compile(rb"\((" + _INSIDE + rb")\)|<([0-9A-Fa-f\s]*+)>|(-?[0-9.]+)", re.DOTALL)
_PARTING = b"\xff"
_BESIDE = re.compile(rb"/(?:ActualText|Alt|E)\s*+\((" + _INSIDE + rb")\)", re.DOTALL)
"""What is read out or copied in the place of what is shown."""

_DRAWN = re.compile(rb"/(" + _NAME + rb"++)" + _W + rb"++Do" + _END)
_KERNING = re.compile(rb"\)\s*+(?:[0-9.]++|-1?[0-9]{1,2}+(?:\.[0-9]*+)?)\s*+\(|>\s*+<")
_GAP = -200
"""Thousandths of the size by which a number in TJ moves on: from here it is a blank."""


@dataclass
class Page:
    """What has been read of one page."""

    parts: list[str] = field(default_factory=list)
    chars: int = 0
    unreadable: int = 0

    def put(self, text: str) -> None:
        if self.chars < PAGE_CHARS_MAX:
            self.parts.append(text)
            self.chars += len(text)

    def text(self) -> str:
        return "".join(self.parts)


class _Moves:
    """Where text goes on: in another line, after a gap, or right there."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._height = b""
        self.size = 1.0

    def by(self, numbers: list[bytes], operator: bytes) -> None:
        """One of Td, TD, Tm."""
        if operator == b"Tm":
            if numbers[-1] != self._height:
                self._page.put("\n")
            self._height = numbers[-1]
        elif _number(numbers[-1]):
            self._page.put("\n")
        elif len(numbers) > 1 and _number(numbers[-2]) > 3 * self.size:
            self._page.put(" ")


@dataclass
class _Piece:
    """Statements of a page or of a form that it draws, and the fonts they know."""

    data: bytes
    fonts: dict[str, Value]


class Reader:
    """Reads pages; remembers fonts."""

    def __init__(self) -> None:
        self._fonts: dict[int, Decoder | None] = {}
        self._alphabet = Alphabet()
        self._numbers: dict[int, int | None] = {}

    def read_all(self, sources: list[Node]) -> Iterator[Page]:
        """The texts of pages, in order: many simple ones at a time, the others one by one."""
        waiting: list[tuple[Node, list[_Piece]]] = []
        size = 0
        for source in sources:
            pieces = self._pieces(source)
            waiting.append((source, pieces))
            size += sum(len(piece.data) for piece in pieces)
            if size > BATCH_BYTES:
                yield from self._read_batch(waiting)
                waiting, size = [], 0
        yield from self._read_batch(waiting)

    def read(self, source: Node) -> Page:
        """The text of a page, statement by statement."""
        page = Page()
        data = _joined(_parts(source))
        self._walk(page, data, entries_of(source.out.get("Resources")), 0, set())
        return _with_beside(page, data)

    def _pieces(self, source: Node) -> list[_Piece]:
        """What a page draws, when all of it is simple."""
        pieces: list[_Piece] = []
        waiting = [(_parts(source), entries_of(source.out.get("Resources")), 0)]
        seen: set[int] = set()
        size = 0
        while waiting:
            parts, resources, depth = waiting.pop()
            fonts = entries_of(resources.get("Font"))
            size += sum(len(part.text or b"") for part in parts)
            is_known = all(self._number(font) is not None for font in fonts.values())
            data = _simple(parts) if is_known and size <= PIECES_BYTES_MAX else None
            if data is None:
                return []
            pieces.append(_Piece(data, fonts))
            for form in _forms(data, resources) if depth < FORMS_DEEP_MAX else ():
                if id(form) not in seen:
                    seen.add(id(form))
                    inner = entries_of(form.out.get("Resources")) or resources
                    waiting.append(([form], inner, depth + 1))
        return pieces

    def _read_batch(self, waiting: list[tuple[Node, list[_Piece]]]) -> Iterator[Page]:
        pieces = [piece for _, some in waiting for piece in some]
        texts = iter(self._texts(pieces))
        for source, some in waiting:
            found = [next(texts) for _ in some]
            if not found or any(text is None for text, _ in found):
                yield self.read(source)
                continue
            page = Page(unreadable=sum(count for _, count in found))
            for text, _ in found:
                page.put((text or "")[:PAGE_CHARS_MAX])
            yield _with_beside(page, some[0].data)

    def _texts(self, pieces: list[_Piece]) -> list[tuple[str | None, int]]:
        """The text of each piece, and how many of its strings cannot be read; None for one that has
        to be read another way."""
        if not pieces:
            return []
        # A name that the grammar does not know parts them: no font goes on in the next.
        parted = [b"\n/%b%d 1 Tf T* %b" % (_PARTING, i, one.data) for i, one in enumerate(pieces)]
        edges = [0, *accumulate(map(len, parted))]
        found = shown.find(b"".join(parted))
        fonts = self._fonts_of(found, pieces, np.array(edges))
        bounds = np.searchsorted(found.starts, edges)
        is_odd = ~self._alphabet.is_even(found, fonts)
        odd = np.diff(np.concatenate([[0], np.cumsum(is_odd)])[bounds])
        unread = np.diff(np.concatenate([[0], np.cumsum(fonts < 0)])[bounds])
        if odd.any():
            kept = [one for one, count in zip(pieces, odd.tolist(), strict=True) if not count]
            others = iter(self._texts(kept))
            return [(None, 0) if count else next(others) for count in odd.tolist()]
        texts = self._alphabet.spell(found, fonts, np.array(edges))
        return list(zip(texts, unread.tolist(), strict=True))

    def _fonts_of(self, found: shown.Shown, pieces: list[_Piece], edges: Places) -> Places:
        """The number of the font of each string."""
        inside = np.searchsorted(edges, found.chosen_at, "right") - 1
        numbers = []
        for index, chosen in zip(inside.tolist(), found.chosen.tolist(), strict=True):
            name = found.fonts[chosen].split(None, 1)[0]
            number = self._number(pieces[index].fonts.get(name_text(name)))
            numbers.append(-1 if number is None or name[:1] == _PARTING else number)
        at = np.searchsorted(found.chosen_at, found.starts) - 1
        return np.array(numbers, np.intp)[at]

    def _number(self, value: Value) -> int | None:
        """A font's number in the alphabet, -1 when nobody can read it."""
        font = entries_of(value)
        if id(font) not in self._numbers:
            decode = self._font(value)
            self._numbers[id(font)] = -1 if decode is None else self._alphabet.add(decode)
        return self._numbers[id(font)]

    def _walk(
        self, page: Page, data: bytes, resources: dict[str, Value], depth: int, seen: set[int]
    ) -> None:
        fonts, forms = entries_of(resources.get("Font")), entries_of(resources.get("XObject"))
        decode: Decoder | None = None
        move = _Moves(page)
        for match in _SHOWN.finditer(data):
            kind = match.lastindex
            if kind is None:
                continue
            if kind <= 3:
                if kind == 3:
                    page.put("\n")
                if decode is None:
                    page.unreadable += 1
                else:
                    self._show(page, decode, match[1] if kind == 1 else match[2])
            elif kind == 5:
                move.by(match[4].split(), match[5])
            elif kind == 7:
                decode = self._font(fonts.get(name_text(match[6])))
                move.size = abs(_number(match[7])) or 1.0
            elif kind == 9:
                page.put(" " if match[9] == b"ET" else "\n")
            elif depth < FORMS_DEEP_MAX:
                form = forms.get(name_text(match[8]))
                if type(form) is Node and form.text and id(form) not in seen:
                    seen.add(id(form))
                    inner = entries_of(form.out.get("Resources")) or resources
                    self._walk(page, form.text, inner, depth + 1, seen)

    def _show(self, page: Page, decode: Decoder, raw: bytes) -> None:
        joined = _KERNING.sub(b"", raw)
        for match in _PIECE.finditer(joined):
            if match.lastindex == 1:
                page.put(decode.text(unescaped(match[1])))
            elif match.lastindex == 2:
                page.put(decode.text(hex_string(match[2])))
            elif _number(match[3]) < _GAP:
                page.put(" ")

    def _font(self, value: Value) -> Decoder | None:
        font = entries_of(value)
        if id(font) not in self._fonts:
            self._fonts[id(font)] = decoder(font)
        return self._fonts[id(font)]


def _number(raw: bytes) -> float:
    try:
        return float(raw)
    except ValueError:
        return 0.0


def _parts(source: Node) -> list[Node]:
    contents = source.out.get("Contents")
    parts = contents if type(contents) is list else [contents]
    return [one for one in parts if type(one) is Node]


def _joined(parts: list[Node]) -> bytes:
    return b"\n".join(one.text or b"" for one in parts)


def _simple(parts: list[Node]) -> bytes | None:
    """The statements when they are simple."""
    data = _joined(parts)
    return data if all(part.is_simple for part in parts) else grammar.simple(data)


def _forms(data: bytes, resources: dict[str, Value]) -> Iterator[Node]:
    """The forms that simple statements draw, and perhaps some whose names are only shown."""
    named = entries_of(resources.get("XObject"))
    if any(type(one) is Node and one.text for one in named.values()):
        for name in _DRAWN.findall(data):
            form = named.get(name_text(name))
            if type(form) is Node and form.text:
                yield form


def _with_beside(page: Page, data: bytes) -> Page:
    """The page with what is read out or copied in the place of what is shown."""
    if grammar.has_beside(data):
        for match in _BESIDE.finditer(data):
            page.put("\n" + text_of(unescaped(match[1])))
    return page
