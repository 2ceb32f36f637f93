"""Bytes of a mail as text: by the character set that the mail names, or by what they look like."""

from __future__ import annotations

import re
import unicodedata

from sekisho.disarm import jis

ISO_2022_JP = "iso-2022-jp"
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "cp932": "cp932",
    "ms932": "cp932",
    "euc-jp": "euc_jp",
    "x-euc-jp": "euc_jp",
    "iso-8859-1": "cp1252",
    "iso-8859-15": "iso8859_15",
    "windows-1252": "cp1252",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "utf-7": "utf-7",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5",
    "euc-kr": "euc_kr",
    "ks_c_5601-1987": "cp949",
}
_JIS = frozenset({"iso-2022-jp", "iso-2022-jp-1", "iso-2022-jp-2", "iso-2022-jp-3", "csiso2022jp"})
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BLANKS = re.compile(" +")
_LINE_END = re.compile("\r\n|\r|\n|\u2028|\u2029")


def is_jis(charset: str) -> bool:
    """Whether the name is one of those of ISO-2022-JP."""
    return charset.lower() in _JIS


def decode(data: bytes, charset: str = "") -> str:
    """The text; bytes that mean nothing become U+FFFD. A character set not ours is guessed."""
    name = charset.strip().lower()
    if name in _JIS:
        return jis.decode(data)
    codec = _CODECS.get(name)
    if codec == "utf-8" and not _is_utf8(data):
        codec = None
    return data.decode(codec, "replace") if codec else _guess(data)


def _is_utf8(data: bytes) -> bool:
    """Mail often says ASCII or UTF-8 where neither is true."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\x1b$" not in data


def _guess(data: bytes) -> str:
    if b"\x1b$" in data or b"\x1b(" in data:
        return jis.decode(data)
    for codec in ("utf-8", "cp932", "euc_jp"):
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", "replace")


def body_text(text: str) -> str:
    """Text of a body: lines end in CR LF, no control characters, no marks that reverse it."""
    return _LINE_END.sub("\r\n", cleaned(text))


def cleaned(text: str) -> str:
    """Without control characters and marks that reverse it; lines end as they did."""
    return _DIRECTION.sub("", _CONTROL.sub("", text)).replace("\ufeff", "")


def one_line(text: str, chars_max: int) -> str:
    """Text of a field: one line without control characters and marks that reverse it."""
    plain = _DIRECTION.sub("", text)
    spaced = "".join(" " if _is_blank(char) else char for char in plain[: 4 * chars_max])
    return _BLANKS.sub(" ", spaced).strip(" ")[:chars_max].strip(" ")


def _is_blank(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} or char == "\ufeff"
