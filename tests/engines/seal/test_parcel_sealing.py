"""Sealing: round trips of every shape, repeatable bytes, resuming, and sources that lie."""

from __future__ import annotations

import hashlib
import threading
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from tests.support import parcels

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.seal import sealing
from sekisho.seal.parcel import BLOCK_BYTES, LETTER_BYTES_MAX, PARAMS, head_name

PLAIN = PARAMS.plain_bytes
SECRET = sealing.SealingSecret(bytes(range(32)), bytes(32))


def noise(size: int, seed: int = 1) -> bytes:
    return hashlib.shake_128(b"%d" % seed).digest(size)


@pytest.mark.parametrize("suite", ["S0", "S1"])
@pytest.mark.parametrize("kind", ["transfer", "notice"])
def test_a_letter_alone_comes_back(suite: str, kind: str) -> None:
    found = parcels.seal(suite=suite, kind=kind)
    assert not found.blocks
    assert found.sealed.head_name == head_name(parcels.PARCEL_ID)
    assert parcels.open_parcel(found.sealed.head, {}, suite=suite) == (parcels.LETTER, [])


@pytest.mark.parametrize(
    "sizes",
    [
        [0],
        [1, 0, 2],
        [256 * 1024],
        [PLAIN - 4 - 10],
        [PLAIN - 4 - 10 + 1],
        [700_000, 0, 700_001, 3],
        [16 * PLAIN - 14],
        [16 * PLAIN - 13, 5],
        [36 * 1024 * 1024 + 7],
    ],
)
@pytest.mark.parametrize("threads", [1, 3])
def test_files_of_all_sizes_come_back(sizes: list[int], threads: int) -> None:
    files = [noise(size, seed) for seed, size in enumerate(sizes)]
    letter = b"0123456789"
    found = parcels.seal(letter, files, threads=threads)
    layout = found.manifest.layout
    assert [len(block) for block in found.blocks.values()] == [
        layout.block_bytes(n) for n in range(layout.blocks)
    ]
    opened = parcels.open_parcel(found.sealed.head, found.blocks, sizes, threads=threads)
    assert opened == (letter, files)


def test_a_letter_over_several_segments_comes_back() -> None:
    letter = noise(3 * 1024 * 1024)
    found = parcels.seal(letter, [b"after"])
    assert parcels.open_parcel(found.sealed.head, found.blocks, [5]) == (letter, [b"after"])


@pytest.mark.parametrize("chunk_bytes", [10_000, 1_000_003, 30_000_000])
def test_sealing_again_gives_the_same_blocks_whatever_the_threads_and_chunks(
    chunk_bytes: int,
) -> None:
    content = noise(20 * 1024 * 1024)
    first = parcels.seal(files=[content], secret=SECRET, threads=1)
    again = parcels.seal(
        files=[content],
        secret=SECRET,
        threads=4,
        sources=[
            lambda: [content[at : at + chunk_bytes] for at in range(0, len(content), chunk_bytes)]
        ],
    )
    assert first.blocks == again.blocks
    assert first.manifest.root == again.manifest.root
    assert first.manifest.floe_header == again.manifest.floe_header


@pytest.mark.parametrize(
    "change",
    [
        {"letter": b"another letter"},
        {"files": [b"a", b"bc"]},
        {"context": {}},
        {"secret": sealing.SealingSecret(SECRET.content_key, b"\1" * 32)},
    ],
)
def test_other_content_or_terms_never_meet_the_same_message_key(change: dict[str, Any]) -> None:
    plain: dict[str, Any] = {"letter": b"a letter", "files": [b"ab", b"c"], "secret": SECRET}
    first = parcels.seal(**plain).manifest.floe_header
    other = parcels.seal(**{**plain, **change}).manifest.floe_header
    assert first[42:] != other[42:]


def test_segment_ivs_are_all_different() -> None:
    found = {
        sealing.segment_iv(bytes(32), iv, index, last)
        for iv in (bytes(32), b"\1" * 32)
        for index in range(50)
        for last in (False, True)
    }
    assert len(found) == 200


