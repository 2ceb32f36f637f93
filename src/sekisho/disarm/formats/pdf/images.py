"""Pictures (ISO 32000-2 section 8.9): every one is unpacked and checked before it is written.

JPEG goes the way of every JPEG file. Formats whose decoders are intricate (JPEG 2000, JBIG2, fax)
are decoded here, in the sandbox, and written in another form or anew.
"""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, UnidentifiedImageError

from sekisho.disarm.formats.pdf import decoding, streams
from sekisho.disarm.formats.pdf.builder import Builder, Packed
from sekisho.disarm.formats.pdf.colours import space
from sekisho.disarm.formats.pdf.filters import (
    PICTURE_FILTERS,
    Undecodable,
    inflate,
    layout,
    pack,
    unpack,
)
from sekisho.disarm.formats.pdf.layers import OPTIONAL
from sekisho.disarm.formats.pdf.rules import (
    Rule,
    boolean,
    either,
    made,
    name,
    numbers,
    whole,
)
from sekisho.disarm.formats.pdf.values import Stream, Value
from sekisho.disarm.work import Stopped

SIDE_MAX = 100_000
_BUDGET_CODES = frozenset({"SKS-D010", "SKS-D011", "SKS-D012", "SKS-D013"})
_COMPONENTS = {"DeviceGray": 1, "DeviceRGB": 3, "DeviceCMYK": 4, "CalGray": 1, "CalRGB": 3}


def _picture(builder: Builder, stream: Stream, out: dict[str, Any]) -> Any:
    builder.work.budget.picture(out["Width"] * out["Height"])
    try:
        return _checked(builder, stream, out)
    except Undecodable:
        pass
    except Stopped as stopped:
        if stopped.code in _BUDGET_CODES:
            raise
    builder.work.replaced("pdf-picture", builder.place)
    return placeholder(out)


def placeholder(out: dict[str, Any]) -> Packed:
    """One grey dot in the place of a picture that cannot be checked."""
    wanted = ("Type", "Subtype", "OC")
    kept: dict[str, Any] = {key: out[key] for key in wanted if key in out}
    out.clear()
    out.update(kept, Width=1, Height=1)
    entries: dict[str, Value] = {"ColorSpace": "DeviceGray", "BitsPerComponent": 8}
    return Packed(pack(b"\xdd"), {**entries, "Filter": "FlateDecode"})


def _checked(builder: Builder, stream: Stream, out: dict[str, Any]) -> Packed:
    names, parms = streams.filters_of(builder, stream)
    if not names or names[-1] not in PICTURE_FILTERS:
        return _samples(builder, stream.raw, names, parms, out)
    if PICTURE_FILTERS.intersection(names[:-1]):
        raise Undecodable("two picture filters")
    raw, _ = unpack(stream.raw, names[:-1], parms, builder.work.budget)
    parm = parms[len(names) - 1] if len(parms) >= len(names) else {}
    if names[-1] == "DCTDecode":
        return _jpeg(builder, raw, parm, out)
    if names[-1] == "JPXDecode":
        return _jpeg(builder, _from_jpeg_2000(builder, raw, out), {}, out)
    return _two_tone(builder, raw, names[-1], parm, out)


def _samples(
    builder: Builder,
    raw: bytes,
    names: list[str],
    parms: list[dict[str, Value]],
    out: dict[str, Any],
) -> Packed:
    parm = parms[0] if parms else {}
    predictor = parm.get("Predictor", 1)
    if names == ["FlateDecode"] and type(predictor) is int and 10 <= predictor <= 15:
        data, exact = inflate(raw, builder.work.budget)
        _, row = layout(parm)
        is_full = exact and len(data) == (row + 1) * out["Height"]
        if is_full and not data[:: row + 1].strip(b"\0\1\2\3\4"):
            kept = ("Predictor", "Colors", "BitsPerComponent", "Columns")
            entries = {key: parm[key] for key in kept if key in parm}
            return Packed(raw, {"Filter": "FlateDecode", "DecodeParms": entries})
    data, exact = unpack(raw, names, parms, builder.work.budget)
    wanted = _expected(builder, out)
    if wanted and len(data) > wanted:
        data, exact = data[:wanted], False
    return Packed(raw if exact else pack(data), {"Filter": "FlateDecode"})


