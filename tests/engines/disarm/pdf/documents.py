"""Documents of many features, made by reportlab, typst and pikepdf."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import pikepdf
import typst
from PIL import Image
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas
from tests.engines.disarm.pdf.making import pdf, stream

TYPST = """
#set document(title: "題名", author: "誰か")
#set page(numbering: "1")
#set heading(numbering: "1.")
#outline()
= 見出し <one>
本文です。 See @one. #link("https://example.jp/")[リンク]
#lorem(300)
== Formula
$ integral_0^1 x^2 dif x = 1/3 $
#table(columns: 3, [a], [b], [c], [1], [2], [3])
#rect(fill: gradient.linear(red, blue), width: 100%, height: 2cm)
#circle(fill: rgb(255, 0, 0, 50%))
#pagebreak()
= Second
#lorem(200)
"""


@cache
def by_typst() -> bytes:
    """Headings, links, formulas, a gradient, transparency, tags."""
    return bytes(typst.compile(TYPST.encode(), format="pdf"))


def _canvas(draw: Any) -> bytes:
    into = io.BytesIO()
    sheet = canvas.Canvas(into, pagesize=A4, invariant=True)
    draw(sheet)
    sheet.save()
    return into.getvalue()


def japanese() -> bytes:
    """Japanese that is not embedded, across and down the page."""

    def draw(sheet: Any) -> None:
        pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
        pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5", isVertical=True))
        sheet.setFont("HeiseiMin-W3", 14)
        sheet.drawString(50, 700, "横書きの文字です。個人番号 123456789018")
        sheet.setFont("HeiseiKakuGo-W5", 14)
        sheet.drawString(300, 700, "縦書きの文字です。")

    return _canvas(draw)


def drawing() -> bytes:
    """Paths, dashes, clipping, transparency, forms, outlines, a rotated page."""

    def draw(sheet: Any) -> None:
        sheet.bookmarkPage("top")
        sheet.addOutlineEntry("Top", "top", 0)
        sheet.addOutlineEntry("Below", "top", 1)
        sheet.setDash([3, 2], 1)
        sheet.line(50, 50, 500, 700)
        sheet.setFillColor(colors.Color(0, 0.5, 0, alpha=0.4))
        sheet.rect(100, 100, 200, 200, fill=1)
        sheet.linearGradient(100, 400, 300, 600, (colors.red, colors.yellow))
        sheet.beginForm("stamp")
        sheet.drawString(0, 0, "in a form")
        sheet.endForm()
        for step in range(4):
            sheet.saveState()
            sheet.translate(100, 500 + 20 * step)
            sheet.doForm("stamp")
            sheet.restoreState()
        sheet.linkURL("https://example.jp/", (50, 50, 100, 100))
        sheet.linkRect("", "top", (150, 50, 200, 100))
        sheet.showPage()
        sheet.setPageRotation(90)
        sheet.drawString(100, 100, "a rotated page")

    return _canvas(draw)


def fields() -> bytes:
    """A form with every kind of field that reportlab makes."""

    def draw(sheet: Any) -> None:
        sheet.drawString(100, 750, "a form")
        sheet.bookmarkPage("Page1")
        form = sheet.acroForm
        form.textfield(name="name", value="entered text", x=100, y=700, width=200, height=20)
        form.checkbox(name="check", checked=True, x=100, y=650)
        form.radio(name="radio", value="one", selected=True, x=100, y=600)
        form.radio(name="radio", value="two", selected=False, x=130, y=600)
        form.choice(name="choice", value="b", options=["a", "b"], x=100, y=550, width=80, height=20)

    return _canvas(draw)


def pictures(*, jpeg: bool) -> bytes:
    """A picture with a mask, with and without loss; and one of two tones."""
    image = Image.linear_gradient("L").resize((64, 64)).convert("RGB")

    def draw(sheet: Any) -> None:
        from reportlab.lib.utils import ImageReader

        into = io.BytesIO()
        image.save(into, "JPEG" if jpeg else "PNG")
        into.seek(0)
        sheet.drawImage(ImageReader(into), 100, 400, 200, 200)
        clear = image.copy()
        clear.putalpha(Image.linear_gradient("L").resize((64, 64)).rotate(90))
        sheet.drawImage(ImageReader(clear), 100, 100, 200, 200, mask="auto")

    return _canvas(draw)


def fax() -> bytes:
    """A Group 4 picture."""
    from sekisho.disarm.formats.pdf.decoding import fax as packed

    image = Image.linear_gradient("L").resize((96, 40)).convert("1")
    entries = (
        b"/Subtype/Image/Width 96/Height 40/BitsPerComponent 1/ColorSpace/DeviceGray"
        b"/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 96/Rows 40>>"
    )
    return pdf(
        {8: stream(packed(image), entries)},
        resources=b"/XObject<</I 8 0 R>>",
        contents=b"q 200 0 0 100 20 20 cm /I Do Q",
    )


def jbig2() -> bytes:
    """The same picture in JBIG2: a page and one region of it, packed as a fax is (ITU-T T.88)."""
    import struct

    from sekisho.disarm.formats.pdf.decoding import fax as packed

    image = Image.linear_gradient("L").resize((96, 40)).convert("1")
    page = struct.pack(">4LBH", 96, 40, 0, 0, 0, 0)
    region = struct.pack(">4LBB", 96, 40, 0, 0, 0, 1) + packed(image)
    segments = b"".join(
        struct.pack(">LBBBL", number, kind, 0, 1, len(body)) + body
        for number, (kind, body) in enumerate([(48, page), (38, region)])
    )
    entries = (
        b"/Subtype/Image/Width 96/Height 40/BitsPerComponent 1/ColorSpace/DeviceGray"
        b"/Filter/JBIG2Decode"
    )
    return pdf(
        {8: stream(segments, entries)},
        resources=b"/XObject<</I 8 0 R>>",
        contents=b"q 200 0 0 100 20 20 cm /I Do Q",
    )


def jpeg_2000() -> bytes:
    """A JPEG 2000 picture."""
    into = io.BytesIO()
    Image.linear_gradient("L").resize((64, 64)).convert("RGB").save(into, "JPEG2000")
    return pdf(
        {8: stream(into.getvalue(), b"/Subtype/Image/Width 64/Height 64/Filter/JPXDecode")},
        resources=b"/XObject<</I 8 0 R>>",
        contents=b"q 200 0 0 100 20 20 cm /I Do Q",
    )


def inline_pictures() -> bytes:
    """Pictures in the statements: plain, and packed in two ways."""
    import zlib

    samples = bytes(range(0, 256, 4)) * 4
    head = b"q 60 0 0 60 %d 20 cm BI /W 16 /H 16 /BPC 8 /CS /G %b ID "
    parts = [
        head % (10, b"") + samples,
        head % (90, b"/F /Fl") + zlib.compress(samples),
        head % (170, b"/F [/AHx]") + samples.hex().encode() + b">",
    ]
    return pdf(contents=b"\n".join(part + b"\nEI Q" for part in parts))


def calculated() -> bytes:
    """A shading whose colours a calculator function gives."""
    code = b"{ dup % a comment\n 0.5 mul exch 1 exch sub 0.25 }"
    function = stream(code, b"/FunctionType 4/Domain[0 1]/Range[0 1 0 1 0 1]")
    shading = (
        b"/Shading<</S<</ShadingType 2/ColorSpace/DeviceRGB/Coords[0 0 300 0]/Function 8 0 R"
        b"/Extend[true true]>>>>"
    )
    return pdf({8: function}, resources=shading, contents=b"/S sh")


def parts_of_a_page() -> bytes:
    """Statements cut in the middle between streams, and boxes that differ."""
    return pdf(
        {4: b"[6 0 R 7 0 R]", 6: stream(b"BT /F1 18 Tf 20"), 7: stream(b"100 Td (Visible) Tj ET")},
        page=b"/CropBox[10 10 250 180]",
    )


def many_saves() -> bytes:
    """The typst document as qpdf writes it with object streams, labels and layers added."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(by_typst())) as document:
        layer = document.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=pikepdf.String("draft"))
        )
        document.Root.OCProperties = pikepdf.Dictionary(
            OCGs=[layer], D=pikepdf.Dictionary(OFF=[layer], Order=[layer])
        )
        document.Root.PageLabels = pikepdf.Dictionary(
            Nums=[0, pikepdf.Dictionary(S=pikepdf.Name.r), 1, pikepdf.Dictionary(P="付録-")]
        )
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, linearize=True)
    return out.getvalue()


def locked(password: str = "") -> bytes:
    """A document that is encrypted."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="owner", user=password))
    return out.getvalue()


DOCUMENTS = {
    "typst": by_typst,
    "japanese": japanese,
    "drawing": drawing,
    "fields": fields,
    "pictures": lambda: pictures(jpeg=False),
    "photographs": lambda: pictures(jpeg=True),
    "fax": fax,
    "jbig2": jbig2,
    "jpeg 2000": jpeg_2000,
    "inline pictures": inline_pictures,
    "calculated": calculated,
    "parts of a page": parts_of_a_page,
    "object streams": many_saves,
}
