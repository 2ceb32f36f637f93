"""One object of the vault as bytes in a file: `SKSVOBJ1`, a FLOE header, FLOE segments of 1 MiB.

Layout and reasons: docs/formats/vault-v1.md. Knows descriptors, not folders.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from cryptography.utils import Buffer

from sekisho.kernel.errors import Broken, InvalidInput, Refused
from sekisho.seal import floe
from sekisho.seal.disk import disk_errors
from sekisho.seal.stream import Pool, in_order, parts

T = TypeVar("T")

PARAMS = floe.Params()
MAGIC = b"SKSVOBJ1"
HEADER_BYTES = len(MAGIC) + floe.HEADER_BYTES
FLUSH_SEGMENTS = 64
"""So many segments are written before the disk is told to store them, while more are sealed."""

Progress = Callable[[int], object]


@dataclass(frozen=True)
class Measured:
    """What was found out about the plaintext while it went by."""

    size: int
    sha256: str


@dataclass(frozen=True)
class _Part:
    """One segment's plaintext: `buffer` of the pool up to `filled`."""

    index: int
    buffer: memoryview
    filled: int
    last: bool

    @property
    def plaintext(self) -> memoryview:
        return self.buffer[: self.filled]


_Job = tuple[_Part, Future[None]]


class ObjectWriter:
    """Writes objects one after the other; keeps its buffers in between. For one thread."""

    def __init__(self, threads: int) -> None:
        self._workers = max(1, threads - 1)
        self._pool = Pool(PARAMS.plain_bytes)

    def write(
        self,
        descriptor: int,
        object_id: str,
        data_key: bytes,
        source: Iterable[Buffer],
        progress: Progress,
    ) -> Measured:
        """Seal all of `source` into the empty file, with a fresh `data_key` for every call.

        A piece of `source` is copied before the next one is asked for. `progress` gets the bytes
        taken so far. What `source` raises goes through. Raises Unavailable SKS-V012 (no room) or
        SKS-V013.
        """
        key = floe.SealingKey(data_key, os.urandom(floe.IV_BYTES), _bound(object_id), PARAMS)
        sealer = _Sealer(descriptor, object_id, key)
        stream = _marked(parts(source, self._pool))
        first = next(stream)
        if not first.last:
            return self._write_large(sealer, first, stream, progress)
        sealer.whole(first)
        digest = sha256(first.plaintext)
        self._pool.give(first.buffer)
        progress(first.filled)
        return Measured(first.filled, digest.hexdigest())

    def _write_large(
        self, sealer: _Sealer, first: _Part, rest: Iterator[_Part], progress: Progress
    ) -> Measured:
        """Hashing cannot be parallel and has its own thread; sealing and storing have theirs."""
        digest, size = sha256(), 0
        with (
            ThreadPoolExecutor(1, "sekisho-hash") as hashing,
            ThreadPoolExecutor(1, "sekisho-flush") as flushing,
        ):

            def jobs() -> Iterator[_Job]:
                part: _Part | None = first
                while part is not None:
                    yield part, hashing.submit(digest.update, part.plaintext)
                    part = next(rest, None)

            flushed: Future[None] | None = None
            with _ending(in_order(sealer.segment, jobs(), threads=self._workers)) as done:
                for part, hashed in done:
                    hashed.result()
                    self._pool.give(part.buffer)
                    size += part.filled
                    progress(size)
                    if (part.index + 1) % FLUSH_SEGMENTS == 0:
                        _wait(flushed)
                        flushed = flushing.submit(sealer.flush)
            _wait(flushed)
        return Measured(size, digest.hexdigest())


