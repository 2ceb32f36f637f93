"""The logical structure that screen readers follow (ISO 32000-2 section 14.7)."""

from __future__ import annotations

from typing import Any

from sekisho.disarm.formats.pdf.actions import page_of
from sekisho.disarm.formats.pdf.annotations import ANNOTATION
from sekisho.disarm.formats.pdf.builder import Builder
from sekisho.disarm.formats.pdf.resources import XOBJECT
from sekisho.disarm.formats.pdf.rules import (
    DROP,
    Check,
    Rule,
    boolean,
    either,
    is_sane_name,
    made,
    many,
    name,
    named,
    number,
    numbers,
    octets,
    one_of,
    text,
    whole,
)
from sekisho.disarm.formats.pdf.trees import leaves
from sekisho.disarm.formats.pdf.values import Ref, Value

KIDS_MAX = 200_000
_OWNERS = (
    "Layout List Table PrintField UserProperties Artifact XML-1.00 HTML-3.20 HTML-4.01 HTML-5.00"
    " OEB-1.00 RTF-1.05 CSS-1.00 CSS-2.00 CSS-3.00 NSO FENote"
)


def _page(builder: Builder, value: Value) -> Any:
    return page_of(builder, value)


def _attribute_value(builder: Builder, value: Value) -> Any:
    """Names, numbers, text, and arrays of those."""
    return either(name, number(), boolean, text, _list)(builder, value)


def _list(builder: Builder, value: Value) -> Any:
    return many(either(name, number(), text, numbers(0, 4)), 10_000)(builder, value)


def _attributes(builder: Builder, value: Value) -> Any:
    """Attributes of an owner that is known, each of a simple type."""
    found = builder.resolve(value)
    if type(found) is list:
        return many(either(_attributes, whole(0, 1_000_000)), 100)(builder, found)
    if type(found) is not dict or len(found) > 200:
        return DROP
    owner = builder.resolve(found.get("O"))
    if type(owner) is not str or owner not in _OWNERS.split():
        return DROP
    out: dict[str, Any] = {}
    for key, one in found.items():
        passed = _attribute_value(builder, one) if is_sane_name(key) else DROP
        if passed is not DROP:
            out[key] = passed
    return out


_OBJECT = made(
    Rule(
        "object-reference",
        {"Type": one_of("OBJR"), "Pg": _page, "Obj": either(made(ANNOTATION), made(XOBJECT))},
        ("Type", "Obj"),
    )
)
_MARKED = made(
    Rule(
        "marked-content",
        {"Type": one_of("MCR"), "Pg": _page, "MCID": whole(0, 10_000_000), "Stm": made(XOBJECT)},
        ("Type", "MCID"),
    )
)


_MARKS = numbers(0, KIDS_MAX, 0, 10_000_000)


def _kid(builder: Builder, value: Value) -> Any:
    found = builder.resolve(value)
    if type(found) is int:
        return whole(0, 10_000_000)(builder, found)
    if type(found) is not dict:
        return DROP
    kind = builder.resolve(found.get("Type"))
    if kind == "MCR":
        return _MARKED(builder, value)
    if kind == "OBJR":
        return _OBJECT(builder, value)
    return made(ELEMENT)(builder, value)


def _marks(builder: Builder, found: list[Value]) -> Any:
    """Kids that are numbers of marked content and nothing else: often very many."""
    return _MARKS(builder, found) if set(map(type, found)) == {int} else DROP


def _kids(builder: Builder, value: Value) -> Any:
    found = builder.resolve(value)
    if type(found) is list:
        passed = _marks(builder, found)
        return many(_kid, KIDS_MAX)(builder, found) if passed is DROP else passed
    return _kid(builder, value)


def _parent(builder: Builder, value: Value) -> Any:
    found = builder.resolve(value)
    if type(found) is dict and builder.resolve(found.get("Type")) == "StructTreeRoot":
        return made(ROOT)(builder, value)
    return made(ELEMENT)(builder, value)


NAMESPACE = Rule("namespace", {"NS": text}, ("NS",), {"Type": "Namespace"})
ELEMENT: Rule = Rule(
    "element",
    {
        "S": name,
        "P": _parent,
        "ID": octets(500),
        "Pg": _page,
        "K": _kids,
        "A": _attributes,
        "C": either(name, many(name, 100)),
        "R": whole(0, 1_000_000),
        "T": text,
        "Lang": text,
        "Alt": text,
        "E": text,
        "ActualText": text,
        "NS": made(NAMESPACE),
        "Ref": many(made(lambda: ELEMENT), 1_000),
    },
    ("S", "P"),
    {"Type": "StructElem"},
)


class _Same:
    """A check that answers for a reference what it has answered for it just before."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._key: int | None = None
        self._passed: Any = DROP

    def __call__(self, builder: Builder, value: Value) -> Any:
        if type(value) is not Ref:
            return self._check(builder, value)
        if value.key != self._key:
            self._key, self._passed = value.key, self._check(builder, value)
        return self._passed


def _parents(builder: Builder, value: Value) -> Any:
    """The elements that hold each numbered piece of content."""
    one = either(many(_Same(made(ELEMENT)), KIDS_MAX, holes=True), made(ELEMENT))
    out: dict[int, Any] = {}
    for key, element in leaves(builder, value, "Nums"):
        passed = one(builder, element) if type(key) is int and key >= 0 else DROP
        if passed is not DROP:
            out.setdefault(key, passed)
    return {"Nums": [item for key in sorted(out) for item in (key, out[key])]}


def _by_id(builder: Builder, value: Value) -> Any:
    out: dict[bytes, Any] = {}
    for key, element in leaves(builder, value, "Names"):
        passed = made(ELEMENT)(builder, element) if type(key) is bytes else DROP
        if passed is not DROP and len(key) <= 500:
            out.setdefault(key, passed)
    return {"Names": [item for key in sorted(out) for item in (key, out[key])]}


def _classes(builder: Builder, value: Value) -> Any:
    return named(_attributes, 10_000)(builder, value)


ROOT: Rule = Rule(
    "structure",
    {
        "K": _kids,
        "ParentTree": _parents,
        "ParentTreeNextKey": whole(0, 10_000_000),
        "RoleMap": named(name, 10_000),
        "ClassMap": _classes,
        "IDTree": _by_id,
        "Namespaces": many(made(NAMESPACE), 100),
    },
    (),
    {"Type": "StructTreeRoot"},
)
MARKS = Rule("marks", {"Marked": boolean, "Suspects": boolean, "UserProperties": boolean})
