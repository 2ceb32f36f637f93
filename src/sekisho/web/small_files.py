"""Small files that a page reads at once: held in memory for one request, never on a disk."""

from __future__ import annotations

import io
import zlib
from base64 import b64decode, urlsafe_b64encode
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

HELD_CHARS_MAX = 900_000
"""What a form can carry; who has a larger file chooses it once more."""


class InMemory(FileUploadHandler):
    """Keeps one file of at most `bytes_max`; of a larger one just enough to be seen as too large.

    A page sets it before the form is read: `request.upload_handlers = [InMemory(request, …)]`.
    """

    def __init__(self, request: HttpRequest, bytes_max: int) -> None:
        super().__init__(request)
        self._bytes_max = bytes_max
        self._bytes = io.BytesIO()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Another file begins."""
        super().new_file(*args, **kwargs)
        self._bytes = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """The next bytes, up to the limit."""
        self._bytes.write(raw_data[: max(0, self._bytes_max + 1 - self._bytes.tell())])

    def file_complete(self, file_size: int) -> UploadedFile:
        """The file is whole."""
        self._bytes.seek(0)
        return UploadedFile(self._bytes, str(self.file_name), size=file_size)


def chosen_file(request: HttpRequest, name: str = "file") -> bytes | None:
    """The file of this field, None where none was chosen."""
    chosen = request.FILES.get(name)
    return bytes(chosen.read()) if isinstance(chosen, UploadedFile) else None


def held(data: bytes) -> str:
    """A file as a form carries it to the next request; empty when it is too large for that."""
    packed = urlsafe_b64encode(zlib.compress(data)).decode()
    return packed if len(packed) <= HELD_CHARS_MAX else ""


def released(untrusted: str, bytes_max: int) -> bytes | None:
    """What a form has held, at most one byte more than `bytes_max`; None if that cannot be."""
    unpacking = zlib.decompressobj()
    try:
        return unpacking.decompress(b64decode(untrusted, b"-_", validate=True), bytes_max + 1)
    except (ValueError, zlib.error):
        return None
