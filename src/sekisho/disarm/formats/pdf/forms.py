"""Forms that draw forms: no circles, no towers, and no multiplying without end."""

from __future__ import annotations

import re
from typing import Any

from sekisho.disarm.formats.pdf.builder import Node
from sekisho.disarm.work import Stopped

DEPTH_MAX = 40
DRAWINGS_MAX = 5_000_000
"""Forms drawn on one page, as often as each is drawn."""

_DRAWN = frozenset({"form", "tiling", "font-Type3", "glyph"})
_TOO_DEEP = DRAWINGS_MAX + 1


_BESIDE = frozenset(
    # Entries that lead to nothing that is drawn.
    [
        "Parent",
        "P",
        "IRT",
        "Popup",
        "FontDescriptor",
        "ColorSpace",
        "ToUnicode",
        "DescendantFonts",
        "Encoding",
        "Shading",
        "Function",
        "OC",
        "Properties",
        "A",
        "Dest",
        "MK",
        "Kids",
    ]
)
_LEAVES = frozenset({"page", "pages", "image", "mask", "element", "structure", "layer"})
_DO = re.compile(rb"Do(?![A-Za-z])")


def check_nesting(pages: list[Node]) -> None:
    """Raises Stopped SKS-D207 when drawing a page would not come to an end."""
    weights: dict[int, int] = {}
    known: dict[int, list[Node]] = {}
    for page in pages:
        contents = page.out.get("Contents")
        parts = contents if type(contents) is list else [contents]
        uses = sum(_uses(one) for one in parts if type(one) is Node)
        drawn = [
            one for key in ("Resources", "Annots") for one in _inside(page.out.get(key), known)
        ]
        if _total(drawn, uses, weights, known, []) > DRAWINGS_MAX:
            raise Stopped("SKS-D207")


def _uses(node: Node) -> int:
    return len(_DO.findall(node.text)) if node.text else 0


def _total(
    drawn: list[Node],
    uses: int,
    weights: dict[int, int],
    known: dict[int, list[Node]],
    path: list[int],
) -> int:
    """At most how many forms are drawn, with `uses` statements that draw one."""
    each = [_weight(one, weights, known, path) for one in drawn]
    return 1 + sum(each) + uses * max(each, default=0)


def _inside(value: Any, known: dict[int, list[Node]]) -> list[Node]:
    """The nodes that a value leads to without going through another form."""
    if type(value) is Node and id(value) in known:
        return known[id(value)]
    out: list[Node] = []
    waiting: list[Any] = [value.out if type(value) is Node else value]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if type(one) is Node and id(one) not in seen:
            seen.add(id(one))
            if one.rule.name in _DRAWN:
                out.append(one)
                continue
            one = None if one.rule.name in _LEAVES else one.out
        if type(one) is dict:
            waiting += [
                item
                for key, item in one.items()
                if key not in _BESIDE and type(item) in _CONTAINERS
            ]
        elif type(one) is list:
            waiting += [item for item in one if type(item) in _CONTAINERS]
    if type(value) is Node:
        known[id(value)] = out
    return out


_CONTAINERS = (dict, list, Node)


def _weight(
    node: Node, weights: dict[int, int], known: dict[int, list[Node]], path: list[int]
) -> int:
    if id(node) in weights:
        return weights[id(node)]
    if id(node) in path or len(path) >= DEPTH_MAX:
        raise Stopped("SKS-D207")
    path.append(id(node))
    total = _total(_inside(node, known), _uses(node), weights, known, path)
    path.pop()
    weights[id(node)] = min(total, _TOO_DEEP)
    return weights[id(node)]
