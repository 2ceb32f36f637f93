"""A message of Outlook (msg, MS-OXMSG) as a letter. Properties by their number, see MS-OXPROPS."""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime, timedelta

from sekisho.disarm import limits
from sekisho.disarm.compoundfiles import Storage, read_compound
from sekisho.disarm.formats.mail import charsets, fields
from sekisho.disarm.formats.mail.fields import Mailbox
from sekisho.disarm.formats.mail.letter import Attachment, Head, Letter
from sekisho.disarm.formats.mail.mime import Part, read_part
from sekisho.disarm.formats.mail.reading import read_head
from sekisho.disarm.formats.mail.writing import write_mail
from sekisho.disarm.work import Stopped, Work

_SUBJECT, _BODY, _HTML, _RTF, _HEADERS, _CLASS = 0x0037, 0x1000, 0x1013, 0x1009, 0x007D, 0x001A
_SENDER = ((0x0C1A, 0x5D01), (0x0C1A, 0x0C1F), (0x0042, 0x5D02), (0x0042, 0x0065))
_NAME, _SMTP, _EMAIL, _ROLE = 0x3001, 0x39FE, 0x3003, 0x0C15
_SENT, _ARRIVED, _ID, _ANSWERS, _REFERENCES = 0x0039, 0x0E06, 0x1035, 0x1042, 0x1039
_METHOD, _DATA, _LONG_NAME, _SHORT_NAME = 0x3705, 0x3701, 0x3707, 0x3704
_CODEPAGE, _MESSAGE_CODEPAGE = 0x3FDE, 0x3FFD
_BY_VALUE, _MESSAGE = 1, 5
_ROLES = {1: "To", 2: "Cc", 3: "Bcc"}
_CODEPAGES = {932: "cp932", 50220: "iso-2022-jp", 50221: "iso-2022-jp", 50222: "iso-2022-jp",
              51932: "euc-jp", 20932: "euc-jp", 65001: "utf-8", 1252: "windows-1252",
              936: "gbk", 950: "big5", 949: "euc-kr"}  # fmt: skip
_TEXT, _TEXT8, _BINARY = 0x001F, 0x001E, 0x0102


