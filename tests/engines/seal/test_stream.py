"""The ordered pipeline: order, bounds, errors, and sources that reuse their buffers."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.merkle import leaf_hash
from sekisho.seal import stream


@pytest.mark.parametrize("threads", [0, 1, 2, 5])
def test_results_come_in_the_order_of_the_jobs(threads: int) -> None:
    def work(job: int) -> int:
        time.sleep(0.002 * (job % 3))
        return job * job

    found = list(stream.in_order(work, range(50), threads=threads))
    assert found == [job * job for job in range(50)]


@pytest.mark.parametrize(("threads", "window"), [(1, None), (3, None), (1, 2), (2, 1)])
def test_no_more_than_the_window_is_under_way(threads: int, window: int | None) -> None:
    drawn = 0

    def jobs() -> Iterator[int]:
        nonlocal drawn
        for job in range(200):
            drawn += 1
            yield job

    limit = window or stream.WINDOW_PER_THREAD * threads
    for taken, _ in enumerate(stream.in_order(int, jobs(), threads=threads, window=window)):
        assert drawn <= taken + limit


@pytest.mark.parametrize("threads", [0, 2])
def test_what_work_raises_is_raised_in_its_place_and_no_thread_is_left(threads: int) -> None:
    def work(job: int) -> int:
        if job == 7:
            raise ValueError("seven")
        return job

    found = []
    before = threading.active_count()
    with pytest.raises(ValueError, match="seven"):
        for result in stream.in_order(work, range(100), threads=threads):
            found.append(result)
    assert found == list(range(7))
    assert threading.active_count() == before


@pytest.mark.parametrize("threads", [0, 2])
def test_what_the_source_raises_is_raised(threads: int) -> None:
    def jobs() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        list(stream.in_order(int, jobs(), threads=threads))


def test_a_failure_does_not_keep_the_buffers_alive() -> None:
    class Held:
        """Something that can be watched."""

    held = Held()
    watched = weakref.ref(held)

    def work(job: Held) -> None:
        raise ValueError("no")

    gc.disable()
    try:
        with pytest.raises(ValueError, match="no"):
            list(stream.in_order(work, iter([held]), threads=1))
        del held
        assert watched() is None
    finally:
        gc.enable()


def test_what_was_not_begun_is_never_begun() -> None:
    begun = []

    def work(job: int) -> int:
        time.sleep(0.05)
        begun.append(job)
        return job

    results = stream.in_order(work, iter(range(1000)), threads=1, window=8)
    next(results)
    results.close()
    assert len(begun) <= 3


def test_closing_early_ends_the_threads() -> None:
    before = threading.active_count()
    results = stream.in_order(int, iter(range(1000)), threads=2)
    assert isinstance(results, Iterator)
    next(results)
    del results
    assert threading.active_count() == before


def test_a_pool_gives_the_same_buffer_again() -> None:
    pool = stream.Pool(8)
    first = pool.take()
    pool.give(first)
    assert pool.take() is first
    assert pool.take() is not first


@given(chunks=st.lists(st.binary(max_size=40), max_size=20), size=st.integers(1, 30))
def test_parts_are_full_but_for_the_last(chunks: list[bytes], size: int) -> None:
    def reused() -> Iterator[memoryview]:
        buffer = bytearray(40)
        for chunk in chunks:
            buffer[: len(chunk)] = chunk
            yield memoryview(buffer)[: len(chunk)]
            buffer[:] = b"\xee" * 40

    pool = stream.Pool(size)
    found = [bytes(buffer[:filled]) for buffer, filled in stream.parts(reused(), pool)]
    whole = b"".join(chunks)
    assert b"".join(found) == whole
    assert all(len(part) == size for part in found[:-1])
    assert (found[-1] == b"") == (whole == b"")


@given(
    chunks=st.lists(st.binary(max_size=40), max_size=20),
    size=st.integers(1, 30),
    least=st.integers(0, 50),
)
def test_gathered_parts_are_full_but_for_the_last(
    chunks: list[bytes], size: int, least: int
) -> None:
    def mixed() -> Iterator[bytes | memoryview]:
        for number, chunk in enumerate(chunks):
            if number % 2:
                yield chunk
                continue
            buffer = bytearray(chunk)
            yield memoryview(buffer)
            buffer[:] = b"\xee" * len(buffer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "PIECE_BYTES_MIN", least)
        found = list(stream.gathered(mixed(), size))
    joined = [b"".join(part) for part in found]
    whole = b"".join(chunks)
    assert b"".join(joined) == whole
    assert all(len(part) == size for part in joined[:-1])
    assert (joined[-1] == b"") == (whole == b"")


def test_only_what_could_change_is_copied() -> None:
    size = stream.PIECE_BYTES_MIN
    lasting, changing = b"x" * (size + 10), bytearray(size)
    chunks = [lasting, memoryview(lasting)[10:], changing, memoryview(changing).toreadonly()]
    views = [view for part in stream.gathered(chunks, 10 * size) for view in part]
    assert [view.obj is lasting for view in views] == [True, True, False, False]
    assert not any(view.obj is changing for view in views)


def test_a_large_buffer_is_copied_little_by_little() -> None:
    content = bytearray(10 * stream.COPY_BYTES)
    found = stream.gathered([content], stream.COPY_BYTES)
    first = next(found)
    assert [len(view.obj) for view in first] == [stream.COPY_BYTES]
    content[-1] = 7
    assert list(found)[-1][-1][-1] == 7


def test_a_source_of_single_bytes_makes_few_pieces() -> None:
    source = (b"x" for _ in range(3 * stream.PIECE_BYTES_MIN))
    found = list(stream.gathered(source, 2 * stream.PIECE_BYTES_MIN))
    assert [len(part) for part in found] == [2, 1]


@given(st.binary(max_size=100))
def test_the_leaf_hash_is_that_of_the_kernel(segment: bytes) -> None:
    assert stream.leaf_hash_of(memoryview(segment)) == leaf_hash(segment)