def test_blocks_that_are_there_are_not_put_again() -> None:
    content = noise(40 * 1024 * 1024)
    put: list[str] = []

    def seal(have: set[str]) -> sealing.SealedParcel:
        put.clear()
        return sealing.seal(
            parcels.terms(),
            SECRET,
            parcels.LETTER,
            [parcels.source_of(content)],
            [len(content)],
            parcels.receiver_pair()[1],
            parcels.signer(),
            lambda name, data: put.append(name),
            have=have,
        )

    first = seal(set())
    assert put == ["b00000", "b00001", "b00002"]
    again = seal({"b00000", "b00002"})
    assert put == ["b00001"]
    assert again.manifest.root == first.manifest.root


@pytest.mark.parametrize("promised", [[3, 5], [5, 5], [4, 4], [4, 6], [4, 0]])
def test_a_source_of_another_size_than_promised_is_refused(promised: list[int]) -> None:
    with pytest.raises(InvalidInput, match="SKS-P015") as caught:
        sealing.seal(
            parcels.terms(),
            SECRET,
            b"",
            [parcels.source_of(b"four"), parcels.source_of(b"fives")],
            promised,
            parcels.receiver_pair()[1],
            parcels.signer(),
            lambda name, data: None,
        )
    assert caught.value.params["source"] == (1 if promised[0] != 4 else 2)


def test_an_endless_source_is_stopped_and_no_more_than_its_promise_is_read() -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while True:
            read += 100_000
            yield bytes(100_000)

    with pytest.raises(InvalidInput, match="SKS-P015"):
        _seal_one(endless, 5_000_000)
    assert read <= 5_100_000


def test_what_a_source_or_a_store_raises_passes_through() -> None:
    def broken() -> Iterator[bytes]:
        yield bytes(2_000_000)
        raise OSError("disk")

    def refuse(name: str, data: memoryview) -> None:
        raise TimeoutError("store")

    before = threading.active_count()
    with pytest.raises(OSError, match="disk") as first:
        _seal_one(broken, 4_000_000)
    with pytest.raises(TimeoutError, match="store") as second:
        _seal_one(parcels.source_of(bytes(40_000_000)), 40_000_000, refuse)
    assert first.tb and second.tb
    assert threading.active_count() == before


def _seal_one(source: Any, size: int, put_block: Any = lambda name, data: None) -> None:
    sealing.seal(
        parcels.terms(),
        SECRET,
        b"",
        [source],
        [size],
        parcels.receiver_pair()[1],
        parcels.signer(),
        put_block,
    )


def test_a_letter_beyond_its_limit_is_refused() -> None:
    with pytest.raises(InvalidInput, match="SKS-P016"):
        parcels.seal(bytes(LETTER_BYTES_MAX + 1))


def test_a_suite_weaker_than_the_signers_is_refused_before_anything_is_read() -> None:
    with pytest.raises(Refused, match="SKS-P009"):
        sealing.seal(
            parcels.terms(suite="S0"),
            SECRET,
            b"",
            [],
            [],
            parcels.receiver_pair("S0")[1],
            parcels.signer("S1"),
            lambda name, data: None,
        )


def test_a_key_of_another_suite_is_refused() -> None:
    with pytest.raises(InvalidInput, match="SKS-P021"):
        sealing.seal(
            parcels.terms(),
            SECRET,
            b"",
            [],
            [],
            parcels.receiver_pair("S0")[1],
            parcels.signer(),
            lambda name, data: None,
        )


def test_progress_grows_to_the_whole_payload() -> None:
    seen: list[int] = []
    content = noise(3_000_000)
    sealing.seal(
        parcels.terms(),
        SECRET,
        b"",
        [parcels.source_of(content)],
        [len(content)],
        parcels.receiver_pair()[1],
        parcels.signer(),
        lambda name, data: None,
        progress=seen.append,
    )
    assert seen == sorted(seen)
    assert seen[-1] == len(content) + 4


def test_secrets_do_not_show_in_their_repr() -> None:
    assert "00" not in repr(sealing.SealingSecret.new())
    assert sealing.SealingSecret.new() != sealing.SealingSecret.new()


def test_memory_does_not_grow_with_the_size() -> None:
    def zeros(size: int) -> Iterator[memoryview]:
        buffer = memoryview(bytes(BLOCK_BYTES // 4))
        for at in range(0, size, len(buffer)):
            yield buffer[: size - at]

    peaks = []
    for size in (6 * BLOCK_BYTES, 12 * BLOCK_BYTES):
        tracemalloc.start()
        _seal_one(lambda size=size: zeros(size), size)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 4 * 1024 * 1024
    assert max(peaks) < 100 * 1024 * 1024
