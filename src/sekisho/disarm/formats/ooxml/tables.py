"""The tables of what an Office document may hold, read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

OFFICE_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
R = f"{{{OFFICE_RELATIONSHIPS}}}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
XML = "{http://www.w3.org/XML/1998/namespace}"
_FILES = ("word", "sheet", "slide", "drawing", "chart", "vml")
_OTHER_NAMESPACES = {
    "r": OFFICE_RELATIONSHIPS,
    "mc": MC[1:-1],
    "xml": XML[1:-1],
    "x14ac": "http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac",
    "pRoam": "http://schemas.microsoft.com/office/powerpoint/2012/roamingSettings",
}


@dataclass(frozen=True, slots=True)
class Element:
    """What may stand in one element: attribute → whether its value is text, and text itself."""

    attributes: dict[str, bool]
    holds_text: bool = False


@dataclass(frozen=True, slots=True)
class PartRow:
    """One row of `parts.toml`."""

    family: str
    name: str
    relationship: str
    content_types: tuple[str, ...]
    vocabularies: tuple[str, ...]
    place: str


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The elements that may stand in a part, by Clark name."""

    elements: dict[str, Element]
    namespaces: frozenset[str] = field(default_factory=frozenset)


def _data(name: str) -> dict[str, dict[str, Any]]:
    text = resources.files(__package__).joinpath(name).read_text("utf-8")
    return tomllib.loads(text)


@cache
def namespaces() -> dict[str, str]:
    """Our prefix → namespace."""
    found = dict(_OTHER_NAMESPACES)
    for file in _FILES:
        found.update(
            {prefix: rows[""] for prefix, rows in _data(f"vocabulary/{file}.toml").items()}
        )
    return found


def clark(name: str) -> str:
    """`w:p` as `{namespace}p`; a name without prefix stays."""
    prefix, colon, local = name.rpartition(":")
    return f"{{{namespaces()[prefix]}}}{local}" if colon else local


@cache
def _one_vocabulary(file: str) -> dict[str, Element]:
    found: dict[str, Element] = {}
    for prefix, rows in _data(f"vocabulary/{file}.toml").items():
        for local, line in rows.items():
            if local:
                found[clark(f"{prefix}:{local}")] = _element(line)
    return found


def _element(line: str) -> Element:
    words, _, texts = line.partition("|")
    names = words.split()
    holds_text = names[:1] == ["*"]
    known = namespaces()
    attributes = {XML + "space": False}
    for name, is_text in [(n, False) for n in names[holds_text:]] + [
        (n, True) for n in texts.split()
    ]:
        prefix, colon, _ = name.rpartition(":")
        if not colon or prefix in known:
            attributes[clark(name)] = is_text
    return Element(attributes, holds_text)


@cache
def vocabulary(names: tuple[str, ...]) -> Vocabulary:
    """Everything that may stand in a part of these vocabularies."""
    elements: dict[str, Element] = {
        MC + "AlternateContent": Element({}),
        MC + "Choice": Element({"Requires": False}),
        MC + "Fallback": Element({}),
    }
    for name in names:
        elements.update(_one_vocabulary(name))
    if "vml" in names:
        elements.update(_HTML)
    spaces = {tag[1:].partition("}")[0] for tag in elements if tag[0] == "{"}
    return Vocabulary(elements, frozenset(spaces - {MC[1:-1]}))


_HTML_ATTRIBUTES = {"style": True, "face": True, "size": True, "color": True, "dir": False}
_HTML = {
    name: Element(_HTML_ATTRIBUTES, holds_text=True)
    for name in ("xml", "div", "font", "span", "b", "i", "u", "s", "br", "p", "sub", "sup")
}
"""Text in a shape of a comment, and the root of a part of such shapes."""


@cache
def part_rows() -> dict[tuple[str, str], PartRow]:
    """(last word of the relationship type, content type) → row."""
    found: dict[tuple[str, str], PartRow] = {}
    for family, rows in _data("parts.toml").items():
        for name, (relationship, types, vocabularies, place) in rows.items():
            full = tuple(_full_type(one) for one in types)
            row = PartRow(family, name, relationship, full, tuple(vocabularies.split()), place)
            for one in full:
                found[relationship, one.lower()] = row
    return found


def _full_type(short: str) -> str:
    if short.startswith("office."):
        return "application/vnd.openxmlformats-officedocument." + short.removeprefix("office.")
    return "application/vnd." + short


@cache
def _things() -> dict[str, dict[str, str]]:
    return _data("things.toml")


def relationship_thing(kind: str) -> str:
    """What a report calls a part that a relationship of this kind leads to."""
    return _things()["relationships"].get(kind, "office-unknown-part")


@cache
def element_things() -> dict[str, str]:
    """Clark name → what a report calls an element that does not stay."""
    known = namespaces()
    rows = _things()["elements"].items()
    return {clark(name): thing for name, thing in rows if name.partition(":")[0] in known}


@cache
def unwrapped() -> dict[str, str]:
    """Clark name → thing, for elements that go while their content stays."""
    return {clark(name): thing for name, thing in _things()["unwrapped"].items()}


def words(table: str, row: str) -> list[str]:
    """The words of one row of `rules.toml`."""
    return str(_data("rules.toml")[table][row]).split()


def clarks(table: str, row: str) -> frozenset[str]:
    """The elements that one row of `rules.toml` names."""
    return frozenset(clark(name) for name in words(table, row))


def load() -> None:
    """Read every table now: a child that is locked down can read no more files."""
    for row in part_rows().values():
        vocabulary(row.vocabularies)
    element_things()
    unwrapped()
