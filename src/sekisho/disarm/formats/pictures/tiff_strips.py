"""Strips and tiles of a TIFF: unpacked to exactly their bytes, and packed again."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import deflate
from PIL import Image, JpegImagePlugin, TiffImagePlugin

from sekisho.disarm.formats.pictures import jpeg_segments
from sekisho.disarm.formats.pictures.decoding import decoding, unusual
from sekisho.disarm.formats.pictures.packing import packed
from sekisho.disarm.formats.pictures.samples import clear_behind
from sekisho.disarm.formats.pictures.tiff_pages import Page
from sekisho.disarm.formats.pictures.tiff_tags import KINDS, Tag
from sekisho.disarm.work import Stopped, Work

_NONE, _FAX2, _FAX3, _FAX4, _LZW, JPEG, _ZIP, _OLD_ZIP, _PACKBITS = (
    1, 2, 3, 4, 5, 7, 8, 32946, 32773,
)  # fmt: skip
_FAX = (_FAX2, _FAX3, _FAX4)
_TABLE_MARKERS = (0xC4, 0xDB)
_SEQUENTIAL = (0xC0, 0xC1)


@dataclass(frozen=True, slots=True)
class Packed:
    """The strips as they are written, by which coding, and the tables that JPEG strips share."""

    compression: int
    strips: Sequence[bytes]
    tables: bytes = b""


def repacked(page: Page, content: bytes, work: Work) -> Packed:
    """Every strip of a page. Raises Stopped SKS-D300 (damaged), SKS-D301 (unknown coding)."""
    strips = []
    for offset, count in zip(page.offsets, page.counts, strict=True):
        if offset + count > len(content):
            raise Stopped("SKS-D300")
        strips.append(content[offset : offset + count])
    if page.compression == JPEG:
        return _jpeg(page, strips, work)
    if page.fill_order != 1 and page.compression not in _FAX:
        raise unusual("TIFF fill order")
    plain = []
    for number, strip in enumerate(strips):
        rows = page.rows(number)
        work.budget.expand(page.row_bytes * rows)
        plain.append(_cleared(page, _unpacked(page, strip, rows)))
    if page.compression == _NONE:
        return Packed(_NONE, plain)
    if page.compression in _FAX:
        return Packed(_FAX4, [_group4(page, one) for one in plain])
    smallest = packed(
        lambda level: [bytes(deflate.zlib_compress(one, level)) for one in plain],
        sum(page.counts),
    )
    return Packed(_ZIP, smallest)


def _unpacked(page: Page, strip: bytes, rows: int) -> bytes:
    """Exactly the bytes of so many rows; what is left over stays out."""
    wanted = page.row_bytes * rows
    if page.compression == _NONE:
        plain = strip[:wanted]
    elif page.compression in (_ZIP, _OLD_ZIP):
        try:
            plain = bytes(deflate.zlib_decompress(strip, wanted))
        except deflate.DeflateError as error:
            raise Stopped("SKS-D300") from error
    elif page.compression in (_LZW, _PACKBITS):
        plain = _by_libtiff(strip, page.compression, page.row_bytes, rows, 8)
    elif page.compression in _FAX and page.bits == page.samples == 1:
        plain = _by_libtiff(strip, page.compression, page.strip_width, rows, 1, page)
    else:
        raise unusual(f"TIFF compression {page.compression}")
    if len(plain) != wanted:
        raise Stopped("SKS-D300")
    return plain


def _cleared(page: Page, plain: bytes) -> bytes:
    samples = 1 if page.is_planar else page.samples
    if page.bits >= 8 or page.predictor != 1:
        return plain
    return clear_behind(plain, page.row_bytes, page.strip_width * page.bits * samples)


def _by_libtiff(
    strip: bytes, compression: int, width: int, rows: int, bits: int, page: Page | None = None
) -> bytes:
    """Unpack one strip as a gray picture of one page in a file that we wrote ourselves."""
    tags = {
        Tag.WIDTH: width, Tag.HEIGHT: rows, Tag.BITS: bits, Tag.COMPRESSION: compression,
        Tag.PHOTOMETRIC: 1, Tag.FILL_ORDER: page.fill_order if page else 1, Tag.SAMPLES: 1,
        Tag.STRIP_ROWS: rows, Tag.STRIP_COUNTS: len(strip), Tag.STRIP_OFFSETS: 0,
    }  # fmt: skip
    if compression == _FAX3 and page:
        tags[Tag.FAX_OPTIONS] = page.fax_options & 7
    start = 8 + 2 + 12 * len(tags) + 4
    tags[Tag.STRIP_OFFSETS] = start
    file = struct.pack("<2sHIH", b"II", 42, 8, len(tags))
    for tag in sorted(tags):
        kind, _ = KINDS[tag]
        file += struct.pack("<HHII", tag, kind, 1, tags[tag])
    with decoding():
        image = TiffImagePlugin.TiffImageFile(io.BytesIO(file + bytes(4) + strip))
        image.load()
        return image.tobytes()


def _group4(page: Page, plain: bytes) -> bytes:
    """One strip as ITU-T T.6, taken out of the file that libtiff writes around it."""
    rows = len(plain) // page.row_bytes
    image = Image.frombytes("1", (page.strip_width, rows), plain)
    file = io.BytesIO()
    image.save(file, "TIFF", compression="group4", tiffinfo={Tag.STRIP_ROWS: rows})
    file.seek(0)
    written = TiffImagePlugin.TiffImageFile(file)
    (offset,), (count,) = written.tag_v2[Tag.STRIP_OFFSETS], written.tag_v2[Tag.STRIP_COUNTS]
    return file.getvalue()[offset : offset + count]


def _jpeg(page: Page, strips: list[bytes], work: Work) -> Packed:
    """JPEG strips (TIFF technical note 2): checked by decoding, kept without their markers."""
    tables = jpeg_segments.read_tables(page.tables) if page.tables else []
    written = []
    for number, strip in enumerate(strips):
        parts = jpeg_segments.read(memoryview(strip))
        if any(one[1] not in (*_SEQUENTIAL, *_TABLE_MARKERS, 0xDD, 0xDA) for one in parts.coded):
            raise unusual("TIFF progressive JPEG")
        least = page.rows(number)
        if parts.components != (1 if page.is_planar else page.samples):
            raise Stopped("SKS-D300")
        if parts.width != page.strip_width or not least <= parts.height <= page.strip_height:
            raise Stopped("SKS-D300")
        work.budget.expand(parts.width * parts.height * parts.components)
        with decoding():
            whole = jpeg_segments.written([], [*tables, *parts.coded])
            JpegImagePlugin.JpegImageFile(io.BytesIO(whole)).load()
        written.append(jpeg_segments.written([], parts.coded))
    return Packed(JPEG, written, jpeg_segments.written([], tables) if tables else b"")
