"""A letter that was read becomes one that may be written: body by allow-list, files disarmed."""

from __future__ import annotations

import re
from dataclasses import replace

from sekisho.disarm.formats.mail.charsets import body_text, decode
from sekisho.disarm.formats.mail.letter import Attachment, Head, Letter
from sekisho.disarm.formats.mail.webtext import deceiving_links, words
from sekisho.disarm.formats.notices import member_or_notice
from sekisho.disarm.profile import Form
from sekisho.disarm.work import Stopped, Work
from sekisho.kernel.names import safe_paths

_ADDRESS_IN_NAME = re.compile(r"[\w.+-]+[@＠][\w-]+(?:[.．][\w-]+)+")
_HTML_NAME = "本文.html"


def disarmed(letter: Letter, work: Work) -> Letter:
    """The same letter with nothing in it that could act. Raises Stopped SKS-D608 and others."""
    if not (letter.head.addresses.get("From") or letter.head.texts.get("Date")):
        raise Stopped("SKS-D608")
    _judge_head(letter.head, work)
    body = _body(letter, work)
    work.look(letter.head.texts.get("Subject", ""), "件名")
    work.look(body.text or "", "本文")
    return replace(body, attachments=_attachments(letter.attachments, work))


def _judge_head(head: Head, work: Work) -> None:
    """Note senders that are shown as somebody else (they stay: people judge)."""
    sender = head.first("From")
    shown = _ADDRESS_IN_NAME.search(sender.name)
    if shown and shown[0].replace("＠", "@").lower() != sender.address.lower():
        work.found("mail-name-deceives", "From")
    answer = head.first("Reply-To")
    if answer.address and _domain(answer.address) != _domain(sender.address):
        work.found("mail-reply-elsewhere", "Reply-To")


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _body(letter: Letter, work: Work) -> Letter:
    """Either form of the body; where the HTML may not stay, its words do."""
    if letter.html is None:
        return letter
    for shown, host in deceiving_links(letter.html):
        work.found("mail-link-deceives", "本文", sample=f"{shown} → {host}"[:120])
    html = None if work.profile.form is Form.TEXT else _safe_html(letter.html, work)
    if html is not None:
        return replace(letter, html=html)
    if letter.text is None:
        work.replaced("mail-html", "本文")
        return replace(letter, text=body_text(words(letter.html)), html=None)
    work.removed("mail-html", "本文")
    return replace(letter, html=None)


def _safe_html(html: str, work: Work) -> str | None:
    """By the rules for HTML files; None when it does not come through them as HTML."""
    try:
        inner = work.inner(_HTML_NAME, html.encode(), "本文")
    except Stopped:
        return None
    return decode(inner.content, "utf-8") if inner.kind == "html" else None


def _attachments(untrusted: tuple[Attachment, ...], work: Work) -> tuple[Attachment, ...]:
    done = []
    for attachment in untrusted:
        work.budget.member()
        inner = member_or_notice(work, attachment.name, attachment.content)
        done.append(Attachment(inner.name, inner.content, inner.kind))
    names = safe_paths([attachment.name.replace("/", "_") for attachment in done])
    return tuple(
        replace(attachment, name=name) for attachment, name in zip(done, names, strict=True)
    )
