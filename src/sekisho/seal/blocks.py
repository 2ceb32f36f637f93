"""Ciphertext segments fetched from the head or from blocks, and checked against the manifest."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass

from cryptography.utils import Buffer

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.merkle import root_of
from sekisho.seal.parcel import PARAMS, Layout, Manifest, block_suffix
from sekisho.seal.stream import in_order, leaf_hash_of

GetBlock = Callable[[str, int], Buffer]
"""Given a block's suffix (`b00000`) and its exact size, its bytes.

Called in order and never twice at once, but for parcels of several blocks from another thread, so
that the next block is fetched while one is opened.
"""

BLOCKS_UNDER_WAY = 2


@dataclass(frozen=True)
class Segment:
    """One ciphertext segment: its number, its bytes, and whether the payload ends with it."""

    index: int
    untrusted: memoryview
    last: bool


def fetch_segments(
    layout: Layout, inline: bytes, get_block: GetBlock
) -> Generator[Segment, None, None]:
    """Every segment in order; nothing is fetched before the first is asked for.

    Raises InvalidInput SKS-P011 when a block does not have its exact size.
    """
    index = 0
    with closing(_blocks(layout, inline, get_block)) as blocks:
        for block in blocks:
            while len(block):
                last = index == layout.segments - 1
                yield Segment(index, block[: PARAMS.segment_bytes], last)
                block = block[PARAMS.segment_bytes :]
                index += 1


def _blocks(
    layout: Layout, inline: bytes, get_block: GetBlock
) -> Generator[memoryview, None, None]:
    def fetch(number: int) -> memoryview:
        size = layout.block_bytes(number)
        name = block_suffix(number)
        return _sized(name, get_block(name, size), size)

    if layout.inline_bytes:
        yield _sized("inline", inline, layout.inline_bytes)
    threads = 1 if layout.blocks > 1 else 0
    numbers = range(layout.blocks)
    with closing(in_order(fetch, numbers, threads=threads, window=BLOCKS_UNDER_WAY)) as blocks:
        yield from blocks


def _sized(name: str, untrusted: Buffer, expected: int) -> memoryview:
    block = memoryview(untrusted).cast("B")
    if len(block) != expected:
        raise InvalidInput("SKS-P011", block=name, expected=expected, found=len(block))
    return block


def pipeline_threads(layout: Layout, threads: int) -> int:
    """A single segment is not worth a thread."""
    return threads if layout.segments > 1 else 0


def check_root(
    manifest: Manifest, get_block: GetBlock, inline: bytes = b"", *, threads: int = 2
) -> None:
    """Check the stored ciphertext against a manifest, without any key, also after erasure.

    Raises InvalidInput SKS-P011 (a block of the wrong size) or Refused SKS-P012 (other bytes).
    """
    layout = manifest.layout
    threads = pipeline_threads(layout, threads)
    with (
        closing(fetch_segments(layout, inline, get_block)) as segments,
        closing(in_order(_leaf, segments, threads=threads)) as leaves,
    ):
        root = root_of(leaves)
    if root != manifest.root:
        raise Refused("SKS-P012")


def _leaf(segment: Segment) -> bytes:
    return leaf_hash_of(segment.untrusted)
