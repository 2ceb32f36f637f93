"""The pages as pictures with the text under them, or as text alone; PDFium draws and reads."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from PIL import Image

from sekisho.disarm import limits
from sekisho.disarm.formats.pdf import pdfium
from sekisho.disarm.formats.pdf.builder import Node
from sekisho.disarm.formats.pdf.filters import pack
from sekisho.disarm.formats.pdf.rules import Rule
from sekisho.disarm.formats.pdf.writing import number_bytes, value_bytes, write_document
from sekisho.disarm.work import Stopped, Work

DOTS_PER_INCH = 150
PAGE_DOTS_MAX = 40_000_000
"""A page that would have more is drawn coarser."""

SIDE_DOTS_MAX = 20_000
JPEG_QUALITY = 85
LINE_CHARS_MAX = 2_000
_ANY = Rule("drawn", {})


def pages_of(content: bytes) -> Iterator[Any]:
    """PDFium's pages of a document, one at a time. Raises Stopped SKS-D208."""
    try:
        with pdfium.PdfDocument(io.BytesIO(content)) as pdf:
            if len(pdf) > limits.PAGES_MAX:
                raise Stopped("SKS-D206", allowed=limits.PAGES_MAX)
            pdf.init_forms()
            for index in range(len(pdf)):
                page = pdf[index]
                yield page
                page.close()
    except pdfium.PdfiumError as error:
        raise Stopped("SKS-D208") from error


def drawn(page: Any, work: Work, dots_per_inch: float = DOTS_PER_INCH) -> Image.Image:
    """A page as a picture."""
    width, height = page.get_size()
    scale = dots_per_inch / 72
    area = max(width * height * scale * scale, 1)
    if area > PAGE_DOTS_MAX:
        scale *= (PAGE_DOTS_MAX / area) ** 0.5
    scale = min(scale, SIDE_DOTS_MAX / max(width, height, 1))
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


_SHAPE = re.compile(
    rb"q\n[0-9.]+ 0 0 [0-9.]+ 0 0 cm\n/P Do\nQ"
    rb"(?:\nBT\n3 Tr(?:\n/F [0-9.]+ Tf\n[0-9.]+ Tz\n1 0 0 1 -?[0-9.]+ -?[0-9.]+ Tm"
    rb"\n\((?:[^()\\]++|\\.)*+\) Tj)++\nET)?+",
    re.DOTALL,
)


def are_pictures(catalog: Node, pages: list[Node]) -> bool:
    """Whether a document that was rebuilt is made as `as_pictures` makes them."""
    return catalog.out.keys() == {"Type", "Pages"} and all(map(_is_picture, pages))


def _is_picture(page: Node) -> bool:
    contents, resources = page.out.get("Contents"), page.out.get("Resources")
    if type(contents) is not Node or type(resources) is not dict:
        return False
    if page.out.keys() != {"Type", "Parent", "MediaBox", "Resources", "Contents"}:
        return False
    pictures, fonts = resources.get("XObject"), resources.get("Font", {"F": None})
    if type(pictures) is not dict or pictures.keys() != {"P"} or type(pictures["P"]) is not Node:
        return False
    is_plain = pictures["P"].rule.name == "image" and "SMask" not in pictures["P"].out
    is_shaped = _SHAPE.fullmatch(contents.text or b"") is not None
    return is_plain and is_shaped and type(fonts) is dict and fonts.keys() == {"F"}


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
    """A font for text that is not drawn: its codes are UTF-16, and nothing is embedded."""
    child = Node(None, _ANY, "")
    descriptor = Node(None, _ANY, "")
    descriptor.out = {
        "Type": "FontDescriptor",
        "FontName": "Invisible",
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
        "Subtype": "CIDFontType2",
        "BaseFont": "Invisible",
        "CIDSystemInfo": {"Registry": b"Adobe", "Ordering": b"Identity", "Supplement": 0},
        "FontDescriptor": descriptor,
        "DW": 1000,
    }
    font = Node(None, _ANY, "")
    font.out = {
        "Type": "Font",
        "Subtype": "Type0",
        "BaseFont": "Invisible",
        "Encoding": "Identity-H",
        "DescendantFonts": [child],
        "ToUnicode": _codes(),
    }
    return font


def _codes() -> Node:
    """What the codes mean: every code is its character."""
    lines = [b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap"]
    lines.append(b"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange")
    for start in range(0, 256, 64):
        rows = [
            b"<%02x00> <%02xff> <%02x00>" % (high, high, high) for high in range(start, start + 64)
        ]
        lines.append(b"64 beginbfrange\n%b\nendbfrange" % b"\n".join(rows))
    lines.append(b"endcmap\nend\nend\n")
    node = Node(None, _ANY, "")
    node.out, node.data = {"Filter": "FlateDecode"}, pack(b"\n".join(lines))
    return node


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
        wide = round(100 * (right - left) / (size * len(clean)), 2)
        setting = b"/F %b Tf\n%b Tz" % (number_bytes(size), number_bytes(max(wide, 1)))
        yield b"%b\n1 0 0 1 %b Tm\n%b Tj" % (setting, place, shown)
