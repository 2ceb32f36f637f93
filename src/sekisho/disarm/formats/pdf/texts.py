"""The text of pages, for the eyes of the inspection: by the maps that the fonts bring along.

Order and gaps are those of the file. What a font gives no map for is counted as unreadable.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from sekisho.disarm.formats.pdf.builder import Node, text_of
from sekisho.disarm.formats.pdf.cmaps import unicode_map
from sekisho.disarm.formats.pdf.syntax import hex_string, name_text, unescaped
from sekisho.disarm.formats.pdf.values import Value

PAGE_CHARS_MAX = 2_000_000
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
_BESIDE = re.compile(rb"/(?:ActualText|Alt|E)\s*+\((" + _INSIDE + rb")\)", re.DOTALL)
"""What is read out or copied in the place of what is shown."""

_KERNING = re.compile(rb"\)\s*+(?:[0-9.]++|-1?[0-9]{1,2}+(?:\.[0-9]*+)?)\s*+\(|>\s*+<")
_GAP = -200
"""Thousandths of the size by which a number in TJ moves on: from here it is a blank."""

Decode = Callable[[bytes], str]


@dataclass
class Page:
    """What has been read of one page."""

    parts: list[str] = field(default_factory=list)
    chars: int = 0
    unreadable: int = 0
    line: str = ""

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


def entries_of(value: Value) -> dict[str, Value]:
    """A dictionary of the new document, wherever it stands; empty for anything else."""
    found = value.out if type(value) is Node else value
    return found if type(found) is dict else {}


class Reader:
    """Reads pages; remembers fonts."""

    def __init__(self) -> None:
        self._fonts: dict[int, Decode | None] = {}

    def read(self, source: Node) -> Page:
        """The text of a page."""
        page = Page()
        contents = source.out.get("Contents")
        parts = contents if type(contents) is list else [contents]
        data = b"\n".join(one.text or b"" for one in parts if type(one) is Node)
        self._walk(page, data, entries_of(source.out.get("Resources")), 0, set())
        if b"/A" in data or b"/E" in data:
            for match in _BESIDE.finditer(data):
                page.put("\n" + text_of(unescaped(match[1])))
        return page

    def _walk(
        self, page: Page, data: bytes, resources: dict[str, Value], depth: int, seen: set[int]
    ) -> None:
        fonts, forms = entries_of(resources.get("Font")), entries_of(resources.get("XObject"))
        decode: Decode | None = None
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

    def _show(self, page: Page, decode: Decode, raw: bytes) -> None:
        joined = _KERNING.sub(b"", raw)
        for match in _PIECE.finditer(joined):
            if match.lastindex == 1:
                page.put(decode(unescaped(match[1])))
            elif match.lastindex == 2:
                page.put(decode(hex_string(match[2])))
            elif _number(match[3]) < _GAP:
                page.put(" ")

    def _font(self, value: Value) -> Decode | None:
        font = entries_of(value)
        if id(font) not in self._fonts:
            self._fonts[id(font)] = decoder(font)
        return self._fonts[id(font)]


def _number(raw: bytes) -> float:
    try:
        return float(raw)
    except ValueError:
        return 0.0


_CODECS = {
    "90ms-RKSJ": "cp932",
    "90msp-RKSJ": "cp932",
    "90pv-RKSJ": "cp932",
    "83pv-RKSJ": "cp932",
    "Ext-RKSJ": "cp932",
    "Add-RKSJ": "cp932",
    "EUC": "euc_jp",
    "UniJIS-UCS2": "utf-16-be",
    "UniJIS-UCS2-HW": "utf-16-be",
    "UniJIS-UTF16": "utf-16-be",
    "UniJIS2004-UTF16": "utf-16-be",
    "UniJISX0213-UTF32": "utf-32-be",
    "UniJIS-UTF32": "utf-32-be",
    "UniJIS-UTF8": "utf-8",
    "GBK-EUC": "gbk",
    "UniGB-UCS2": "utf-16-be",
    "UniGB-UTF16": "utf-16-be",
    "ETen-B5": "big5",
    "UniCNS-UCS2": "utf-16-be",
    "UniCNS-UTF16": "utf-16-be",
    "KSCms-UHC": "cp949",
    "UniKS-UCS2": "utf-16-be",
    "UniKS-UTF16": "utf-16-be",
}


for _codec in {*_CODECS.values(), "euc_jp", "cp1252", "mac_roman", "utf-16-le", "unicode_escape"}:
    codecs.lookup(_codec)  # now: a child that is locked down can load no more modules


def decoder(font: dict[str, Value]) -> Decode | None:
    """How strings shown in a font become text; None when nobody can tell."""
    kind, encoding = font.get("Subtype"), font.get("Encoding")
    to_unicode = font.get("ToUnicode")
    table: dict[int, str] = {}
    if type(to_unicode) is Node and to_unicode.text:
        table = unicode_map(to_unicode.text)
    if kind == "Type0":
        return _composite(encoding, table)
    if kind not in ("Type1", "TrueType", "MMType1", "Type3"):
        return None
    if not table and (kind == "Type3" or _is_symbolic(font)):
        return None
    simple = _simple_table(encoding)
    simple.update(table)
    return lambda raw: raw.decode("latin-1").translate(simple)


def _is_symbolic(font: dict[str, Value]) -> bool:
    flags = entries_of(font.get("FontDescriptor")).get("Flags", 0)
    return font.get("Encoding") is None and bool(flags & 4)


def _composite(encoding: Value, table: dict[int, str]) -> Decode | None:
    if table:
        return lambda raw: raw.decode("utf-16-be", "replace").translate(table)
    if type(encoding) is str:
        codec = _CODECS.get(encoding.removesuffix("-H").removesuffix("-V"))
        if codec:
            return lambda raw: raw.decode(codec, "replace")
        if encoding in ("H", "V"):
            return lambda raw: bytes(byte | 128 for byte in raw).decode("euc_jp", "replace")
    return None


def _simple_table(encoding: Value) -> dict[int, str]:
    described = entries_of(encoding)
    base = described.get("BaseEncoding") if described else encoding
    codec = "mac_roman" if base == "MacRomanEncoding" else "cp1252"
    out = {code: bytes([code]).decode(codec, "replace") for code in range(128, 256)}
    code = 0
    for one in described.get("Differences", ()):
        if type(one) is int:
            code = one
        else:
            out[code] = glyph_text(one)
            code += 1
    return out


_GLYPHS = dict(
    zip(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "space",
            "hyphen",
            "period",
            "comma",
            "colon",
            "semicolon",
            "slash",
            "parenleft",
            "parenright",
            "at",
            "underscore",
        ],
        "0123456789 -.,:;/()@_",
        strict=True,
    )
)
_UNI = re.compile(r"(?:uni|u)([0-9A-F]{4,6})")


def glyph_text(name: str) -> str:
    """The character that a glyph's name means, or a mark that it is not known."""
    if len(name) == 1:
        return name
    match = _UNI.fullmatch(name)
    if match and int(match[1], 16) < 0x110000:
        return chr(int(match[1], 16))
    return _GLYPHS.get(name, "\ufffd")
