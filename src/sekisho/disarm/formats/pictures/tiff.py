"""TIFF (revision 6.0): every page is read by an allow-list of tags, unpacked and packed again.

Samples keep their bits, their order and the order of their bytes, so nothing is lost. LZW and
PackBits become Deflate, fax codings become Group 4; JPEG strips are decoded to check them and
lose everything that is no part of their pixels. Pages that are thumbnails or masks stay out.
"""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

from PIL import TiffImagePlugin

from sekisho.disarm import limits
from sekisho.disarm.formats.pictures import colour, tiff_strips
from sekisho.disarm.formats.pictures.decoding import admit, decoding, unusual
from sekisho.disarm.formats.pictures.tiff_pages import Page, pages
from sekisho.disarm.formats.pictures.tiff_tags import KINDS, Tag
from sekisho.disarm.work import Source, Stopped, Work


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """Rebuild one TIFF. Raises Stopped SKS-D300, SKS-D301, SKS-D304, SKS-D012."""
    content = bytes(source.content)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(content[:4])
    if order is None:
        raise unusual("BigTIFF")
    found = [page for page in pages(content, order, work) if not page.is_minor]
    if not found:
        raise Stopped("SKS-D300")
    if len(found) > limits.FRAMES_MAX:
        raise Stopped("SKS-D304", allowed=limits.FRAMES_MAX)
    if sum(sum(page.counts) for page in found) > len(content):
        raise Stopped("SKS-D300")
    for page in found:
        admit(page.width, page.height, work)
    file = bytearray(struct.pack(order + "2sHI", content[:2], 42, 8))
    for number, page in enumerate(found, 1):
        _add_page(file, order, page, content, work, is_last=number == len(found))
    if any(page.compression == tiff_strips.JPEG for page in found):
        _check_by_libtiff(file)
    sink.write(file)
    return "tiff"


def _check_by_libtiff(file: bytearray) -> None:
    """Decode every page as readers do, who ask more of JPEG strips than of a JPEG."""
    with decoding():
        image = TiffImagePlugin.TiffImageFile(io.BytesIO(file))
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            image.load()


def _add_page(
    file: bytearray, order: str, page: Page, content: bytes, work: Work, *, is_last: bool
) -> None:
    """Append the directory of a page, its longer values and its strips, in this order."""
    packed = tiff_strips.repacked(page, content, work)
    tags = dict(page.kept)
    tags[Tag.COMPRESSION] = (packed.compression,)
    if packed.tables:
        tags[Tag.JPEG_TABLES] = packed.tables
    if icc := _profile(page, work):
        tags[Tag.ICC] = icc
    tags[page.offsets_tag] = (0,) * len(packed.strips)
    tags[page.counts_tag] = tuple(len(strip) for strip in packed.strips)
    body_at = len(file) + 2 + 12 * len(tags) + 4
    values_bytes = sum(_padded(_value(order, tag, tags[tag])) for tag in tags)
    at = body_at + values_bytes
    places = []
    for strip in packed.strips:
        places.append(at)
        at += len(strip) + len(strip) % 2
    tags[page.offsets_tag] = tuple(places)
    directory, values = struct.pack(order + "H", len(tags)), bytearray()
    for tag in sorted(tags):
        value = _value(order, tag, tags[tag])
        kind, size = KINDS[tag]
        directory += struct.pack(order + "HHI", tag, kind, len(value) // size)
        if len(value) <= 4:
            directory += value.ljust(4, b"\0")
        else:
            directory += struct.pack(order + "I", body_at + len(values))
            values += value + bytes(len(value) % 2)
    file += directory + struct.pack(order + "I", 0 if is_last else at) + values
    for strip in packed.strips:
        file += strip + bytes(len(strip) % 2)


def _padded(value: bytes) -> int:
    return len(value) + len(value) % 2 if len(value) > 4 else 0


def _value(order: str, tag: int, value: tuple[int, ...] | bytes) -> bytes:
    """A value as it lies in the file."""
    if isinstance(value, bytes):
        return value
    letter = {3: "H", 4: "I", 5: "I"}[KINDS[tag][0]]
    return struct.pack(f"{order}{len(value)}{letter}", *value)


def _profile(page: Page, work: Work) -> bytes:
    if not page.profile:
        return b""
    space = {0: b"GRAY", 1: b"GRAY", 5: b"CMYK"}.get(page.photometric, b"RGB ")
    rebuilt = colour.rebuilt(page.profile, space)
    if rebuilt is None:
        work.removed("picture-profile")
    return rebuilt or b""
