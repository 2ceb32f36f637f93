"""JPEG: the same coefficients, nothing beside them."""

from __future__ import annotations

import struct

import pytest
from PIL import Image
from tests.engines.disarm.pictures.made import (
    CANARY,
    metadata,
    opened,
    saved,
    scene,
    segment,
    srgb,
    with_segments,
)
from tests.engines.disarm.support import stopped, through

from sekisho.disarm.account import Act

KINDS = {
    "baseline": ("RGB", {}),
    "444": ("RGB", {"subsampling": 0}),
    "422": ("RGB", {"subsampling": 1}),
    "progressive": ("RGB", {"progressive": True}),
    "optimized": ("RGB", {"optimize": True}),
    "restarts": ("RGB", {"restart_marker_blocks": 3}),
    "restart rows": ("RGB", {"restart_marker_rows": 1, "progressive": True}),
    "rgb": ("RGB", {"keep_rgb": True}),
    "gray": ("L", {}),
    "gray progressive": ("L", {"progressive": True}),
    "cmyk": ("CMYK", {}),
    "coarse": ("RGB", {"quality": 5}),
    "fine": ("RGB", {"quality": 100}),
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("size", [(163, 101), (1, 1), (16, 16), (17, 8), (301, 3)])
def test_pixels_stay_exactly(name: str, size: tuple[int, int]) -> None:
    mode, options = KINDS[name]
    before = saved(scene(mode).resize(size), "JPEG", dpi=(203, 203), **options)
    after = through(before, "a.jpg").content
    assert opened(after).tobytes() == opened(before).tobytes()
    assert opened(after).info.get("dpi") == opened(before).info.get("dpi")
    assert len(after) <= max(1.05 * len(before), len(before) + 400)


def test_whatever_is_no_picture_goes_and_is_named() -> None:
    before = with_segments(
        saved(scene(), "JPEG", exif=metadata(), icc_profile=srgb(), comment=CANARY),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + CANARY),
        segment(0xE2, b"MPF\0" + CANARY),
        segment(0xED, b"Photoshop 3.0\0008BIM" + CANARY),
        segment(0xE0, b"JFXX\0\x13" + CANARY),
        segment(0xEB, CANARY),
    )
    result = through(before + b"PK\3\4" + CANARY, "a.jpg")
    assert CANARY not in result.content
    assert opened(result.content).tobytes() == opened(before).tobytes()
    assert result.rows(Act.REMOVED) == {
        "picture-location": 1,
        "picture-metadata": 4,
        "picture-second": 1,
        "picture-comment": 1,
        "data-after-end": 1,
    }


def test_bytes_between_the_coefficients_and_the_end_go() -> None:
    before = saved(scene(), "JPEG")
    after = through(before[:-2] + CANARY + b"\xff\xd9", "a.jpg").content
    assert CANARY not in after
    assert opened(after).tobytes() == opened(before).tobytes()


@pytest.mark.parametrize("turn", range(1, 9))
def test_the_turn_stays_alone(turn: int) -> None:
    result = through(saved(scene(), "JPEG", exif=metadata(turn)), "a.jpg")
    assert CANARY not in result.content
    assert dict(opened(result.content).getexif()) == ({0x0112: turn} if turn > 1 else {})


def test_a_long_colour_profile_is_dropped_when_it_is_not_one() -> None:
    before = saved(scene(), "JPEG", icc_profile=CANARY * 20_000)
    result = through(before, "a.jpg")
    assert CANARY not in result.content
    assert result.rows(Act.REMOVED) == {"picture-profile": 1}


def test_adobe_colours_stay() -> None:
    plain = saved(scene("CMYK"), "JPEG")
    for transform in (0, 2):
        at = plain.index(b"Adobe")
        before = plain[: at + 11] + bytes((transform,)) + plain[at + 12 :]
        after = through(before, "a.jpg").content
        assert opened(after).tobytes() == opened(before).tobytes()
        assert opened(after).info["adobe_transform"] == transform
    start = plain.index(b"\xff\xee")
    before = plain[:start] + plain[start + 16 :]
    assert b"Adobe" not in before
    after = through(before, "a.jpg").content
    assert opened(after).tobytes() == opened(before).tobytes()


