"""An eml or mht file (RFC 5322, RFC 2557) as a letter."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sekisho.disarm.formats.mail import charsets, fields
from sekisho.disarm.formats.mail.letter import (
    ADDRESS_FIELDS,
    ID_FIELDS,
    IMPORTANCE,
    TEXT_FIELDS,
    Attachment,
    Head,
    Letter,
)
from sekisho.disarm.formats.mail.mime import MIME_DEPTH_MAX, Part, children, decoded, read_part
from sekisho.disarm.work import Stopped, Work

_STRUCTURE = frozenset(
    {
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "content-disposition",
        "content-id",
        "content-location",
        "content-language",
        "content-description",
    }
)
_PGP = re.compile(r"^-----BEGIN PGP MESSAGE-----", re.MULTILINE)
_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})


def read_mail(content: bytes, work: Work) -> Letter:
    """The letter that the bytes hold.

    Raises Stopped: SKS-D601 (damaged), D602 (unknown transfer encoding), D604 (encrypted),
    D605 (signed so that the content is sealed in), D606 (Outlook's winmail.dat), D607 (in pieces).
    """
    part = read_part(content)
    body = _Body(work)
    body.take(part, 0)
    return Letter(read_head(part, work), body.text, body.html, tuple(body.attachments), body.is_jis)


def read_head(part: Part, work: Work) -> Head:
    """The fields that are kept; the others are counted."""
    raw = {name: part.field(name.lower()) for name in (*ADDRESS_FIELDS, *TEXT_FIELDS, *ID_FIELDS)}
    texts = {name: fields.text(raw[name]) for name in TEXT_FIELDS}
    texts["Date"] = fields.date(part.field("date"))
    importance = part.field("importance").strip().lower().decode("ascii", "replace")
    texts["Importance"] = importance if importance in IMPORTANCE else ""
    kept = _STRUCTURE | {name.lower() for name in (*raw, *texts)}
    dropped = sum(1 for name, _ in part.fields if name not in kept)
    if dropped:
        work.removed("mail-fields", count=dropped)
    return Head(
        {name: boxes for name in ADDRESS_FIELDS if (boxes := fields.mailboxes(raw[name]))},
        {name: value for name, value in texts.items() if value},
        {name: found for name in ID_FIELDS if (found := fields.ids(raw[name]))},
    )


@dataclass
class _Body:
    """Collects the body and the attachments while the parts are walked."""

    work: Work
    text: str | None = None
    html: str | None = None
    attachments: list[Attachment] = field(default_factory=list)
    is_jis: bool = False

    def take(self, part: Part, depth: int) -> None:
        """One part and what is in it."""
        if depth > MIME_DEPTH_MAX:
            raise Stopped("SKS-D601")
        _refuse_sealed(part)
        if not part.type.startswith("multipart/"):
            self._leaf(part)
            return
        inside = children(part, self.work)
        if part.type == "multipart/signed":
            self.work.removed("mail-signature", count=max(len(inside) - 1, 1))
            inside = inside[:1]
        alternatives = part.type == "multipart/alternative"
        first = self._is_bare()
        for child in inside:
            if alternatives and first and self._form(child):
                continue
            self.take(child, depth + 1)

    def _is_bare(self) -> bool:
        return self.text is None and self.html is None

    def _form(self, part: Part) -> bool:
        """One of the forms of the body, if it is one."""
        if part.is_attached or part.type not in ("text/plain", "text/html"):
            return False
        if part.type == "text/plain" and self.text is None:
            self._set_text(part)
            return True
        if part.type == "text/html" and self.html is None:
            self.html = self._decoded_text(part)
            return True
        return False

    def _set_text(self, part: Part) -> None:
        charset = part.parameters.get("charset", "")
        self.text = self._decoded_text(part)
        self.is_jis = charsets.is_jis(charset)

    def _decoded_text(self, part: Part) -> str:
        data = decoded(part, self.work)
        text = charsets.decode(data, part.parameters.get("charset", ""))
        is_html = part.type == "text/html"
        # How the lines of HTML end is left alone: the rules for HTML files decide.
        text = charsets.cleaned(text) if is_html else charsets.body_text(text)
        if _PGP.search(text):
            raise Stopped("SKS-D604")
        return text

    def _leaf(self, part: Part) -> None:
        is_named = bool(part.is_attached or part.file_name)
        if self._is_bare() and not is_named and self._form(part):
            return
        if (
            not is_named
            and part.type == "text/plain"
            and self.html is None
            and self.text is not None
        ):
            # A list or a gateway added a piece below the text.
            self.text = f"{self.text.rstrip()}\r\n\r\n{self._decoded_text(part)}"
            return
        if part.type == "message/external-body":
            self.work.removed("mail-external-body")
            return
        self.attachments.append(Attachment(_name_of(part), decoded(part, self.work)))


def _refuse_sealed(part: Part) -> None:
    if part.type == "multipart/encrypted":
        raise Stopped("SKS-D604")
    if part.type in _SMIME:
        kind = part.parameters.get("smime-type", "").lower()
        raise Stopped("SKS-D605" if kind == "signed-data" else "SKS-D604")
    if part.type in ("application/ms-tnef", "application/vnd.ms-tnef"):
        raise Stopped("SKS-D606")
    if part.type == "message/partial":
        raise Stopped("SKS-D607")


_EXTENSIONS = {
    "message/rfc822": ("メール", "eml"),
    "message/delivery-status": ("配信状況", "txt"),
    "text/plain": ("本文", "txt"),
    "text/html": ("本文", "html"),
    "text/calendar": ("予定", "ics"),
    "image/png": ("画像", "png"),
    "image/jpeg": ("画像", "jpg"),
    "image/gif": ("画像", "gif"),
    "application/pdf": ("添付", "pdf"),
}


def _name_of(part: Part) -> str:
    name = part.file_name.replace("\\", "/").rpartition("/")[2]
    plain = charsets.one_line(name, fields.NAME_CHARS_MAX)
    if plain:
        return plain
    stem, extension = _EXTENSIONS.get(part.type, ("添付", ""))
    return f"{stem}.{extension}" if extension else stem
