"""Where a log keeps its rows: the port, in memory, and over a DB-API cursor.

The log computes; rows only hold. Whoever opens the cursor owns the transaction, and gives the
log to one writer at a time (a second writer fails on the primary key, it never overwrites).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from typing import Any, Literal, Protocol

from sekisho.kernel.errors import Broken

LEAF_TABLE_SQLITE = """CREATE TABLE ledger_leaf (
    idx INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    entry BLOB NOT NULL
)"""
TILE_TABLE_SQLITE = """CREATE TABLE ledger_tile (
    level INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, idx)
)"""
LEAF_TABLE_POSTGRESQL = """CREATE TABLE ledger_leaf (
    idx BIGINT PRIMARY KEY,
    hash BYTEA NOT NULL,
    entry BYTEA NOT NULL
)"""
TILE_TABLE_POSTGRESQL = """CREATE TABLE ledger_tile (
    level INTEGER NOT NULL,
    idx BIGINT NOT NULL,
    hashes BYTEA NOT NULL,
    PRIMARY KEY (level, idx)
)"""
_STRETCH = " FROM ledger_leaf WHERE idx >= ? AND idx < ? ORDER BY idx"
TABLES_SQLITE = (LEAF_TABLE_SQLITE, TILE_TABLE_SQLITE)
TABLES_POSTGRESQL = (LEAF_TABLE_POSTGRESQL, TILE_TABLE_POSTGRESQL)


class LogRows(Protocol):
    """What a log needs from its storage. Everything is bytes as they were given."""

    def size(self) -> int:
        """The number of entries: one more than the highest index."""
        ...

    def append(
        self, first_index: int, entries: Sequence[bytes], leaf_hashes: Sequence[bytes]
    ) -> None:
        """Store entries with their leaf hashes at `first_index` and after it."""
        ...

    def entries(self, start: int, end: int) -> list[bytes]:
        """The entries `start … end-1`. Raises Broken SKS-L004 naming the first missing one."""
        ...

    def leaves(self, start: int, end: int) -> list[tuple[bytes, bytes]]:
        """The same with the leaf hash stored beside each: (hash, entry). Raises like `entries`."""
        ...

    def tile(self, level: int, index: int) -> bytes | None:
        """The hashes of one tile, joined, or None."""
        ...

    def put_tile(self, level: int, index: int, hashes: bytes) -> None:
        """Write one tile, over a shorter one if there is one."""
        ...


class MemoryRows:
    """Rows in memory, for tests, simulations and small tools."""

    def __init__(self) -> None:
        self._leaves: dict[int, tuple[bytes, bytes]] = {}
        self._tiles: dict[tuple[int, int], bytes] = {}

    def size(self) -> int:
        return max(self._leaves, default=-1) + 1

    def append(
        self, first_index: int, entries: Sequence[bytes], leaf_hashes: Sequence[bytes]
    ) -> None:
        self._leaves.update(enumerate(zip(leaf_hashes, entries, strict=True), first_index))

    def entries(self, start: int, end: int) -> list[bytes]:
        return [entry for _, entry in self.leaves(start, end)]

    def leaves(self, start: int, end: int) -> list[tuple[bytes, bytes]]:
        _require_all((index for index in range(start, end) if index in self._leaves), start, end)
        return [self._leaves[index] for index in range(start, end)]

    def tile(self, level: int, index: int) -> bytes | None:
        return self._tiles.get((level, index))

    def put_tile(self, level: int, index: int, hashes: bytes) -> None:
        self._tiles[level, index] = hashes


class SqlRows:
    """Rows in the tables `ledger_leaf` and `ledger_tile` of SQLite or PostgreSQL.

    `cursor` opens a DB-API cursor inside the caller's transaction; `paramstyle` is "qmark" for
    `sqlite3`, "format" for psycopg and for Django's cursors on either database.
    """

    def __init__(
        self, cursor: Callable[[], Any], paramstyle: Literal["qmark", "format"] = "qmark"
    ) -> None:
        self._cursor = cursor
        self._mark = "?" if paramstyle == "qmark" else "%s"

    def size(self) -> int:
        found = self._one("SELECT max(idx) FROM ledger_leaf")
        return 0 if found[0] is None else int(found[0]) + 1

    def append(
        self, first_index: int, entries: Sequence[bytes], leaf_hashes: Sequence[bytes]
    ) -> None:
        rows = list(
            zip(range(first_index, first_index + len(entries)), leaf_hashes, entries, strict=True)
        )
        with closing(self._cursor()) as cursor:
            cursor.executemany(
                self._sql("INSERT INTO ledger_leaf (idx, hash, entry) VALUES (?, ?, ?)"), rows
            )

    def entries(self, start: int, end: int) -> list[bytes]:
        return [bytes(entry) for (entry,) in self._select("entry", start, end)]

    def leaves(self, start: int, end: int) -> list[tuple[bytes, bytes]]:
        found: list[tuple[bytes, bytes]] = self._select("hash, entry", start, end)
        if found and type(found[0][1]) is not bytes:
            found = [(bytes(leaf), bytes(entry)) for leaf, entry in found]
        return found

    def tile(self, level: int, index: int) -> bytes | None:
        found = self._one(
            "SELECT hashes FROM ledger_tile WHERE level = ? AND idx = ?", level, index
        )
        return None if found is None else bytes(found[0])

    def put_tile(self, level: int, index: int, hashes: bytes) -> None:
        with closing(self._cursor()) as cursor:
            cursor.execute(
                self._sql(
                    "INSERT INTO ledger_tile (level, idx, hashes) VALUES (?, ?, ?)"
                    " ON CONFLICT (level, idx) DO UPDATE SET hashes = excluded.hashes"
                ),
                (level, index, hashes),
            )

    def _select(self, columns: str, start: int, end: int) -> list[Any]:
        with closing(self._cursor()) as cursor:
            cursor.execute(self._sql(f"SELECT {columns}{_STRETCH}"), (start, end))
            found: list[Any] = cursor.fetchall()
            if len(found) != end - start:
                cursor.execute(self._sql(f"SELECT idx{_STRETCH}"), (start, end))
                _require_all((row[0] for row in cursor.fetchall()), start, end)
        return found

    def _one(self, sql: str, *values: Any) -> Any:
        with closing(self._cursor()) as cursor:
            cursor.execute(self._sql(sql), values)
            return cursor.fetchone()

    def _sql(self, sql: str) -> str:
        return sql.replace("?", self._mark)


def _require_all(present: Iterable[int], start: int, end: int) -> None:
    """Raise Broken SKS-L004 naming the first index of `start … end-1` that is not present."""
    missing = sorted(set(range(start, end)).difference(present))
    if missing:
        raise Broken("SKS-L004", index=missing[0], count=len(missing))
