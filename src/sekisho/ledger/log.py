"""The log: appends entries, and gives roots and proofs of any size it has had."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sekisho.kernel.errors import Broken, InvalidInput
from sekisho.kernel.limits import MIB
from sekisho.kernel.merkle import EMPTY_ROOT
from sekisho.ledger import tree
from sekisho.ledger.rows import LogRows
from sekisho.ledger.tiles import (
    HASH_BYTES,
    TILE_BYTES,
    TILE_WIDTH,
    TileReader,
    leaf_hashes,
    tile_root,
)

ENTRY_BYTES_MAX = 1 * MIB


class Log:
    """An append-only Merkle log (RFC 6962 hashing) over rows whose transaction the caller owns."""

    def __init__(self, rows: LogRows) -> None:
        self._rows = rows

    def size(self) -> int:
        """The number of entries."""
        return self._rows.size()

    def append(self, entries: Sequence[bytes]) -> range:
        """Store entries byte for byte and say which indexes they were given.

        One writer at a time, inside one transaction. Raises InvalidInput SKS-L001 for an entry
        that is empty or over `ENTRY_BYTES_MAX`; Broken SKS-L003 when a tile is not as it was.
        """
        for entry in entries:
            if not 0 < len(entry) <= ENTRY_BYTES_MAX:
                raise InvalidInput("SKS-L001", bytes=len(entry), bytes_max=ENTRY_BYTES_MAX)
        first = self._rows.size()
        hashes = leaf_hashes(entries)
        if hashes:
            self._rows.append(first, entries, hashes)
            self._grow(first, b"".join(hashes))
        return range(first, first + len(hashes))

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` entries (default: all)."""
        reader = self._reader(size)
        return reader.tree_hash(0, reader.size) if reader.size else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """RFC 6962 2.1.1: the entry at `index` is in the tree of that size."""
        return self.inclusion_proofs([index], size)[0]

    def inclusion_proofs(
        self, indexes: Iterable[int], size: int | None = None
    ) -> list[tuple[bytes, ...]]:
        """The inclusion proofs of many entries, reading and hashing each tile once."""
        reader = self._reader(size)
        return [tree.inclusion_proof(reader.tree_hash, index, reader.size) for index in indexes]

    def consistency_proof(self, old: int, new: int | None = None) -> tuple[bytes, ...]:
        """RFC 6962 2.1.2: the tree of size `new` begins with the tree of size `old`."""
        reader = self._reader(new)
        return tree.consistency_proof(reader.tree_hash, old, reader.size)

    def range_proof(self, start: int, end: int, size: int | None = None) -> tuple[bytes, ...]:
        """The entries `start … end-1` are all there is between; see `tree.check_range`."""
        reader = self._reader(size)
        return tree.range_proof(reader.tree_hash, start, end, reader.size)

    def entries(self, start: int, end: int) -> list[bytes]:
        """Entries `start … end-1`. Raises Broken SKS-L004 when one is missing."""
        return self._rows.entries(start, end)

    def _reader(self, size: int | None) -> TileReader:
        present = self._rows.size()
        wanted = present if size is None else size
        if not 0 <= wanted <= present:
            raise InvalidInput("SKS-L002", start=0, end=wanted, size=present)
        return TileReader(self._rows, wanted)

    def _grow(self, first: int, hashes: bytes) -> None:
        """Add hashes at `first` to the tiles of level 0, then each full tile's root above."""
        level = 0
        while hashes:
            tile, filled = divmod(first, TILE_WIDTH)
            joined = self._begun(level, tile, filled) + hashes
            full = []
            for number, start in enumerate(range(0, len(joined), TILE_BYTES), tile):
                part = joined[start : start + TILE_BYTES]
                self._rows.put_tile(level, number, part)
                if len(part) == TILE_BYTES:
                    full.append(tile_root(part))
            first, hashes, level = tile, b"".join(full), level + 1

    def _begun(self, level: int, tile: int, filled: int) -> bytes:
        """The last tile of a level as it must be before growing."""
        if not filled:
            return b""
        found = self._rows.tile(level, tile)
        if found is None or len(found) != filled * HASH_BYTES:
            raise Broken("SKS-L003", level=level, tile=tile)
        return found
