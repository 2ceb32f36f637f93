"""The log over every kind of rows: the same roots and proofs as the naive tree."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.ledger.support import entries, memory_log, sqlite_rows
from tests.support import postgres
from tests.support.parts import need

from sekisho.kernel.errors import Broken, InvalidInput
from sekisho.kernel.merkle import EMPTY_ROOT, leaf_hash, root_of
from sekisho.ledger import tree
from sekisho.ledger.log import ENTRY_BYTES_MAX, Log
from sekisho.ledger.rows import (
    TABLES_POSTGRESQL,
    TABLES_SQLITE,
    LogRows,
    MemoryRows,
    SqlRows,
)
from sekisho.ledger.tiles import TILE_BYTES, TILE_WIDTH


class FormatCursor:
    """A cursor that takes %s, as Django's and psycopg's do."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor

    def execute(self, sql: str, values: tuple[object, ...] = ()) -> object:
        assert "?" not in sql
        return self._cursor.execute(sql.replace("%s", "?"), values)

    def executemany(self, sql: str, rows: list[tuple[object, ...]]) -> object:
        assert "?" not in sql
        return self._cursor.executemany(sql.replace("%s", "?"), rows)

    def fetchone(self) -> object:
        return self._cursor.fetchone()

    def fetchall(self) -> list[tuple[object, ...]]:
        """As some drivers do: memoryviews instead of bytes."""
        return [
            tuple(memoryview(one) if isinstance(one, bytes) else one for one in row)
            for row in self._cursor.fetchall()
        ]

    def close(self) -> None:
        self._cursor.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Server]:
    if why := postgres.why_not():
        need("PostgreSQL", why)
    with postgres.postgresql(tmp_path_factory.mktemp("postgresql")) as running:
        yield running


@contextmanager
def postgresql_rows(server: postgres.Server) -> Iterator[SqlRows]:
    psycopg = pytest.importorskip("psycopg")
    name = f"ledger_{uuid.uuid4().hex}"
    server.create_database(name)
    with psycopg.connect(
        host=str(server.folder), port=postgres.PORT, user=postgres.ROLE, dbname=name
    ) as connection:
        for table in TABLES_POSTGRESQL:
            connection.execute(table)
        yield SqlRows(connection.cursor, paramstyle="format")
    server.drop_database(name)


@pytest.fixture(params=["memory", "qmark", "format", "postgresql"])
def rows(request: pytest.FixtureRequest) -> Iterator[LogRows]:
    if request.param == "memory":
        yield MemoryRows()
        return
    if request.param == "postgresql":
        with postgresql_rows(request.getfixturevalue("server")) as found:
            yield found
        return
    connection, qmark = sqlite_rows()
    with closing(connection):
        if request.param == "qmark":
            yield qmark
        else:
            yield SqlRows(lambda: FormatCursor(connection.cursor()), paramstyle="format")


def test_an_empty_log(rows: LogRows) -> None:
    log = Log(rows)
    assert log.size() == 0
    assert log.root() == EMPTY_ROOT
    assert log.append([]) == range(0)
    assert log.consistency_proof(0) == ()


def test_appends_of_all_sizes_give_the_tree_of_the_definition(rows: LogRows) -> None:
    log = Log(rows)
    whole: list[bytes] = []
    for count in (1, 254, 1, 1, 255, 300, 1000):
        more = entries(count, len(whole))
        assert log.append(more) == range(len(whole), len(whole) + count)
        whole += more
        assert log.root() == root_of(map(leaf_hash, whole))
    assert log.size() == len(whole)
    assert log.entries(250, 260) == whole[250:260]
    for size in (0, 1, 255, 256, 257, 511, 512, 513, 1812):
        assert log.root(size) == root_of(map(leaf_hash, whole[:size]))


