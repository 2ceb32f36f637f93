"""What a file is, by its content: its name and its extension have no say.

Looks at the first 64 KiB and the last 256, reads nothing itself, takes bounded time, and raises
nothing whatever the bytes are. What is not clear is called `unknown` or by a name of that family.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography.utils import Buffer

from sekisho.disarm.compound import compound_kind
from sekisho.disarm.kinds import kinds
from sekisho.disarm.signatures import by_signature
from sekisho.disarm.texts import read_text, text_kind
from sekisho.disarm.window import HEAD_BYTES, TAIL_BYTES, Window
from sekisho.disarm.zips import zip_kind

__all__ = ["HEAD_BYTES", "TAIL_BYTES", "ContentType", "Glimpse", "identify"]

_PDF_WITHIN = 1_024
"""Readers open a PDF whose header begins anywhere in the first 1,024 bytes."""

_PDF = re.compile(rb"%PDF-[0-9]")
_PDF_LOCKED = re.compile(rb"/Encrypt(?:\s+[0-9]+\s+[0-9]+\s+R|\s*<<)")
_SELDOM = bytes(byte for byte in range(0x20) if byte not in b"\t\n\v\f\r\x1b")
"""Never a part of a character in the encodings that are bytes, and seldom in a text."""


@dataclass(frozen=True, slots=True)
class ContentType:
    """A kind and a family of `kinds.toml`; for what is text, its encoding (see `texts`)."""

    name: str
    family: str
    encoding: str = ""


def identify(head: bytes, tail: bytes = b"", *, size: int) -> ContentType:
    """The kind of a file of `size` bytes that begins with `head` and ends with `tail`.

    Give `HEAD_BYTES` and `TAIL_BYTES` where the file has them. Without the tail, documents that
    keep their table of contents at the end stay `ooxml`, `ole2` or `zip`.
    """
    window = Window.of(head, tail, size)
    if size == 0:
        return _named("empty")
    if kind := _binary_kind(window):
        return _named(kind)
    read = read_text(window.head, is_whole=window.is_whole)
    if read and (read.encoding == "utf-16" or not _is_binary(window.tail)):
        return _named(text_kind(read.text, is_whole=window.is_whole), read.encoding)
    return _named("unknown")


class Glimpse:
    """Keeps the two ends of a stream that passes by, so that it can be identified afterwards."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = bytearray()
        self._size = 0

    def watch(self, chunks: Iterable[Buffer]) -> Iterator[Buffer]:
        """The same chunks, looked at while they pass."""
        for chunk in chunks:
            self._see(memoryview(chunk).cast("B"))
            yield chunk

    def content_type(self) -> ContentType:
        """What has passed so far."""
        return identify(bytes(self._head), bytes(self._tail), size=self._size)

    def _see(self, chunk: memoryview) -> None:
        self._size += len(chunk)
        self._head += chunk[: HEAD_BYTES - len(self._head)]
        self._tail += chunk[-TAIL_BYTES:]
        del self._tail[:-TAIL_BYTES]


def _binary_kind(window: Window) -> str | None:
    kind = by_signature(window.head)
    if kind == "zip":
        return zip_kind(window)
    if kind == "ole2":
        return compound_kind(window)
    if kind is None and _PDF.search(window.head, 0, _PDF_WITHIN):
        return "pdf-locked" if _is_locked_pdf(window) else "pdf"
    return kind


def _is_binary(tail: bytes) -> bool:
    seldom = len(tail) - len(tail.translate(None, _SELDOM))
    return b"\0" in tail or seldom > 2 + len(tail) // 50


def _is_locked_pdf(window: Window) -> bool:
    return bool(_PDF_LOCKED.search(window.head) or _PDF_LOCKED.search(window.tail))


def _named(name: str, encoding: str = "") -> ContentType:
    return ContentType(name, kinds()[name].family, encoding)
