"""The tree that is written: what it costs to draw, and how it stands in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sekisho.disarm.formats.svg.lists import SVG, XLINK
from sekisho.disarm.work import Stopped

DRAWN_NODES_MAX = 1_000_000
"""Elements a viewer has to draw once every reference has been followed."""

_DEPTH_MAX = 400
_REFERENCE = re.compile(r"url\(\s*['\"]?#([\w.:-]+)")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_VALUE_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": " ", "\n": " ", "\t": " "}
)


@dataclass
class Node:
    """An element that stays, its attributes by the name they are written under."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def targets(self) -> Iterator[str]:
        """The names of elements that are drawn along with this one."""
        for name, value in self.attributes.items():
            if name == "xlink:href" and value.startswith("#") and self.tag != "a":
                yield value[1:]
            elif "url(" in value:
                yield from _REFERENCE.findall(value)


def check_cost(root: Node) -> None:
    """Raises Stopped SKS-D306 for references that run in circles or multiply without end."""
    named: dict[str, Node] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        named.setdefault(node.attributes.get("id", ""), node)
        waiting += [child for child in node.children if isinstance(child, Node)]
    named.pop("", None)
    _Cost(named).of(root, 0)


class _Cost:
    def __init__(self, named: dict[str, Node]) -> None:
        self._named = named
        self._known: dict[int, int | None] = {}

    def of(self, node: Node, depth: int) -> int:
        """The nodes drawn for this one."""
        key = id(node)
        if key in self._known:
            known = self._known[key]
            if known is None:
                raise Stopped("SKS-D306")
            return known
        self._known[key] = None
        cost = 1
        inner = [child for child in node.children if isinstance(child, Node)]
        inner += [self._named[name] for name in node.targets() if name in self._named]
        for one in inner:
            cost += self.of(one, depth + 1)
            if cost > DRAWN_NODES_MAX or depth > _DEPTH_MAX:
                raise Stopped("SKS-D306")
        self._known[key] = cost
        return cost


def written(root: Node) -> str:
    """The file: attributes in the order of their names, no white space of ours."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    _write(root, parts, f' xmlns="{SVG}" xmlns:xlink="{XLINK}"')
    parts.append("\n")
    return "".join(parts)


def _write(node: Node, parts: list[str], spaces: str = "") -> None:
    parts.append(f"<{node.tag}{spaces}")
    for name, value in sorted(node.attributes.items()):
        parts.append(f' {name}="{value.translate(_VALUE_ESCAPES)}"')
    if not node.children:
        parts.append("/>")
        return
    parts.append(">")
    for child in node.children:
        if isinstance(child, str):
            parts.append(child.translate(_ESCAPES))
        else:
            _write(child, parts)
    parts.append(f"</{node.tag}>")
