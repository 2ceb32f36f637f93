"""Tables that are uploaded: held in memory for one request, and in the page between two."""

from __future__ import annotations

import io
import zlib
from base64 import b64decode, urlsafe_b64encode
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.office.flows.sheets.reading import FILE_BYTES_MAX

HELD_CHARS_MAX = 900_000
"""What a form can carry; who has a larger table chooses it once more."""


class InMemory(FileUploadHandler):
    """Keeps one small file; of a larger one just enough to be seen as too large."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self._bytes = io.BytesIO()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Another file begins."""
        super().new_file(*args, **kwargs)
        self._bytes = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """The next bytes, up to the limit."""
        self._bytes.write(raw_data[: max(0, FILE_BYTES_MAX + 1 - self._bytes.tell())])

    def file_complete(self, file_size: int) -> UploadedFile:
        """The file is whole."""
        self._bytes.seek(0)
        return UploadedFile(self._bytes, str(self.file_name), size=file_size)


def table_of(request: HttpRequest) -> bytes:
    """The table that was chosen, or the one that the page has held. Raises Refused SKS-F037
    (neither), InvalidInput SKS-F030, SKS-F031 (larger than a table may be)."""
    chosen = request.FILES.get("file")
    if isinstance(chosen, UploadedFile):
        return bytes(chosen.read())
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