def _expected(builder: Builder, out: dict[str, Any]) -> int:
    """How many bytes the samples have, or 0 when it cannot be told here."""
    bits = 1 if out.get("ImageMask") is True else out.get("BitsPerComponent", 8)
    count = 1
    if out.get("ImageMask") is not True:
        colours = out.get("ColorSpace")
        kind = colours[0] if type(colours) is list else colours
        if kind in ("Indexed", "Separation"):
            count = 1
        elif kind in _COMPONENTS:
            count = _COMPONENTS[kind]
        else:
            return 0
    return int((out["Width"] * count * bits + 7) // 8 * out["Height"])


def _jpeg(builder: Builder, raw: bytes, parm: dict[str, Value], out: dict[str, Any]) -> Packed:
    bare = decoding.bare_jpeg(raw)
    inner = builder.work.inner("picture.jpg", bare, builder.place)
    if inner.kind != "jpeg" or decoding.jpeg_frame(inner.content) != decoding.jpeg_frame(bare):
        raise Undecodable("DCTDecode")
    entries: dict[str, Value] = {"Filter": "DCTDecode"}
    if parm.get("ColorTransform") in (0, 1):
        entries["DecodeParms"] = {"ColorTransform": parm["ColorTransform"]}
    return Packed(inner.content, entries)


def _from_jpeg_2000(builder: Builder, raw: bytes, out: dict[str, Any]) -> bytes:
    """A JPEG of the same picture: the one place where a picture is encoded with loss."""
    try:
        with Image.open(io.BytesIO(raw), formats=("JPEG2000",)) as picture:
            builder.work.budget.picture(picture.width * picture.height)
            mode = {"L": "L", "RGB": "RGB", "LA": "L", "RGBA": "RGB"}.get(picture.mode)
            if mode is None:
                raise Undecodable("JPXDecode")
            flat = picture.convert(mode)
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError) as error:
        raise Undecodable("JPXDecode") from error
    into = io.BytesIO()
    flat.save(into, "JPEG", quality=88)
    out["Width"], out["Height"] = flat.width, flat.height
    out["BitsPerComponent"] = 8
    for key in ("SMaskInData", "Decode"):
        out.pop(key, None)
    count = 1 if mode == "L" else 3
    colours = out.get("ColorSpace")
    kind = colours[0] if type(colours) is list else colours
    if kind != "ICCBased" and _COMPONENTS.get(str(kind)) != count:
        out["ColorSpace"] = "DeviceGray" if count == 1 else "DeviceRGB"
    builder.work.changed("pdf-picture-format", builder.place)
    return into.getvalue()


def _two_tone(
    builder: Builder, raw: bytes, kind: str, parm: dict[str, Value], out: dict[str, Any]
) -> Packed:
    shared = b""
    if kind == "JBIG2Decode":
        globals_ = parm.get("JBIG2Globals")
        if type(globals_) is Stream:
            found = streams.unpacked(builder, globals_)
            shared = found.data if found else b""
        builder.work.changed("pdf-picture-format", builder.place)
    picture = decoding.two_tone(raw, kind, parm, shared, out["Width"], out["Height"])
    data = decoding.fax(picture)
    return Packed(
        data,
        {
            "BitsPerComponent": 1,
            "Filter": "CCITTFaxDecode",
            "DecodeParms": {"K": -1, "Columns": out["Width"], "Rows": out["Height"]},
        },
    )


def _fit(builder: Builder, source: dict[str, Value], out: dict[str, Any]) -> Any:
    """A stencil has no colours of its own."""
    if out.get("ImageMask") is True:
        out.pop("ColorSpace", None)
        out.pop("SMask", None)
        out.pop("Mask", None)
    return out


_KEYS = {
    "Width": whole(1, SIDE_MAX),
    "Height": whole(1, SIDE_MAX),
    "ColorSpace": space,
    "BitsPerComponent": whole(1, 16),
    "Intent": name,
    "ImageMask": boolean,
    "Decode": numbers(2, 64, -1e6, 1e6),
    "Interpolate": boolean,
    "StructParent": whole(0, 10_000_000),
    "Matte": numbers(1, 32, -1e6, 1e6),
    "OC": made(OPTIONAL),
}
_FIXED = {"Type": "XObject", "Subtype": "Image"}
MASK = Rule(
    "mask", _KEYS, ("Width", "Height"), _FIXED, finish=_fit, stream=_picture, needs_stream=True
)
IMAGE = Rule(
    "image",
    {
        **_KEYS,
        "SMask": made(MASK),
        "Mask": either(numbers(2, 64, 0, 65_535), made(MASK)),
        "SMaskInData": whole(0, 2),
    },
    ("Width", "Height"),
    _FIXED,
    finish=_fit,
    stream=_picture,
    needs_stream=True,
)
