"""BMP: the header is written anew, the rows are kept without what stands between and beside them.

Rows that were packed (RLE) are unpacked and stay so, which can make such a file larger.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, replace
from typing import BinaryIO

from PIL import BmpImagePlugin

from sekisho.disarm.formats.pictures.decoding import admit, decoding, unusual
from sekisho.disarm.formats.pictures.samples import clear_behind, largest
from sekisho.disarm.work import Source, Stopped, Work

_FILE_HEADER_BYTES = 14
_CORE_HEADER_BYTES = 12
_HEADERS = (40, 52, 56, 64, 108, 124)
_PLAIN, _RLE8, _RLE4, _FIELDS, _ALPHA_FIELDS = 0, 1, 2, 3, 6
_FIELDS_KNOWN = {
    16: ((0x7C00, 0x3E0, 0x1F, 0), (0xF800, 0x7E0, 0x1F, 0)),
    32: (
        (0xFF0000, 0xFF00, 0xFF, 0),
        (0xFF0000, 0xFF00, 0xFF, 0xFF000000),
        (0xFF, 0xFF00, 0xFF0000, 0),
        (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
    ),
}
_SRGB = 0x73524742
_DENSITY_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class _Header:
    """What a header says; `end` is where it ends, tables of masks included."""

    width: int
    height: int
    is_top_down: bool
    bits: int
    packing: int
    density: tuple[int, int]
    colours: int
    colour_bytes: int
    fields: tuple[int, int, int, int] | None
    rows_at: int
    end: int

    @property
    def row_bytes(self) -> int:
        """A row with the bytes that fill it up to four."""
        return (self.width * self.bits + 31) // 32 * 4


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """Rebuild one BMP. Raises Stopped SKS-D300, SKS-D301, SKS-D012."""
    content = bytes(source.content)
    header = _header(content)
    admit(header.width, header.height, work)
    palette = content[header.end : header.end + header.colours * header.colour_bytes]
    if header.packing in (_RLE8, _RLE4):
        rows = _unpacked(content, header, palette)
        header = replace(header, bits=8)
    else:
        end = header.rows_at + header.row_bytes * header.height
        if end > len(content):
            raise Stopped("SKS-D300")
        if end < len(content):
            work.removed("picture-private-data")
        rows = content[header.rows_at : end]
    sink.write(_written(header, palette, _cleared(rows, header)))
    return "bmp"


def _header(content: bytes) -> _Header:
    (rows_at, size) = struct.unpack_from("<II", content.ljust(18, b"\0"), 10)
    if len(content) < _FILE_HEADER_BYTES + size:
        raise Stopped("SKS-D300")
    if size == _CORE_HEADER_BYTES:
        width, height, planes, bits = struct.unpack_from("<HHHH", content, 18)
        header = _Header(width, height, False, bits, _PLAIN, (0, 0), 0, 3, None, rows_at, 14 + size)
    elif size in _HEADERS:
        width, height, planes, bits, packing, _, across, down, colours = struct.unpack_from(
            "<iiHHIIiiI", content, 18
        )
        fields, end = _fields(content, size, packing, bits)
        density = (across, down) if min(across, down) > 0 else (0, 0)
        density = density if max(density) <= _DENSITY_MAX else (0, 0)
        header = _Header(
            width, abs(height), height < 0, bits, packing, density, colours, 4, fields, rows_at, end
        )
    else:
        raise unusual(f"BMP header {size}")
    if planes != 1 or header.width <= 0 or header.height <= 0 or rows_at < header.end:
        raise Stopped("SKS-D300")
    return _with_colours(header)


def _with_colours(header: _Header) -> _Header:
    """The header with the number of colours that its table really has."""
    allowed = {_PLAIN: (1, 4, 8, 16, 24, 32), _RLE8: (8,), _RLE4: (4,)}.get(
        header.packing, (16, 32)
    )
    if header.bits not in allowed or (header.packing in (_RLE8, _RLE4) and header.is_top_down):
        raise unusual(f"BMP {header.bits} bit, packing {header.packing}")
    if header.bits > 8:
        return replace(header, colours=0)
    most = 1 << header.bits
    room = (header.rows_at - header.end) // header.colour_bytes
    return replace(header, colours=min(header.colours or most, most, room))


def _fields(
    content: bytes, size: int, packing: int, bits: int
) -> tuple[tuple[int, int, int, int] | None, int]:
    """The masks of the colours, where there are any, and where header and masks end."""
    end = _FILE_HEADER_BYTES + size
    if packing not in (_FIELDS, _ALPHA_FIELDS):
        if packing not in (_PLAIN, _RLE8, _RLE4):
            raise unusual(f"BMP packing {packing}")
        return None, end
    count = 4 if packing == _ALPHA_FIELDS or size >= 56 else 3
    if size == 40:
        end += 4 * count
    masks = struct.unpack_from(f"<{count}I", content.ljust(70, b"\0"), 54)
    found = (masks[0], masks[1], masks[2], masks[3] if count == 4 else 0)
    if found not in _FIELDS_KNOWN.get(bits, ()):
        raise unusual("BMP masks")
    return found, end


def _unpacked(content: bytes, header: _Header, palette: bytes) -> bytes:
    """The rows of a packed picture, eight bits for each pixel, the lowest first."""
    start = _FILE_HEADER_BYTES + 40 + len(palette)
    packed = content[header.rows_at :]
    plain = struct.pack("<2sI4xI", b"BM", start + len(packed), start)
    plain += struct.pack(
        "<IiiHHIIiiII",
        40, header.width, header.height, 1, header.bits, header.packing, len(packed), 0, 0,
        len(palette) // 4, 0,
    )  # fmt: skip
    with decoding():
        image = BmpImagePlugin.BmpImageFile(io.BytesIO(plain + palette + packed))
        image.load()
        stride = (header.width + 3) // 4 * 4
        return image.tobytes("raw", image.mode, stride, -1)


def _cleared(rows: bytes, header: _Header) -> bytes:
    """The rows from the lowest up; what no pixel needs is zero."""
    used = header.width * header.bits
    rows = clear_behind(rows, header.row_bytes, used)
    if header.bits == 32 and not (header.fields and header.fields[3]):
        plain = bytearray(rows)
        plain[3::4] = bytes(len(rows) // 4)
        rows = bytes(plain)
    if not header.is_top_down:
        return rows
    size = header.row_bytes
    return b"".join(rows[at : at + size] for at in range(len(rows) - size, -1, -size))


def _written(header: _Header, palette: bytes, rows: bytes) -> bytes:
    table = b""
    if header.bits <= 8:
        size = header.colour_bytes
        entries = [palette[at : at + 3] + b"\0" for at in range(0, len(palette), size)]
        needed = max(largest(rows, header.bits) + 1, len(entries))
        table = b"".join(entries).ljust(4 * needed, b"\0")
    size, packing, masks = 40, _PLAIN, b""
    if header.fields and header.fields[3]:
        size, packing = 108, _FIELDS
        masks = struct.pack("<4II48x", *header.fields, _SRGB)
        masks = masks.ljust(68, b"\0")
    elif header.fields:
        packing, masks = _FIELDS, struct.pack("<3I", *header.fields[:3])
    start = _FILE_HEADER_BYTES + 40 + len(masks) + len(table)
    shape = (header.width, header.height, 1, header.bits, packing, len(rows), *header.density)
    return b"".join(
        (
            struct.pack("<2sI4xI", b"BM", start + len(rows), start),
            struct.pack("<IiiHHIIiiII", size, *shape, len(table) // 4, 0),
            masks,
            table,
            rows,
        )
    )
