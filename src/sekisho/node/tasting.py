"""Knowing a file by its content while it streams by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cryptography.utils import Buffer

from sekisho.disarm.identify import HEAD_BYTES, TAIL_BYTES, ContentType, identify


class Taster:
    """Passes a stream on and keeps its first and last bytes, at most 128 KiB."""

    def __init__(self, source: Iterable[Buffer]) -> None:
        self._source = source
        self._head = bytearray()
        self._tail = bytearray()
        self._bytes = 0

    def __iter__(self) -> Iterator[Buffer]:
        for piece in self._source:
            view = memoryview(piece)
            if len(self._head) < HEAD_BYTES:
                self._head += view[: HEAD_BYTES - len(self._head)]
            self._tail += view[-TAIL_BYTES:]
            del self._tail[:-TAIL_BYTES]
            self._bytes += view.nbytes
            yield piece

    def content_type(self) -> ContentType:
        """What the stream was, once it has ended."""
        return identify(bytes(self._head), bytes(self._tail), size=self._bytes)
