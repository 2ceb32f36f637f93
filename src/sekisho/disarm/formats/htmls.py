"""HTML: read as browsers read it, and written anew from an allow-list of tags and attributes.

nh3 (the Rust library Ammonia) builds the tree and drops what is not allowed; what may stand in an
attribute is decided here. Around it goes a document of our own, so that nothing of the old head
is left. With the form `text`, the words alone are written.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections import Counter
from typing import BinaryIO

import nh3

from sekisho.disarm import limits
from sekisho.disarm.formats.letters import Letters, rebuild_text
from sekisho.disarm.kinds import kinds
from sekisho.disarm.profile import Form
from sekisho.disarm.sets import names
from sekisho.disarm.work import Source, Stopped, Work

PLACE = "本文"
TITLE_CHARS_MAX = 500

TAGS = names(
    "a abbr address article aside b bdi bdo blockquote br caption center cite code col"
    " colgroup dd del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6"
    " header hgroup hr i img ins kbd li main mark nav ol p pre q rb rp rt rtc ruby s samp"
    " section small span strike strong sub summary sup table tbody td tfoot th thead time tr"
    " tt u ul var wbr"
)
_EVERYWHERE = frozenset(["align", "dir", "id", "lang", "style", "title", "valign"])
ATTRIBUTES: dict[str, frozenset[str]] = {
    "*": _EVERYWHERE,
    "a": frozenset({"href", "name"}),
    "col": frozenset({"span", "width"}),
    "colgroup": frozenset({"span", "width"}),
    "font": frozenset({"color", "size", "face"}),
    "img": frozenset({"src", "alt", "width", "height"}),
    "li": frozenset({"value"}),
    "ol": frozenset({"start", "type", "reversed"}),
    "table": frozenset({"border", "width", "cellpadding", "cellspacing", "bgcolor"}),
    "td": frozenset({"colspan", "rowspan", "width", "height", "bgcolor"}),
    "th": frozenset({"colspan", "rowspan", "width", "height", "bgcolor", "scope"}),
    "tr": frozenset({"bgcolor"}),
}
_WITH_CONTENT = names(
    "script style title iframe object embed applet frameset noframes noscript svg math"
    " template select textarea audio video canvas xmp plaintext"
)
_REPORTED: dict[str, str] = {
    tag: what
    for what, tags in {
        "html-script": "script noscript template",
        "html-embedded": "iframe frame frameset object embed applet audio video canvas",
        "html-form": "form input button select textarea",
        "html-head": "base link style",
        "html-drawing": "svg math",
    }.items()
    for tag in tags.split()
}
_OURS = frozenset(["html", "head", "body", "meta", "title"])
_START = re.compile(r"<([A-Za-z][A-Za-z0-9-]*)")
_ANY_START = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)")
_CLOSED_BY_ITSELF = names(
    "area base br col embed hr img input link meta source track wbr p li td th tr dt dd"
    " option thead tbody tfoot colgroup rt rp rtc html head body"
)
_PRE_START = re.compile(r"(<pre[^>]*>)\n+")
_EVENT = re.compile(r"[\s/\"']on[a-z]{3,30}\s*=", re.IGNORECASE)
_REFRESH = re.compile(r"http-equiv\s*=\s*[\"']?\s*refresh", re.IGNORECASE)

_STYLES = names(
    "color background-color text-align vertical-align font-size font-style font-weight font-"
    " family text-decoration text-indent line-height letter-spacing width height margin"
    " margin-left margin-right margin-top margin-bottom padding padding-left padding-right"
    " padding-top padding-bottom border border-collapse border-color border-style border-width"
    " border-top border-bottom border-left border-right white-space writing-mode list-style-"
    " type"
)
_STYLE_VALUE = re.compile(r"[\w\s#.,%+\-'\u3040-\u30ff\u4e00-\u9fff]{1,200}")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PICTURE = re.compile(r"data:image/[A-Za-z0-9.+-]{1,40};base64,([A-Za-z0-9+/=\s]+)", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,4000})</title", re.IGNORECASE)
_LANG = re.compile(
    r"<html[^>]{0,400}?\slang\s*=\s*[\"']?([A-Za-z]{2,8}(?:-[A-Za-z0-9]{2,8}){0,3})\b"
)
_CHARSETS = {
    "ascii": "utf-8",
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "cp932": "Shift_JIS",
    "euc-jp": "EUC-JP",
    "iso-2022-jp": "ISO-2022-JP",
}


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """Write the page again. Raises Stopped."""
    if source.bytes > limits.MARKUP_BYTES_MAX:
        raise Stopped("SKS-D400", bytes=source.bytes, allowed=limits.MARKUP_BYTES_MAX)
    return rebuild_text(source, sink, work, _rebuild)


def _require_flat(text: str) -> None:
    """Raises Stopped SKS-D440 for a page that nests without end, or multiplies itself.

    A tag that marks words and is not closed counts again for each block after it, so that depth
    times tags is what the tree may grow to.
    """
    depth = deepest = tags = 0
    for found in _ANY_START.finditer(text):
        if found[2].lower() in _CLOSED_BY_ITSELF:
            tags += 1
            continue
        depth = max(0, depth - 1) if found[1] else depth + 1
        deepest = max(deepest, depth)
        tags += 1
    if deepest > limits.HTML_DEPTH_MAX or deepest * tags > limits.XML_NODES_MAX:
        raise Stopped("SKS-D440", allowed=limits.HTML_DEPTH_MAX)


def _rebuild(letters: Letters, source: Source, work: Work) -> tuple[bytes, str]:
    _require_flat(letters.text)
    _count_removed(letters.text, work)
    page = Page(work)
    body = page.cleaned(letters.text)
    words = text_of(body)
    title = _title(letters.text)
    work.look(letters.having(f"{title}\n{words}").plain, PLACE)
    if work.profile.form is Form.TEXT:
        work.changed("html-to-text")
        written = f"{title}\n\n{words}" if title else words
        return _encoded(letters.having(written), work), "text"
    language = _LANG.search(letters.text)
    attribute = f' lang="{language[1]}"' if language else ""
    document = (
        f"<!DOCTYPE html>\n<html{attribute}>\n<head>\n"
        f'<meta charset="{_CHARSETS[letters.encoding]}">\n'
        f"<title>{html.escape(title, quote=False)}</title>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )
    return letters.having(document).encoded(references=True), "html"


def _encoded(letters: Letters, work: Work) -> bytes:
    """Words in the page's encoding, or in UTF-8 where it lacks one that stood as a reference."""
    try:
        return letters.encoded()
    except UnicodeEncodeError:
        if letters.encoding != "ascii":
            work.changed("encoding-utf-8")
        return letters.plain.encode("utf-8", "replace")


