"""Tables that are uploaded: held in memory for one request, and in the page between two."""

from __future__ import annotations

import zlib
from base64 import b64decode, urlsafe_b64encode

from django.http import HttpRequest

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.office.flows.sheets.reading import FILE_BYTES_MAX
from sekisho.web.small_files import InMemory, chosen_file

HELD_CHARS_MAX = 900_000
"""What a form can carry; who has a larger table chooses it once more."""


def expect_table(request: HttpRequest) -> None:
    """Let this request bring a table."""
    request.upload_handlers = [InMemory(request, FILE_BYTES_MAX)]


def table_of(request: HttpRequest) -> bytes:
    """The table that was chosen, or the one that the page has held. Raises Refused SKS-F037
    (neither), InvalidInput SKS-F030, SKS-F031 (larger than a table may be)."""
    chosen = chosen_file(request)
    if chosen is not None:
        return chosen
    untrusted = request.POST.get("held", "")
    if not untrusted:
        raise Refused("SKS-F037")
    return _unpacked(untrusted)


def held(data: bytes) -> str:
    """A table as a form carries it to the next request; empty when it is too large for that."""
    packed = urlsafe_b64encode(zlib.compress(data)).decode()
    return packed if len(packed) <= HELD_CHARS_MAX else ""


def _unpacked(untrusted: str) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(b64decode(untrusted, b"-_", validate=True), FILE_BYTES_MAX + 1)
    except (ValueError, zlib.error):
        raise InvalidInput("SKS-F030", reason="held") from None
    return data
