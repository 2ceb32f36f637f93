"""XML of a part: parsed without anything that reaches outside, written in one form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from lxml import etree

from sekisho.disarm import limits
from sekisho.disarm.formats.ooxml import strict
from sekisho.disarm.work import Stopped

DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_BREAK = b"<br>"


def parse(data: bytes | bytearray | memoryview, name: str) -> etree._Element:
    """The root, under transitional names. Comments and processing instructions are gone.

    Raises Stopped SKS-D111 (not well-formed), SKS-D112 (a DOCTYPE), SKS-D113 (too much in it).
    """
    content = bytes(data)
    if content.count(b"<") > limits.XML_NODES_MAX:
        raise Stopped("SKS-D113", name=name)
    try:
        root = etree.fromstring(content, _parser())
    except (etree.XMLSyntaxError, ValueError) as damaged:
        raise _why(content, name, damaged) from damaged
    info = root.getroottree().docinfo
    if info is None or info.internalDTD is not None:
        raise Stopped("SKS-D112", name=name)
    return strict.transitional(root, _parser()) if strict.is_strict(content) else root


def with_breaks_closed(data: bytes) -> bytes:
    """A VML part, whose line breaks Office does not close, as XML."""
    if _BREAK in data and b"</br>" not in data:
        return data.replace(_BREAK, b"<br/>")
    return data


@cache
def _parser() -> etree.XMLParser:
    """One for all: what it learned of names it need not learn again."""
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
        collect_ids=False,
    )


def _why(content: bytes, name: str, damaged: Exception) -> Stopped:
    text = str(damaged)
    if b"<!DOCTYPE" in content[:4_096]:
        return Stopped("SKS-D112", name=name)
    if "depth" in text.lower() or "huge" in text.lower():
        return Stopped("SKS-D113", name=name)
    return Stopped("SKS-D111", name=name)


def write(root: etree._Element, keep_prefixes: Iterable[str] = ()) -> bytes:
    """The part in its one form, without namespaces that nothing in it uses."""
    etree.cleanup_namespaces(root, keep_ns_prefixes=sorted(keep_prefixes))
    body: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=False, with_tail=False)
    return DECLARATION + body


def detach(element: etree._Element) -> None:
    """Take an element out; the text behind it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail and element.tail.strip():
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


def unwrap(element: etree._Element) -> None:
    """Put the children of an element in its place."""
    parent = element.getparent()
    if parent is None:
        return
    at = parent.index(element)
    for child in reversed(element):
        parent.insert(at, child)
    detach(element)


def attributes(element: etree._Element) -> list[tuple[str, str]]:
    """All attributes as they are now, by Clark name."""
    return [(str(name), str(value)) for name, value in element.items()]


def take(element: etree._Element, name: str) -> str:
    """Take an attribute off; its value, empty when there was none."""
    return str(element.attrib.pop(name, ""))


def values(root: etree._Element, path: str, prefixes: Mapping[str, str]) -> set[str]:
    """The values of all attributes that an XPath finds."""
    used = {key: uri for key, uri in prefixes.items() if f"{key}:" in path}
    found = root.xpath(path, namespaces=used)
    return {str(one) for one in found} if isinstance(found, list) else set()
