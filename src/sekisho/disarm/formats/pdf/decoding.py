"""Pictures of the formats that only PDF has, decoded to dots; and JPEG without its notes."""

from __future__ import annotations

import io
import struct
from typing import Any

from PIL import Image, ImageChops, TiffImagePlugin

from sekisho.disarm.formats.pdf import pdfium
from sekisho.disarm.formats.pdf.filters import Undecodable
from sekisho.disarm.formats.pdf.writing import value_bytes

Image.init()
_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCA, 0xCB})
_ROWS_PER_STRIP, _STRIP_OFFSETS, _STRIP_BYTES, _PHOTOMETRIC = 278, 273, 279, 262


def bare_jpeg(raw: bytes) -> bytes:
    """Only the segments that a decoder needs: what else is in there (an orientation, for one) has
    no say in a PDF. Raises Undecodable."""
    start = raw.find(b"\xff\xd8", 0, 1_024)
    if start < 0:
        raise Undecodable("DCTDecode")
    out = [b"\xff\xd8"]
    at = start + 2
    while at + 4 <= len(raw):
        if raw[at] != 0xFF:
            raise Undecodable("DCTDecode")
        kind = raw[at + 1]
        if kind == 0xFF:
            at += 1
            continue
        length = int.from_bytes(raw[at + 2 : at + 4], "big")
        if kind == 0xDA:
            return b"".join(out) + raw[at:]
        is_adobe = kind == 0xEE and raw[at + 4 : at + 9] == b"Adobe"
        if kind in _FRAMES or kind in (0xC4, 0xDB, 0xDD) or is_adobe:
            out.append(raw[at : at + 2 + length])
        at += 2 + length
    raise Undecodable("DCTDecode")


def jpeg_frame(raw: bytes) -> tuple[int, int, int]:
    """Height, width and components of a JPEG. Raises Undecodable."""
    at = 2
    while at + 10 <= len(raw) and raw[at] == 0xFF:
        if raw[at + 1] in _FRAMES:
            height, width, components = struct.unpack(">HHB", raw[at + 5 : at + 10])
            return height, width, components
        at += 2 + int.from_bytes(raw[at + 2 : at + 4], "big")
    raise Undecodable("DCTDecode")


def two_tone(
    raw: bytes, kind: str, parm: dict[str, Any], shared: bytes, width: int, height: int
) -> Image.Image:
    """A fax or JBIG2 picture, decoded by PDFium in a document of its own. Raises Undecodable."""
    parms: dict[str, Any] = {}
    for key in ("K", "Columns", "Rows", "DamagedRowsBeforeError"):
        if type(parm.get(key)) is int and -1 <= parm[key] <= 100_000:
            parms[key] = parm[key]
    for key in ("EndOfLine", "EncodedByteAlign", "EndOfBlock", "BlackIs1"):
        if type(parm.get(key)) is bool:
            parms[key] = parm[key]
    document = _document(raw, kind, parms, shared, width, height)
    try:
        with pdfium.PdfDocument(document) as pdf:
            page = pdf[0]
            found = next(iter(page.get_objects(filter=[pdfium.PICTURE_OBJECT])), None)
            if found is None:
                raise Undecodable(kind)
            picture = found.get_bitmap(render=False).to_pil()
    except pdfium.PdfiumError as error:
        raise Undecodable(kind) from error
    if picture.size != (width, height):
        raise Undecodable(kind)
    levels: Image.Image = picture.convert("L")
    return levels.point(lambda level: 255 if level > 127 else 0).convert("1")


def _document(
    raw: bytes, kind: str, parms: dict[str, Any], shared: bytes, width: int, height: int
) -> bytes:
    entries = {
        "Type": "XObject",
        "Subtype": "Image",
        "Width": width,
        "Height": height,
        "BitsPerComponent": 1,
        "ColorSpace": "DeviceGray",
        "Filter": kind,
        "Length": len(raw),
    }
    head = value_bytes(entries)[:-2]
    inner = value_bytes(parms)[:-2] + (b"/JBIG2Globals 6 0 R>>" if shared else b">>")
    draw = b"%d 0 0 %d 0 0 cm /I Do" % (min(width, 1_000), min(height, 1_000))
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 1000 1000]/Contents 4 0 R"
        b"/Resources<</XObject<</I 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%b\nendstream" % (len(draw), draw),
        head + b"/DecodeParms" + inner + b">>\nstream\n" + raw + b"\nendstream",
        b"<</Length %d>>\nstream\n%b\nendstream" % (len(shared), shared),
    ]
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 7\n0000000000 65535 f \n" + table
    out += b"trailer\n<</Size 7/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def fax(picture: Image.Image) -> bytes:
    """A picture of two tones packed as Group 4, white as 1 (the default of PDF)."""
    into = io.BytesIO()
    info = TiffImagePlugin.ImageFileDirectory_v2()
    info[_ROWS_PER_STRIP] = picture.height
    flipped = ImageChops.invert(picture)  # what TIFF calls black is white to a fax
    flipped.save(into, "TIFF", compression="group4", tiffinfo=info)
    with Image.open(into) as written:
        tags = written.tag_v2  # type: ignore[attr-defined]
        offsets, counts = tags[_STRIP_OFFSETS], tags[_STRIP_BYTES]
        is_black_one = tags.get(_PHOTOMETRIC) != 1
    if len(offsets) != 1 or is_black_one:
        raise Undecodable("CCITTFaxDecode")
    return into.getvalue()[offsets[0] : offsets[0] + counts[0]]
