"""Ciphertext segments fetched from the head or from blocks, and checked against the manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cryptography.utils import Buffer

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.merkle import root_of
from sekisho.seal.parcel import PARAMS, Layout, Manifest, block_suffix
from sekisho.seal.stream import in_order, leaf_hash_of

GetBlock = Callable[[str, int], Buffer]
"""Given a block's suffix (`b00000`) and its exact size, its bytes."""


@dataclass(frozen=True)
class Segment:
    """One ciphertext segment: its number, its bytes, and whether the payload ends with it."""

    index: int
    untrusted: memoryview
    last: bool


def fetch_segments(layout: Layout, inline: bytes, get_block: GetBlock) -> Iterator[Segment]:
    """Every segment in order; one block is fetched when its first segment is asked for.

    Raises InvalidInput SKS-P011 when a block does not have its exact size.
    """
    index = 0
    for block in _blocks(layout, inline, get_block):
        while len(block):
            last = index == layout.segments - 1
            yield Segment(index, block[: PARAMS.segment_bytes], last)
            block = block[PARAMS.segment_bytes :]
            index += 1


def _blocks(layout: Layout, inline: bytes, get_block: GetBlock) -> Iterator[memoryview]:
    if layout.inline_bytes:
        yield _sized("inline", inline, layout.inline_bytes)
    for number in range(layout.blocks):
        size = layout.block_bytes(number)
        name = block_suffix(number)
        yield _sized(name, get_block(name, size), size)


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
    leaves = in_order(
        lambda segment: leaf_hash_of(segment.untrusted),
        fetch_segments(layout, inline, get_block),
        threads=pipeline_threads(layout, threads),
    )
    if root_of(leaves) != manifest.root:
        raise Refused("SKS-P012")
