"""The XML of a part in pieces, and whether it may be written as it came.

Text of XML is split at `<` and every different piece is looked at once. Where all of them have the
form in which `xmlparts.write` would write them, the bytes that came in are taken for the written
ones; only the root is written anew, without the namespaces that nothing uses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

from lxml import etree

from sekisho.disarm.formats.ooxml.tables import MC
from sekisho.disarm.formats.ooxml.xmlparts import DECLARATION

_NAME = rb"[^\s=\"'/<>&!?]++"
_VALUE = rb'"(?:[^"<>&\t\n]++|&(?:amp|lt|gt|quot);)*+"'
_ATTRIBUTE = rb" (" + _NAME + rb")=(" + _VALUE + rb")"
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_TAGS = re.compile(rb"(?:" + _NAME + rb"(?:" + _ATTRIBUTE + rb")*+/?<)*+")
_ENDS = re.compile(rb"(?:/" + _NAME + rb"<)*+")
_TEXT = re.compile(rb"(?:[^&]++|&(?:amp|lt|gt);)*+")
_PROLOGUE = re.compile(
    rb"(?:\xef\xbb\xbf)?<\?xml version=[\"']1\.0[\"'] encoding=[\"'](?:UTF|utf)-8[\"']"
    rb"(?: standalone=[\"'](?:yes|no)[\"'])? ?\?>\s*+"
)


@dataclass(frozen=True, slots=True)
class Pieces:
    """The different tags and texts of a part, and its bytes."""

    data: bytes
    root: bytes
    """The tag of the root without its brackets; empty when another is the same to the byte."""
    starts: frozenset[bytes]
    ends: frozenset[bytes]
    holders: frozenset[bytes]
    """Names of elements that begin with text."""
    texts: frozenset[bytes]
    """Texts with references in them."""
    is_behind: bool
    """Whether text stands behind an element."""
    is_whole: bool
    """Whether every `<` has its `>`, and no other is there."""

    @property
    def tags(self) -> bytes:
        """Every different tag, with `<` behind each."""
        return b"<".join((*self.starts, *self.ends, b""))


def take_apart(data: bytes, start: int = len(DECLARATION)) -> Pieces:
    """Split the XML whose root begins at `start`."""
    root = data[start + 1 : data.find(b">", start)]
    if data.count(b"<" + root + b">") != 1:
        root = b""
    pieces = data[start:].split(b"<")
    different = set(pieces)
    tags: set[bytes] = set()
    before_text: set[bytes] = set()
    for piece in different:
        tag, _, text = piece.partition(b">")
        tags.add(tag)
        if text and tag not in before_text and not text.isspace():
            before_text.add(tag)
    tags.discard(b"")
    ends = frozenset(tag for tag in tags if tag[:1] == b"/")
    behind = {tag for tag in before_text if tag[:1] == b"/" or tag[-1:] == b"/"}
    return Pieces(
        data,
        root,
        starts=frozenset(tags - ends),
        ends=ends,
        holders=frozenset(tag.partition(b" ")[0] for tag in before_text - behind),
        texts=_with_references(different) if b"&" in data else frozenset(),
        is_behind=bool(behind),
        is_whole=not pieces[0] and data.count(b">", start) == len(pieces) - 1,
    )


def _with_references(pieces: set[bytes]) -> frozenset[bytes]:
    found = (piece.partition(b">")[2] for piece in pieces if b"&" in piece)
    return frozenset(text for text in found if b"&" in text)


def as_it_came(untrusted: bytes, root: etree._Element, keep: set[str]) -> Pieces | None:
    """A part as it would be written, made from the bytes that were parsed into `root`; None where
    that would not be the same. `keep` are the prefixes that stay though nothing uses them."""
    content = untrusted.rstrip()
    prologue = _PROLOGUE.match(content)
    if prologue is None or content.find(b"\r", prologue.end()) >= 0 or b"<!" in content:
        return None
    found = take_apart(content, prologue.end())
    if not found.root or not _is_usual(found):
        return None
    etree.cleanup_namespaces(root, keep_ns_prefixes=sorted(keep))
    tag = _root_tag(found.root, root)
    if tag is None:
        return None
    rest = found.data[prologue.end() + 1 + len(found.root) :]
    data = b"".join((DECLARATION, b"<", tag, rest))
    return replace(found, data=data, root=tag, starts=found.starts - {found.root} | {tag})


def _is_usual(found: Pieces) -> bool:
    """Whether tags and texts are spelled as we spell them, and only the root names spaces."""
    return (
        found.is_whole
        and not any(b" xmlns" in tag for tag in found.starts if tag != found.root)
        and _TAGS.fullmatch(b"<".join((*found.starts, b""))) is not None
        and _ENDS.fullmatch(b"<".join((*found.ends, b""))) is not None
        and all(_TEXT.fullmatch(text) for text in found.texts)
    )


def _root_tag(tag: bytes, root: etree._Element) -> bytes | None:
    """The tag of the root as it is now; None where one namespace has two prefixes."""
    spaces = {prefix or "": uri for prefix, uri in root.nsmap.items()}
    if len(set(spaces.values())) != len(spaces):
        return None
    settled = next((f"{p}:" for p, uri in spaces.items() if uri == MC[1:-1]), "\0")
    words, own = [tag.removesuffix(b"/").partition(b" ")[0].decode()], []
    for name, value in _ATTRIBUTES.findall(tag):
        attribute = f"{name.decode()}={value.decode()}"
        if name == b"xmlns" or name.startswith(b"xmlns:"):
            if name[6:].decode() in spaces:
                words.append(attribute)
        elif not attribute.startswith(settled):
            own.append(attribute)
    kept = root.get(MC + "Ignorable")
    if kept is not None:
        own.append(f'{settled}Ignorable="{escape(kept)}"')
    return " ".join(words + own).encode() + (b"/" if tag.endswith(b"/") else b"")
