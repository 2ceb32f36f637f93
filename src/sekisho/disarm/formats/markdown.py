"""Markdown: tags that do anything become text, and links lead to web pages and mailboxes only.

Which part of a text a reader takes for code differs from reader to reader. So tags are made text
everywhere, in code as well: there `&lt;` is then seen in place of `<`, and nothing is lost.
"""

from __future__ import annotations

import html
import re
from collections import Counter

from sekisho.disarm.work import Work

_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_HARMLESS = re.compile(
    r"</?(?:b|i|u|s|em|strong|code|kbd|sub|sup|del|ins|mark|small|br|hr|p|ruby|rb|rt|rp|table|thead"
    r"|tbody|tr|th|td|ul|ol|li|dl|dt|dd|details|summary|blockquote|pre|center) ?/?>"
    r"|<(?:https?://|mailto:)[^\s<>\"'`]{1,2000}>|<[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,255}>",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"!(?=\[)")
_LINK = re.compile(r"(\]\(\s*+<?)([^\s()<>]*)")
_REFERENCE = re.compile(r"(\]:\s*+<?)([^\s<>]*)")
_SCHEME = re.compile(r"[^/?#]*:")
_INVISIBLE = re.compile(r"[\x00-\x20\u00a0\u200b-\u200d\ufeff\\]")
_ALLOWED = ("http:", "https:", "mailto:")
NOWHERE = "#"


def disarm_markdown(text: str, work: Work) -> str:
    """The same text without tags that act, pictures that load by themselves, and other schemes."""
    done: Counter[str] = Counter()

    def tag(found: re.Match[str]) -> str:
        if _HARMLESS.match(text, found.start()):
            return "<"
        done["markdown-tag"] += 1
        return "&lt;"

    def link(found: re.Match[str]) -> str:
        if _leads_to_the_web(found[2]) and (work.profile.links or not _is_outside(found[2])):
            return found[0]
        done["link"] += 1
        return found[1] + NOWHERE

    text = _TAG.sub(tag, text)
    text, done["remote-picture"] = _IMAGE.subn("", text)
    text = _REFERENCE.sub(link, _LINK.sub(link, text))
    for what, count in done.items():
        if count:
            work.replaced(what, "Markdown", count=count)
    return text


def _plain(destination: str) -> str:
    """A destination as a reader resolves it: references and escapes undone."""
    return _INVISIBLE.sub("", html.unescape(destination)).casefold()


def _leads_to_the_web(destination: str) -> bool:
    plain = _plain(destination)
    scheme = _SCHEME.match(plain)
    if plain.startswith(("//", "\\\\")):
        return False
    return scheme is None or scheme[0] in _ALLOWED


def _is_outside(destination: str) -> bool:
    return ":" in _plain(destination)
