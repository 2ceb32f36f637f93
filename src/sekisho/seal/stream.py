"""A pipeline with constant memory: buffers of any size in, equal parts through N threads, in order.

The thread that iterates reads the source and takes the results; the worker threads do what
releases the interpreter lock (AES-GCM, SHA-256). Buffers go round: whoever gets a result gives
its buffers back to the `Pool` before asking for the next.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Generic, TypeVar

from cryptography.utils import Buffer

from sekisho.kernel.limits import KIB, MIB

Job = TypeVar("Job")
Result = TypeVar("Result")

WINDOW_PER_THREAD = 8
"""Jobs under way unless told otherwise: enough to go on while a block of 16 parts is written."""

PIECE_BYTES_MIN = 256 * KIB
"""Smaller pieces are copied together: many short calls would stop all threads again and again."""

COPY_BYTES = MIB
THREAD_NAME = "sekisho-seal"


def in_order(
    work: Callable[[Job], Result],
    jobs: Iterable[Job],
    *,
    threads: int,
    window: int | None = None,
) -> Generator[Result, None, None]:
    """`work` of every job, in the order of the jobs, at most `window` of them under way.

    What a job or its work raises is raised here, after the work under way has ended; so it does
    when the generator is closed early. Close it yourself: a traceback may keep it alive. With
    `threads` 0 everything runs in the calling thread.
    """
    if threads == 0:
        yield from map(work, jobs)
        return
    window = window or WINDOW_PER_THREAD * threads
    queue: SimpleQueue[_Task[Job, Result] | None] = SimpleQueue()
    workers = [Thread(target=_serve, args=(work, queue), name=THREAD_NAME) for _ in range(threads)]
    pending: deque[_Task[Job, Result]] = deque()
    try:
        for worker in workers:
            worker.start()
        for job in jobs:
            pending.append(_Task(job))
            queue.put(pending[-1])
            if len(pending) >= window:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        _end(workers, queue)


class _Task(Generic[Job, Result]):
    """One job and what became of it.

    A bare lock says when it is done: the futures of the standard library wake every waiter
    through a condition, which costs up to a tenth of the speed here.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._done = Lock()
        self._done.acquire()
        self._outcome: list[Result] = []
        self._error: BaseException | None = None

    def run(self, work: Callable[[Job], Result]) -> None:
        try:
            self._outcome.append(work(self._job))
        except BaseException as error:
            self._error = error
        finally:
            self._done.release()

    def result(self) -> Result:
        self._done.acquire()
        if self._error is not None:
            try:
                raise self._error
            finally:
                # Its traceback holds this task: without the knot it goes when it is caught.
                self._error = None
        return self._outcome[0]


def _serve(work: Callable[[Job], Result], queue: SimpleQueue[_Task[Job, Result] | None]) -> None:
    while (task := queue.get()) is not None:
        task.run(work)


def _end(workers: list[Thread], queue: SimpleQueue[_Task[Job, Result] | None]) -> None:
    """Forget what was not begun, wait for what was."""
    with suppress(Empty):
        while True:
            queue.get_nowait()
    started = [worker for worker in workers if worker.ident is not None]
    for _ in started:
        queue.put(None)
    for worker in started:
        worker.join()


class Pool:
    """Buffers of one size that are used again and again. For one thread."""

    def __init__(self, buffer_bytes: int) -> None:
        self.buffer_bytes = buffer_bytes
        self._idle: list[memoryview] = []

    def take(self) -> memoryview:
        """A writable buffer; its bytes are whatever was there."""
        return self._idle.pop() if self._idle else memoryview(bytearray(self.buffer_bytes))

    def give(self, buffer: memoryview) -> None:
        """Take a whole buffer back; the giver must not touch it again."""
        self._idle.append(buffer)


def parts(source: Iterable[Buffer], pool: Pool) -> Iterator[tuple[memoryview, int]]:
    """The source cut into full buffers of the pool and a last one of 0 bytes or more.

    Yields (buffer, bytes filled); only the last may be less than full, and it is empty only
    when the source is. Copies at once, so a source may reuse what it yields.
    """
    buffer, filled = pool.take(), 0
    for chunk in source:
        rest = memoryview(chunk).cast("B")
        while len(rest):
            if filled == len(buffer):
                yield buffer, filled
                buffer, filled = pool.take(), 0
            step = min(len(rest), len(buffer) - filled)
            buffer[filled : filled + step] = rest[:step]
            filled, rest = filled + step, rest[step:]
    yield buffer, filled


def gathered(source: Iterable[Buffer], part_bytes: int) -> Iterator[list[memoryview]]:
    """The source cut into parts of `part_bytes` and a last one of 0 bytes or more, as views.

    The last part is empty only when the source is. What could change after it was yielded is
    copied at once; large `bytes`, and views of them, are not.
    """
    part: list[memoryview] = []
    missing = part_bytes
    for rest in _lasting(source):
        while len(rest):
            if missing == 0:
                yield part
                part, missing = [], part_bytes
            part.append(rest[:missing])
            rest = rest[missing:]
            missing -= len(part[-1])
    yield part


def _lasting(source: Iterable[Buffer]) -> Iterator[memoryview]:
    """The same bytes in buffers that stay as they are; small ones are put together."""
    small = bytearray()
    for chunk in source:
        view = memoryview(chunk).cast("B")
        if len(view) < PIECE_BYTES_MIN:
            small += view
            if len(small) < PIECE_BYTES_MIN:
                continue
            view = memoryview(b"")
        if small:
            yield memoryview(small)
            small = bytearray()
        if isinstance(view.obj, bytes):
            yield view
            continue
        for at in range(0, len(view), COPY_BYTES):
            yield memoryview(bytes(view[at : at + COPY_BYTES]))
    yield memoryview(small)


def leaf_hash_of(segment: Buffer) -> bytes:
    """The RFC 6962 leaf hash of a large buffer, without copying it."""
    digest = sha256(b"\x00")
    digest.update(segment)
    return digest.digest()
