"""Pictures and files inside a document: disarmed by their own rules, or replaced."""

from __future__ import annotations

import struct
import zlib

import deflate

from sekisho.disarm.formats.ooxml.shapes import PROGRAMS
from sekisho.disarm.identify import HEAD_BYTES, TAIL_BYTES, identify
from sekisho.disarm.work import Inner, Stopped, Work
from sekisho.disarm.zipfiles import Data

PICTURES = {
    # kind → extension, content type
    "png": ("png", "image/png"),
    "jpeg": ("jpeg", "image/jpeg"),
    "gif": ("gif", "image/gif"),
    "bmp": ("bmp", "image/bmp"),
    "tiff": ("tiff", "image/tiff"),
    "webp": ("webp", "image/webp"),
    "svg": ("svg", "image/svg+xml"),
}
_JPEG_EXTENSIONS = ("jpg", "jpeg")
_OPEN = "application/vnd.openxmlformats-officedocument."
PACKAGES = {
    "docx": _OPEN + "wordprocessingml.document",
    "xlsx": _OPEN + "spreadsheetml.sheet",
    "pptx": _OPEN + "presentationml.presentation",
    "ppsx": _OPEN + "presentationml.slideshow",
}
"""Kinds of files that may stay inside a document, as they come out → content type."""

_EMBEDDABLE = frozenset(("docx", "docm", "xlsx", "xlsm", "pptx", "pptm", "ppsx", "ppsm"))


def placeholder() -> bytes:
    """A grey PNG of 64 × 48, which stands for a picture that could not be kept."""
    rows = b"".join(b"\0" + bytes([0xD9 if 0 < y < 47 else 0x99]) * 64 for y in range(48))
    chunks = (
        (b"IHDR", struct.pack(">2L5B", 64, 48, 8, 0, 0, 0, 0)),
        (b"IDAT", bytes(deflate.zlib_compress(rows, 9))),
        (b"IEND", b""),
    )
    out = b"\x89PNG\r\n\x1a\n"
    for name, data in chunks:
        out += struct.pack(">L", len(data)) + name + data
        out += struct.pack(">L", zlib.crc32(name + data))
    return out


_PLACEHOLDER = placeholder()


def kind_of(data: Data) -> str:
    """The kind by content."""
    head, tail = bytes(data[:HEAD_BYTES]), bytes(data[-TAIL_BYTES:])
    return identify(head, tail, size=len(data)).name


def picture(name: str, data: Data, work: Work) -> Inner:
    """A picture, decoded and written anew; a grey one for what cannot be made safe."""
    kind = kind_of(data)
    if kind in PICTURES:
        inner = _inner(name, data, work)
        if inner is not None:
            return inner
    work.replaced("metafile" if kind in ("emf", "wmf") else "picture-unknown", name)
    replaced = _quiet(work, "placeholder.png", _PLACEHOLDER)
    return replaced or Inner("placeholder.png", "png", _PLACEHOLDER)


def _inner(name: str, data: Data, work: Work) -> Inner | None:
    try:
        return work.inner_or_none(name, bytes(data), name)
    except Stopped as stopped:
        if stopped.code != "SKS-D001":
            raise
    return None


def _quiet(work: Work, name: str, data: bytes) -> Inner | None:
    """A file of ours through its own handler, so that it is the same when it comes again."""
    try:
        return work.inner(name, data)
    except Stopped:
        return None


def embedded(name: str, data: Data, work: Work) -> Inner | None:
    """A document inside the document, disarmed; None when its picture has to do."""
    if not work.profile.embedded or kind_of(data) not in _EMBEDDABLE:
        return None
    stem = name.rpartition("/")[2].rpartition(".")[0]
    inner = work.inner_or_none(f"{stem}.{kind_of(data)}", bytes(data), name)
    return inner if inner is not None and inner.kind in PROGRAMS else None


def extension_for(name: str, kind: str) -> str:
    """The extension of a part of this kind: the one that it has when it fits."""
    has = name.lower().rpartition(".")[2]
    if kind == "jpeg" and has in _JPEG_EXTENSIONS:
        return has
    if kind == "tiff" and has == "tif":
        return has
    return PICTURES[kind][0] if kind in PICTURES else kind
