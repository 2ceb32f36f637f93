"""Trees of the old document, walked with bounds: pages, names, numbers, outlines.

Each is written as one flat list, so that no tree of the file is ever taken over as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator

from sekisho.disarm import limits
from sekisho.disarm.formats.pdf.builder import Builder
from sekisho.disarm.formats.pdf.values import Ref, Value
from sekisho.disarm.work import Stopped

LEAVES_MAX = 1_000_000
INHERITED = ("Resources", "MediaBox", "CropBox", "Rotate")
_TREE_NODES_MAX = 50_000


def pages(builder: Builder, root: Value) -> list[tuple[int | None, dict[str, Value]]]:
    """(key, dictionary with what it inherits) of each page in order.

    Raises Stopped SKS-D206 for too many; loops and what is no page are passed over.
    """
    out: list[tuple[int | None, dict[str, Value]]] = []
    waiting: list[tuple[Value, dict[str, Value]]] = [(root, {})]
    seen: set[int] = set()
    steps = 0
    while waiting:
        value, inherited = waiting.pop()
        steps += 1
        if steps > _TREE_NODES_MAX + limits.PAGES_MAX or len(out) > limits.PAGES_MAX:
            raise Stopped("SKS-D206", allowed=limits.PAGES_MAX)
        entries = builder.resolve(value)
        if type(entries) is not dict:
            continue
        kids = builder.resolve(entries.get("Kids"))
        passed = {**inherited, **{key: entries[key] for key in INHERITED if key in entries}}
        if type(kids) is list and builder.resolve(entries.get("Type")) != "Page":
            if type(value) is Ref:
                if value.key in seen:
                    continue
                seen.add(value.key)
            if len(kids) > limits.PAGES_MAX:
                raise Stopped("SKS-D206", allowed=limits.PAGES_MAX)
            waiting += [(kid, passed) for kid in reversed(kids)]
        elif type(entries) is dict:
            out.append((value.key if type(value) is Ref else None, {**passed, **entries}))
    if len(out) > limits.PAGES_MAX:
        raise Stopped("SKS-D206", allowed=limits.PAGES_MAX)
    return out


def leaves(builder: Builder, root: Value, items: str) -> Iterator[tuple[Value, Value]]:
    """(key, value) of a name tree (`Names`) or a number tree (`Nums`), in the file's order."""
    waiting = [root]
    seen: set[int] = set()
    count = 0
    while waiting:
        value = waiting.pop()
        if type(value) is Ref:
            if value.key in seen:
                continue
            seen.add(value.key)
        entries = builder.resolve(value)
        if type(entries) is not dict:
            continue
        kids = builder.resolve(entries.get("Kids"))
        if type(kids) is list:
            waiting += reversed(kids)
        pairs = builder.resolve(entries.get(items))
        if type(pairs) is not list:
            continue
        count += len(pairs)
        if count > LEAVES_MAX:
            raise Stopped("SKS-D204")
        yield from zip(pairs[::2], pairs[1::2], strict=False)


def chain(builder: Builder, first: Value, seen: set[int]) -> Iterator[Value]:
    """The items from `first` along Next; an item that was seen ends it."""
    value = first
    while type(value) is Ref and value.key not in seen:
        seen.add(value.key)
        entries = builder.resolve(value)
        if type(entries) is not dict:
            return
        yield value
        value = entries.get("Next")
