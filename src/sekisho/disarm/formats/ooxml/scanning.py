"""A quick look at every start tag of a part: which elements need to be worked on at all.

It reads the part as `xmlparts.write` writes it, where `<` and `>` stand nowhere but around tags.
Tags that are the same to the byte are judged once; a part in which every tag is known to be
harmless needs no pass over its elements.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from sekisho.disarm.formats.ooxml.tables import MC, XML, Element, R, Vocabulary

_TAG = re.compile(rb"<(?!/)([^>]*+)>")
_CELL_TAG = re.compile(rb'<(?!/)(?:c r="[A-Z]{1,3}[0-9]{1,7}"|row r="[0-9]{1,7}")?+([^>]*+)>')
_ATTRIBUTE = re.compile(r' ([^\s="]+)="([^"]*)"')
_TEXT_IN = re.compile(rb"<([^\s>/]++)[^>]*+(?<!/)>\s*+[^<\s]")
_TEXT_BEHIND = re.compile(rb"(?:</[^>]*+>|/>)\s*+[^<\s]")
WORD = re.compile(r"[^\x00-\x1f\\/<>\"'|`]{0,255}")
"""The value of an attribute that is a number, a word, a switch or a colour."""

_STYLE_TRAP = re.compile(r"url\s*\(|expression\s*\(|javascript:|@import", re.IGNORECASE)
RELID = "{urn:schemas-microsoft-com:office:office}relid"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@dataclass(frozen=True, slots=True)
class Scan:
    """Elements to be worked on, by Clark name; `everything` where prefixes mean several things."""

    names: frozenset[str]
    everything: bool = False
    text_astray: bool = False


def attribute_stays(name: str, value: str, element: Element) -> bool:
    """Whether an attribute is known for this element and its value of the kind it should be."""
    is_text = element.attributes.get(name)
    if is_text is None:
        return False
    if not is_text:
        return WORD.fullmatch(value) is not None
    return not (name == "style" and _STYLE_TRAP.search(value))


def is_reference(name: str) -> bool:
    """Whether an attribute names a relationship."""
    return name.startswith(R) or name == RELID


def scan(
    data: bytes,
    root: etree._Element,
    words: Vocabulary,
    special: frozenset[str] = frozenset(),
    *,
    is_final: bool = False,
) -> Scan:
    """Judge the tags of a part that was written by `xmlparts.write` from `root`.

    `special` are the elements that are worked on wherever they stand. References have to be
    looked up and are worked on, too, unless that was done (`is_final`).
    """
    is_sheet = root.tag == f"{{{SHEET}}}worksheet" and root.prefix is None
    found = set((_CELL_TAG if is_sheet else _TAG).findall(data))
    tags = sorted(tag.decode("utf-8") for tag in found if tag[:1] != b"?")
    spaces: dict[str, str] = {}
    for tag in tags:
        if " xmlns" in tag:
            for name, value in _ATTRIBUTE.findall(tag):
                if name.startswith("xmlns") and spaces.setdefault(name[6:], value) != value:
                    return Scan(frozenset(), everything=True, text_astray=True)
    judge = _Judge(words, special, spaces, is_final=is_final)
    for tag in tags:
        judge.look(tag)
    texts = {name.decode("utf-8") for name in set(_TEXT_IN.findall(data))}
    astray = any(not judge.holds_text(name) for name in texts)
    astray = astray or bool(_TEXT_BEHIND.search(data))
    return Scan(frozenset(judge.names), text_astray=astray)


_SKIPPED, _REFERENCE = "=", "!"


class _Judge:
    def __init__(
        self,
        words: Vocabulary,
        special: frozenset[str],
        spaces: dict[str, str],
        *,
        is_final: bool,
    ) -> None:
        self._is_final = is_final
        self.names: set[str] = set()
        self._words = words
        self._special = special
        self._spaces = spaces
        self._full: dict[str, str] = {}

    def clark(self, name: str, *, is_attribute: bool = False) -> str:
        prefix, colon, local = name.rpartition(":")
        if prefix == "xml":
            return XML + local
        if is_attribute and not colon:
            return local
        uri = self._spaces.get(prefix, "")
        return f"{{{uri}}}{local}" if uri else local

    def look(self, tag: str) -> None:
        """Note the element of a tag when it must be worked on."""
        tag = tag.removesuffix("/")
        space = tag.find(" ")
        local = tag if space < 0 else tag[:space]
        if not local:
            self._look_at_cell(tag)
            return
        name = self.clark(local)
        element = self._words.elements.get(name)
        if (
            element is None
            or name in self._special
            or (space >= 0 and not self._attributes_stay(tag, element))
        ):
            self.names.add(name)

    def _look_at_cell(self, rest: str) -> None:
        names = [f"{{{SHEET}}}{local}" for local in ("c", "row")]
        both: dict[str, bool] = {}
        for name in names:
            both.update(self._words.elements[name].attributes)
        if self._special.intersection(names) or not self._attributes_stay(rest, Element(both)):
            self.names.update(names)

    def _attributes_stay(self, tag: str, element: Element) -> bool:
        known = element.attributes
        for name, value in _ATTRIBUTE.findall(tag):
            full = self._full.get(name)
            if full is None:
                full = self._full[name] = self._attribute(name)
            if full == _SKIPPED:
                continue
            is_text = known.get(full)
            # What is no text is nearly all there is: the quick question first.
            if is_text is False and WORD.fullmatch(value):
                continue
            if is_text is None or not attribute_stays(full, value, element):
                return False
        return True

    def _attribute(self, name: str) -> str:
        """The Clark name of an attribute; one of two marks for what is not judged by its value."""
        if name.startswith("xmlns") and (len(name) == 5 or name[5] == ":"):
            return _SKIPPED
        full = self.clark(name, is_attribute=True)
        if is_reference(full):
            return _SKIPPED if self._is_final else _REFERENCE
        return _SKIPPED if self._is_final and full == MC + "Ignorable" else full

    def holds_text(self, name: str) -> bool:
        """Whether text may stand in this element."""
        element = self._words.elements.get(self.clark(name))
        return element is not None and element.holds_text
