"""From the tree that came in to the tree that is written."""

from __future__ import annotations

import base64
import binascii
import re

from lxml import etree

from sekisho.disarm.formats.svg.lists import (
    ATTRIBUTES,
    LEFT_OUT,
    SHOWN,
    SVG,
    WITH_TEXT,
    XLINK,
    XML,
    Grammar,
)
from sekisho.disarm.formats.svg.styles import declarations, sheet
from sekisho.disarm.formats.svg.tree import Node
from sekisho.disarm.work import Stopped, Work

_DATA = re.compile(r"data:image/(?:png|jpe?g|gif|webp) ?; ?base64 ?,", re.I)
_TYPES = {"png": "png", "jpeg": "jpeg", "gif": "gif", "webp": "webp"}
_INNER = re.compile(r"#[\w.:-]{1,200}")
_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>\"'\\]{1,2000}", re.I)
_DEPTH_MAX = 256
_IN_TEXT = frozenset(("text", "tspan", "textPath"))
_REFERRING = frozenset(
    ("use", "a", "image", "textPath", "linearGradient", "radialGradient", "pattern", "filter")
)


class Cleaner:
    """Copies what is on the lists; counts and names the rest."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._images = 0

    def root(self, element: etree._Element) -> Node:
        """The whole tree. Raises Stopped SKS-D305, SKS-D306, and what pictures inside raise."""
        node = self._element(element, "svg", 0)
        if node is None:
            raise Stopped("SKS-D305")
        return node

    def _element(self, element: etree._Element, name: str, depth: int) -> Node | None:
        if depth > _DEPTH_MAX:
            raise Stopped("SKS-D306")
        node = Node(name)
        for key, value in element.attrib.items():
            self._attribute(node, str(key), " ".join(str(value).split()))
        if name == "image" and "xlink:href" not in node.attributes:
            return None
        if name == "a" and "xlink:href" not in node.attributes:
            node.tag = "tspan" if _name(element.getparent()) in _IN_TEXT else "g"
        if name == "style":
            text = ""
            if element.get("media", "all") in ("all", "screen"):
                text = sheet("".join(str(one) for one in element.itertext()), self._work, "style")
            node.attributes = {}
            node.children = [text] if text else []
            return node if text else None
        self._children(element, node, depth)
        if name in ("text", "title", "desc"):
            self._work.look("".join(_texts(node)), "文字")
        return node

    def _children(self, element: etree._Element, node: Node, depth: int) -> None:
        shows_text = node.tag in WITH_TEXT
        self._text(element.text, node, shows_text=shows_text)
        for child in element:
            found = self._child(child, depth)
            if found is not None:
                node.children.append(found)
            self._text(child.tail, node, shows_text=shows_text)

    def _child(self, child: etree._Element, depth: int) -> Node | None:
        if not isinstance(child.tag, str):
            raise Stopped("SKS-D305")  # an entity that was not resolved
        name = _name(child)
        if name in SHOWN and not child.get("requiredExtensions"):
            return self._element(child, name, depth + 1)
        is_ours = child.tag.startswith(f"{{{SVG}}}")
        local = child.tag.rpartition("}")[2]
        self._work.removed(LEFT_OUT.get(local, "svg-other" if is_ours else "svg-metadata"))
        return None

    def _text(self, untrusted: str | None, node: Node, *, shows_text: bool) -> None:
        if not untrusted:
            return
        if shows_text:
            if node.children and isinstance(node.children[-1], str):
                node.children[-1] += untrusted
            else:
                node.children.append(untrusted)
        elif untrusted.strip():
            self._work.removed("svg-other")

    def _attribute(self, node: Node, key: str, value: str) -> None:
        space, _, name = key.rpartition("}")
        space = space.removeprefix("{")
        if name == "href" and space in ("", XLINK):
            self._reference(node, value)
        elif space == XML and name in ("space", "lang"):
            if Grammar.WORDS.holds(value):
                node.attributes[f"xml:{name}"] = value
        elif space:
            self._work.removed("svg-metadata")
        elif name == "style":
            if kept := declarations(value, self._work, "style"):
                node.attributes["style"] = kept
        elif name.lower().startswith("on"):
            self._work.removed("svg-script")
        elif (grammar := ATTRIBUTES.get(name)) and grammar.holds(value):
            node.attributes[name] = value
        else:
            self._work.removed("svg-external" if "://" in value or "url(" in value else "svg-other")

    def _reference(self, node: Node, value: str) -> None:
        """Where an element points to: inside the file, into itself, or, for links, outwards."""
        kept = ""
        if node.tag == "image" and _DATA.match(value):
            kept = self._picture(value)
        elif node.tag != "image" and node.tag in _REFERRING and _INNER.fullmatch(value):
            kept = value
        elif node.tag == "a" and _LINK.fullmatch(value) and self._work.profile.links:
            self._work.kept("svg-link", value)
            kept = value
        else:
            self._work.removed("svg-link" if node.tag == "a" else "svg-external")
        if kept:
            node.attributes.setdefault("xlink:href", kept)

    def _picture(self, value: str) -> str:
        """The picture inside, disarmed; nothing where it is none."""
        self._images += 1
        where = f"画像{self._images}"
        packed = "".join(value.partition(",")[2].split())
        try:
            content = binascii.a2b_base64(packed, strict_mode=True)
        except binascii.Error:
            self._work.removed("svg-external", where)
            return ""
        self._work.budget.member()
        kind = value[11:15].lower()
        extension = "jpg" if kind.startswith("jp") else kind.partition(";")[0]
        inner = self._work.inner_or_none(f"image{self._images}.{extension}", content, where)
        if inner is None or inner.kind not in _TYPES:
            self._work.removed("svg-external", where)
            return ""
        data = base64.b64encode(inner.content).decode("ascii")
        return f"data:image/{_TYPES[inner.kind]};base64,{data}"


def _name(element: etree._Element | None) -> str:
    """The local name of an element of the SVG namespace; empty for others."""
    if element is None:
        return ""
    space, _, name = str(element.tag).rpartition("}")
    return name if space == "{" + SVG else ""


def _texts(node: Node) -> list[str]:
    found = []
    for child in node.children:
        found += [child] if isinstance(child, str) else _texts(child)
    return found
