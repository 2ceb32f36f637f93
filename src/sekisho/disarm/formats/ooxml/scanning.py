"""A quick look at every start tag of a part: which elements need to be worked on at all.

It reads the part as `xmlparts.write` writes it, where `<` and `>` stand nowhere but around tags.
Tags that are the same to the byte are judged once, and those that differ in harmless values only
are judged together; a part in which every tag is known to be harmless needs no pass over its
elements.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from sekisho.disarm.formats.ooxml.pieces import Pieces
from sekisho.disarm.formats.ooxml.tables import MC, XML, Element, R, Vocabulary

_CELL = re.compile(rb'(?:(?<=<)|\A)(?:c r="[A-Z]{1,3}[0-9]{1,7}"|row r="[0-9]{1,7}")')
_ATTRIBUTE = re.compile(r' ([^\s="]+)="([^"]*)"')
WORD = re.compile(r"[^\x00-\x1f\\/<>\"'|`]{0,255}")
"""The value of an attribute that is a number, a word, a switch or a colour."""

_SURELY_WORD = re.compile(rb'="(?<! style=")[^\x00-\x1f\\/<>"\'|`]{0,255}+"')
"""The same in bytes, which are as many as the characters or more; styles have a rule of their own.
Where these are taken out of a tag, a value that is none keeps the quote in front of it."""

_JUDGES_MAX, _FORMS_MAX = 64, 20_000
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
    pieces: Pieces,
    root: etree._Element,
    words: Vocabulary,
    special: frozenset[str] = frozenset(),
    *,
    is_final: bool = False,
) -> Scan:
    """Judge the tags of a part as it is written from `root`.

    `special` are the elements that are worked on wherever they stand. References have to be
    looked up and are worked on, too, unless that was done (`is_final`).
    """
    found = pieces.starts
    if root.tag == f"{{{SHEET}}}worksheet" and root.prefix is None:
        found = frozenset(_CELL.sub(b"", b"<".join(found)).split(b"<"))
    tags = list(found)
    spaces: dict[str, str] = {}
    for tag in tags:
        if b" xmlns" in tag:
            for name, value in _ATTRIBUTE.findall(tag.decode("utf-8")):
                if name.startswith("xmlns") and spaces.setdefault(name[6:], value) != value:
                    return Scan(frozenset(), everything=True, text_astray=True)
    judge = _judge(words, special, frozenset(spaces.items()), is_final)
    forms = _SURELY_WORD.sub(b"=", b"<".join(tags)).split(b"<")
    names: set[str] = set()
    for form in set(forms):
        if b'"' not in form:
            names |= judge.of_form(form)
    for tag, form in zip(tags, forms, strict=True):
        if b'"' in form:
            names |= judge.of_tag(tag.decode("utf-8"), is_root=tag == pieces.root)
    holders = (name.decode("utf-8") for name in pieces.holders)
    astray = pieces.is_behind or not all(map(judge.holds_text, holders))
    return Scan(frozenset(names), text_astray=astray)


_SKIPPED, _REFERENCE, _IGNORABLE = "=", "!", MC + "Ignorable"


@lru_cache(maxsize=_JUDGES_MAX)
def _judge(
    words: Vocabulary,
    special: frozenset[str],
    spaces: frozenset[tuple[str, str]],
    is_final: bool,
) -> _Judge:
    return _Judge(words, special, dict(spaces), is_final=is_final)


class _Judge:
    """Judges the tags of parts with the same prefixes, and remembers their forms."""

    def __init__(
        self,
        words: Vocabulary,
        special: frozenset[str],
        spaces: dict[str, str],
        *,
        is_final: bool,
    ) -> None:
        self._is_final = is_final
        self._words = words
        self._special = special
        self._spaces = spaces
        self._full: dict[str, str] = {}
        self._forms: dict[bytes, frozenset[str]] = {}

    def clark(self, name: str, *, is_attribute: bool = False) -> str:
        prefix, colon, local = name.rpartition(":")
        if prefix == "xml":
            return XML + local
        if is_attribute and not colon:
            return local
        uri = self._spaces.get(prefix, "")
        return f"{{{uri}}}{local}" if uri else local

    def of_form(self, form: bytes) -> frozenset[str]:
        """As `of_tag`, for a tag whose values are words and were taken out: one stands for all."""
        found = self._forms.get(form)
        if found is None:
            found = self.of_tag(form.decode("utf-8").replace("=", '="0"'))
            if len(self._forms) < _FORMS_MAX:
                self._forms[form] = found
        return found

    def of_tag(self, tag: str, *, is_root: bool = False) -> frozenset[str]:
        """The element of a start tag where it must be worked on; two where the name was cut off.

        `mc:Ignorable` of the root was settled before the part was written.
        """
        tag = tag.removesuffix("/")
        space = tag.find(" ")
        local = tag if space < 0 else tag[:space]
        if not local:
            return self._of_cell(tag)
        name = self.clark(local)
        element = self._words.elements.get(name)
        if (
            element is None
            or name in self._special
            or (space >= 0 and not self._attributes_stay(tag, element, is_root=is_root))
        ):
            return frozenset((name,))
        return frozenset()

    def _of_cell(self, rest: str) -> frozenset[str]:
        names = frozenset(f"{{{SHEET}}}{local}" for local in ("c", "row"))
        both: dict[str, bool] = {}
        for name in names:
            both.update(self._words.elements[name].attributes)
        if self._special.intersection(names) or not self._attributes_stay(rest, Element(both)):
            return names
        return frozenset()

    def _attributes_stay(self, tag: str, element: Element, *, is_root: bool = False) -> bool:
        known = element.attributes
        for name, value in _ATTRIBUTE.findall(tag):
            full = self._full.get(name)
            if full is None:
                full = self._full[name] = self._attribute(name)
            if full == _SKIPPED or (is_root and full == _IGNORABLE):
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
        return _SKIPPED if self._is_final and full == _IGNORABLE else full

    def holds_text(self, name: str) -> bool:
        """Whether text may stand in this element."""
        element = self._words.elements.get(self.clark(name))
        return element is not None and element.holds_text