def _title(text: str) -> str:
    found = _TITLE.search(text)
    plain = " ".join(html.unescape(found[1]).split()) if found else ""
    return plain[:TITLE_CHARS_MAX].strip()


def _count_removed(text: str, work: Work) -> None:
    """What nh3 is going to drop, counted by its start tags."""
    tags = Counter(tag.lower() for tag in _START.findall(text))
    for tag, count in tags.items():
        if tag in _REPORTED:
            work.removed(_REPORTED[tag], PLACE, count=count)
        elif tag not in TAGS and tag not in _OURS:
            work.removed("html-tag", PLACE, count=count)
    for what, pattern in (("html-event", _EVENT), ("html-redirect", _REFRESH)):
        if count := len(pattern.findall(text)):
            work.removed(what, PLACE, count=count)


class Page:
    """Cleans one page; its pictures are disarmed once."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._pictures: dict[str, str | None] = {}
        self._stopped: Stopped | None = None
        self._gone: Counter[str] = Counter()

    def cleaned(self, untrusted: str) -> str:
        """The body of the page. Raises Stopped for a picture in it."""
        body = nh3.clean(
            untrusted,
            tags=set(TAGS),
            clean_content_tags=set(_WITH_CONTENT),
            attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
            attribute_filter=self._attribute,
            url_schemes={"http", "https", "mailto", "data"},
            url_relative=_fragment,
            link_rel=None,
        )
        if self._stopped:
            raise self._stopped
        for what, count in self._gone.items():
            self._work.removed(what, PLACE, count=count)
        # A reader skips one line end after <pre>: all go, so that none is lost each time.
        return _PRE_START.sub(r"\1", body).strip(" \t\r\n\f")

    def _attribute(self, tag: str, name: str, untrusted: str) -> str | None:
        """What stays of an attribute. Raises nothing: nh3 would go on without an answer."""
        if name == "style":
            return allowed_style(untrusted)
        if name == "href":
            if allowed_link(untrusted, self._work):
                return untrusted.strip()
            self._gone["link"] += 1
            return None
        if tag == "img" and name == "src":
            return self._picture(untrusted)
        return untrusted

    def _picture(self, untrusted: str) -> str | None:
        if untrusted not in self._pictures:
            try:
                self._pictures[untrusted] = self._disarmed(untrusted)
            except Stopped as stopped:
                self._stopped = stopped
                return None
        return self._pictures[untrusted]

    def _disarmed(self, untrusted: str) -> str | None:
        found = _PICTURE.fullmatch(untrusted.strip())
        if found is None:
            self._gone["remote-picture-gone"] += 1
            return None
        try:
            content = base64.b64decode(found[1], validate=False)
        except (binascii.Error, ValueError):
            return None
        inner = self._work.inner_or_none("picture", content, "画像")
        if inner is None or kinds()[inner.kind].family != "image":
            return None
        return f"data:image/{inner.kind};base64,{base64.b64encode(inner.content).decode()}"


def _fragment(untrusted: str) -> str | None:
    return untrusted if untrusted.startswith("#") else None


def allowed_link(untrusted: str, work: Work) -> bool:
    """Whether a link may stay: inside the page, or to the web where the profile lets it."""
    plain = "".join(untrusted.split())
    if plain.startswith("#"):
        return True
    scheme = _SCHEME.match(plain)
    is_web = scheme is not None and scheme[1].lower() in ("http", "https", "mailto")
    return is_web and work.profile.links


def allowed_style(untrusted: str) -> str | None:
    """The declarations of a style that only say how words look."""
    kept = []
    for declaration in untrusted.split(";"):
        name, colon, value = (part.strip() for part in declaration.partition(":"))
        if colon and name.lower() in _STYLES and _STYLE_VALUE.fullmatch(value):
            kept.append(f"{name.lower()}: {value}")
    return "; ".join(kept) or None


_ANY_TAG = re.compile(r"<[^>\"]*(?:\"[^\"]*\"[^>\"]*)*+>")
_LINE_TAGS = re.compile(r"<br>|</(?:p|div|tr|h[1-6]|li|dt|dd|table|pre|blockquote|caption)>|<hr>")
_CELL_TAGS = re.compile(r"</t[dh]>(?=\s*<t[dh])")
_SPACES = re.compile(r"[ \t]*\n[ \t]*")


def text_of(body: str) -> str:
    """The words of a clean body: blocks on lines of their own, cells parted by tabs."""
    text = _CELL_TAGS.sub("\ue0f0", " ".join(body.split(" ")).replace("\n", " "))
    text = _LINE_TAGS.sub("\n", text.replace("<li>", "・"))
    text = html.unescape(_ANY_TAG.sub("", text)).replace("\xa0", " ").replace("\ue0f0", "\t")
    lines = [" ".join(line.split(" ")).strip(" ") for line in _SPACES.sub("\n", text).split("\n")]
    kept = [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]
    return "\n".join(kept).strip("\n") + "\n"
