"""A small binary workbook (xlsb), written record by record ([MS-XLSB] sections 2.1.4 and 2.4)."""

from __future__ import annotations

import io
import struct
import zipfile

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MS = "application/vnd.ms-excel."


def record(number: int, data: bytes = b"") -> bytes:
    """One record: its number and its length in groups of seven bits."""
    head = bytes([number]) if number < 128 else bytes([number & 127 | 128, number >> 7])
    length, rest = b"", len(data)
    while True:
        length += bytes([rest & 127 | (128 if rest > 127 else 0)])
        rest >>= 7
        if not rest:
            return head + length + data


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def workbook(rows: list[list[str | float]], *, macros: bytes = b"") -> bytes:
    """A workbook of one sheet called 名簿."""
    book = b"".join(
        [
            record(131),
            record(143),
            record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("名簿")),
            record(144),
            record(132),
        ]
    )
    cells = [record(129), record(145)]
    for number, row in enumerate(rows):
        spans = struct.pack("<III", 1, 0, len(row) - 1)
        cells.append(record(0, struct.pack("<IIHBBB", number, 0, 300, 0, 0, 0) + spans))
        for column, value in enumerate(row):
            place = struct.pack("<II", column, 0)
            if isinstance(value, str):
                cells.append(record(6, place + wide(value)))
            else:
                cells.append(record(5, place + struct.pack("<d", value)))
    cells += [record(146), record(130)]
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="bin" ContentType="{_MS}sheet.binary.macroEnabled.main"/>'
        f'<Override PartName="/xl/worksheets/sheet1.bin" ContentType="{_MS}worksheet"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
        "xl/workbook.bin": book,
        "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.bin"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.bin": b"".join(cells),
    }
    if macros:
        parts["xl/vbaProject.bin"] = macros
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()
