"""The pages as pictures with the text under them, or as text alone; PDFium draws and reads."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

import pypdfium2
from PIL import Image

from sekisho.disarm import limits
from sekisho.disarm.formats.pdf.builder import Node
from sekisho.disarm.formats.pdf.filters import pack
from sekisho.disarm.formats.pdf.rules import Rule
from sekisho.disarm.formats.pdf.writing import number_bytes, value_bytes, write_document
from sekisho.disarm.work import Stopped, Work

DOTS_PER_INCH = 150
PAGE_DOTS_MAX = 40_000_000
"""A page that would have more is drawn coarser."""

JPEG_QUALITY = 85
LINE_CHARS_MAX = 2_000
_ANY = Rule("drawn", {})


def pages_of(content: bytes) -> Iterator[Any]:
    """PDFium's pages of a document, one at a time. Raises Stopped SKS-D208."""
    try:
        with pypdfium2.PdfDocument(io.BytesIO(content)) as pdf:
            if len(pdf) > limits.PAGES_MAX:
                raise Stopped("SKS-D206", allowed=limits.PAGES_MAX)
            pdf.init_forms()
            for index in range(len(pdf)):
                page = pdf[index]
                yield page
                page.close()
    except pypdfium2.PdfiumError as error:
        raise Stopped("SKS-D208") from error


def drawn(page: Any, work: Work, dots_per_inch: float = DOTS_PER_INCH) -> Image.Image:
    """A page as a picture."""
    width, height = page.get_size()
    scale = dots_per_inch / 72
    area = max(width * height * scale * scale, 1)
    if area > PAGE_DOTS_MAX:
        scale *= (PAGE_DOTS_MAX / area) ** 0.5
    work.budget.picture(int(width * scale + 1) * int(height * scale + 1))
    picture: Image.Image = page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    return picture


def as_text(content: bytes, sink: BinaryIO, work: Work) -> None:
    """The text of all pages, in UTF-8, a form feed between pages."""
    parts = []
    for page in pages_of(content):
        text = page.get_textpage().get_text_bounded()
        parts.append(_clean(text))
    sink.write("\n\n".join(parts).strip("\n").encode() + b"\n")


def _clean(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "").split("\n")
    return "\n".join("".join(c for c in line if c.isprintable() or c == "\t") for line in lines)


def as_pictures(content: bytes, sink: BinaryIO, work: Work) -> None:
    """A PDF whose pages are pictures, each with its text under it, invisible."""
    root = Node(None, _ANY, "")
    font = _font()
    kids = []
    for page in pages_of(content):
        kids.append(_page(page, root, font, work))
    root.out = {"Type": "Pages", "Kids": kids, "Count": len(kids)}
    catalog = Node(None, _ANY, "")
    catalog.out = {"Type": "Catalog", "Pages": root}
    write_document(catalog, None, sink)


def _page(page: Any, root: Node, font: Node, work: Work) -> Node:
    width, height = page.get_size()
    picture = Node(None, _ANY, "")
    image = drawn(page, work)
    picture.out, picture.data = _picture(image)
    contents = Node(None, _ANY, "")
    statements = b"q\n%b 0 0 %b 0 0 cm\n/P Do\nQ" % (number_bytes(width), number_bytes(height))
    lines = list(_lines(page))
    if lines:
        statements += b"\nBT\n3 Tr\n" + b"\n".join(lines) + b"\nET"
    contents.out, contents.data = {"Filter": "FlateDecode"}, pack(statements)
    node = Node(None, _ANY, "")
    resources: dict[str, Any] = {"XObject": {"P": picture}}
    if lines:
        resources["Font"] = {"F": font}
    node.out = {
        "Type": "Page",
        "Parent": root,
        "MediaBox": [0, 0, round(width, 3), round(height, 3)],
        "Resources": resources,
        "Contents": contents,
    }
    return node


def _picture(image: Image.Image) -> tuple[dict[str, Any], bytes]:
    """JPEG for what looks like a photograph; without loss for pages of few colours."""
    entries: dict[str, Any] = {
        "Type": "XObject",
        "Subtype": "Image",
        "Width": image.width,
        "Height": image.height,
        "ColorSpace": "DeviceRGB",
        "BitsPerComponent": 8,
    }
    into = io.BytesIO()
    image.save(into, "JPEG", quality=JPEG_QUALITY)
    return {**entries, "Filter": "DCTDecode"}, into.getvalue()


def _font() -> Node:
    """A font that every reader has by name, with codes that are UTF-16: nothing is embedded."""
    child = Node(None, _ANY, "")
    descriptor = Node(None, _ANY, "")
    descriptor.out = {
        "Type": "FontDescriptor",
        "FontName": "HeiseiKakuGo-W5",
        "Flags": 4,
        "FontBBox": [0, -200, 1000, 900],
        "ItalicAngle": 0,
        "Ascent": 900,
        "Descent": -200,
        "CapHeight": 700,
        "StemV": 80,
    }
    child.out = {
        "Type": "Font",
        "Subtype": "CIDFontType0",
        "BaseFont": "HeiseiKakuGo-W5",
        "CIDSystemInfo": {"Registry": b"Adobe", "Ordering": b"Japan1", "Supplement": 6},
        "FontDescriptor": descriptor,
        "DW": 1000,
    }
    font = Node(None, _ANY, "")
    font.out = {
        "Type": "Font",
        "Subtype": "Type0",
        "BaseFont": "HeiseiKakuGo-W5",
        "Encoding": "UniJIS-UTF16-H",
        "DescendantFonts": [child],
    }
    return font


def _lines(page: Any) -> Iterator[bytes]:
    """Statements that show each run of text where it stands."""
    text = page.get_textpage()
    for index in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(index)
        run = text.get_text_bounded(left, bottom, right, top)
        clean = "".join(c for c in run if c.isprintable())[:LINE_CHARS_MAX]
        if not clean.strip():
            continue
        size = max(round(top - bottom, 2), 1)
        place = b" ".join(number_bytes(round(one, 2)) for one in (left, bottom))
        shown = value_bytes(clean.encode("utf-16-be", "replace"))
        yield b"/F %b Tf\n1 0 0 1 %b Tm\n%b Tj" % (number_bytes(size), place, shown)
