"""The first pages of a disarmed file as safe pictures: for whoever approves it, without opening it.

Runs in a child like the disarming itself: a picture is drawn from what came out, never from what
came in. Pictures are PNG of our own making: dots, and nothing else.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import BinaryIO

import deflate
from PIL import Image

from sekisho.disarm.formats.pdf.raster import drawn, pages_of
from sekisho.disarm.kinds import label
from sekisho.disarm.work import Source, Stopped, Work

PAGES_SHOWN_MAX = 3
SIDE_DOTS_MAX = 1_200
DOTS_PER_INCH = 96
_PACK_LEVEL = 6
_PICTURES = {
    "png": "PNG",
    "jpeg": "JPEG",
    "gif": "GIF",
    "bmp": "BMP",
    "tiff": "TIFF",
    "webp": "WEBP",
}
KINDS = frozenset({"pdf", *_PICTURES})
"""Kinds of which there is a preview."""


def previews(source: Source, work: Work, *, pages_max: int = PAGES_SHOWN_MAX) -> list[bytes]:
    """PNG pictures of the first pages, none larger than `SIDE_DOTS_MAX` either way.

    Empty for a kind that has none. Raises Stopped, SKS-D012 for one that is too large.
    """
    if source.kind == "pdf":
        return _of_pages(bytes(source.content), work, pages_max)
    if source.kind in _PICTURES:
        return [_of_picture(source, work)]
    return []


def draw(source: Source, sink: BinaryIO, work: Work) -> str:
    """The same as a job of a child: each picture behind its length in four bytes.

    Returns the kind of the source. Raises Stopped, SKS-D210 for a kind that has none.
    """
    found = previews(source, work)
    if not found:
        ja, en = label(source.kind, "ja"), label(source.kind, "en")
        raise Stopped("SKS-D210", type=ja, type_en=en)
    for one in found:
        sink.write(struct.pack(">L", len(one)) + one)
    return source.kind


def read_previews(untrusted: bytes) -> list[bytes]:
    """What `draw` wrote. Raises Stopped SKS-D209 for anything else."""
    out: list[bytes] = []
    at = 0
    while at < len(untrusted):
        length = int.from_bytes(untrusted[at : at + 4], "big")
        one = untrusted[at + 4 : at + 4 + length]
        if len(one) != length or len(out) >= PAGES_SHOWN_MAX or not _is_plain_png(one):
            raise Stopped("SKS-D209")
        out.append(one)
        at += 4 + length
    return out


def _of_pages(content: bytes, work: Work, pages_max: int) -> list[bytes]:
    out: list[bytes] = []
    for page in pages_of(content):
        if len(out) >= pages_max:
            break
        longer = max(page.get_size()) / 72
        resolution = min(DOTS_PER_INCH, SIDE_DOTS_MAX / max(longer, 0.01))
        out.append(png(drawn(page, work, resolution)))
    return out


def _of_picture(source: Source, work: Work) -> bytes:
    try:
        with Image.open(io.BytesIO(source.content), formats=(_PICTURES[source.kind],)) as picture:
            work.budget.picture(picture.width * picture.height)
            picture.draft("RGB", (SIDE_DOTS_MAX, SIDE_DOTS_MAX))
            flat = _on_white(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Stopped("SKS-D208") from error
    flat.thumbnail((SIDE_DOTS_MAX, SIDE_DOTS_MAX))
    return png(flat)


def _on_white(picture: Image.Image) -> Image.Image:
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    ground = Image.new("RGB", clear.size, "white")
    ground.paste(clear, mask=clear.getchannel("A"))
    return ground


_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png(picture: Image.Image) -> bytes:
    """A PNG of three chunks (PNG, third edition, section 11.2): head, dots, end."""
    flat = picture.convert("RGB")
    row = 3 * flat.width
    dots = flat.tobytes()
    lines = b"".join(b"\0" + dots[at : at + row] for at in range(0, len(dots), row))
    head = struct.pack(">LLBBBBB", flat.width, flat.height, 8, 2, 0, 0, 0)
    packed = bytes(deflate.zlib_compress(lines, _PACK_LEVEL))
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


def _is_plain_png(one: bytes) -> bool:
    """Whether these are the three chunks that `png` writes, of a size that it would write."""
    if not one.startswith(_SIGNATURE) or len(one) < 57:
        return False
    at, kinds = 8, []
    while at + 12 <= len(one):
        length, kind = struct.unpack(">L4s", one[at : at + 8])
        body = one[at + 8 : at + 8 + length]
        if one[at : at + 12 + length] != _chunk(kind, body):
            return False
        kinds.append(kind)
        at += 12 + length
    width, height = struct.unpack(">LL", one[16:24])
    inside = max(width, height) <= SIDE_DOTS_MAX + 1
    return at == len(one) and kinds == [b"IHDR", b"IDAT", b"IEND"] and inside
