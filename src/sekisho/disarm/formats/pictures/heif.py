"""HEIF (HEIC) and AVIF: decoded, and written as JPEG, or as PNG where parts are transparent.

Both kinds are lossy, and no library writes them without a second loss that never comes to rest.
JPEG and PNG are read by every program; a JPEG is usually larger than the HEIC it was made from.
Other pictures in the same file (bursts, depth maps, thumbnails) stay out.
"""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from PIL import AvifImagePlugin, Image

from sekisho.disarm.formats.pictures import colour, exif, jpeg, png
from sekisho.disarm.formats.pictures.decoding import admit, decoding
from sekisho.disarm.work import Source, Stopped, Work

try:  # an extra of its own: `sekisho[heif]` (LGPL)
    import pi_heif
except ImportError:
    pi_heif = None
else:
    pi_heif.options.DECODE_THREADS = 1  # the child may start none

AvifImagePlugin.DEFAULT_MAX_THREADS = 1

_QUALITY = 92
_EXIF_HEAD = b"Exif\0\0"
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""By Exif orientation: what makes the pixels upright. Pillow leaves it to us for AVIF."""


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """Rebuild one HEIF or AVIF. Raises Stopped SKS-D300, SKS-D303 (no reader), SKS-D012."""
    if bytes(source.content[8:12]) in (b"avif", b"avis"):
        image = _avif(source, work)
    else:
        image = _heif(source, work)
    profile = _profile(image, work)
    work.changed("picture-kind")
    packed = io.BytesIO()
    if image.mode == "RGBA" and min(image.getchannel("A").tobytes()) < 255:
        image.save(packed, "PNG", compress_level=0, icc_profile=profile)
        return png.rebuild(Source(packed.getbuffer(), source.untrusted_name), sink, work)
    plain = image.convert("RGB")
    plain.save(packed, "JPEG", quality=_QUALITY, subsampling=0, icc_profile=profile)
    sink.write(jpeg.rebuilt(packed.getbuffer(), work))
    return "jpeg"


def _heif(source: Source, work: Work) -> Image.Image:
    if pi_heif is None:
        raise Stopped("SKS-D303")
    with decoding(RuntimeError):  # as libheif reports its own limits
        file = pi_heif.open_heif(source.reader(), convert_hdr_to_8bit=True)
        width, height = file.size
        admit(width, height, work)
        if len(file) > 1:
            work.removed("picture-second", count=len(file) - 1)
        _note_metadata(file.info, work)
        image: Image.Image = file.to_pillow()
        return image if image.mode == "RGBA" else image.convert("RGB")


def _avif(source: Source, work: Work) -> Image.Image:
    with decoding(RuntimeError):
        image = AvifImagePlugin.AvifImageFile(source.reader())
        admit(*image.size, work)
        if getattr(image, "n_frames", 1) > 1:
            work.removed("picture-frames", count=image.n_frames - 1)
        _note_metadata(image.info, work)
        turn, _ = exif.turn_and_place(image.info.get("exif", b"").removeprefix(_EXIF_HEAD))
        image.load()
        return image.transpose(_TURNS[turn]) if turn in _TURNS else image.copy()


def _note_metadata(info: dict[Any, Any], work: Work) -> None:
    block = info.get("exif") or b""
    if block:
        _, has_place = exif.turn_and_place(block.removeprefix(_EXIF_HEAD))
        work.removed("picture-location" if has_place else "picture-metadata")
    if info.get("xmp") or info.get("metadata"):
        work.removed("picture-metadata")


def _profile(image: Image.Image, work: Work) -> bytes | None:
    profile = image.info.get("icc_profile") or b""
    rebuilt = colour.rebuilt(profile, b"RGB ") if profile else b""
    if profile and not rebuilt:
        work.removed("picture-profile")
    return rebuilt or None
