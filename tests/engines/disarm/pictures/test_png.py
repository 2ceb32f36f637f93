"""PNG and APNG: pixels, depth and colour stay; everything else goes."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image, ImageCms
from tests.engines.disarm.pictures.made import (
    CANARY,
    expanded,
    frames,
    metadata,
    opened,
    png,
    png_chunk,
    png_chunks,
    png_of,
    same_pixels,
    saved,
    scene,
    srgb,
    with_chunks,
)
from tests.engines.disarm.support import stopped, through

from sekisho.disarm.account import Act
from sekisho.disarm.profile import STRICT, TEXT

MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")


@pytest.mark.parametrize("mode", MODES)
def test_pixels_and_mode_stay(mode: str) -> None:
    before = saved(scene(mode), "PNG", dpi=(300, 300))
    after = through(before, "a.png").content
    assert opened(after).mode == opened(before).mode
    assert same_pixels(before, after)
    assert opened(after).info["dpi"] == opened(before).info["dpi"]
    assert len(after) <= 1.05 * len(before)


@pytest.mark.parametrize("colour,depths", [(0, (1, 2, 4, 8, 16)), (2, (8, 16)), (3, (1, 2, 4, 8)),
                                           (4, (8, 16)), (6, (8, 16))])  # fmt: skip
@pytest.mark.parametrize("interlace", [0, 1])
def test_every_depth_and_colour_stays_bit_for_bit(
    colour: int, depths: tuple[int, ...], interlace: int
) -> None:
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    for depth in depths:
        colours = bytes(one % 256 for one in range(3 << depth))
        table = ((b"PLTE", colours),) if colour == 3 else ()
        line = b"\0" + bytes((7 * one) % 256 for one in range(16 * depth * channels // 8))
        lines = line * 8
        if interlace:
            shapes = ((2, 1), (2, 1), (4, 1), (4, 2), (8, 2), (8, 4), (16, 4))
            rows = [(across * depth * channels + 7) // 8 for across, _ in shapes]
            lines = b"".join(
                (b"\0" + bytes(row)) * down for row, (_, down) in zip(rows, shapes, strict=True)
            )
        before = png(16, 8, depth, colour, lines, *table, interlace=interlace)
        after = through(before, "a.png").content
        chunks = dict(png_chunks(after))
        assert zlib.decompress(chunks[b"IDAT"]) == lines
        assert chunks[b"IHDR"] == dict(png_chunks(before))[b"IHDR"]


def test_whatever_is_no_picture_goes_and_is_named() -> None:
    before = with_chunks(
        saved(scene(), "PNG", exif=metadata(), icc_profile=srgb()),
        (b"tEXt", b"Comment\0" + CANARY),
        (b"zTXt", b"Comment\0\0" + zlib.compress(CANARY)),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + CANARY),
        (b"tIME", b"\x07\xe8\1\1\1\1\1"),
        (b"prVt", CANARY),
        (b"bKGD", CANARY),
    )
    result = through(before + b"PK\3\4" + CANARY, "a.png")
    assert CANARY not in expanded(result.content)
    assert {name for name, _ in png_chunks(result.content)} == {b"IHDR", b"iCCP", b"IDAT", b"IEND"}
    assert result.rows(Act.REMOVED) == {
        "picture-comment": 2,
        "picture-metadata": 2,
        "picture-private-data": 2,
        "picture-location": 1,
        "data-after-end": 1,
    }


def test_data_behind_the_last_line_goes() -> None:
    chunks = png_chunks(saved(scene(), "PNG"))
    lines = zlib.decompress(b"".join(data for name, data in chunks if name == b"IDAT"))
    header = chunks[0]
    for packed in (zlib.compress(lines + CANARY), zlib.compress(lines) + CANARY):
        before = png_of([header, (b"IDAT", packed), (b"IEND", b"")])
        result = through(before, "a.png")
        assert CANARY not in expanded(result.content)
        assert "data-after-end" in result.rows(Act.REMOVED) or packed.endswith(CANARY)


def test_padding_bits_are_cleared_and_places_outside_the_palette_get_one() -> None:
    lines = b"".join(b"\0\xff\xff" for _ in range(3))
    after = through(png(9, 3, 1, 0, lines), "a.png").content
    assert zlib.decompress(dict(png_chunks(after))[b"IDAT"]) == b"\0\xff\x80" * 3
    lines = b"\0\1\5\2" * 2
    after = through(png(3, 2, 8, 3, lines, (b"PLTE", bytes(9))), "a.png").content
    assert len(dict(png_chunks(after))[b"PLTE"]) == 18


def test_colour_and_transparency_stay() -> None:
    before = saved(scene("P"), "PNG", transparency=5, gamma=0.45)
    before = with_chunks(before, (b"gAMA", struct.pack(">I", 45455)), (b"sRGB", b"\1"),
                         (b"cHRM", struct.pack(">8I", *range(30_000, 30_008))))  # fmt: skip
    after = through(before, "a.png").content
    assert same_pixels(before, after)
    assert {b"gAMA", b"sRGB", b"cHRM", b"tRNS"} <= dict(png_chunks(after)).keys()


def test_the_colour_profile_is_rebuilt() -> None:
    profile = srgb().replace(b"sRGB built-in", b"CANARY-built-")
    after = through(saved(scene(), "PNG", icc_profile=profile), "a.png").content
    kept = opened(after).info["icc_profile"]
    assert b"CANARY" not in kept and "CANARY".encode("utf-16-be") not in kept
    one, other = (ImageCms.getOpenProfile(io.BytesIO(data)) for data in (profile, kept))
    target = ImageCms.createProfile("LAB")
    assert (
        ImageCms.applyTransform(
            scene(), ImageCms.buildTransform(one, target, "RGB", "LAB")
        ).tobytes()
        == ImageCms.applyTransform(
            scene(), ImageCms.buildTransform(other, target, "RGB", "LAB")
        ).tobytes()
    )


def test_a_colour_profile_that_is_a_bomb_or_no_profile_goes() -> None:
    for body in (zlib.compress(bytes(50_000_000), 9), zlib.compress(b"nothing"), b"no stream"):
        before = with_chunks(saved(scene("L"), "PNG"), (b"iCCP", b"x\0\0" + body))
        result = through(before, "a.png")
        assert b"iCCP" not in dict(png_chunks(result.content))
        assert "picture-profile" in result.rows(Act.REMOVED)


def test_the_turn_stays_alone() -> None:
    result = through(saved(scene(), "PNG", exif=metadata(turn=8)), "a.png")
    assert CANARY not in result.content
    assert dict(opened(result.content).getexif()) == {0x0112: 8}


def test_a_moving_picture_moves_and_by_policy_stands() -> None:
    first, *rest = frames()
    before = saved(first, "PNG", save_all=True, append_images=rest, duration=[80, 90, 100, 110],
                   loop=3)  # fmt: skip
    after = through(before, "a.png").content
    assert same_pixels(before, after)
    assert opened(after).info["loop"] == 3
    still = through(before, "a.png", STRICT)
    assert not getattr(opened(still.content), "is_animated", False)
    assert still.rows(Act.REMOVED) == {"picture-frames": 3}


def test_a_moving_picture_with_a_picture_of_its_own_for_old_readers() -> None:
    first, *rest = frames()
    before = saved(first, "PNG", save_all=True, default_image=True, append_images=rest)
    assert same_pixels(before, through(before, "a.png").content)


HEADER = saved(scene("L"), "PNG")
DAMAGED = {
    "cut short": HEADER[:-30],
    "no end": HEADER[:-12],
    "no header": png_of(png_chunks(HEADER)[1:]),
    "wrong checksum": HEADER.replace(b"IDAT", b"IDAT", 1)[:-20] + b"\0" * 8 + HEADER[-12:],
    "no lines": png_of([png_chunks(HEADER)[0], (b"IEND", b"")]),
    "too few lines": png(100, 100, 8, 0, b"\0" * 50),
    "unknown filter": png(4, 2, 8, 0, b"\7abcd" * 2),
    "unknown depth": png(4, 2, 3, 0, b"\0abcd" * 2),
    "no palette": png(4, 2, 8, 3, b"\0abcd" * 2),
    "no width": png(0, 2, 8, 0, b"\0" * 2),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_damaged_stops(name: str) -> None:
    stopped(DAMAGED[name], "a.png", "SKS-D300")


def test_a_wrong_checksum_of_a_chunk_that_is_not_needed_drops_it() -> None:
    chunks = png_chunks(HEADER)
    bad = png_chunk(b"gAMA", struct.pack(">I", 45455), checksum=1)
    content = HEADER[:8] + png_chunk(*chunks[0]) + bad + HEADER[33:]
    assert b"gAMA" not in dict(png_chunks(through(content, "a.png").content))


def test_an_unknown_critical_chunk_stops() -> None:
    stopped(with_chunks(HEADER, (b"ABCD", b"")), "a.png", "SKS-D301")


def test_a_huge_picture_stops_before_it_is_decoded() -> None:
    stopped(png(30_000, 30_000, 8, 2, bytes(1_000)), "a.png", "SKS-D012")
    stopped(png(0x7FFFFFFF, 0x7FFFFFFF, 16, 6, bytes(10)), "a.png", "SKS-D012")


def test_dense_pictures_stop() -> None:
    lines = bytes((3 * 10_000 + 1) * 10_000)
    stopped(png(10_000, 10_000, 8, 2, lines), "a.png", "SKS-D010")


def test_too_many_frames_stop() -> None:
    control = struct.pack(">IIIIIHHBB", 0, 4, 2, 0, 0, 1, 1, 0, 0)
    before = png(4, 2, 8, 0, b"\0abcd" * 2, (b"acTL", struct.pack(">II", 600, 0)),
                 *[(b"fcTL", control)] * 600)  # fmt: skip
    stopped(before, "a.png", "SKS-D304")


def test_text_of_a_picture_there_is_none() -> None:
    stopped(HEADER, "a.png", "SKS-D302", TEXT)


def test_tiny_pictures() -> None:
    for mode in MODES:
        before = saved(Image.new(mode, (1, 1)), "PNG")
        assert same_pixels(before, through(before, "a.png").content)


def test_chunks_without_end_stop() -> None:
    more = png_chunk(b"prVt", b"") * 200_001
    stopped(HEADER[:33] + more + HEADER[33:], "a.png", "SKS-D300")
