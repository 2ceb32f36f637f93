"""Build the new document from the old one, object by object, by rules."""

from __future__ import annotations

from collections import deque
from typing import Any

from sekisho.disarm.formats.pdf.dangers import QUIET, thing_of
from sekisho.disarm.formats.pdf.reading import Document
from sekisho.disarm.formats.pdf.rules import DROP, Rule
from sekisho.disarm.formats.pdf.values import Ref, Stream, Value
from sekisho.disarm.work import Stopped, Work

NESTED_MAX = 60
"""Dictionaries written inside one another, as they are built."""

BUILT_ITEMS_MAX = 20_000_000
"""Items of all arrays together, as often as each is written."""


class Node:
    """An object of the new document. One that did not pass is dead, and nothing leads to it."""

    __slots__ = (
        "data",
        "is_dead",
        "is_simple",
        "number",
        "out",
        "place",
        "rule",
        "source",
        "text",
    )

    def __init__(self, source: Value, rule: Rule, place: str) -> None:
        self.source = source
        self.rule = rule
        self.place = place
        self.out: Any = None
        self.data: bytes | None = None
        self.text: bytes | None = None
        self.is_simple = False
        self.is_dead = False
        self.number = 0


class Packed:
    """What a rule for streams returns: the entries to add, and the bytes as they are written.

    `text` is what is in them, where somebody will read it again; `is_simple` as `grammar` has it.
    """

    __slots__ = ("data", "entries", "is_simple", "text")

    def __init__(self, data: bytes, entries: dict[str, Value], text: bytes | None = None) -> None:
        self.data = data
        self.entries = entries
        self.text = text
        self.is_simple = False


