"""Pictures made for the tests: by Pillow, and by hand where Pillow would not write such a thing."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from typing import Any

from PIL import Image, ImageCms, ImageDraw

CANARY = b"CANARY-7f3a"
SIZE = (163, 101)


@cache
def scene(mode: str = "RGB") -> Image.Image:
    """Smooth parts, edges, and a little noise; nothing random."""
    waves = Image.effect_mandelbrot(SIZE, (-3, -2.5, 2, 2.5), 60).convert("L")
    ramp = Image.linear_gradient("L").resize(SIZE)
    image = Image.merge("RGB", (waves, ramp, waves.transpose(Image.Transpose.ROTATE_180)))
    draw = ImageDraw.Draw(image)
    draw.rectangle((10, 10, 80, 40), fill=(200, 30, 60))
    draw.ellipse((60, 30, 150, 90), outline=(0, 0, 0), width=3)
    if mode == "RGBA":
        image.putalpha(ramp)
        return image
    if mode == "LA":
        return Image.merge("LA", (waves, ramp))
    if mode == "I;16":
        return waves.convert("I").point(lambda one: one * 257).convert("I;16")
    return image.quantize(97) if mode == "P" else image.convert(mode)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The image as a file that Pillow writes."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def opened(content: bytes) -> Image.Image:
    """A file as Pillow reads it, decoded."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def same_pixels(one: bytes, other: bytes) -> bool:
    """Whether every frame of two files has the same colours."""
    first, second = opened(one), opened(other)
    if getattr(first, "n_frames", 1) != getattr(second, "n_frames", 1):
        return False
    for number in range(getattr(first, "n_frames", 1)):
        first.seek(number)
        second.seek(number)
        mode = "RGBA" if first.mode in ("P", "PA", "RGB", "RGBA", "1", "L", "LA") else first.mode
        if first.convert(mode).tobytes() != second.convert(mode).tobytes():
            return False
    return True


@cache
def srgb() -> bytes:
    """A colour profile as lcms writes it."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def metadata(turn: int = 1) -> Image.Exif:
    """Exif with a place, a device and a turn."""
    exif = Image.Exif()
    exif[0x0112] = turn
    exif[0x010F] = CANARY.decode()
    exif[0x8825] = {1: "N", 2: (35.0, 40.0, 52.5), 29: CANARY.decode()}
    return exif


def png_chunk(name: bytes, data: bytes, checksum: int | None = None) -> bytes:
    """One chunk of a PNG; with a wrong checksum when one is given."""
    found = zlib.crc32(name + data) if checksum is None else checksum
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", found)


def png_chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    """Name and data of every chunk."""
    found, at = [], 8
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        found.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def png_of(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """A PNG of these chunks."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*one) for one in chunks)


def png(
    width: int,
    height: int,
    depth: int,
    colour: int,
    lines: bytes,
    *more: tuple[bytes, bytes],
    interlace: int = 0,
) -> bytes:
    """A PNG of raw scan lines, with more chunks in front of them."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    packed = zlib.compress(lines, 9)
    return png_of([(b"IHDR", header), *more, (b"IDAT", packed), (b"IEND", b"")])


def with_chunks(content: bytes, *more: tuple[bytes, bytes]) -> bytes:
    """The PNG with more chunks behind its header."""
    chunks = png_chunks(content)
    return png_of([chunks[0], *more, *chunks[1:]])


def segment(marker: int, body: bytes) -> bytes:
    """One segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def with_segments(content: bytes, *more: bytes) -> bytes:
    """The JPEG with more segments behind its start."""
    return content[:2] + b"".join(more) + content[2:]


def expanded(content: bytes) -> bytes:
    """A PNG or TIFF with every packed stream unpacked beside it, to look for canaries."""
    found = content
    for at in range(len(content)):
        if content[at : at + 1] in (b"\x78", b"\x68", b"\x58", b"\x48"):
            unpacker = zlib.decompressobj()
            try:
                found += unpacker.decompress(content[at:], 1 << 20)
            except zlib.error:
                continue
    return found


def frames(count: int = 4) -> list[Image.Image]:
    """A moving picture: the scene shifts, one corner is transparent."""
    found = []
    for number in range(count):
        image = scene("RGBA").copy()
        ImageDraw.Draw(image).rectangle(
            (8 * number, 50, 8 * number + 20, 70), fill=(0, 0, 255, 255)
        )
        found.append(image)
    return found


def bmp(
    bits: int, rows: bytes, width: int, height: int, *, palette: bytes = b"", packing: int = 0,
    size: int = 40, masks: tuple[int, ...] = (), gap: bytes = b"", end: bytes = b"",
) -> bytes:  # fmt: skip
    """A BMP written by hand."""
    body = struct.pack(
        "<IiiHHIIiiII", size, width, height, 1, bits, packing, len(rows), 2835, 2835,
        len(palette) // 4, 0,
    )  # fmt: skip
    body += struct.pack(f"<{len(masks)}I", *masks)
    body = body.ljust(size, b"\0") if size > 40 else body
    start = 14 + len(body) + len(palette) + len(gap)
    head = struct.pack("<2sI4sI", b"BM", start + len(rows), b"\0\0\0\0", start)
    return head + body + palette + gap + rows + end
