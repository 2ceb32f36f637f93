"""Forms (ISO 32000-2 section 12.7): fields without scripts; or only what they look like, drawn into
the page. Signatures are always reduced to their looks: what they signed is no longer there."""

from __future__ import annotations

from typing import Any

from sekisho.disarm.formats.pdf.annotations import (
    BORDER_STYLE,
    COMMON,
    WIDGETS,
    default_appearance,
)
from sekisho.disarm.formats.pdf.builder import Builder
from sekisho.disarm.formats.pdf.resources import RESOURCES
from sekisho.disarm.formats.pdf.rules import (
    DROP,
    Rule,
    boolean,
    either,
    exactly,
    made,
    many,
    name,
    numbers,
    one_of,
    text,
    whole,
)
from sekisho.disarm.formats.pdf.values import Ref, Stream, Value
from sekisho.disarm.formats.pdf.writing import number_bytes

FIELDS_DEEP_MAX = 64
_HIDDEN_FLAGS = 0b100010  # hidden, no view
_VALUE = either(text, name, many(text, 10_000))


def _look_of_button(builder: Builder, value: Value) -> Any:
    keys = {
        "R": whole(-360, 360),
        "BC": numbers(0, 4, 0, 1),
        "BG": numbers(0, 4, 0, 1),
        "CA": text,
        "RC": text,
        "AC": text,
        "TP": whole(0, 6),
    }
    return made(Rule("field-look", keys))(builder, value)


FIELD_KEYS = {
    "FT": one_of("Btn", "Tx", "Ch"),
    "Parent": made(lambda: FIELD),
    "Kids": many(made(lambda: FIELD), 100_000),
    "T": text,
    "TU": text,
    "TM": text,
    "Ff": whole(0, 2**32 - 1),
    "V": _VALUE,
    "DV": _VALUE,
    "MaxLen": whole(0, 1_000_000),
    "Opt": many(either(text, exactly(text, text)), 100_000),
    "TI": whole(0, 1_000_000),
    "I": numbers(0, 10_000, 0, 1e6),
    "DA": default_appearance,
    "Q": whole(0, 2),
}
_WIDGET_KEYS = {
    **COMMON,
    **FIELD_KEYS,
    "BS": BORDER_STYLE,
    "H": one_of("N", "I", "O", "P", "T"),
    "MK": _look_of_button,
}


def _choose(builder: Builder, entries: dict[str, Value]) -> Rule | None:
    if is_signature(builder, entries):
        return None
    return _WIDGET if builder.resolve(entries.get("Subtype")) == "Widget" else _GROUP


_WIDGET = Rule("field-widget", _WIDGET_KEYS, ("Rect",), {"Type": "Annot", "Subtype": "Widget"})
_GROUP = Rule("field-group", FIELD_KEYS)
FIELD: Rule = Rule("field", {}, choose=_choose)
WIDGETS["Widget"] = FIELD

FORM = Rule(
    "form-fields",
    {
        "Fields": many(made(FIELD), 100_000),
        "DR": made(RESOURCES),
        "DA": default_appearance,
        "Q": whole(0, 2),
        "NeedAppearances": boolean,
        "CO": many(made(FIELD), 10_000),
    },
    ("Fields",),
)


def form(builder: Builder, value: Value) -> Any:
    """The list of fields; nothing where they do not stay as fields."""
    if builder.profile.forms:
        return made(FORM)(builder, value)
    found = builder.resolve(value)
    if type(found) is dict and "XFA" in found:
        builder.left_out("XFA", found["XFA"])
    return DROP


def is_signature(builder: Builder, entries: dict[str, Value]) -> bool:
    """Whether a field, or the one it belongs to, is one for a signature."""
    seen: set[int] = set()
    for _ in range(FIELDS_DEEP_MAX):
        kind = builder.resolve(entries.get("FT"))
        if kind is not None:
            return bool(kind == "Sig")
        parent = entries.get("Parent")
        if type(parent) is not Ref or parent.key in seen:
            return False
        seen.add(parent.key)
        above = builder.resolve(parent)
        if type(above) is not dict:
            return False
        entries = above
    return False


