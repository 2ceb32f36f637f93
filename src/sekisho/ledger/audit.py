"""Has anybody touched the log behind our back? Everything computed again from the entries.

`audit` finds what does not fit together inside the database. Whoever rewrites entries *and* all
hashes above them, or puts an old copy of the database back, leaves it fitting together: that is
what the watermark finds, a size and root kept outside the database (and witnesses, elsewhere).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sekisho.kernel import documents
from sekisho.kernel.errors import Broken
from sekisho.kernel.merkle import EMPTY_ROOT
from sekisho.ledger.rows import LogRows
from sekisho.ledger.tiles import (
    HASH_BYTES,
    LEVELS_MAX,
    TILE_BYTES,
    TILE_WIDTH,
    TileReader,
    leaf_hashes,
    tile_root,
)

FAULTS_MAX = 100
READ_ENTRIES = 8 * TILE_WIDTH
WATERMARK_BYTES_MAX = 1_000
Progress = Callable[[int, int], None]
"""Called with entries done and entries in all."""


class FaultKind(Enum):
    """What is wrong, with the code that explains it."""

    ENTRY = "SKS-L010"
    LEAF_HASH = "SKS-L011"
    TILE = "SKS-L012"
    SIZE = "SKS-L013"
    MISSING = "SKS-L004"


@dataclass(frozen=True)
class Fault:
    """One thing that does not fit: the entry `index`, or the tile `index` of `level`."""

    kind: FaultKind
    index: int
    level: int = 0

    def error(self) -> Broken:
        """The fault as an error that explains itself."""
        return Broken(self.kind.value, index=self.index, tile=self.index, level=self.level, count=1)


@dataclass(frozen=True)
class AuditResult:
    """`root` is the root over all entries, or None where faults (at most 100) were found."""

    size: int
    root: bytes | None
    faults: tuple[Fault, ...]

    def require(self) -> bytes:
        """The root; raises Broken with the code of the first fault if there is one."""
        if self.root is None:
            raise self.faults[0].error()
        return self.root


def audit(rows: LogRows, progress: Progress | None = None) -> AuditResult:
    """Compute every leaf hash and every tile again and compare with what is stored."""
    size = rows.size()
    faults: list[Fault] = []
    for fault in _all_faults(rows, size, progress):
        faults.append(fault)
        if len(faults) == FAULTS_MAX:
            break
    root = None
    if not faults:
        root = TileReader(rows, size).tree_hash(0, size) if size else EMPTY_ROOT
    return AuditResult(size, root, tuple(faults))


def _all_faults(rows: LogRows, size: int, progress: Progress | None) -> Iterator[Fault]:
    """Level 0 against the entries, then each level against the hashes believed below it.

    What is believed after a fault is what the others agree on, so that one changed row gives one
    fault and not a faulty tile on every level above as well.
    """
    count = size
    roots: list[bytes] = []
    yield from _bottom_faults(rows, size, roots, progress)
    yield from _beyond(rows, 0, count)
    for level in range(1, LEVELS_MAX):
        hashes, count, roots = roots, count // TILE_WIDTH, []
        for tile in range(-(-count // TILE_WIDTH)):
            wanted = b"".join(hashes[tile * TILE_WIDTH : (tile + 1) * TILE_WIDTH])
            stored = rows.tile(level, tile)
            if stored != wanted:
                yield _tile_fault(stored, wanted, level, tile)
            if len(wanted) == TILE_BYTES:
                roots.append(tile_root(wanted))
        yield from _beyond(rows, level, count)


def _bottom_faults(
    rows: LogRows, size: int, roots: list[bytes], progress: Progress | None
) -> Iterator[Fault]:
    for begin in range(0, size, READ_ENTRIES):
        end = min(begin + READ_ENTRIES, size)
        try:
            leaves = rows.leaves(begin, end)
        except Broken as missing:
            yield Fault(FaultKind.MISSING, missing.params["index"])
            leaves = []
        for start in range(begin, end, TILE_WIDTH):
            part = leaves[start - begin : start - begin + TILE_WIDTH]
            stored = rows.tile(0, start // TILE_WIDTH)
            faults, believed = _judge_leaves(start, part, stored) if part else ([], stored)
            yield from faults
            if end - start >= TILE_WIDTH:
                roots.append(tile_root(believed or bytes(TILE_BYTES)))
        if progress is not None:
            progress(end, size)


def _judge_leaves(
    start: int, leaves: list[tuple[bytes, bytes]], stored: bytes | None
) -> tuple[list[Fault], bytes]:
    """Which of three disagrees: the entry itself, the hash beside it, the hash in its tile.

    Also the leaf hashes to believe: of three, what two agree on.
    """
    right = leaf_hashes(entry for _, entry in leaves)
    joined, tile = b"".join(right), start // TILE_WIDTH
    if stored == joined and [leaf for leaf, _ in leaves] == right:
        return [], joined
    faults = []
    if stored is None or len(stored) != len(joined):
        faults.append(_tile_fault(stored, joined, 0, tile))
        stored = joined
    believed, blame_tile = [], False
    for offset, (hashed, (beside, _)) in enumerate(zip(right, leaves, strict=True)):
        in_tile = stored[offset * HASH_BYTES : (offset + 1) * HASH_BYTES]
        if hashed not in (beside, in_tile):
            faults.append(Fault(FaultKind.ENTRY, start + offset))
            hashed = in_tile
        elif hashed != beside:
            faults.append(Fault(FaultKind.LEAF_HASH, start + offset))
        blame_tile = blame_tile or hashed != in_tile
        believed.append(hashed)
    if blame_tile:
        faults.append(Fault(FaultKind.TILE, tile))
    return faults, b"".join(believed)


def _tile_fault(stored: bytes | None, wanted: bytes, level: int, tile: int) -> Fault:
    other_count = stored is not None and len(stored) != len(wanted)
    return Fault(FaultKind.SIZE if other_count else FaultKind.TILE, tile, level)


def _beyond(rows: LogRows, level: int, count: int) -> Iterator[Fault]:
    """A tile where the log has no entries any more: entries were cut off."""
    tile = -(-count // TILE_WIDTH)
    if rows.tile(level, tile) is not None:
        yield Fault(FaultKind.SIZE, tile, level)


@dataclass(frozen=True)
class Watermark:
    """The largest size (and its root) that this log is known to have had."""

    origin: str
    size: int
    root: bytes

    def encode(self) -> bytes:
        """The bytes to keep in a file outside the database."""
        value: dict[str, Any] = {
            "v": 1,
            "origin": self.origin,
            "size": self.size,
            "root": self.root.hex(),
        }
        return documents.write(value) + b"\n"


def read_watermark(untrusted: bytes) -> Watermark:
    """The reverse of `encode`. Raises InvalidInput SKS-K001 or SKS-K002."""
    fields = documents.read(untrusted, "watermark", WATERMARK_BYTES_MAX)
    fields.integer("v", minimum=1, maximum=1)
    found = Watermark(
        fields.text("origin", chars_max=200),
        fields.integer("size"),
        bytes.fromhex(fields.digest("root")),
    )
    fields.done()
    return found


def compare_with_watermark(size: int, root: Callable[[int], bytes], watermark: Watermark) -> None:
    """The log of `size` still begins with what the watermark saw; `root` gives a size's root.

    Raises Broken SKS-L014 (shorter: an old database was put back) or SKS-L015 (rewritten).
    """
    if size < watermark.size:
        raise Broken("SKS-L014", size=size, seen=watermark.size)
    if root(watermark.size) != watermark.root:
        raise Broken("SKS-L015", size=watermark.size)
