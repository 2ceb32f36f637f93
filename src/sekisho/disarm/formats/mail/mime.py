"""The parts of a mail (RFC 5322, RFC 2045 to 2049, RFC 2231), read leniently and within limits.

Mail programs read the same bytes differently. That does no harm here: what is written is made
from what was read, so a part that only another program would see is not passed on.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote_to_bytes

from sekisho.disarm.formats.mail import charsets
from sekisho.disarm.formats.mail.fields import decode_words
from sekisho.disarm.work import Stopped, Work
from sekisho.kernel.limits import KIB

HEAD_BYTES_MAX = 512 * KIB
FIELDS_MAX = 2_000
MIME_DEPTH_MAX = 20
_BLANK_LINE = re.compile(rb"(?:\A|\r\n|\n|\r(?!\n))(?:\r\n|\n|\r)")
_LINE = re.compile(rb"\r\n|\n|\r")
_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]+)[ \t]*:(.*)\Z", re.DOTALL)
_TOKEN = re.compile(r"\s*([^\s;=]{1,80})\s*=\s*")
_NOT_BASE64 = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
)


@dataclass(frozen=True)
class Part:
    """A mail or a part of one: its fields as they stand, and its content still encoded."""

    fields: tuple[tuple[str, bytes], ...]
    content: bytes

    def field(self, name: str) -> bytes:
        """The first field of that name (in lower case), unfolded; empty when there is none."""
        return next((value for known, value in self.fields if known == name), b"")

    @cached_property
    def type(self) -> str:
        """`text/plain` and the like, in lower case; text/plain when none is given."""
        value = charsets.decode(self.field("content-type")).partition(";")[0].strip().lower()
        return value if re.fullmatch(r"[\w.+-]+/[\w.+-]+", value) else "text/plain"

    @cached_property
    def parameters(self) -> dict[str, str]:
        """Of Content-Type."""
        return parameters(self.field("content-type"))

    @cached_property
    def is_attached(self) -> bool:
        """Whether it says of itself that it is an attachment."""
        return self.field("content-disposition").strip().lower().startswith(b"attachment")

    @cached_property
    def file_name(self) -> str:
        """The name it gives itself as a file, or nothing."""
        disposition = parameters(self.field("content-disposition"))
        return disposition.get("filename") or self.parameters.get("name") or ""


def read_part(content: bytes) -> Part:
    """A mail or a part, its fields apart from its content. Raises Stopped SKS-D601."""
    end = _BLANK_LINE.search(content, 0, HEAD_BYTES_MAX)
    if end is None and len(content) > HEAD_BYTES_MAX:
        raise Stopped("SKS-D601")
    head = content[: end.start()] if end else content
    return Part(tuple(_fields(head)), content[end.end() :] if end else b"")


def _fields(head: bytes) -> Iterator[tuple[str, bytes]]:
    lines = _LINE.split(head)
    if len(lines) > 8 * FIELDS_MAX:
        raise Stopped("SKS-D601")
    current: list[bytes] = []
    for line in [*lines, b""]:
        if line[:1] in (b" ", b"\t") and current:
            current.append(line)
            continue
        found = _FIELD.match(b"".join(current))
        if found:
            yield found[1].decode("ascii").lower(), found[2].strip(b" \t")
        current = [line]


def children(part: Part, work: Work) -> list[Part]:
    """The parts of a multipart. Raises Stopped SKS-D601 when it has none."""
    boundary = part.parameters.get("boundary", "")
    if not 1 <= len(boundary) <= 200 or not boundary.isascii():
        raise Stopped("SKS-D601")
    line = re.compile(
        rb"(?:\A|\r\n|\n|\r)--" + re.escape(boundary.encode()) + rb"(--)?[ \t]*(?=\r|\n|\Z)"
    )
    pieces: list[Part] = []
    start = None
    for found in line.finditer(part.content):
        work.budget.member()
        if start is not None:
            pieces.append(read_part(_after_break(part.content[start : found.start()])))
        start = None if found[1] else found.end()
        if found[1]:
            break
    if start is not None:
        pieces.append(read_part(_after_break(part.content[start:])))
    if not pieces:
        raise Stopped("SKS-D601")
    return pieces


def _after_break(data: bytes) -> bytes:
    """Without the line end of the delimiter line itself."""
    return data[2:] if data[:2] == b"\r\n" else data[1:]


def decoded(part: Part, work: Work) -> bytes:
    """The content of a leaf, out of its transfer encoding. Raises Stopped SKS-D602."""
    encoding = part.field("content-transfer-encoding").split(b";")[0].strip().lower()
    work.budget.expand(len(part.content))
    if encoding == b"base64":
        return _base64(part.content)
    if encoding == b"quoted-printable":
        return binascii.a2b_qp(part.content)
    if encoding in (b"", b"7bit", b"8bit", b"binary"):
        return part.content
    raise Stopped("SKS-D602")


def _base64(content: bytes) -> bytes:
    plain = content.translate(None, _NOT_BASE64).partition(b"=")[0]
    # One digit too many says nothing: six bits are no byte.
    plain = plain[: len(plain) - (len(plain) % 4 == 1)]
    return binascii.a2b_base64(plain + b"=" * (-len(plain) % 4))


def parameters(field: bytes) -> dict[str, str]:
    """The parameters of a field by name, RFC 2231 pieces joined and encoded words decoded."""
    rest = charsets.decode(field).partition(";")[2]
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, str]] = {}
    for name, value in _raw_parameters(rest):
        base, star, number = name.partition("*")
        number = number.removesuffix("*")
        if not star:
            plain.setdefault(base, decode_words(value.encode("utf-8", "replace")))
        elif number == "" or (number.isascii() and number.isdigit() and len(number) < 4):
            is_encoded = name.endswith("*")
            key = int(number or 0)
            pieces.setdefault(base, {}).setdefault(key, ("*" if is_encoded else " ") + value)
    return plain | {base: _joined(found) for base, found in pieces.items()}


def _raw_parameters(rest: str) -> Iterator[tuple[str, str]]:
    at = 0
    for _ in range(200):
        found = _TOKEN.match(rest, at)
        if not found:
            return
        value, at = _value(rest, found.end())
        yield found[1].lower(), value
        at = rest.find(";", at) + 1
        if at == 0:
            return


def _value(rest: str, at: int) -> tuple[str, int]:
    if rest[at : at + 1] != '"':
        end = rest.find(";", at)
        end = len(rest) if end < 0 else end
        return rest[at:end].strip(), end
    out: list[str] = []
    at += 1
    while at < len(rest) and rest[at] != '"':
        at += rest[at] == "\\"
        out.append(rest[at : at + 1])
        at += 1
    return "".join(out), at + 1


def _joined(pieces: dict[int, str]) -> str:
    data = b""
    charset = ""
    for number, piece in sorted(pieces.items()):
        value = piece[1:]
        if piece[0] == "*":
            if number == 0 and value.count("'") >= 2:
                charset, _, value = value.split("'", 2)
            data += unquote_to_bytes(value)
        else:
            data += value.encode("utf-8", "replace")
    return charsets.decode(data, charset)
