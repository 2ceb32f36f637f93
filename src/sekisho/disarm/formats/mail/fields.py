"""Fields of a mail: encoded words, addresses, dates and message ids, read and written.

RFC 5322 section 3, RFC 2047. What is written reads back as the same value.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sekisho.disarm.formats.mail import charsets
from sekisho.disarm.work import Stopped

TEXT_CHARS_MAX = 2_000
NAME_CHARS_MAX = 400
MAILBOXES_MAX = 5_000
IDS_MAX = 200
_LINE_CHARS = 76
_WORD_BYTES = 42
_WORD = re.compile(rb"=\?([\w.:()-]{1,40})(?:\*[\w-]{0,20})?\?([bBqQ])\?([^?]{0,4000})\?=")
_ADDRESS = re.compile(
    r"""(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}|"[A-Za-z0-9!#$%&'*+/=?^_`{|}~. -]{1,64}")"""
    r"@[A-Za-z0-9.-]{1,255}"
)
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}@[\x21-\x3b\x3d\x3f-\x7e]{1,250}>")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(
    r"(?:[A-Za-z]{3,9},?\s*)?(\d{1,2})\s+([A-Za-z]{3})[a-z]*\s+(\d{4})\s+"
    r"(\d{1,2}):(\d\d)(?::(\d\d))?\s*([+-]\d{4}|[A-Z]{1,5})?"
)
_ZONES = {"GMT": "+0000", "UT": "+0000", "UTC": "+0000", "Z": "+0000", "JST": "+0900"}


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address; one of them may be empty."""

    name: str
    address: str


def decode_words(raw: bytes) -> str:
    """The text of a field or of a piece of one. Words side by side are joined before decoding."""
    out: list[str] = []
    pending, charset, at = b"", "", 0
    for word in _WORD.finditer(raw):
        between = raw[at : word.start()]
        name = word[1].decode("ascii", "replace").lower()
        if pending and (between.strip() or name != charset):
            out.append(charsets.decode(pending, charset))
            pending = b""
        if between.strip() or (between and at == 0):
            out.append(charsets.decode(between))
        pending += _word_bytes(word[2], word[3])
        charset, at = name, word.end()
    if pending:
        out.append(charsets.decode(pending, charset))
    return "".join((*out, charsets.decode(raw[at:])))


def _word_bytes(encoding: bytes, body: bytes) -> bytes:
    if encoding in b"qQ":
        return binascii.a2b_qp(body.replace(b"_", b" "), header=False)
    digits = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def text(raw: bytes) -> str:
    """An unstructured field, such as Subject."""
    return charsets.one_line(decode_words(raw), TEXT_CHARS_MAX)


def date(raw: bytes) -> str:
    """A date as RFC 5322 writes it, or nothing when it is none."""
    found = _DATE.search(raw[:200].decode("ascii", "replace"))
    month = found[2].capitalize() if found else ""
    if not found or month not in MONTHS:
        return ""
    zone = found[7] or "+0000"
    zone = zone if zone[0] in "+-" else _ZONES.get(zone, "-0000")
    day, year = int(found[1]), int(found[3])
    hour, minute, second = int(found[4]), int(found[5]), int(found[6] or 0)
    if not 1 <= day <= 31 or hour > 23 or minute > 59 or second > 60:
        return ""
    return f"{day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} {zone}"


def ids(raw: bytes) -> tuple[str, ...]:
    """Message ids with their angle brackets."""
    return tuple(_ID.findall(raw.decode("ascii", "replace")))[:IDS_MAX]


def mailboxes(raw: bytes) -> tuple[Mailbox, ...]:
    """The addresses of a field. Raises Stopped SKS-D603 for too many."""
    found = tuple(box for box in _mailboxes(_readable(raw)) if box.name or box.address)
    if len(found) > MAILBOXES_MAX:
        raise Stopped("SKS-D603", count=len(found), allowed=MAILBOXES_MAX)
    return found


def _readable(raw: bytes) -> str:
    return raw.decode("ascii") if raw.isascii() and b"\x1b" not in raw else charsets.decode(raw)


