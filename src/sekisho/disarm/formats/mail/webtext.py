"""The words of an HTML body, and links in it that show another address than they lead to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import etree

from sekisho.disarm.work import Stopped
from sekisho.kernel.limits import MIB

HTML_CHARS_MAX = 16 * MIB
_SILENT = frozenset({"script", "style", "head", "template", "noscript", "object", "iframe", "svg"})
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "body",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "td",
        "th",
        "tr",
        "ul",
    ]
)
_BLANKS = re.compile("[ \t\r\n]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_SHOWN_HOST = re.compile(
    r"\s*(?:https?://|www\.)?((?:[\w-]+\.)+[a-z]{2,24})(?::\d+)?(?:[/?#]\S*)?\s*", re.I
)


def html_tree(html: str) -> etree._Element | None:
    """The tree of a document, without loading anything; None when there is nothing in it."""
    if len(html) > HTML_CHARS_MAX:
        raise Stopped("SKS-D003", bytes=len(html), allowed=HTML_CHARS_MAX)
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        return etree.fromstring(html.encode(), parser)
    except etree.XMLSyntaxError:
        return None


def words(html: str) -> str:
    """The text as a person reads it, links with their address behind them."""
    tree = html_tree(html)
    if tree is None:
        return ""
    joined = "".join(_words(tree))
    lines = "\n".join(line.strip(" ") for line in joined.split("\n"))
    return _EMPTY_LINES.sub("\n\n", lines).strip("\n").replace("\n", "\r\n") + "\r\n"


def _words(tree: etree._Element) -> Iterator[str]:
    silent = 0
    for event, node in etree.iterwalk(tree, events=("start", "end")):
        tag = str(node.tag).lower()
        is_start = event == "start"
        silent += (1 if is_start else -1) if tag in _SILENT else 0
        if tag in _BLOCKS and not silent and (is_start or tag != "br"):
            yield "\n"
        if not is_start and tag == "a" and not silent:
            yield _address_behind(node)
        # The text of a node stands behind its start, its tail behind its end.
        text = node.text if is_start else node.tail
        if text and not silent:
            yield _BLANKS.sub(" ", text)


def _address_behind(node: etree._Element) -> str:
    target = str(node.get("href", "")).strip()
    shown = "".join(map(str, node.itertext())).strip()
    is_link = re.match("https?://|mailto:", target, re.I)
    return "" if not is_link or target.removeprefix("mailto:") == shown else f" <{target}>"


def deceiving_links(html: str) -> Iterator[tuple[str, str]]:
    """(host shown, host that is opened) of links where these differ."""
    tree = html_tree(html)
    if tree is None:
        return
    for node in tree.iter("a"):
        shown = _SHOWN_HOST.fullmatch("".join(map(str, node.itertext()))[:2_000])
        host = _host(str(node.get("href", "")))
        if shown and host and not _is_same(shown[1].lower(), host):
            yield shown[1].lower(), host


def _host(target: str) -> str:
    try:
        return (urlsplit(target.strip()).hostname or "").lower()
    except ValueError:
        return ""


def _is_same(one: str, other: str) -> bool:
    return one.removeprefix("www.") == other.removeprefix("www.")
