"""Open a parcel: verify its head, then stream its letter and files while checking every segment.

Every segment is authenticated before its plaintext is handed on, but only `finish` says that all
of it is what the sender signed: commit nothing before.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.merkle import Frontier
from sekisho.seal import floe, hpke, stream
from sekisho.seal.blocks import GetBlock, Segment, check_root, fetch_segments, pipeline_threads
from sekisho.seal.head import UntrustedHead, VerifiedHead, read_head, verify_head
from sekisho.seal.parcel import LETTER_BYTES_MAX, LETTER_LENGTH_BYTES, PARAMS

__all__ = [
    "Opening",
    "UntrustedHead",
    "VerifiedHead",
    "check_root",
    "content_key",
    "read_head",
    "verify_head",
]


def content_key(verified: VerifiedHead, receiver_private: bytes) -> bytes:
    """The key of the parcel's payload, unwrapped with the private half of the receiver's key.

    Raises Refused SKS-P022 (another key, or changed) or Broken SKS-P023 (our key is damaged).
    """
    terms = verified.terms
    wrapped = verified.manifest.wrapped_key
    return hpke.unwrap(terms.suite, receiver_private, wrapped, terms.binding())


@dataclass(frozen=True)
class _Opened:
    leaf: bytes
    buffer: memoryview
    filled: int


class Opening:
    """The payload of one parcel, read once from front to back. Use it in a `with` statement.

    `get_block` is as `blocks.GetBlock` says. Raises Refused SKS-P031 at once when the key is not
    the key of this parcel. Reading raises InvalidInput SKS-P011 (a block of the wrong size),
    Refused SKS-P032 (a changed segment), InvalidInput SKS-P013 (the payload ends too early), and
    whatever `get_block` raises.
    """

    def __init__(
        self, verified: VerifiedHead, content_key: bytes, get_block: GetBlock, threads: int = 2
    ) -> None:
        manifest = verified.manifest
        layout = manifest.layout
        self._manifest = manifest
        self._floe = floe.OpeningKey(
            content_key, manifest.floe_header, manifest.terms.binding(), PARAMS
        )
        self._pool = stream.Pool(min(PARAMS.plain_bytes, layout.payload_bytes))
        self._segments = self._open_all(
            fetch_segments(layout, verified.inline, get_block), pipeline_threads(layout, threads)
        )
        self._tree = Frontier()
        self._rest = memoryview(b"")
        self._left = manifest.payload_bytes
        self._letter: bytes | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop reading and end the threads."""
        self._segments.close()

    @property
    def left_bytes(self) -> int:
        """Payload bytes not read yet."""
        return self._left

    def letter(self) -> bytes:
        """The letter, whole. Raises also InvalidInput SKS-P016 (longer than letters may be)."""
        if self._letter is None:
            length = int.from_bytes(self._gather(LETTER_LENGTH_BYTES))
            if length > LETTER_BYTES_MAX:
                raise InvalidInput("SKS-P016", what="letter", limit=LETTER_BYTES_MAX, found=length)
            self._letter = self._gather(length)
        return self._letter

    def copy(self, size: int, write: Callable[[memoryview], object]) -> None:
        """Hand the next `size` bytes of file content to `write`, piece by piece.

        A piece is valid only during the call.
        """
        for piece in self.pieces(size):
            write(piece)

    def pieces(self, size: int) -> Iterator[memoryview]:
        """The next `size` bytes of file content; a piece is valid until the next is asked for.

        Take all of them before anything else is read.
        """
        self.letter()
        yield from self._pieces(size)

    def finish(self) -> None:
        """All was read and is what the sender signed.

        Raises InvalidInput SKS-P014 (bytes left over) or Refused SKS-P012 (another root).
        """
        self.letter()
        if self._left:
            raise InvalidInput("SKS-P014", left=self._left)
        if self._tree.root() != self._manifest.root:
            raise Refused("SKS-P012")
        self.close()

    def _gather(self, size: int) -> bytes:
        return b"".join(map(bytes, self._pieces(size)))

    def _pieces(self, size: int) -> Iterator[memoryview]:
        if size > self._left:
            raise InvalidInput("SKS-P013", left=self._left, wanted=size)
        while size > 0:
            if not len(self._rest):
                self._rest = self._next_segment()
            piece = self._rest[:size]
            yield piece
            self._rest = self._rest[len(piece) :]
            self._left -= len(piece)
            size -= len(piece)

    def _next_segment(self) -> memoryview:
        segment = next(self._segments, None)
        if segment is None:
            raise ValueError("the parcel was closed, or reading it failed before")
        return segment

    def _open_all(
        self, segments: Generator[Segment, None, None], threads: int
    ) -> Generator[memoryview, None, None]:
        jobs = ((segment, self._pool.take()) for segment in segments)
        with (
            closing(segments),
            closing(stream.in_order(self._open, jobs, threads=threads)) as results,
        ):
            for opened in results:
                self._tree.append(opened.leaf)
                yield opened.buffer[: opened.filled]
                self._pool.give(opened.buffer)

    def _open(self, job: tuple[Segment, memoryview]) -> _Opened:
        segment, buffer = job
        leaf = stream.leaf_hash_of(segment.untrusted)
        filled = self._floe.open_segment_into(
            segment.index, segment.untrusted, buffer, last=segment.last
        )
        return _Opened(leaf, buffer, filled)
