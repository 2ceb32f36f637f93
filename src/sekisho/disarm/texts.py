"""Text and what is written in it: which encoding, and whether it is HTML, XML, JSON or a table.

UTF-8, UTF-16 with a byte order mark, Shift_JIS as Windows writes it (CP932), EUC-JP and
ISO-2022-JP are told apart. Bytes that no rule explains are not text.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from dataclasses import dataclass

ENCODINGS: dict[str, str] = {
    "ascii": "ASCII",
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp932": "Shift_JIS (CP932)",
    "euc-jp": "EUC-JP",
    "iso-2022-jp": "ISO-2022-JP (JIS)",
}
"""Encodings told apart, with the name for the screen."""

_TABLE_LINES_MAX = 50
_CONTROL = re.compile("[\x01-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_CONTROLS_MAX_SHARE = 50
"""Terminals and old programs leave a control character here and there; one in 50 is too many."""

_JAPANESE = re.compile("[\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e]")
_UNLIKELY = re.compile("[\uff61-\uff9f\ue000-\uf8ff]")
_UNDEFINED_CP932 = re.compile("[\x80\xa0\uf8f0-\uf8f3]")


@dataclass(frozen=True, slots=True)
class Text:
    """Decoded text and the encoding it came in."""

    encoding: str
    text: str


def read_text(head: bytes, *, is_whole: bool) -> Text | None:
    """The text that the bytes hold, or None. With `is_whole` false the end may be cut off."""
    read = _by_mark(head, is_whole) or _by_bytes(head, is_whole)
    if read is None:
        return None
    text = read.text.removesuffix("\x1a") if is_whole else read.text
    return None if "\0" in text or has_too_many_controls(text) else Text(read.encoding, text)


def has_too_many_controls(text: str) -> bool:
    """Whether a text has so many control characters that it is none."""
    return len(_CONTROL.findall(text)) > 2 + len(text) // _CONTROLS_MAX_SHARE


def _by_mark(head: bytes, is_whole: bool) -> Text | None:
    """Text that begins with a byte order mark."""
    if head.startswith(codecs.BOM_UTF8):
        return _decoded(head[3:], "utf-8", "utf-8", is_whole)
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return None
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded(head, "utf-16", "utf-16", is_whole)
    return None


def _by_bytes(head: bytes, is_whole: bool) -> Text | None:
    if head.isascii():
        if b"\x1b" in head and (jis := _decoded(head, "iso2022_jp_ext", "iso-2022-jp", is_whole)):
            return jis
        return Text("ascii", head.decode("ascii"))
    if utf8 := _decoded(head, "utf-8", "utf-8", is_whole):
        return utf8
    cp932 = _decoded(head, "cp932", "cp932", is_whole)
    if cp932 and _UNDEFINED_CP932.search(cp932.text):
        cp932 = None
    euc = _decoded(head, "euc_jp", "euc-jp", is_whole)
    if cp932 and euc:
        return max(cp932, euc, key=_likelihood)
    return cp932 or euc


def _likelihood(read: Text) -> int:
    """EUC-JP read as CP932 is a row of half-width katakana; the reverse, rare kanji."""
    return len(_JAPANESE.findall(read.text)) - 2 * len(_UNLIKELY.findall(read.text))


def _decoded(data: bytes, codec: str, name: str, is_whole: bool) -> Text | None:
    try:
        return Text(name, codecs.getincrementaldecoder(codec)().decode(data, is_whole))
    except UnicodeDecodeError:
        return None


_DECLARATIONS = re.compile(
    r"\s*(?:<\?[^>]*\?>|<!--.*?-->|<!doctype[^>\[]*(?:\[.*?\]\s*)?>)", re.S | re.I
)
_ROOT = re.compile(r"\s*<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_OFFICE_XML = re.compile(r"<\?mso-application|schemas-microsoft-com:office")
_HTML = re.compile(
    r"\s*<(?:!doctype\s+html|(?:html|head|title|meta|body|script|style|iframe|div|table|p|br|a|"
    r"h[1-6]|font|b|img|form|object|embed)[\s/>])",
    re.I,
)
_SCRIPT = re.compile(r"\s*(?:<\?(?:php|=)|<%|@?echo\s+off\b)", re.I)
_JSON_START = re.compile(r'\s*(?:\{\s*(?:"|\}|$)|\[\s*(?:["\[{\]0-9tfn-]|$))')
_MAIL_FIELD = re.compile(
    r"(From|To|Date|Subject|MIME-Version|Message-ID|Received|Return-Path):", re.I
)


def text_kind(text: str, *, is_whole: bool) -> str:
    """What a text is written as: `html`, `svg`, `xml`, `json`, `csv`, …, or just `text`."""
    if _SCRIPT.match(text):
        return "script"
    if text.lstrip().startswith("<"):
        return _markup_kind(text)
    if _JSON_START.match(text) and _is_json(text, is_whole=is_whole):
        return "json"
    if _is_mail(text):
        return "eml"
    return _table_kind(text, is_whole=is_whole) or "text"


def _markup_kind(text: str) -> str:
    position = 0
    is_xml = text.lstrip()[:5].lower() == "<?xml"
    while found := _DECLARATIONS.match(text, position):
        if _HTML.match(found[0]):
            return "html"
        position = found.end()
    if not is_xml and _HTML.match(text, position):
        return "html"
    root = _ROOT.match(text, position)
    if not root:
        return "text"
    if root[2].lower() in ("svg", "html"):
        return root[2].lower()
    return "office-xml" if _OFFICE_XML.search(text) else "xml"


def _is_json(text: str, *, is_whole: bool) -> bool:
    if not is_whole:
        return True
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_mail(text: str) -> bool:
    """Header fields first, at least two of those that every mail has."""
    fields = set()
    for line in text.splitlines()[:100]:
        if found := _MAIL_FIELD.match(line):
            fields.add(found[1].lower())
        elif not re.match(r"[\x21-\x39\x3b-\x7e]+:|[ \t]", line):
            break
    return len(fields & {"from", "date", "mime-version", "received", "message-id"}) >= 2


def _table_kind(text: str, *, is_whole: bool) -> str | None:
    """`csv` or `tsv` when at least two rows have the same two or more columns."""
    lines = text.splitlines()
    is_cut = not is_whole or len(lines) > _TABLE_LINES_MAX
    for kind, delimiter in (("csv", ","), ("tsv", "\t")):
        try:
            rows = list(csv.reader(lines[:_TABLE_LINES_MAX], delimiter=delimiter))
        except csv.Error:
            continue
        if _is_table(rows[:-1] if is_cut else rows):
            return kind
    return None


def _is_table(rows: list[list[str]]) -> bool:
    widths = {len(row) for row in rows if row}
    return len(rows) >= 2 and len(widths) == 1 and min(widths) >= 2
