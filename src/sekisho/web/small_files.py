"""Small files that a page reads at once: held in memory for one request, never on a disk."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest


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
