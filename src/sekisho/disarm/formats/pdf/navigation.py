"""Outlines, page labels and named places (ISO 32000-2 sections 12.3 and 12.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sekisho.disarm.formats.pdf.actions import action, destination, explicit
from sekisho.disarm.formats.pdf.builder import Builder, Node
from sekisho.disarm.formats.pdf.rules import DROP, Rule, numbers, one_of, text, whole
from sekisho.disarm.formats.pdf.trees import chain, leaves
from sekisho.disarm.formats.pdf.values import Value
from sekisho.disarm.work import Stopped

OUTLINE_ITEMS_MAX = 100_000
OUTLINE_DEPTH_MAX = 60

ITEM = Rule(
    "outline-item",
    {
        "Title": text,
        "Dest": destination,
        "A": action,
        "C": numbers(3, 3, 0, 1),
        "F": whole(0, 3),
    },
    ("Title",),
)
_OUTLINE = Rule("outline", {})


@dataclass(slots=True)
class _Level:
    """The items under one item. `source` are those that are still to come."""

    source: Any
    parent: Node
    items: list[Node] = field(default_factory=list)
    is_open: bool = True


def outlines(builder: Builder, value: Value) -> Any:
    """The outlines, their links to one another made anew."""
    entries = builder.resolve(value)
    if type(entries) is not dict:
        return DROP
    root = builder.ready({"Type": "Outlines"}, _OUTLINE)
    seen: set[int] = set()
    levels = [_Level(chain(builder, entries.get("First"), seen), root)]
    count = 0
    while levels:
        level = levels[-1]
        source = builder.resolve(next(level.source, None))
        if source is None:
            _link(levels.pop())
            continue
        count += 1
        if count > OUTLINE_ITEMS_MAX:
            raise Stopped("SKS-D204")
        out = builder.build(source, ITEM)
        if out is DROP:
            out = {"Title": b""}
        node = builder.ready(out, ITEM)
        node.out["Parent"] = level.parent
        level.items.append(node)
        if "First" in source and len(levels) < OUTLINE_DEPTH_MAX:
            number = builder.resolve(source.get("Count"))
            is_open = type(number) is int and number > 0
            levels.append(_Level(chain(builder, source["First"], seen), node, [], is_open))
    return root if "First" in root.out else DROP


def _link(level: _Level) -> None:
    items = level.items
    if not items:
        return
    for before, after in pairwise(items):
        before.out["Next"], after.out["Prev"] = after, before
    visible = sum(1 + max(one.out.get("Count", 0), 0) for one in items)
    level.parent.out.update(First=items[0], Last=items[-1])
    level.parent.out["Count"] = visible if level.is_open else -visible


_LABEL = Rule(
    "page-label",
    {"S": one_of("D", "R", "r", "A", "a"), "P": text, "St": whole(1, 1_000_000)},
)


def labels(builder: Builder, value: Value) -> Any:
    """How pages are numbered for people."""
    out: dict[int, Any] = {}
    for key, label in leaves(builder, value, "Nums"):
        if type(key) is int and 0 <= key < len(builder.page_list):
            built = builder.build(builder.resolve(label), _LABEL)
            if built is not DROP:
                out.setdefault(key, built)
    return {"Nums": [item for key in sorted(out) for item in (key, out[key])]} if out else DROP


def places(builder: Builder, value: Value) -> Any:
    """Named places of the older kind: a dictionary."""
    found = builder.resolve(value)
    if type(found) is not dict or len(found) > OUTLINE_ITEMS_MAX:
        return DROP
    out = {key: explicit(builder, one) for key, one in found.items() if 0 < len(key) <= 127}
    return {key: one for key, one in out.items() if one is not DROP}


def names(builder: Builder, value: Value) -> Any:
    """Of the tree of names only the places; scripts and files are counted and left out."""
    found = builder.resolve(value)
    if type(found) is not dict:
        return DROP
    for key, one in found.items():
        if key != "Dests":
            builder.left_out(key, one)
    out: dict[bytes, Any] = {}
    for key, place in leaves(builder, found.get("Dests"), "Names"):
        passed = explicit(builder, place) if type(key) is bytes and len(key) <= 1_000 else DROP
        if passed is not DROP:
            out.setdefault(key, passed)
    listed = [item for key in sorted(out) for item in (key, out[key])]
    return {"Dests": {"Names": listed}} if out else DROP