def read_object(
    descriptor: int, object_id: str, data_key: bytes, threads: int, start: int = 0
) -> Iterator[memoryview]:
    """The plaintext from byte `start` on, in order, in verified pieces of at most 1 MiB; the
    pieces are the caller's.

    Only when the iterator has ended is it sure that nothing was cut off. Raises Broken SKS-V011
    (altered, cut off, another key), Unavailable SKS-V013.
    """
    with disk_errors(object_id):
        sealed_bytes = os.fstat(descriptor).st_size - HEADER_BYTES
        header = os.pread(descriptor, HEADER_BYTES, 0)
    with _altered(object_id):
        key = floe.OpeningKey(data_key, header.removeprefix(MAGIC), _bound(object_id), PARAMS)
    count = max(1, -(-sealed_bytes // PARAMS.segment_bytes))
    opener = _Opener(descriptor, object_id, key, count)
    # The last segment is always opened: it alone shows that nothing was cut off.
    first = min(start // PARAMS.plain_bytes, count - 1)
    skipped = start - first * PARAMS.plain_bytes
    workers = threads if count - first > 1 else 0
    with _ending(in_order(opener.segment, range(first, count), threads=workers)) as pieces:
        for piece in pieces:
            yield piece[skipped:]
            skipped = 0


class _Sealer:
    """Seals and writes segments; safe to use from several threads."""

    def __init__(self, descriptor: int, object_id: str, key: floe.SealingKey) -> None:
        self._descriptor = descriptor
        self._object_id = object_id
        self._key = key
        self._own = threading.local()

    def whole(self, part: _Part) -> None:
        """The header and the only segment, in one write."""
        out = memoryview(bytearray(HEADER_BYTES + part.filled + floe.OVERHEAD_BYTES))
        self._seal_behind_header(part, out)
        self._write_at(out, 0)

    def segment(self, job: _Job) -> _Job:
        """One segment of several; the first takes the header along."""
        part, _ = job
        out = _buffer_of(self._own, HEADER_BYTES + PARAMS.segment_bytes)
        end = self._seal_behind_header(part, out)
        begin = 0 if part.index == 0 else HEADER_BYTES
        self._write_at(out[begin:end], begin + part.index * PARAMS.segment_bytes)
        return job

    def flush(self) -> None:
        """Store on the disk what has been written so far."""
        with disk_errors(self._object_id):
            os.fdatasync(self._descriptor)

    def _seal_behind_header(self, part: _Part, out: memoryview) -> int:
        out[:HEADER_BYTES] = MAGIC + self._key.header
        body = out[HEADER_BYTES:]
        size = self._key.seal_segment_into(part.index, part.plaintext, body, last=part.last)
        return HEADER_BYTES + size

    def _write_at(self, rest: memoryview, offset: int) -> None:
        with disk_errors(self._object_id):
            while rest:
                written = os.pwrite(self._descriptor, rest, offset)
                rest, offset = rest[written:], offset + written


class _Opener:
    """Reads and opens segments; safe to use from several threads."""

    def __init__(self, descriptor: int, object_id: str, key: floe.OpeningKey, count: int) -> None:
        self._descriptor = descriptor
        self._object_id = object_id
        self._key = key
        self._count = count
        self._own = threading.local()

    def segment(self, index: int) -> memoryview:
        """The plaintext of one segment, in memory of its own."""
        sealed = _buffer_of(self._own, PARAMS.segment_bytes)
        size = self._read_at(sealed, HEADER_BYTES + index * PARAMS.segment_bytes)
        out = memoryview(bytearray(max(0, size - floe.OVERHEAD_BYTES)))
        with _altered(self._object_id):
            last = index == self._count - 1
            filled = self._key.open_segment_into(index, sealed[:size], out, last=last)
        return out[:filled]

    def _read_at(self, out: memoryview, offset: int) -> int:
        filled = 0
        with disk_errors(self._object_id):
            while count := os.preadv(self._descriptor, [out[filled:]], offset + filled):
                filled += count
        return filled


@contextmanager
def _ending(results: Iterator[T]) -> Iterator[Iterator[T]]:
    """End the threads of `in_order` here, however we leave: the descriptor will be closed, and
    its number may then be another file's."""
    try:
        yield results
    finally:
        if isinstance(results, Generator):
            results.close()


@contextmanager
def _altered(object_id: str) -> Iterator[None]:
    """What FLOE finds wrong with an object that we wrote ourselves is damage."""
    try:
        yield
    except (InvalidInput, Refused) as error:
        raise Broken("SKS-V011", object=object_id) from error


def _bound(object_id: str) -> bytes:
    """The associated data: an object renamed to another id does not open."""
    return b"sekisho vault object\x00" + object_id.encode()


def _marked(stream: Iterator[tuple[memoryview, int]]) -> Iterator[_Part]:
    """The parts with their numbers, the last one marked as such."""
    buffer, filled = next(stream)
    index = 0
    for next_buffer, next_filled in stream:
        yield _Part(index, buffer, filled, last=False)
        buffer, filled, index = next_buffer, next_filled, index + 1
    yield _Part(index, buffer, filled, last=True)


def _buffer_of(own: threading.local, size: int) -> memoryview:
    """The one work buffer of this thread."""
    buffer: memoryview | None = getattr(own, "buffer", None)
    if buffer is None:
        buffer = memoryview(bytearray(size))
        own.buffer = buffer
    return buffer


def _wait(flushed: Future[None] | None) -> None:
    """An error in storing is told once only: it must be asked for."""
    if flushed is not None:
        flushed.result()
