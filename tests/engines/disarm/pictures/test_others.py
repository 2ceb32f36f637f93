"""GIF, BMP, TIFF, WebP, HEIF: pixels stay; everything else goes."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image, ImageChops, ImageStat
from tests.engines.disarm.pictures.made import (
    CANARY,
    bmp,
    expanded,
    frames,
    metadata,
    opened,
    same_pixels,
    saved,
    scene,
    srgb,
)
from tests.engines.disarm.support import run, stopped, through
from tests.support.parts import need

from sekisho.disarm.account import Act
from sekisho.disarm.formats.pictures import heif
from sekisho.disarm.profile import STRICT


def _palette_frames() -> list[Image.Image]:
    return [frame.convert("RGB").quantize(61) for frame in frames()]


def test_gif_pixels_stay() -> None:
    for colours in (2, 3, 16, 17, 128, 256):
        before = saved(scene().quantize(colours), "GIF", transparency=1)
        after = through(before, "a.gif").content
        assert same_pixels(before, after)
        assert len(after) <= 1.05 * len(before)
        assert same_pixels(before, through(saved(scene().quantize(colours), "GIF", transparency=1,
                                                 interlace=1), "a.gif").content)  # fmt: skip


def test_gif_moves_and_by_policy_stands() -> None:
    first, *rest = _palette_frames()
    before = saved(first, "GIF", save_all=True, append_images=rest, duration=[80, 90, 100, 110],
                   loop=0, disposal=2)  # fmt: skip
    after = through(before, "a.gif").content
    assert same_pixels(before, after)
    assert opened(after).info["loop"] == 0 and opened(after).info["duration"] == 80
    assert len(after) <= 1.05 * len(before)
    still = through(before, "a.gif", STRICT)
    assert still.rows(Act.REMOVED) == {"picture-frames": 3}
    assert not opened(still.content).is_animated


def test_gif_texts_and_data_go() -> None:
    plain = saved(scene("P"), "GIF", comment=CANARY)
    at = plain.index(b"\x21\xfe")
    more = b"\x21\xff\x0bXMP DataXMP" + bytes((len(CANARY),)) + CANARY + b"\0"
    more += b"\x21\x01\x0c" + bytes(12) + bytes((len(CANARY),)) + CANARY + b"\0"
    result = through(plain[:at] + more + plain[at:] + CANARY, "a.gif")
    assert CANARY not in result.content
    assert result.rows(Act.REMOVED) == {
        "data-after-end": 1,
        "picture-comment": 2,
        "picture-metadata": 1,
    }
    chained = plain[:-2] + bytes((len(CANARY),)) + CANARY + b"\0;"
    assert CANARY not in through(chained, "a.gif").content


def test_gif_traps_stop() -> None:
    plain = saved(scene("P"), "GIF")
    stopped(plain[:-1], "a.gif", "SKS-D300")
    stopped(plain[:6] + b"\xff\xff\xff\xff" + plain[10:], "a.gif", "SKS-D012")
    frame = b"\x2c\0\0\0\0\1\0\1\0\x80\0\0\0\xff\xff\xff\2\2\x4c\1\0"
    many = b"GIF89a\1\0\1\0\0\0\0" + frame * 501 + b";"
    stopped(many, "a.gif", "SKS-D304")
    through(b"GIF89a\1\0\1\0\0\0\0" + frame + b";", "a.gif")
    stopped(b"GIF89a\1\0\1\0\0\0\0" + frame.replace(b"\x80\0\0\0\xff\xff\xff", b"\0") + b";",
            "a.gif", "SKS-D300")  # fmt: skip


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_bmp_pixels_stay(mode: str) -> None:
    before = saved(scene(mode), "BMP", dpi=(300, 300))
    after = through(before, "a.bmp").content
    assert opened(after).convert("RGB").tobytes() == opened(before).convert("RGB").tobytes()
    assert len(after) <= 1.05 * len(before)
    assert opened(after).info["dpi"] == opened(before).info["dpi"]


def test_bmp_hidden_places_are_cleared() -> None:
    rows = b"\xff\xff\xff\xff" * 4
    result = through(bmp(24, rows, 1, 4, gap=CANARY, end=CANARY), "a.bmp")
    assert CANARY not in result.content
    assert result.content.endswith(b"\xff\xff\xff\0" * 4)
    assert through(bmp(32, rows, 1, 4), "a.bmp").content.endswith(b"\xff\xff\xff\0" * 4)
    assert through(bmp(1, rows, 3, 4, palette=bytes(8)), "a.bmp").content.endswith(
        b"\xe0\0\0\0" * 4
    )
    linked = bmp(24, rows, 1, 4, size=124).replace(bytes(50), b"LINK" + CANARY + bytes(35), 1)
    assert CANARY not in run(linked, "a.bmp").content


def test_bmp_masks_and_packed_rows() -> None:
    masks = (0xFF0000, 0xFF00, 0xFF)
    rows = bytes(range(64))
    before = bmp(32, rows, 4, 4, packing=3, masks=masks)
    assert same_pixels(before, through(before, "a.bmp").content)
    before = bmp(16, rows[:32], 4, 4, packing=3, masks=(0xF800, 0x7E0, 0x1F))
    assert same_pixels(before, through(before, "a.bmp").content)
    packed = b"\4\1\0\0\4\0\0\0\2\1\2\0\0\1"
    before = bmp(8, packed, 4, 3, palette=bytes(range(8)), packing=1)
    assert same_pixels(before, through(before, "a.bmp").content)
    packed = b"\4\x01\0\0\4\x10\0\0\4\x11\0\1"
    before = bmp(4, packed, 4, 3, palette=bytes(range(8)), packing=2)
    assert same_pixels(before, through(before, "a.bmp").content)


def test_bmp_traps_stop() -> None:
    stopped(bmp(24, bytes(8), 100, 100), "a.bmp", "SKS-D300")
    stopped(bmp(24, bytes(8), 30_000, 30_000), "a.bmp", "SKS-D012")
    stopped(bmp(24, bytes(8), 1, 1, packing=5), "a.bmp", "SKS-D301")
    stopped(bmp(32, bytes(8), 1, 1, packing=3, masks=(1, 2, 4)), "a.bmp", "SKS-D301")


TIFFS = [
    (mode, compression)
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F")
    for compression in (
        None,
        "tiff_lzw",
        "tiff_adobe_deflate",
        "packbits",
        "jpeg",
        "group3",
        "group4",
    )
    if (compression not in ("group3", "group4") or mode == "1")
    and (compression != "jpeg" or mode in ("L", "RGB", "CMYK"))
]


@pytest.mark.parametrize("mode,compression", TIFFS)
def test_tiff_pixels_stay(mode: str, compression: str | None) -> None:
    image = scene(mode) if mode != "F" else scene("L").convert("F")
    before = saved(image, "TIFF", compression=compression, dpi=(300, 300),
                   tiffinfo={278: 32} if mode == "RGB" else {})  # fmt: skip
    after = through(before, "a.tif").content
    assert opened(after).mode == opened(before).mode
    assert opened(after).tobytes() == opened(before).tobytes()
    assert opened(after).info["dpi"] == (300, 300)
    assert len(after) <= max(1.05 * len(before), len(before) + 200)


def test_tiff_pages_stay_and_whatever_is_no_picture_goes() -> None:
    first, *rest = [frame.convert("RGB") for frame in frames()]
    before = saved(first, "TIFF", save_all=True, append_images=rest, compression="tiff_lzw",
                   icc_profile=srgb(), exif=metadata(),
                   tiffinfo={270: CANARY.decode(), 315: CANARY.decode(), 305: CANARY.decode(),
                             700: CANARY, 33723: CANARY, 274: 6})  # fmt: skip
    assert CANARY in before
    result = through(before + CANARY, "a.tif")
    assert CANARY not in expanded(result.content)
    assert same_pixels(before, result.content)
    assert Image.open(io.BytesIO(result.content)).tag_v2[274] == 6
    assert opened(result.content).info["icc_profile"]
    assert {"picture-location", "picture-metadata"} & result.rows(Act.REMOVED).keys()


def _tiff(*entries: tuple[int, int, int, int], end: bytes = b"", following: int = 0) -> bytes:
    body = struct.pack("<2sHIH", b"II", 42, 8, len(entries))
    for entry in sorted(entries):
        body += struct.pack("<HHII", *entry)
    return body + struct.pack("<I", following) + end


def _gray(width: int, height: int, offset: int, count: int) -> list[tuple[int, int, int, int]]:
    return [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1),
            (262, 3, 1, 1), (273, 4, 1, offset), (277, 3, 1, 1), (278, 4, 1, height),
            (279, 4, 1, count)]  # fmt: skip


def test_tiff_traps_stop() -> None:
    start = 8 + 2 + 9 * 12 + 4
    through(_tiff(*_gray(4, 4, start, 16), end=bytes(range(16))), "a.tif")
    stopped(_tiff(*_gray(4, 4, start, 16), end=bytes(8)), "a.tif", "SKS-D300")
    stopped(_tiff(*_gray(30_000, 30_000, start, 16), end=bytes(16)), "a.tif", "SKS-D012")
    stopped(_tiff(*_gray(4, 4, start, 16), end=bytes(16), following=8), "a.tif", "SKS-D304")
    stopped(b"MM\0\x2b" + bytes(20), "a.tif", "SKS-D301")
    stopped(b"II*\0\xff\xff\xff\xff", "a.tif", "SKS-D300")
    old_jpeg = [(one[0], 3, 1, 6) if one[0] == 259 else one for one in _gray(4, 4, start, 16)]
    stopped(_tiff(*old_jpeg, end=bytes(16)), "a.tif", "SKS-D301")


WEBPS = {
    "lossy": ("RGB", {"quality": 70}),
    "lossless": ("RGB", {"lossless": True}),
    "lossy alpha": ("RGBA", {"quality": 70}),
    "lossless alpha": ("RGBA", {"lossless": True}),
}


@pytest.mark.parametrize("name", WEBPS)
def test_webp_pixels_stay(name: str) -> None:
    mode, options = WEBPS[name]
    before = saved(scene(mode), "WEBP", **options)
    result = through(before, "a.webp")
    assert same_pixels(before, result.content)
    assert len(result.content) <= len(before) + 40
    assert result.said.entries == ()
    laden = saved(scene(mode), "WEBP", exif=metadata(3), xmp=CANARY, icc_profile=srgb(), **options)
    result = through(laden + CANARY, "a.webp")
    assert CANARY not in result.content
    assert same_pixels(before, result.content)
    assert opened(result.content).getexif() == {274: 3}
    assert opened(result.content).info["icc_profile"]
    assert result.rows(Act.REMOVED) == {
        "data-after-end": 1,
        "picture-location": 1,
        "picture-metadata": 1,
    }


def test_webp_moves_and_by_policy_stands() -> None:
    first, *rest = frames()
    before = saved(first, "WEBP", save_all=True, append_images=rest, duration=90, lossless=True)
    assert same_pixels(before, through(before, "a.webp").content)
    still = through(before, "a.webp", STRICT)
    assert still.rows(Act.REMOVED) == {"picture-frames": 3}


def test_webp_traps_stop() -> None:
    plain = saved(scene(), "WEBP")
    stopped(plain[:-40], "a.webp", "SKS-D300")
    stopped(plain[:26] + b"\xff\x3f\xff\x3f" + plain[30:], "a.webp", "SKS-D012")
    half = plain[:20] + plain[20 : len(plain) // 2]
    cut = half[:4] + struct.pack("<I", len(half) - 8) + half[8:16]
    stopped(cut + struct.pack("<I", len(half) - 20) + half[20:], "a.webp", "SKS-D300")


def test_heic_becomes_jpeg_or_png_and_avif_too() -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    opaque, open_to = scene(), scene("RGBA")
    for mode, kind in ((opaque, "jpeg"), (open_to, "png")):
        file = io.BytesIO()
        pillow_heif.from_pillow(mode).save(file, quality=90, exif=metadata().tobytes())
        result = through(file.getvalue(), "a.heic")
        assert result.said.kind_out == kind
        assert result.said.name == {"jpeg": "a.jpg", "png": "a.png"}[kind]
        assert CANARY not in result.content
        difference = ImageChops.difference(opened(result.content).convert("RGB"), opaque)
        assert max(ImageStat.Stat(difference).rms) < 12
        assert result.rows(Act.CHANGED)["picture-kind"] == 1


def test_without_its_part_heic_stops_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heif, "pi_heif", None)
    stopped(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64), "a.heic", "SKS-D303")


def test_avif_becomes_jpeg() -> None:
    try:
        before = saved(scene(), "AVIF", exif=metadata(6), quality=90)
    except (KeyError, OSError):
        need("AVIF", "Pillow was built without it")
    result = through(before, "a.avif")
    assert result.said.name == "a.jpg" and CANARY not in result.content
    assert opened(result.content).size == (101, 163)
