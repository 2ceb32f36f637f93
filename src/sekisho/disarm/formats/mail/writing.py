"""A letter as an eml file: one canonical form, in bytes below 80 throughout, read back as it is."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import quote

from sekisho.disarm import jis
from sekisho.disarm.formats.mail import fields
from sekisho.disarm.formats.mail.letter import (
    ADDRESS_FIELDS,
    ID_FIELDS,
    OTHER_FIELDS,
    TEXT_FIELDS,
    Attachment,
    Head,
    Letter,
)

_LINE_BYTES_MAX = 990
_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "zip": "application/zip",
    "eml": "message/rfc822",
}
"""Of what is disarmed. The rest goes as octets: programs open it by its name."""


def write_mail(letter: Letter) -> bytes:
    """The bytes of the file."""
    body = _body(letter)
    if letter.attachments:
        body = _multipart("mixed", [body, *map(_attachment, letter.attachments)])
    head = "".join(f"{name}: {value}\r\n" for name, value in _fields(letter.head) if value)
    return f"{head}MIME-Version: 1.0\r\n".encode("ascii") + body


def _fields(head: Head) -> list[tuple[str, str]]:
    rows = [(name, head.texts.get(name, "")) for name in OTHER_FIELDS[:1]]
    rows += [
        (name, fields.written_mailboxes(head.addresses.get(name, ()))) for name in ADDRESS_FIELDS
    ]
    for name in TEXT_FIELDS:
        value = head.texts.get(name, "")
        rows.append((name, fields.written_text(value) if value else ""))
    rows += [(name, fields.written_ids(head.ids.get(name, ()))) for name in ID_FIELDS]
    rows += [(name, head.texts.get(name, "")) for name in OTHER_FIELDS[1:]]
    return rows


def _body(letter: Letter) -> bytes:
    text = _text("plain", letter.text or "", is_jis=letter.is_jis)
    if letter.html is None:
        return text
    html = _text("html", letter.html, is_jis=False)
    return html if letter.text is None else _multipart("alternative", [text, html])


def _text(subtype: str, text: str, *, is_jis: bool) -> bytes:
    charset, data = "us-ascii", text.encode()
    plain: bytes | None = data if text.isascii() else None
    if plain is None and is_jis:
        charset, plain = "iso-2022-jp", jis.encode(text)
    is_short = plain is not None and max(map(len, plain.split(b"\r\n"))) <= _LINE_BYTES_MAX
    if plain is not None and is_short and b"\n" not in plain.replace(b"\r\n", b""):
        return _part(f"text/{subtype}; charset={charset}", "7bit", plain)
    return _part(f"text/{subtype}; charset=utf-8", "base64", _base64(data))


def _attachment(attachment: Attachment) -> bytes:
    name = attachment.name
    if name.isascii():
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        disposition = f'attachment; filename="{escaped}"'
    else:
        disposition = f"attachment;\r\n filename*=utf-8''{quote(name, safe='')}"
    more = f"Content-Disposition: {disposition}\r\n"
    kind = _TYPES.get(attachment.kind, "application/octet-stream")
    if kind == "message/rfc822":
        # RFC 2046 section 5.2.1 forbids to encode it; ours needs none.
        return _part(kind, "7bit", attachment.content, more)
    return _part(kind, "base64", _base64(attachment.content), more)


def _multipart(subtype: str, parts: list[bytes]) -> bytes:
    digest = hashlib.sha256(subtype.encode() + b"".join(parts)).hexdigest()
    boundary = f"=_{digest[:40]}"
    delimiter = f"--{boundary}".encode()
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode()
    inside = b"".join(delimiter + b"\r\n" + part + b"\r\n" for part in parts)
    return head + inside + delimiter + b"--\r\n"


def _part(kind: str, encoding: str, content: bytes, more: str = "") -> bytes:
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n{more}\r\n"
    return head.encode("ascii") + content


def _base64(content: bytes) -> bytes:
    digits = base64.b64encode(content)
    return b"".join(digits[at : at + 76] + b"\r\n" for at in range(0, len(digits), 76))