def test_many_levels_of_tiles(rows: LogRows) -> None:
    log = Log(rows)
    whole = entries(TILE_WIDTH * TILE_WIDTH + 300)
    for start in range(0, len(whole), 5000):
        log.append(whole[start : start + 5000])
    assert log.root() == root_of(map(leaf_hash, whole))
    top = rows.tile(2, 0)
    assert top is not None and len(top) == 32
    full = rows.tile(1, 0)
    assert full is not None and len(full) == TILE_BYTES
    for index in (0, 255, 256, TILE_WIDTH**2 - 1, TILE_WIDTH**2, len(whole) - 1):
        tree.check_inclusion(
            leaf_hash(whole[index]), index, len(whole), log.inclusion_proof(index), log.root()
        )


@given(st.integers(1, 700), st.data())
@settings(max_examples=40)
def test_proofs_for_every_size_the_log_has_had(total: int, data: st.DataObject) -> None:
    log = memory_log(total)
    size = data.draw(st.integers(1, total))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(0, size))
    leaf = leaf_hash(entries(1, index)[0])
    tree.check_inclusion(leaf, index, size, log.inclusion_proof(index, size), log.root(size))
    tree.check_consistency(
        old, log.root(old), size, log.root(size), log.consistency_proof(old, size)
    )
    leaves = [leaf_hash(one) for one in entries(size - index, index)]
    tree.check_range(leaves, index, size, log.range_proof(index, size, size), log.root(size))


def test_an_entry_too_large_or_empty_is_refused_before_anything_is_written() -> None:
    log = memory_log(3)
    for bad in (b"", bytes(ENTRY_BYTES_MAX + 1)):
        with pytest.raises(InvalidInput) as caught:
            log.append([b"fine", bad])
        assert caught.value.code == "SKS-L001"
    assert log.size() == 3


def test_sizes_the_log_does_not_have_are_refused() -> None:
    log = memory_log(3)
    for ask in (
        lambda: log.root(4),
        lambda: log.inclusion_proof(3),
        lambda: log.consistency_proof(2, 4),
        lambda: log.range_proof(0, 4),
    ):
        with pytest.raises(InvalidInput) as caught:
            ask()
        assert caught.value.code == "SKS-L002"


def test_a_missing_entry_is_named(rows: LogRows) -> None:
    rows.append(0, [b"a", b"b"], [bytes(32)] * 2)
    rows.append(4, [b"e"], [bytes(32)])
    with pytest.raises(Broken) as caught:
        rows.entries(0, 5)
    assert (caught.value.code, caught.value.params["index"]) == ("SKS-L004", 2)


def test_a_tile_that_was_cut_stops_the_next_append(rows: LogRows) -> None:
    log = Log(rows)
    log.append(entries(10))
    rows.put_tile(0, 0, bytes(32 * 9))
    with pytest.raises(Broken) as caught:
        log.append(entries(1, 10))
    assert caught.value.code == "SKS-L003"
    with pytest.raises(Broken):
        log.root()


def test_two_writers_of_one_place_never_overwrite() -> None:
    connection, rows = sqlite_rows()
    Log(rows).append(entries(3))
    with pytest.raises(sqlite3.IntegrityError):
        rows.append(2, [b"other"], [bytes(32)])
    connection.close()


def test_a_transaction_that_is_rolled_back_leaves_no_trace(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "log.db", isolation_level=None)
    for table in TABLES_SQLITE:
        connection.execute(table)
    log = Log(SqlRows(connection.cursor))
    log.append(entries(300))
    before = log.root()
    connection.execute("BEGIN IMMEDIATE")
    log.append(entries(500, 300))
    connection.execute("ROLLBACK")
    assert (log.size(), log.root()) == (300, before)
    log.append(entries(1, 300))
    assert log.root() == root_of(map(leaf_hash, entries(301)))
    connection.close()


def test_both_databases_have_the_same_tables() -> None:
    def columns(ddl: str) -> list[str]:
        return [line.split()[0] for line in ddl.splitlines()[1:-1]]

    for lite, large in zip(TABLES_SQLITE, TABLES_POSTGRESQL, strict=True):
        assert columns(lite) == columns(large)
        assert lite.splitlines()[0] == large.splitlines()[0]
