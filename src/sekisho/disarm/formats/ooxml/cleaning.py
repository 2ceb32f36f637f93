"""One part rebuilt: elements and attributes that are known stay, all others go and are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from sekisho.disarm.formats.ooxml import strict, xmlparts
from sekisho.disarm.formats.ooxml.package import Link
from sekisho.disarm.formats.ooxml.pieces import as_it_came, take_apart
from sekisho.disarm.formats.ooxml.scanning import attribute_stays, is_reference, scan
from sekisho.disarm.formats.ooxml.tables import (
    MC,
    PartRow,
    Vocabulary,
    clark,
    clarks,
    element_things,
    namespaces,
    unwrapped,
    vocabulary,
)
from sekisho.disarm.work import Stopped, Work

_ATTRIBUTE_ONLY = clarks("elements", "without-reference")
_UNWRAPPED_WITHOUT = frozenset({clark("w:hyperlink")})
_CONTAINERS = frozenset(
    [MC + "Choice", *(clark(n) for n in ("w:drawing", "p:graphicFrame"))]
    + [
        clark(f"xdr:{n}")
        for n in ("graphicFrame", "twoCellAnchor", "oneCellAnchor", "absoluteAnchor")
    ]
)
_EXTENSION_LISTS = frozenset(
    clark(f"{p}:extLst")
    for p in ("a", "x", "p", "c", "dgm", "cx", "cs", "cdr")
    if p in namespaces()
)


@dataclass
class Part:
    """The work on one part."""

    work: Work
    row: PartRow
    name: str
    place: str
    links: Mapping[str, Link] = field(default_factory=dict)
    removed_any: bool = False
    names_links: bool = True
    """Whether something in it may name a relationship."""
    tags: bytes = b""
    """Its different tags as they are written, once it was cleaned; see `pieces.Pieces`."""
    rows_are_usual: bool = False
    """Whether it is a sheet whose rows were judged as they stand, without a tree (`rows`)."""

    @property
    def words(self) -> Vocabulary:
        """What may stand in it."""
        return vocabulary(self.row.vocabularies)

    def link(self, untrusted_id: str | None) -> Link | None:
        """The relationship of that name, if it stays."""
        found = self.links.get(untrusted_id or "")
        return found if found and found.stays else None

    def remove(self, element: etree._Element, thing: str) -> None:
        """Take an element out and say so."""
        self.work.removed(thing, self.place)
        self.drop(element)

    def drop(self, element: etree._Element) -> None:
        """Take an element out that was spoken of already."""
        xmlparts.detach(element)
        self.removed_any = True


Handler = Callable[[etree._Element, Part], bool]
"""Works on an element; whether it is done with it (the usual rules are not applied then)."""


def clean(
    root: etree._Element,
    part: Part,
    handlers: Mapping[str, Handler],
    after: Callable[[etree._Element, Part], None] | None = None,
    keep: Iterable[str] = (),
    raw: bytes = b"",
) -> bytes:
    """The part as it is written. `raw` is what `root` was parsed from.

    Raises Stopped SKS-D116 when something would stay unexplained.
    """
    if root.tag not in part.words.elements:
        raise Stopped("SKS-D116", name=part.name)
    prefixes = _settle_ignorable(root) | set(keep)
    required = prefixes | _required(root)
    # A part of the strict form was renamed when it was read: its bytes are not what is written.
    came = b"" if strict.is_strict(raw) else raw
    pieces = as_it_came(came, root, required) or take_apart(xmlparts.write(root, required))
    special = frozenset((*handlers, MC + "AlternateContent"))
    seen = scan(pieces, root, part.words, special)
    if not (seen.everything or seen.text_astray or seen.names):
        part.names_links = False
        part.tags = pieces.tags
        return pieces.data
    elements = list(root.iter() if seen.everything else root.iter(*sorted(seen.names)))
    for element in elements if seen.everything or seen.names else ():
        if not part.removed_any or _is_in(root, element):
            _clean_element(element, part, handlers)
    if after is not None:
        after(root, part)
    if seen.text_astray:
        _drop_text_astray(root, part)
    if part.removed_any:
        _prune(root)
    data = xmlparts.write(root, prefixes | _required(root))
    written = take_apart(data)
    part.tags = written.tags
    left = scan(written, root, part.words, is_final=True)
    if left.names or (left.text_astray and not left.everything):
        raise Stopped("SKS-D116", name=part.name)
    return data


def _is_in(root: etree._Element, element: etree._Element) -> bool:
    return element is root or any(above is root for above in element.iterancestors())


def _settle_ignorable(root: etree._Element) -> set[str]:
    """Keep of `mc:Ignorable` what is known; the other instructions to readers go."""
    known = set(namespaces().values())
    words = str(root.attrib.pop(MC + "Ignorable", "")).split()
    for name, _ in xmlparts.attributes(root):
        if name.startswith(MC):
            del root.attrib[name]
    kept = [word for word in dict.fromkeys(words) if root.nsmap.get(word) in known]
    if kept:
        root.set(MC + "Ignorable", " ".join(kept))
    return set(kept)


def _required(root: etree._Element) -> set[str]:
    found: set[str] = set()
    for choice in root.iter(MC + "Choice"):
        found.update(str(choice.get("Requires", "")).split())
    return found


def _clean_element(element: etree._Element, part: Part, handlers: Mapping[str, Handler]) -> None:
    handler = handlers.get(element.tag)
    if handler is not None and handler(element, part):
        return
    if element.tag == MC + "AlternateContent":
        _settle_alternatives(element, part)
        return
    known = part.words.elements.get(element.tag)
    if known is None:
        _remove_unknown(element, part)
        return
    for name, value in xmlparts.attributes(element):
        if name == MC + "Ignorable" and element.getparent() is None:
            continue
        if not attribute_stays(name, value, known):
            del element.attrib[name]
            part.work.removed("office-unknown-attribute", part.place)
        elif is_reference(name) and value and part.link(value) is None:
            _lose_reference(element, name, value, part)


def _remove_unknown(element: etree._Element, part: Part) -> None:
    thing = unwrapped().get(element.tag)
    if thing is not None:
        part.work.removed(thing, part.place)
        xmlparts.unwrap(element)
        part.removed_any = True
        return
    parent = element.getparent()
    part.remove(element, element_things().get(element.tag, "office-unknown"))
    if parent is not None and parent.tag == clark("a:graphicData"):
        for above in parent.iterancestors():
            if above.tag in _CONTAINERS:
                part.drop(above)
                return


def _lose_reference(element: etree._Element, name: str, untrusted_id: str, part: Part) -> None:
    if element.tag in _ATTRIBUTE_ONLY:
        if name in element.attrib:
            del element.attrib[name]
    elif element.tag in _UNWRAPPED_WITHOUT:
        xmlparts.unwrap(element)
        part.removed_any = True
    elif element.getparent() is not None:
        part.drop(element)


def _settle_alternatives(element: etree._Element, part: Part) -> None:
    """Keep those alternatives that are understood; all of them are cleaned by the same rules."""
    understood = part.words.namespaces | {namespaces()["x14ac"]}
    for choice in list(element):
        if choice.tag == MC + "Choice":
            needed = str(choice.get("Requires", "")).split()
            if not needed or not all(choice.nsmap.get(p) in understood for p in needed):
                part.remove(choice, "office-alternative")
        elif choice.tag != MC + "Fallback":
            part.remove(choice, "office-unknown")
    if not any(child.tag == MC + "Choice" for child in element):
        for child in list(element):
            xmlparts.unwrap(child)
        xmlparts.unwrap(element)
        part.removed_any = True


def _drop_text_astray(root: etree._Element, part: Part) -> None:
    """Text where no program shows any."""
    for element in root.iter():
        known = part.words.elements.get(element.tag)
        if element.text and element.text.strip() and not (known and known.holds_text):
            element.text = None
            part.work.removed("office-hidden-text", part.place)
        if element.tail and element.tail.strip():
            above = element.getparent()
            known = part.words.elements.get(above.tag) if above is not None else None
            if not (known and known.holds_text):
                element.tail = None
                part.work.removed("office-hidden-text", part.place)


def _prune(root: etree._Element) -> None:
    """Take out what is not allowed to be empty."""
    empty = [*_EXTENSION_LISTS, *_NOT_EMPTY]
    for element in reversed(list(root.iter(*empty, *_EXTENSIONS, MC + "AlternateContent"))):
        if len(element) == 0 and not (element.text or "").strip():
            xmlparts.detach(element)
        elif element.tag == MC + "AlternateContent" and element[0].tag == MC + "Fallback":
            xmlparts.unwrap(element[0])
            xmlparts.unwrap(element)


_EXTENSIONS = frozenset(
    clark(f"{p}:ext") for p in ("x", "p", "c", "dgm", "cx", "cs", "cdr") if p in namespaces()
)
_NOT_EMPTY = clarks("elements", "not-empty")


def references(root: etree._Element) -> set[str]:
    """The relationships that a part still names."""
    found: set[str] = set()
    for path in ("//@r:*", "//@o:relid", "//dsp:dataModelExt/@relId"):
        found.update(xmlparts.values(root, path, namespaces()))
    return found
