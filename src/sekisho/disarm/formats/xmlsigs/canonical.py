"""The one form of a part of a document over which digests are made (Canonical XML 1.0, exclusive
XML canonicalization 1.0)."""

from __future__ import annotations

from lxml import etree

from sekisho.disarm.formats.xmlsigs.names import CANONICAL, INCLUSIVE_PREFIXES

_XML = "{http://www.w3.org/XML/1998/namespace}"

Path = tuple[int, ...]


def path_from(top: etree._Element, inner: etree._Element) -> Path | None:
    """Where `inner` stands below `top`, by positions; None when it does not."""
    steps: list[int] = []
    at = inner
    while at is not top:
        parent = at.getparent()
        if parent is None:
            return None
        steps.append(parent.index(at))
        at = parent
    return tuple(reversed(steps))


def alone(element: etree._Element, algorithm: str) -> etree._Element:
    """The element as the root of a document of its own, with all that it inherits.

    That are the namespaces around it and, but for exclusive algorithms, attributes as `xml:lang`.
    """
    text = etree.tostring(element, encoding="utf-8", with_tail=False)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, collect_ids=False
    )
    copy = etree.fromstring(text, parser)
    for above in () if CANONICAL[algorithm][0] else element.iterancestors():
        for name, value in above.items():
            if str(name).startswith(_XML) and str(name) not in copy.attrib:
                copy.set(name, value)
    return copy


def without(top: etree._Element, path: Path) -> None:
    """Take out the element at a path; the text behind it stays."""
    element = top
    for step in path:
        element = element[step]
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


def canonical(
    node: etree._Element | etree._ElementTree,
    algorithm: str,
    prefixes: list[str] | None,
    *,
    may_comment: bool,
) -> bytes:
    """The bytes of a whole document, or of a root without what stands around it.

    Comments stay when the algorithm keeps them and `may_comment`. Raises KeyError for an algorithm
    that is not in `CANONICAL`.
    """
    exclusive, comments = CANONICAL[algorithm]
    done: bytes = etree.tostring(
        node,
        method="c14n",
        exclusive=exclusive,
        with_comments=comments and may_comment,
        inclusive_ns_prefixes=prefixes if exclusive else None,
    )
    return done


def prefixes_of(method: etree._Element) -> list[str] | None:
    """The prefixes that an exclusive canonicalization treats as the inclusive one does."""
    row = method.find(INCLUSIVE_PREFIXES)
    return str(row.get("PrefixList", "")).split() if row is not None else None
