"""Type 1 programs (Adobe Type 1 Font Format, 1990): the clear part is written anew from the
few values rendering needs; the hidden part must be of the known form, else the program goes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate

from sekisho.disarm.formats.pdf.writing import number_bytes

_NUMBER = rb"[+-]?(?:[0-9]{1,8}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})(?:[Ee][+-]?[0-9]{1,2})?"
_MATRIX = re.compile(rb"/FontMatrix\s*[\[{]\s*((?:" + _NUMBER + rb"\s*){6})[\]}]")
_BOX = re.compile(rb"/FontBBox\s*[\[{]\s*((?:" + _NUMBER + rb"\s*){4})[\]}]")
_NAME = re.compile(rb"/FontName\s*/([A-Za-z0-9._+-]{1,100})")
_STROKED = re.compile(rb"/PaintType\s+2\b")
_STANDARD = re.compile(rb"/Encoding\s+StandardEncoding\s+def")
_PUT = re.compile(rb"dup\s+([0-9]{1,3})\s*/([A-Za-z0-9._+-]{1,60})\s+put")
_HIDDEN_START = re.compile(rb"currentfile\s+eexec(?:\r\n|[\r\n \t])")
_BINARY = re.compile(rb"(dup\s+[0-9]{1,5}|/[A-Za-z0-9._+-]{1,60})\s+([0-9]{1,5})\s+(RD|-\|) ")
_WORDS = re.compile(
    rb"(?:[\0\t\n\f\r ]++|/[A-Za-z0-9._+|-]{1,60}+|[\[\]{}]|"
    + _NUMBER
    + rb"(?![A-Za-z])|16#[0-9A-F]+"
    rb"|(?:array|begin|bind|closefile|currentdict|currentfile|cvx|def|definefont|dict|dup|end"
    rb"|exch|exec|executeonly|false|for|get|if|ifelse|index|internaldict|known|mark|ND|NP|noaccess"
    rb"|password|pop|put|RD|readonly|readstring|string|StandardEncoding|systemdict|true|\|-|\||-\|"
    rb"|userdict|eq|not|roll|add|sub|mul|eexec|FontDirectory|type|nametype|stringtype|gt|lt|ge|le"
    rb"|save|restore|Private|CharStrings|Subrs|OtherSubrs|cleartomark|neg|div|copy|pstack|clear"
    rb"|lenIV|hires|fontname|findfont|makefont|setfont|length|forall|ne|and|or|store|aload"
    rb")(?![A-Za-z])|%[^\r\n]*+)*+"
)
FONT_NUMBERS_MAX = 1e6


@dataclass(frozen=True, slots=True)
class Font:
    """A program as it is written, and where its hidden part begins and how long that is."""

    data: bytes
    clear_bytes: int
    hidden_bytes: int


def rebuilt(data: bytes, clear_bytes: object, hidden_bytes: object) -> Font | None:
    """The program with a clear part of ours, or None when it is not sound."""
    if data[:2] == b"\x80\x01":
        data = _unwrapped(data)
    start = _HIDDEN_START.search(data)
    if start is None:
        return None
    clear, hidden = data[: start.start()], data[start.end() :]
    if type(hidden_bytes) is int and type(clear_bytes) is int:
        end = clear_bytes + hidden_bytes - start.end()
        hidden = hidden[:end] if 0 < end <= len(hidden) else hidden
    binary = _binary(hidden)
    head = _head(clear)
    if head is None or not _is_sound(_revealed(binary)):
        return None
    return Font(head + binary, len(head), len(binary))


def _unwrapped(data: bytes) -> bytes:
    """Without the segment marks of a PFB file."""
    out = []
    at = 0
    while data[at : at + 1] == b"\x80" and data[at + 1 : at + 2] in (b"\1", b"\2"):
        length = int.from_bytes(data[at + 2 : at + 6], "little")
        out.append(data[at + 6 : at + 6 + length])
        at += 6 + length
    return b"".join(out)


def _binary(hidden: bytes) -> bytes:
    """The hidden part as bytes: it may be written in hexadecimal; the zeros behind it go."""
    front = hidden[:8].translate(None, b" \t\r\n")
    if re.fullmatch(rb"[0-9A-Fa-f]{4,8}", front):
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", hidden.split(b"cleartomark")[0])
        digits = digits[: len(digits) // 2 * 2]
        return bytes.fromhex(digits.decode())
    end = re.search(rb"(?:[\r\n]*0{64}[0\s]*)(?:cleartomark.*)?\Z", hidden[-2_000:], re.DOTALL)
    if end:
        return hidden[: len(hidden) - min(len(hidden), 2_000) + end.start()]
    return hidden


def _head(clear: bytes) -> bytes | None:
    matrix, box, name = _MATRIX.search(clear), _BOX.search(clear), _NAME.search(clear)
    if matrix is None or name is None:
        return None
    values = [_written(one) for one in matrix[1].split()]
    corners = [_written(one) for one in box[1].split()] if box else [b"0"] * 4
    if len(values) != 6 or len(corners) != 4 or b"" in values or b"" in corners:
        return None
    lines = [
        b"%!PS-AdobeFont-1.0: " + name[1],
        b"11 dict begin",
        b"/FontInfo 1 dict dup begin end readonly def",
        b"/FontName /" + name[1] + b" def",
        b"/PaintType %d def" % (2 if _STROKED.search(clear) else 0),
        b"/FontType 1 def",
        b"/FontMatrix [" + b" ".join(values) + b"] readonly def",
        *_encoding(clear),
        b"/FontBBox {" + b" ".join(corners) + b"} readonly def",
        b"currentdict end",
        b"currentfile eexec\n",
    ]
    return b"\n".join(lines)


def _written(raw: bytes) -> bytes:
    value = float(raw)
    if abs(value) > FONT_NUMBERS_MAX:
        return b""
    return b"%.9g" % value if abs(value) < 0.01 and value else number_bytes(value)


def _encoding(clear: bytes) -> list[bytes]:
    if _STANDARD.search(clear):
        return [b"/Encoding StandardEncoding def"]
    lines = [b"/Encoding 256 array", b"0 1 255 {1 index exch /.notdef put} for"]
    for code, glyph in _PUT.findall(clear)[:1_000]:
        if int(code) < 256:
            lines.append(b"dup %d /%b put" % (int(code), glyph))
    return [*lines, b"readonly def"]


def _revealed(hidden: bytes) -> bytes:
    """Decrypted (section 7.3). Each key depends on the bytes before it, not on what they hide."""
    keys = accumulate(hidden, lambda key, byte: (byte + key) * 52845 + 22719 & 65535, initial=55665)
    return bytes(byte ^ key >> 8 for byte, key in zip(hidden, keys, strict=False))[4:]


def _is_sound(private: bytes) -> bool:
    """Whether the hidden part is made of outlines, and words that every such program has."""
    if b"/CharStrings" not in private:
        return False
    at = 0
    pieces: list[bytes] = []
    while match := _BINARY.search(private, at):
        pieces.append(private[at : match.start()])
        pieces.append(match[1] + b" " + match[2] + b" RD")
        at = match.end() + int(match[2])
        if at > len(private):
            return False
    rest = private[at:]
    end = rest.find(b"closefile")
    pieces.append(rest[: end + 9] if end >= 0 else rest)
    return _WORDS.fullmatch(b" ".join(pieces)) is not None
