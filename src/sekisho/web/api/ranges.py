"""Which bytes a program asks for: one range (RFC 9110, section 14), as long as the file is the one
that it began with (`If-Range`, section 13.1.5)."""

from __future__ import annotations

import re

from django.http import HttpRequest

_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))", re.ASCII)


def etag_of(sha256: str) -> str:
    """The strong entity tag of a file."""
    return f'"{sha256}"'


def wanted(request: HttpRequest, *, sha256: str, size: int) -> tuple[int, int] | None:
    """The bytes from the first up to the second number; None means the whole file, also when
    several ranges are asked for or what is asked for cannot be understood.

    There may be no such bytes: whoever opens the file says so.
    """
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    if not found or request.headers.get("If-Range", etag_of(sha256)) != etag_of(sha256):
        return None
    first, last, suffix = found.groups()
    if suffix is not None:
        return (max(0, size - int(suffix)), size) if int(suffix) else (size, size)
    if not last:
        return int(first), max(size, int(first))
    if int(last) < int(first):
        return None
    return int(first), int(last) + 1