class _Properties:
    """The properties of a message, a recipient or an attachment."""

    def __init__(self, storage: Storage, header_bytes: int) -> None:
        self.storage = storage
        stream = storage.streams.get("__properties_version1.0", b"")[header_bytes:]
        rows = struct.iter_unpack("<HHL8s", stream[: len(stream) // 16 * 16])
        self._fixed = {number: value for _, number, _, value in rows}

    def integer(self, number: int) -> int:
        """A small number; 0 when there is none."""
        return int.from_bytes(self._fixed.get(number, b"")[:4], "little")

    def time(self, number: int) -> str:
        """A FILETIME as a date of RFC 5322, or nothing."""
        ticks = int.from_bytes(self._fixed.get(number, b""), "little")
        if not 0 < ticks < 1 << 58:
            return ""
        moment = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
        return fields.date(moment.strftime("%d X %Y %H:%M:%S +0000").replace(
            "X", fields.MONTHS[moment.month - 1]).encode())  # fmt: skip

    def text(self, number: int) -> str:
        """A text, in UTF-16 or in the code page of the message."""
        data = self._stream(number, _TEXT)
        if data is not None:
            return data.decode("utf-16-le", "replace").rstrip("\0")
        data = self._stream(number, _TEXT8)
        codepage = _CODEPAGES.get(self.integer(_MESSAGE_CODEPAGE), "cp932")
        return charsets.decode(data or b"", codepage).rstrip("\0")

    def html(self) -> str | None:
        """The body as HTML."""
        data = self._stream(_HTML, _BINARY)
        if data:
            return charsets.decode(data, _CODEPAGES.get(self.integer(_CODEPAGE), ""))
        return self.text(_HTML) or None

    def data(self, number: int) -> bytes | None:
        """A stream of bytes, or None."""
        return self._stream(number, _BINARY)

    def _stream(self, number: int, kind: int) -> bytes | None:
        return self.storage.streams.get(f"__substg1.0_{number:04X}{kind:04X}")


def read_message(content: memoryview, work: Work) -> Letter:
    """The letter that an msg file holds.

    Raises Stopped: SKS-D523 (damaged), D604 (encrypted), D605 (signed), D610 (RTF alone).
    """
    return _letter(read_compound(content, work), 32, work, 0)


def _letter(storage: Storage, header_bytes: int, work: Work, depth: int) -> Letter:
    if depth > limits.DEPTH_MAX:
        raise Stopped("SKS-D013", allowed=limits.DEPTH_MAX)
    properties = _Properties(storage, header_bytes)
    message_class = properties.text(_CLASS).upper()
    if message_class.startswith("IPM.NOTE.SMIME"):
        raise Stopped("SKS-D605" if "MULTIPARTSIGNED" in message_class else "SKS-D604")
    text, html = properties.text(_BODY), properties.html()
    if not text and html is None and properties.data(_RTF) is not None:
        raise Stopped("SKS-D609")
    attachments = tuple(
        attachment
        for name, inside in sorted(storage.storages.items())
        if name.startswith("__attach_version1.0_#")
        if (attachment := _attachment(inside, work, depth))
    )
    return Letter(
        _head(properties, work),
        charsets.body_text(text) if text or html is None else None,
        charsets.cleaned(html) if html is not None else None,
        attachments,
    )


def _head(properties: _Properties, work: Work) -> Head:
    """What stands in the properties; what they lack, from the fields that the mail came with."""
    came = read_part(re.sub("\r?\n", "\r\n", properties.text(_HEADERS)).encode("utf-8", "replace"))
    transport = read_head(Part(came.fields, b""), work)
    sender = _sender(properties)
    addresses = _recipients(properties.storage) | (
        {"From": (sender,)} if sender.name or sender.address else {}
    )
    subject = charsets.one_line(properties.text(_SUBJECT), fields.TEXT_CHARS_MAX)
    date = properties.time(_SENT) or properties.time(_ARRIVED)
    texts = {"Subject": subject, "Date": transport.texts.get("Date", "") or date}
    numbers = {"Message-ID": _ID, "In-Reply-To": _ANSWERS, "References": _REFERENCES}
    ids = {
        name: fields.ids(properties.text(number).encode("ascii", "replace"))
        for name, number in numbers.items()
    }
    return Head(
        addresses | transport.addresses,
        transport.texts | {name: value for name, value in texts.items() if value},
        {name: found for name, found in ids.items() if found} | transport.ids,
    )


def _sender(properties: _Properties) -> Mailbox:
    found = Mailbox("", "")
    for name, address in _SENDER:
        found = _mailbox(properties.text(name), properties.text(address))
        if found.address:
            break
    return found


def _mailbox(name: str, address: str) -> Mailbox:
    return next(iter(fields.mailboxes(_angled(name, address))), Mailbox("", ""))


def _angled(name: str, address: str) -> bytes:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    is_mail = "@" in address and not re.search(r"[<>\s]", address)
    same = name.strip("'\" ") == address
    return (
        f"<{address}>" if same else f'"{quoted}" <{address}>' if is_mail else f'"{quoted}"'
    ).encode("utf-8", "replace")


def _recipients(storage: Storage) -> dict[str, tuple[Mailbox, ...]]:
    found: dict[str, tuple[Mailbox, ...]] = {}
    for name, inside in sorted(storage.storages.items()):
        if name.startswith("__recip_version1.0_#"):
            one = _Properties(inside, 8)
            role = _ROLES.get(one.integer(_ROLE), "To")
            box = _mailbox(one.text(_NAME), one.text(_SMTP) or one.text(_EMAIL))
            found[role] = (*found.get(role, ()), box)
    return found


def _attachment(storage: Storage, work: Work, depth: int) -> Attachment | None:
    properties = _Properties(storage, 8)
    name = properties.text(_LONG_NAME) or properties.text(_SHORT_NAME) or properties.text(_NAME)
    plain = charsets.one_line(name.replace("\\", "/").rpartition("/")[2], fields.NAME_CHARS_MAX)
    method = properties.integer(_METHOD)
    inside = storage.storages.get(f"__substg1.0_{_DATA:04X}000D")
    if method == _MESSAGE and inside is not None:
        letter = _letter(inside, 24, work, depth + 1)
        return Attachment(f"{plain or 'メール'}.eml", write_mail(letter))
    data = properties.data(_DATA)
    if method not in (0, _BY_VALUE) or data is None:
        # A path on the sender's machine, or an object that only a program could show.
        work.removed("mail-object", plain)
        return None
    return Attachment(plain or "添付", data)
