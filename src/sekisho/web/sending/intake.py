"""Files that come with a form go past Django, part by part, into the vault."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from sekisho.node.opening import Node
from sekisho.node.whole_uploads import Incoming


class Taken(UploadedFile):
    """A file whose bytes lie in the vault already."""

    def __init__(self, name: str, size: int, incoming: Incoming) -> None:
        super().__init__(None, name, size=size)
        self.incoming = incoming


class IntoTheVault(FileUploadHandler):
    """Django hands it the pieces of every file of the form."""

    chunk_size = 1 << 20

    def __init__(self, request: HttpRequest, node: Node) -> None:
        super().__init__(request)
        self._node = node
        self._incoming: Incoming | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Another file begins."""
        super().new_file(*args, **kwargs)
        if not self.file_name:
            raise SkipFile
        self._incoming = Incoming(self._node)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """The next bytes; nothing is handed on."""
        if self._incoming is not None:
            self._incoming.take(raw_data)

    def file_complete(self, file_size: int) -> Taken | None:
        """The file is whole."""
        incoming, self._incoming = self._incoming, None
        return Taken(str(self.file_name), file_size, incoming) if incoming else None

    def upload_interrupted(self) -> None:
        """The line was cut."""
        if self._incoming is not None:
            self._incoming.drop()
            self._incoming = None
