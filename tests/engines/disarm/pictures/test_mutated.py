"""Broken pictures of every kind: a coded stop, or a picture that comes to rest; nothing else."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.engines.disarm.pictures.made import frames, metadata, saved, scene, srgb
from tests.engines.disarm.support import run

SMALL = (37, 21)


def _samples() -> dict[str, bytes]:
    rgb, rgba = scene().resize(SMALL), scene("RGBA").resize(SMALL)
    moving = [frame.resize(SMALL) for frame in frames(3)]
    more = {"exif": metadata(6).tobytes(), "icc_profile": srgb()}
    return {
        "a.png": saved(rgb, "PNG", **more),
        "p.png": saved(rgb.quantize(13), "PNG"),
        "m.png": saved(moving[0], "PNG", save_all=True, append_images=moving[1:]),
        "a.jpg": saved(rgb, "JPEG", **more),
        "p.jpg": saved(rgb, "JPEG", progressive=True),
        "c.jpg": saved(rgb.convert("CMYK"), "JPEG"),
        "a.gif": saved(moving[0], "GIF", save_all=True, append_images=moving[1:]),
        "a.bmp": saved(rgb.quantize(13), "BMP"),
        "l.tif": saved(rgb, "TIFF", compression="tiff_lzw", icc_profile=srgb()),
        "z.tif": saved(rgb, "TIFF", compression="tiff_adobe_deflate"),
        "j.tif": saved(rgb, "TIFF", compression="jpeg"),
        "3.tif": saved(rgb.convert("1"), "TIFF", compression="group3"),
        "4.tif": saved(rgb.convert("1"), "TIFF", compression="group4"),
        "a.webp": saved(rgba, "WEBP", **more),
        "l.webp": saved(rgba, "WEBP", lossless=True),
        "m.webp": saved(moving[0], "WEBP", save_all=True, append_images=moving[1:]),
        "a.avif": saved(rgb, "AVIF"),
    }


SAMPLES = _samples()
try:
    import pillow_heif
except ImportError:
    pass
else:
    _file = io.BytesIO()
    pillow_heif.from_pillow(scene().resize(SMALL)).save(_file)
    SAMPLES["a.heic"] = _file.getvalue()


def _holds(content: bytes, name: str) -> None:
    """Either a code, or a fixed point that Pillow opens."""
    first = run(content, name)
    if first.code:
        assert first.code.startswith("SKS-D")
        return
    again = run(first.content, first.said.name)
    assert again.code == "", again.said.stopped
    assert again.content == first.content
    if first.said.kind_out in ("png", "jpeg", "gif", "bmp", "tiff", "webp"):
        with Image.open(io.BytesIO(first.content)) as image:
            image.load()


@st.composite
def _mutated(draw: Callable[..., int]) -> tuple[str, bytes]:
    name = draw(st.sampled_from(sorted(SAMPLES)))
    content = bytearray(SAMPLES[name])
    for _ in range(draw(st.integers(1, 4))):
        way = draw(st.integers(0, 4))
        at = draw(st.integers(0, max(0, len(content) - 1)))
        if way == 0:
            content[at : at + 1] = bytes((draw(st.integers(0, 255)),))
        elif way == 1:
            content[at : at + 1] = (
                bytes((content[at] ^ 1 << draw(st.integers(0, 7)),)) if content else b""
            )
        elif way == 2:
            del content[at:]
        elif way == 3:
            del content[at : at + draw(st.integers(1, 40))]
        else:
            content[at:at] = content[at : at + draw(st.integers(1, 40))]
    return name, bytes(content)


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(_mutated())
def test_mutated_pictures(made: tuple[str, bytes]) -> None:
    _holds(*reversed(made))


@pytest.mark.long
@settings(settings.get_profile("long"), suppress_health_check=list(HealthCheck))
@given(_mutated())
def test_many_mutated_pictures(made: tuple[str, bytes]) -> None:
    _holds(*reversed(made))