class Builder:
    """The work in hand. A node for each object and rule: what is used as two things becomes two."""

    def __init__(self, document: Document, work: Work) -> None:
        self.document = document
        self.work = work
        self.profile = work.profile
        self.resolve = document.resolve
        self.nodes: dict[tuple[int, str], Node] = {}
        self.pages: dict[int, Node] = {}
        self.page_list: list[Node] = []
        self.dead = 0
        self.had_dead = False
        self.place = ""
        self._queue: deque[Node] = deque()
        self._nested = 0
        self._items = 0
        self.opened: dict[int, object] = {}
        """Unpacked parts of pages, so that none is unpacked twice."""

    def spend(self, count: int) -> None:
        """`count` items of an array are about to be written. Raises Stopped SKS-D204."""
        self._items += count
        if self._items > BUILT_ITEMS_MAX:
            raise Stopped("SKS-D204")

    def node(self, ref: Ref, rule: Rule) -> Any:
        """The node for an object under a rule; built later."""
        value = self.resolve(ref)
        key = self._last_key(ref)
        if type(value) not in (dict, list, Stream):
            return self.build(value, rule) if value is not None else DROP
        known = self._chosen(value.entries if type(value) is Stream else value, rule)
        if known is None:
            return DROP
        rule = known
        found = self.nodes.get((key, rule.name))
        if found is None:
            found = self.nodes[(key, rule.name)] = self.fresh(value, rule)
        return DROP if found.is_dead else found

    def _chosen(self, entries: Value, rule: Rule) -> Rule | None:
        """The rule of a family that a dictionary falls under."""
        found: Rule | None = rule
        while found is not None and found.choose is not None:
            found = found.choose(self, entries) if type(entries) is dict else None
        return found

    def _last_key(self, ref: Ref) -> int:
        objects = self.document.objects
        for _ in range(32):
            value = objects.get(ref.key)
            if type(value) is not Ref:
                break
            ref = value
        return ref.key

    def fresh(self, value: Value, rule: Rule) -> Node:
        """A node of its own, whatever else was made of the same object."""
        node = Node(value, rule, self.place)
        self._queue.append(node)
        return node

    def ready(self, out: dict[str, Any], rule: Rule, data: bytes | None = None) -> Node:
        """A node that is built already."""
        node = Node(None, rule, self.place)
        node.out, node.data = out, data
        return node

    def run(self) -> None:
        """Build everything that waits."""
        while self._queue:
            node = self._queue.popleft()
            self.place = node.place
            self._finish(node)

    def _finish(self, node: Node) -> None:
        out = self.build(node.source, node.rule, node)
        if out is DROP:
            node.is_dead = True
            self.dead += 1
            if not node.rule.needs_stream:  # rules for streams say themselves what was wrong
                self.work.removed("pdf-entry", node.place)
        else:
            node.out = out
        node.source = None

    def build(self, value: Value, rule: Rule, node: Node | None = None) -> Any:
        """What a dictionary or a stream becomes under a rule, or DROP."""
        entries = value.entries if type(value) is Stream else value
        if type(entries) is not dict or self._nested > NESTED_MAX:
            return DROP
        chosen = self._chosen(entries, rule)
        if chosen is None:
            return DROP
        rule = chosen
        is_stream = type(value) is Stream
        if (rule.needs_stream and not is_stream) or (
            is_stream and (rule.stream is None or node is None)
        ):
            return DROP
        self._nested += 1
        try:
            out = self.entries(entries, rule)
        finally:
            self._nested -= 1
        if any(key not in out for key in rule.required):
            return DROP
        if rule.finish is not None and rule.finish(self, entries, out) is DROP:
            return DROP
        if is_stream and rule.stream is not None and node is not None:
            packed = rule.stream(self, value, out)
            if packed is DROP:
                return DROP
            node.data, node.text, node.is_simple = packed.data, packed.text, packed.is_simple
            out.update(packed.entries)
        return out

    def entries(self, entries: dict[str, Value], rule: Rule) -> dict[str, Any]:
        """The entries that pass, each by its check; the others are counted."""
        out: dict[str, Any] = dict(rule.fixed)
        keys = rule.keys
        for key, value in entries.items():
            check = keys.get(key)
            if check is None:
                if key not in rule.fixed and key not in QUIET:
                    self.left_out(key, value)
                continue
            passed = check(self, value)
            if passed is not DROP:
                out[key] = passed
            elif self.resolve(value) is not None:
                self.left_out(key, value)
        return out

    def left_out(self, key: str, value: Value) -> None:
        """Count an entry that was not carried over, by what it would have done."""
        what = thing_of(key, self.resolve(value), self.resolve)
        if what:
            self.work.removed(what, self.place)

    def look(self, raw: bytes) -> None:
        """Have a text string looked at."""
        if len(raw) > 3:
            self.work.look(text_of(raw), self.place)

    def prune(self, roots: list[Node]) -> None:
        """Take out what leads to dead nodes; what cannot do without it dies too."""
        passes = 0
        self.had_dead = self.dead > 0
        while self.dead:
            passes += 1
            if passes > 1_000:
                raise Stopped("SKS-D204")
            self.dead = 0
            for node in [*self.nodes.values(), *self.pages.values(), *roots]:
                if not node.is_dead and node.out is not None:
                    node.out = _without_dead(node.out)
                    if any(key not in node.out for key in node.rule.required):
                        node.is_dead = True
                        self.dead += 1


def _without_dead(value: Any) -> Any:
    if type(value) is dict:
        passed = {key: _without_dead(one) for key, one in value.items()}
        return {key: one for key, one in passed.items() if one is not DROP}
    if type(value) is list:
        return [None if one is DROP else one for one in map(_without_dead, value)]
    if type(value) is Node and value.is_dead:
        return DROP
    return value


def text_of(raw: bytes) -> str:
    """A text string as text (ISO 32000-2 section 7.9.2.2); never raises."""
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", "replace")
    if raw.startswith(b"\xff\xfe"):
        return raw[2:].decode("utf-16-le", "replace")
    if raw.startswith(b"\xef\xbb\xbf"):
        return raw[3:].decode("utf-8", "replace")
    return raw.decode("latin-1")