def flatten(builder: Builder, page: dict[str, Value]) -> dict[str, Value]:
    """The page with the looks of fields drawn in that do not stay as fields."""
    annotations = builder.resolve(page.get("Annots"))
    if type(annotations) is not list:
        return page
    kept: list[Value] = []
    drawn: list[tuple[Value, bytes]] = []
    for one in annotations:
        entries = builder.resolve(one)
        if type(entries) is not dict or builder.resolve(entries.get("Subtype")) != "Widget":
            kept.append(one)
            continue
        signature = is_signature(builder, entries)
        if builder.profile.forms and not signature:
            kept.append(one)
            continue
        builder.work.changed("pdf-signature-look" if signature else "pdf-field-look", builder.place)
        if look := _placed(builder, entries):
            drawn.append(look)
    if len(kept) == len(annotations):
        return page
    flat = {**page, "Annots": kept}
    return _with_drawings(builder, flat, drawn) if drawn else flat


def _placed(builder: Builder, entries: dict[str, Value]) -> tuple[Value, bytes] | None:
    """The appearance of a field and the matrix that puts it in its place (section 12.5.5)."""
    flags = builder.resolve(entries.get("F"))
    if type(flags) is int and flags & _HIDDEN_FLAGS:
        return None
    look = builder.resolve(entries.get("AP"))
    normal = look.get("N") if type(look) is dict else None
    found = builder.resolve(normal)
    if type(found) is dict:
        state = builder.resolve(entries.get("AS"))
        normal = found.get(state) if type(state) is str else None
        found = builder.resolve(normal)
    if type(found) is not Stream or type(normal) is not Ref:
        return None
    box = numbers(4, 4, -1e6, 1e6)(builder, found.entries.get("BBox"))
    rect = numbers(4, 4, -1e6, 1e6)(builder, entries.get("Rect"))
    matrix = numbers(6, 6, -1e6, 1e6)(builder, found.entries.get("Matrix"))
    if box is DROP or rect is DROP:
        return None
    place = _matrix(box, rect, [1, 0, 0, 1, 0, 0] if matrix is DROP else matrix)
    return normal, b" ".join(map(number_bytes, place))


def _matrix(box: list[float], rect: list[float], matrix: list[float]) -> list[float]:
    a, b, c, d, e, f = matrix
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs = [a * x + c * y + e for x, y in corners]
    ys = [b * x + d * y + f for x, y in corners]
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    left, right = sorted((rect[0], rect[2]))
    low, high = sorted((rect[1], rect[3]))
    wide = (right - left) / width if width else 1.0
    tall = (high - low) / height if height else 1.0
    return [wide, 0, 0, tall, left - min(xs) * wide, low - min(ys) * tall]


def _with_drawings(
    builder: Builder, page: dict[str, Value], drawn: list[tuple[Value, bytes]]
) -> dict[str, Value]:
    resources = builder.resolve(page.get("Resources"))
    resources = dict(resources) if type(resources) is dict else {}
    forms = builder.resolve(resources.get("XObject"))
    forms = dict(forms) if type(forms) is dict else {}
    lines = [b"Q"]
    number_ = 0
    for look, matrix in drawn:
        while f"SksLook{number_}" in forms:
            number_ += 1
        forms[f"SksLook{number_}"] = look
        lines.append(b"q\n%b cm\n/SksLook%d Do\nQ" % (matrix, number_))
    contents = builder.resolve(page.get("Contents"))
    before = (
        contents if type(contents) is list else [page["Contents"]] if "Contents" in page else []
    )
    add = builder.document.add
    after = add(Stream({}, b"\n".join(lines)))
    parts = [add(Stream({}, b"q")), *before, after]
    return {**page, "Resources": {**resources, "XObject": forms}, "Contents": parts}
