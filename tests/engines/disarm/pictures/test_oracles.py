"""Other programs look at what came out."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

from tests.engines.disarm.pictures.made import (
    CANARY,
    frames,
    metadata,
    saved,
    scene,
    segment,
    srgb,
    with_chunks,
    with_segments,
)
from tests.engines.disarm.support import run, through
from tests.support.parts import need

from sekisho.disarm.formats.pictures import colour

IPTC = segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x10\x1c\x02\x78\0\x0b" + CANARY)
OWN_GROUPS = ("System", "File", "Composite", "ExifTool")
KEPT_GROUPS = ("JFIF", "IFD0", "IFD1", "IFD2", "IFD3", "PNG", "PNG-pHYs", "ICC_Profile",
               "ICC-header", "RIFF", "GIF", "Animation")  # fmt: skip


def _laden() -> dict[str, bytes]:
    exif, icc = metadata(6).tobytes(), srgb()
    first, *rest = [frame.convert("RGB") for frame in frames()]
    jpeg = saved(scene(), "JPEG", exif=exif, comment=CANARY, icc_profile=icc, dpi=(96, 96))
    png = saved(scene(), "PNG", exif=exif, icc_profile=icc, dpi=(96, 96))
    return {
        "a.jpg": with_segments(jpeg, IPTC),
        "a.png": with_chunks(png, (b"tEXt", b"Author\0" + CANARY), (b"prVt", CANARY)),
        "a.tif": saved(first, "TIFF", save_all=True, append_images=rest, exif=metadata(6),
                       tiffinfo={270: CANARY.decode(), 700: CANARY, 33723: CANARY}),
        "a.webp": saved(scene(), "WEBP", exif=exif, xmp=CANARY, icc_profile=icc),
        "a.gif": saved(scene("P"), "GIF", comment=CANARY),
        "a.avif": saved(scene(), "AVIF", exif=exif, xmp=CANARY),
    }  # fmt: skip


def test_exiftool_finds_nothing_left(tmp_path: Path) -> None:
    if not shutil.which("exiftool"):
        need("exiftool", "install libimage-exiftool-perl")
    for name, content in _laden().items():
        result = through(content, name)
        (tmp_path / f"{name}.{result.said.kind_out}").write_bytes(result.content)
    said = subprocess.run(
        ["exiftool", "-a", "-u", "-G1", "-ee", "-r", str(tmp_path)],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert CANARY.decode() not in said
    assert "GPS" not in said and "Warning" not in said and "Error" not in said
    groups = {line[1:].partition("]")[0] for line in said.splitlines() if line.startswith("[")}
    assert groups <= {*OWN_GROUPS, *KEPT_GROUPS}


def test_pngcheck_finds_nothing_wrong(tmp_path: Path) -> None:
    if not shutil.which("pngcheck"):
        need("pngcheck", "install pngcheck")
    first, *rest = frames()
    made = [saved(scene(mode), "PNG", icc_profile=srgb(), dpi=(300, 300), exif=metadata(3))
            for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")]  # fmt: skip
    made.append(saved(first, "PNG", save_all=True, append_images=rest))
    for number, content in enumerate(made):
        (tmp_path / f"{number}.png").write_bytes(run(content, "a.png").content)
    said = subprocess.run(
        ["pngcheck", "-q", *map(str, sorted(tmp_path.iterdir()))], capture_output=True, text=True
    )
    assert said.returncode == 0, said.stdout


def _printing_profile(kind: bytes = b"mft2", extra: bytes = b"") -> bytes:
    """A CMYK profile with a table of two points along each ink."""
    head = struct.pack(">4s4xBBBx9i", kind, 4, 3, 2, *(65536, 0, 0, 0, 65536, 0, 0, 0, 65536))
    if kind == b"mft2":
        table = head + struct.pack(">HH", 2, 2) + bytes(2 * (2 * 4 + 16 * 3 + 2 * 3))
    else:
        table = head + bytes(256 * 4 + 16 * 3 + 256 * 3)
    table += extra
    header = struct.pack(">I4sBB2x4s4s4s12x4s4s4x4s4s8xI12s4s44x", 144 + len(table), CANARY[:4], 2,
                         64, b"prtr", b"CMYK", b"Lab ", b"acsp", CANARY[:4], CANARY[:4],
                         CANARY[:4], 0, bytes.fromhex("0000f6d6000100000000d32d"),
                         CANARY[:4])  # fmt: skip
    return header + struct.pack(">I4sII", 1, b"A2B0", 144, len(table)) + table


def test_printing_profiles_stay_without_what_is_hidden_in_them() -> None:
    for kind in (b"mft1", b"mft2"):
        rebuilt = colour.rebuilt(_printing_profile(kind, extra=CANARY), b"CMYK")
        assert rebuilt is not None and CANARY[:4] not in rebuilt
        assert len(rebuilt) == int.from_bytes(rebuilt[:4], "big")
        assert colour.rebuilt(rebuilt, b"CMYK") == rebuilt
        assert colour.rebuilt(rebuilt, b"RGB ") is None
    assert colour.rebuilt(_printing_profile(b"mAB "), b"CMYK") is None
    short = _printing_profile()[:-10]
    assert colour.rebuilt(short, b"CMYK") is None
