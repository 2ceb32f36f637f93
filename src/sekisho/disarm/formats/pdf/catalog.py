"""The catalog and the pages (ISO 32000-2 sections 7.7.2 and 7.7.3)."""

from __future__ import annotations

import re
from typing import Any

from sekisho.disarm.formats.pdf import fields, grammar, streams
from sekisho.disarm.formats.pdf.annotations import ANNOTATIONS
from sekisho.disarm.formats.pdf.builder import Builder, Node
from sekisho.disarm.formats.pdf.colours import ICC
from sekisho.disarm.formats.pdf.layers import LAYERS
from sekisho.disarm.formats.pdf.navigation import labels, names, outlines, places
from sekisho.disarm.formats.pdf.resources import GROUP, RESOURCES, drawing
from sekisho.disarm.formats.pdf.rules import (
    DROP,
    RECTANGLE,
    Rule,
    boolean,
    made,
    many,
    number,
    one_of,
    text,
    whole,
)
from sekisho.disarm.formats.pdf.structure import MARKS, ROOT
from sekisho.disarm.formats.pdf.trees import pages
from sekisho.disarm.formats.pdf.values import Stream, Value
from sekisho.disarm.work import Stopped

PARTS_MAX = 20_000
"""Content streams of one page."""

_LANGUAGE = re.compile(rb"[A-Za-z0-9-]{0,40}")
STATEMENTS = Rule("statements", {}, stream=drawing, needs_stream=True)


def _quarter(builder: Builder, value: Value) -> Any:
    found = whole(-3_600, 3_600)(builder, value)
    return found % 360 if found is not DROP and found % 90 == 0 else DROP


def _contents(builder: Builder, value: Value) -> Any:
    """One stream, or several: those stay apart as long as each is regular by itself."""
    found = builder.resolve(value)
    if type(found) is Stream:
        return made(STATEMENTS)(builder, value)
    if type(found) is not list or len(found) > PARTS_MAX:
        return DROP
    parts = [one for one in found if type(builder.resolve(one)) is Stream]
    if all(_is_whole(builder, builder.resolve(one)) for one in parts):
        return many(made(STATEMENTS))(builder, parts)
    return _joined(builder, parts)


def _is_whole(builder: Builder, stream: Stream) -> bool:
    """Whether a stream is made of whole statements."""
    found = streams.unpacked(builder, stream)
    if found is not None:
        builder.opened[id(stream)] = found
    return found is None or grammar.is_regular(found.data)


def _joined(builder: Builder, parts: list[Value]) -> Any:
    found = [streams.unpacked(builder, builder.resolve(one)) for one in parts]
    stream = Stream({}, b"\n".join(one.data for one in found if one))
    return builder.node(builder.document.add(stream), STATEMENTS)


PAGE = Rule(
    "page",
    {
        "Resources": made(RESOURCES),
        "MediaBox": RECTANGLE,
        "CropBox": RECTANGLE,
        "BleedBox": RECTANGLE,
        "TrimBox": RECTANGLE,
        "ArtBox": RECTANGLE,
        "Rotate": _quarter,
        "UserUnit": number(0.01, 10_000),
        "Group": made(GROUP),
        "Contents": _contents,
        "Annots": ANNOTATIONS,
        "StructParents": whole(0, 10_000_000),
        "Tabs": one_of("R", "C", "S"),
    },
    (),
    {"Type": "Page"},
)
_PAGES = Rule("pages", {})
_PREFERENCES = Rule(
    "preferences",
    {
        "DisplayDocTitle": boolean,
        "Direction": one_of("L2R", "R2L"),
        "PrintScaling": one_of("None", "AppDefault"),
        "Duplex": one_of("Simplex", "DuplexFlipShortEdge", "DuplexFlipLongEdge"),
    },
)
_INTENT = Rule(
    "output-intent",
    {
        "S": one_of("GTS_PDFX", "GTS_PDFA1", "ISO_PDFE1"),
        "OutputCondition": text,
        "OutputConditionIdentifier": text,
        "DestOutputProfile": made(ICC),
    },
    ("S",),
    {"Type": "OutputIntent"},
)


def _language(builder: Builder, value: Value) -> Any:
    found = builder.resolve(value)
    return found if type(found) is bytes and _LANGUAGE.fullmatch(found) else DROP


CATALOG = Rule(
    "catalog",
    {
        "PageLabels": labels,
        "Names": names,
        "Dests": places,
        "ViewerPreferences": made(_PREFERENCES),
        "PageLayout": one_of(
            "SinglePage",
            "OneColumn",
            "TwoColumnLeft",
            "TwoColumnRight",
            "TwoPageLeft",
            "TwoPageRight",
        ),
        "PageMode": one_of("UseNone", "UseOutlines", "UseThumbs", "UseOC"),
        "Outlines": outlines,
        "AcroForm": fields.form,
        "StructTreeRoot": made(ROOT),
        "MarkInfo": made(MARKS),
        "Lang": _language,
        "OutputIntents": many(made(_INTENT), 20),
        "OCProperties": made(LAYERS),
    },
    (),
    {"Type": "Catalog"},
)
_INFO = Rule("info", {"Title": text, "Subject": text})


def page_name(number: int) -> str:
    """Where in the account a page is, counted from 1."""
    return f"{number}ページ"


def build(builder: Builder) -> tuple[Node, Node | None]:
    """The new catalog and the title. Raises Stopped SKS-D200 for a file without pages."""
    document = builder.document
    source = document.resolve(document.trailer.get("Root"))
    if type(source) is not dict:
        raise Stopped("SKS-D200")
    root = builder.ready({}, _PAGES)
    sources = pages(builder, source.get("Pages"))
    if not sources:
        raise Stopped("SKS-D200")
    for count, (key, entries) in enumerate(sources, start=1):
        builder.place = page_name(count)
        node = builder.ready({}, PAGE)
        node.source = entries
        if key is not None:
            builder.pages.setdefault(key, node)
        builder.page_list.append(node)
    for node in builder.page_list:
        builder.place = node.place
        page = fields.flatten(builder, node.source)
        node.source = page
        node.out = builder.entries(page, PAGE)
        node.out["Parent"] = root
        node.out.setdefault("MediaBox", [0, 0, 612, 792])
        builder.run()
    builder.place = ""
    root.out = {"Type": "Pages", "Kids": list(builder.page_list), "Count": len(builder.page_list)}
    catalog = builder.ready(builder.entries(source, CATALOG), CATALOG)
    catalog.out["Pages"] = root
    builder.run()
    return catalog, _title(builder)


def _title(builder: Builder) -> Node | None:
    info = builder.resolve(builder.document.trailer.get("Info"))
    if type(info) is not dict:
        return None
    if len(info) > 0:
        builder.work.removed("pdf-properties")
    if not builder.profile.properties:
        return None
    out = builder.build(info, _INFO)
    return builder.ready(out, _INFO) if out is not DROP and out else None