def _mailboxes(field: str) -> Iterator[Mailbox]:
    """Quotes, comments and brackets are told apart first: a comma in them parts nothing."""
    box = _Box()
    for kind, piece in _pieces(field):
        if kind == ",":
            yield box.mailbox()
            box = _Box()
        elif kind == ":":
            box = _Box()
        else:
            box.add(kind, piece)
    yield box.mailbox()


class _Box:
    """What has been read of one address."""

    def __init__(self) -> None:
        self._parts: dict[str, str] = {}

    def add(self, kind: str, piece: str) -> None:
        if kind != "<" or "<" not in self._parts:
            self._parts[kind] = self._parts.get(kind, "") + piece

    def mailbox(self) -> Mailbox:
        plain, quoted = self._parts.get("", "").strip(), self._parts.get('"', "")
        bracket = self._parts.get("<")
        if bracket is None and not quoted and _ADDRESS.fullmatch(plain):
            return Mailbox(_name(self._parts.get("(", "")), plain)
        if bracket is None and _ADDRESS.fullmatch(f'"{quoted}"{plain}'):
            return Mailbox(_name(self._parts.get("(", "")), f'"{quoted}"{plain}')
        address = (bracket or "").strip()
        name = _name(f"{quoted} {plain}" if quoted and plain else quoted or plain)
        if _ADDRESS.fullmatch(address):
            return Mailbox(name or _name(self._parts.get("(", "")), address)
        return Mailbox(_name(f"{name} {address}"), "")


def _name(piece: str) -> str:
    return charsets.one_line(decode_words(piece.encode("utf-8", "replace")), NAME_CHARS_MAX)


def _pieces(field: str) -> Iterator[tuple[str, str]]:
    at = 0
    plain = re.compile(r"[^\"(<,;:]+")
    while at < len(field):
        char = field[at]
        if char == '"':
            piece, at = _until(field, at + 1, '"')
            yield '"', piece
        elif char == "(":
            piece, at = _until(field, at + 1, ")")
            yield "(", piece
        elif char == "<":
            end = field.find(">", at)
            end = len(field) if end < 0 else end
            yield "<", field[at + 1 : end]
            at = end + 1
        elif char in ",;:":
            yield ("," if char in ",;" else ":"), ""
            at += 1
        else:
            found = plain.match(field, at)
            at = found.end() if found else at + 1
            yield "", found[0] if found else ""


def _until(field: str, at: int, end: str) -> tuple[str, int]:
    out: list[str] = []
    while at < len(field) and field[at] != end:
        at += field[at] == "\\"
        out.append(field[at : at + 1])
        at += 1
    return "".join(out), at + 1


def written_text(value: str) -> str:
    """An unstructured field, folded."""
    words = value.split(" ")
    is_plain = value.isascii() and "=?" not in value and max(map(len, words)) <= _LINE_CHARS
    return _folded(words) if is_plain else _encoded(value)


def written_mailboxes(boxes: tuple[Mailbox, ...]) -> str:
    """A field of addresses, one on each line."""
    return ",\r\n ".join(_written_mailbox(box) for box in boxes)


def _written_mailbox(box: Mailbox) -> str:
    if not box.name:
        return f"<{box.address}>" if box.address.startswith('"') else box.address
    name = _written_name(box.name, is_alone=not box.address)
    return f"{name} <{box.address}>" if box.address else name


def _written_name(name: str, *, is_alone: bool) -> str:
    if not name.isascii() or "=?" in name or len(name) > 200:
        return _encoded(name)
    if _PHRASE.fullmatch(name) and not is_alone:
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def written_ids(values: tuple[str, ...]) -> str:
    """Message ids, one on each line."""
    return "\r\n ".join(values)


def _folded(words: list[str]) -> str:
    lines: list[str] = []
    line = words[0]
    for word in words[1:]:
        if len(line) + 1 + len(word) > _LINE_CHARS and line:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}"
    return "\r\n ".join([*lines, line])


def _encoded(value: str) -> str:
    chunks: list[bytes] = [b""]
    for char in value:
        encoded = char.encode()
        if len(chunks[-1]) + len(encoded) > _WORD_BYTES:
            chunks.append(b"")
        chunks[-1] += encoded
    return "\r\n ".join(f"=?utf-8?B?{base64.b64encode(chunk).decode()}?=" for chunk in chunks)