PLAIN = saved(scene(), "JPEG")


def _frame(marker: int, depth: int = 8) -> bytes:
    at = PLAIN.index(b"\xff\xc0")
    return (
        PLAIN[: at + 1]
        + bytes((marker,))
        + PLAIN[at + 2 : at + 4]
        + bytes((depth,))
        + PLAIN[at + 5 :]
    )


def test_unusual_codings_stop_with_advice() -> None:
    for marker in (0xC3, 0xC5, 0xC9, 0xCA, 0xCB, 0xCF):
        stopped(_frame(marker), "a.jpg", "SKS-D301")
    stopped(_frame(0xC1, 12), "a.jpg", "SKS-D301")
    stopped(with_segments(PLAIN, segment(0xDC, b"\0\5")), "a.jpg", "SKS-D301")


def test_what_is_damaged_stops() -> None:
    for content in (PLAIN[:-2], PLAIN[:400], PLAIN[:20] + b"\xff\xd9",
                    with_segments(PLAIN, segment(0xC0, b"\x08" + bytes(5)))):  # fmt: skip
        stopped(content, "a.jpg", "SKS-D300")


def test_a_huge_picture_stops_before_it_is_decoded() -> None:
    at = PLAIN.index(b"\xff\xc0") + 5
    stopped(PLAIN[:at] + b"\x75\x30\x75\x30" + PLAIN[at + 4 :], "a.jpg", "SKS-D012")


def test_too_many_scans_stop() -> None:
    before = saved(Image.new("L", (8, 8)), "JPEG", progressive=True)
    at = before.rindex(b"\xff\xda")
    stopped(before[:at] + before[at:-2] * 200 + b"\xff\xd9", "a.jpg", "SKS-D300")
    wide = before.index(b"\xff\xc2") + 5
    large = before[:wide] + struct.pack(">HH", 10_000, 10_000) + before[wide + 4 :]
    at = large.rindex(b"\xff\xda")
    stopped(large[:at] + large[at:-2] * 90 + b"\xff\xd9", "a.jpg", "SKS-D012")
    marks = segment(0xEB, b"") * 6_000
    stopped(with_segments(PLAIN, marks), "a.jpg", "SKS-D300")


def test_coefficients_beyond_the_scale_stop() -> None:
    """The library that codes them again would end the process."""
    tables = segment(0xDB, b"\0" + b"\x10" * 64)
    tables += segment(0xC4, b"\x00\1" + bytes(15) + b"\x0b" + b"\x10\1" + bytes(15) + b"\0")
    frame = segment(0xC0, b"\x08" + struct.pack(">HHB", 32, 32, 1) + b"\1\x11\0")
    bits = "0" + "1" * 11 + "0"
    for blocks in (bits * 16, ("0" + "0" * 11 + "0") * 16):
        coded = int(blocks, 2).to_bytes(26, "big").replace(b"\xff", b"\xff\0")
        content = b"\xff\xd8" + tables + frame + segment(0xDA, b"\1\1\0\0\x3f\0")
        stopped(content + coded + b"\xff\xd9", "a.jpg", "SKS-D300")


def test_tables_that_no_encoder_writes_stop() -> None:
    at = PLAIN.index(b"\xff\xc4")
    wide = PLAIN[: at + 21] + b"\x0f" + PLAIN[at + 22 :]
    stopped(wide, "a.jpg", "SKS-D301")


def test_the_finest_quality_with_pure_white_and_black_comes_to_rest() -> None:
    image = Image.new("RGB", (64, 64), "white")
    image.paste("black", (0, 0, 32, 32))
    before = saved(image, "JPEG", quality=100, exif=metadata(), comment=CANARY) + CANARY
    after = through(before, "a.jpg").content
    assert CANARY not in after
    assert opened(after).tobytes() == opened(before).tobytes()
