"""How the strings that a font shows become text: by its map to Unicode, or by its encoding
(ISO 32000-2 sections 9.6.5, 9.7.5, 9.10.2)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass

from sekisho.disarm.formats.pdf.builder import Node
from sekisho.disarm.formats.pdf.cmaps import unicode_map
from sekisho.disarm.formats.pdf.values import Value


@dataclass(frozen=True, slots=True)
class Decoder:
    """Decodes the strings of a font.

    `width` is the bytes of a code, 0 where codes differ in width; `table` is what stands for codes
    that are not the number of their character.
    """

    text: Callable[[bytes], str]
    width: int
    table: dict[int, str]


def entries_of(value: Value) -> dict[str, Value]:
    """A dictionary of the new document, wherever it stands; empty for anything else."""
    found = value.out if type(value) is Node else value
    return found if type(found) is dict else {}


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


def decoder(font: dict[str, Value]) -> Decoder | None:
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
    return Decoder(lambda raw: raw.decode("latin-1").translate(simple), 1, simple)


def _is_symbolic(font: dict[str, Value]) -> bool:
    flags = entries_of(font.get("FontDescriptor")).get("Flags", 0)
    return font.get("Encoding") is None and bool(flags & 4)


def _composite(encoding: Value, table: dict[int, str]) -> Decoder | None:
    if table:
        return Decoder(lambda raw: raw.decode("utf-16-be", "replace").translate(table), 2, table)
    if type(encoding) is str:
        codec = _CODECS.get(encoding.removesuffix("-H").removesuffix("-V"))
        if codec:
            width = 2 if codec == "utf-16-be" else 0
            return Decoder(lambda raw: raw.decode(codec, "replace"), width, {})
        if encoding in ("H", "V"):
            return Decoder(
                lambda raw: bytes(byte | 128 for byte in raw).decode("euc_jp", "replace"), 0, {}
            )
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
