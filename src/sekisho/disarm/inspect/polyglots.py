"""Files that are several things at once, and bytes behind the end of what a file is.

A picture with an archive behind it, a ZIP with a PDF header in front: each reader sees another
file. What comes out of the rebuilding is one thing only; that somebody tried is for people to know.
Looks at the ends of the file only, and walks what says where its parts end.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

from sekisho.disarm.kinds import kinds
from sekisho.disarm.sets import names
from sekisho.disarm.signatures import by_signature
from sekisho.disarm.window import HEAD_BYTES, TAIL_BYTES
from sekisho.disarm.work import Source, Work

BLOCKS_MAX = 200_000
"""Chunks and blocks of one picture that are walked; what is beyond is not looked at."""

_PDF_WITHIN = 1_024
_HTML = re.compile(
    rb"<(?:script|html|iframe|!doctype\s+html|svg|body\s+on)[\s>]|<\?php", re.IGNORECASE
)
_PDF = re.compile(rb"%PDF-[0-9]")
_ZIP_KINDS = names("zip zip-locked epub java ooxml odf vsdx vsdm xlam ppam")
_PADDING = b"\0\r\n\t \x1a\xff"


def judge_content(source: Source, work: Work) -> None:
    """Note what else a file is, and what lies behind its end."""
    name = source.untrusted_name.rpartition("/")[2]
    content = source.content
    family = kinds()[source.kind].family
    if not _is_zip(source.kind, family) and _ends_as_zip(content):
        work.found("also-zip", name)
    is_text = source.kind.startswith("pdf") or family in ("text", "data", "web", "mail")
    if not is_text and _PDF.search(content[:_PDF_WITHIN]):
        work.found("also-pdf", name)
    if family == "image" and (
        _HTML.search(content[:HEAD_BYTES]) or _HTML.search(content[-TAIL_BYTES:])
    ):
        work.found("also-html", name)
    if source.kind.startswith("pdf") and not bytes(content[:8]).startswith(b"%PDF-"):
        work.found("leading-data", name)
    _judge_end(source, name, work)


def _judge_end(source: Source, name: str, work: Work) -> None:
    find_end = _ENDS.get(source.kind)
    end = find_end(source.content) if find_end else None
    if end is None or not bytes(source.content[end : end + HEAD_BYTES]).strip(_PADDING):
        return
    work.found("trailing-data", name)
    behind = bytes(source.content[end : end + HEAD_BYTES]).lstrip(_PADDING)
    if by_signature(behind) in ("exe", "elf", "mach-o", "script"):
        work.found("also-program", name)
    elif by_signature(behind) in ("rar", "7z", "gzip", "cab", "lzh", "tar"):
        work.found("also-archive", name)


def _is_zip(kind: str, family: str) -> bool:
    opens_as_zip = family in ("document", "macro-document") and not kind.startswith("pdf")
    return kind in _ZIP_KINDS or opens_as_zip or kind in ("odg", "vsdx")


def _ends_as_zip(content: memoryview) -> bool:
    """Whether a directory of a ZIP ends where the file ends, as readers look for it."""
    tail = bytes(content[-(22 + 65_535) :])
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        return False
    directory_bytes, _, comment = struct.unpack_from("<LLH", tail, at + 12)
    start = len(content) - len(tail) + at - directory_bytes
    return (
        at + 22 + comment <= len(tail)
        and directory_bytes > 0
        and start >= 0
        and bytes(content[start : start + 4]) == b"PK\x01\x02"
    )


def _png_end(content: memoryview) -> int | None:
    at = 8
    for _ in range(BLOCKS_MAX):
        if at + 12 > len(content):
            return None
        size = int.from_bytes(content[at : at + 4], "big")
        if bytes(content[at + 4 : at + 8]) == b"IEND":
            return at + 12 + size
        at += 12 + size
    return None


def _gif_end(content: memoryview) -> int | None:
    """GIF89a: screen, colour table, then blocks until the trailer 3B."""
    if len(content) < 13:
        return None
    at = 13 + _colours(content[10])
    for _ in range(BLOCKS_MAX):
        if at + 10 > len(content):
            return at + 1 if at < len(content) and content[at] == 0x3B else None
        if content[at] == 0x3B:
            return at + 1
        if content[at] == 0x21:
            at += 2
        elif content[at] == 0x2C:
            at += 11 + _colours(content[at + 9])
        else:
            return None
        while at < len(content) and content[at]:
            at += 1 + content[at]
        at += 1
    return None


def _colours(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


_JPEG_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")


def _jpeg_end(content: memoryview) -> int | None:
    """JPEG: segments with a length each; behind SOS, data until a marker that is no restart."""
    at = 2
    for _ in range(BLOCKS_MAX):
        found = _JPEG_MARKER.search(content, at)
        if found is None:
            return None
        at, marker = found.end(), content[found.end() - 1]
        if marker == 0xD9:
            return at
        if marker in (0x01, 0xD8) or at + 2 > len(content):
            continue
        at += int.from_bytes(content[at : at + 2], "big")
    return None


def _bmp_end(content: memoryview) -> int | None:
    size = int.from_bytes(content[2:6], "little")
    return size if 54 <= size <= len(content) else None


def _riff_end(content: memoryview) -> int | None:
    size = int.from_bytes(content[4:8], "little")
    return 8 + size + size % 2


def _pdf_end(content: memoryview) -> int | None:
    tail = bytes(content[-TAIL_BYTES:])
    at = tail.rfind(b"%%EOF")
    return len(content) - len(tail) + at + 5 if at >= 0 else None


def _zip_end(content: memoryview) -> int | None:
    tail = bytes(content[-(22 + 65_535) :])
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        return None
    comment = int.from_bytes(tail[at + 20 : at + 22], "little")
    return len(content) - len(tail) + at + 22 + comment


_ENDS: dict[str, Callable[[memoryview], int | None]] = {
    "png": _png_end,
    "gif": _gif_end,
    "jpeg": _jpeg_end,
    "bmp": _bmp_end,
    "webp": _riff_end,
    "pdf": _pdf_end,
    "zip": _zip_end,
    **dict.fromkeys(
        ("docx", "xlsx", "pptx", "docm", "xlsm", "pptm", "odt", "ods", "odp"), _zip_end
    ),
}
"""Where a kind of file ends by its own account. For other kinds it is not known."""
