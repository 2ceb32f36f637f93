"""Small PDFs made byte by byte, and the parts that tests put into them."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

CANARY = b"canary-7f3a"
"""Must occur nowhere in what comes out, however it is unpacked."""

BASE = {
    1: b"<</Type/Catalog/Pages 2 0 R {catalog}>>",
    2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R"
    b"/Resources<</Font<</F1 5 0 R>> {resources}>> {page}>>",
    5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
}
TEXT = b"BT /F1 18 Tf 20 100 Td (Visible text) Tj ET"


def stream(data: bytes, entries: bytes = b"", *, packed: bool = False) -> bytes:
    """A stream object's body."""
    if packed:
        data, entries = zlib.compress(data), entries + b"/Filter/FlateDecode"
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (entries, len(data), data)


def pdf(
    objects: Mapping[int, bytes] | None = None,
    *,
    catalog: bytes = b"",
    page: bytes = b"",
    resources: bytes = b"",
    contents: bytes = TEXT,
    trailer: bytes = b"",
) -> bytes:
    """One page with a line of text, and whatever else is given."""
    bodies = dict(BASE)
    bodies[4] = stream(contents)
    for number in (1, 3):
        body = bodies[number].replace(b"{catalog}", catalog)
        bodies[number] = body.replace(b"{resources}", resources).replace(b"{page}", page)
    bodies.update(objects or {})
    return assembled(bodies, trailer=trailer)


def assembled(bodies: Mapping[int, bytes], *, trailer: bytes = b"") -> bytes:
    """Objects with a table of where they are."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places: dict[int, int] = {}
    for number, body in bodies.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    size = max(bodies) + 1
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        row = b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 00001 f \n"
        out += row
    out += b"trailer\n<</Size %d/Root 1 0 R %b>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)
    return bytes(out)


def updated(before: bytes, bodies: Mapping[int, bytes]) -> bytes:
    """The file with an incremental update behind it."""
    out = bytearray(before)
    rows = []
    for number, body in sorted(bodies.items()):
        rows.append(b"%d 1\n%010d 00000 n \n" % (number, len(out)))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    previous = int(before.rsplit(b"startxref\n", 1)[1].split()[0])
    start = len(out)
    out += b"xref\n" + b"".join(rows)
    out += b"trailer\n<</Size 100/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        previous,
        start,
    )
    return bytes(out)
