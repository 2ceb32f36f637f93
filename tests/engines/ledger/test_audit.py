"""Every kind of damage inside the database is found and named; the rest the watermark finds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.ledger.support import entries, memory_log, sqlite_rows

from sekisho.kernel.errors import Broken, InvalidInput
from sekisho.kernel.merkle import EMPTY_ROOT, leaf_hash, root_of
from sekisho.ledger.audit import (
    FAULTS_MAX,
    AuditResult,
    Watermark,
    audit,
    compare_with_watermark,
    read_watermark,
)
from sekisho.ledger.log import Log
from sekisho.ledger.rows import MemoryRows, SqlRows
from sekisho.ledger.tiles import TILE_WIDTH

SIZE = 2 * TILE_WIDTH + 40


@pytest.fixture
def database() -> Iterator[tuple[sqlite3.Connection, SqlRows]]:
    connection, rows = sqlite_rows()
    log = Log(rows)
    log.append(entries(300))
    log.append(entries(SIZE - 300, 300))
    yield connection, rows
    connection.close()


def found(result: AuditResult) -> list[tuple[str, int, int]]:
    return [(fault.kind.value, fault.level, fault.index) for fault in result.faults]


def test_an_untouched_log_passes_and_gives_its_root(
    database: tuple[sqlite3.Connection, SqlRows],
) -> None:
    seen: list[tuple[int, int]] = []
    result = audit(database[1], lambda done, total: seen.append((done, total)))
    assert result == AuditResult(SIZE, root_of(map(leaf_hash, entries(SIZE))), ())
    assert result.require() == Log(database[1]).root()
    assert seen[-1] == (SIZE, SIZE)


def test_an_empty_log_passes() -> None:
    assert audit(MemoryRows()) == AuditResult(0, EMPTY_ROOT, ())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("UPDATE ledger_leaf SET entry = x'00' WHERE idx = 301", [("SKS-L010", 0, 301)]),
        ("UPDATE ledger_leaf SET hash = zeroblob(32) WHERE idx = 7", [("SKS-L011", 0, 7)]),
        (
            "UPDATE ledger_tile SET hashes = zeroblob(8192) WHERE level = 0 AND idx = 1",
            [("SKS-L012", 0, 1)],
        ),
        (
            "UPDATE ledger_tile SET hashes = zeroblob(64) WHERE level = 1",
            [("SKS-L012", 1, 0)],
        ),
        ("DELETE FROM ledger_tile WHERE level = 0 AND idx = 2", [("SKS-L012", 0, 2)]),
        ("DELETE FROM ledger_leaf WHERE idx >= 540", [("SKS-L013", 0, 2)]),
        (
            "DELETE FROM ledger_leaf WHERE idx >= 256",
            [("SKS-L013", 0, 1), ("SKS-L013", 1, 0)],
        ),
        ("DELETE FROM ledger_leaf WHERE idx = 3", [("SKS-L004", 0, 3)]),
        (
            "INSERT INTO ledger_leaf VALUES (552, zeroblob(32), x'00')",
            [("SKS-L013", 0, 2), ("SKS-L011", 0, 552)],
        ),
    ],
)
def test_damage_is_found_and_named(
    database: tuple[sqlite3.Connection, SqlRows],
    change: str,
    expected: list[tuple[str, int, int]],
) -> None:
    database[0].execute(change)
    result = audit(database[1])
    assert found(result) == expected
    assert result.root is None
    with pytest.raises(Broken) as caught:
        result.require()
    assert caught.value.code == expected[0][0]
    assert "{" not in str(caught.value)


def test_a_row_far_beyond_the_end_does_not_keep_us_busy(
    database: tuple[sqlite3.Connection, SqlRows],
) -> None:
    database[0].execute("INSERT INTO ledger_leaf VALUES (1000000000000, zeroblob(32), x'00')")
    result = audit(database[1])
    assert len(result.faults) == FAULTS_MAX
    assert found(result)[0] == ("SKS-L004", 0, SIZE)


@given(st.integers(0, SIZE - 1))
def test_any_rewritten_entry_is_named_alone(index: int) -> None:
    rows = MemoryRows()
    Log(rows).append(entries(SIZE))
    rows.append(index, [b"rewritten"], [leaf_hash(entries(1, index)[0])])
    assert found(audit(rows)) == [("SKS-L010", 0, index)]


def test_a_log_rewritten_as_a_whole_is_found_by_the_watermark() -> None:
    honest = memory_log(400)
    watermark = Watermark("sekisho/lgwan", 400, honest.root())
    forged = MemoryRows()
    forged_log = Log(forged)
    forged_log.append([b"other", *entries(449, 1)])
    assert audit(forged).faults == ()
    with pytest.raises(Broken) as caught:
        compare_with_watermark(450, forged_log.root, watermark)
    assert caught.value.code == "SKS-L015"


def test_an_old_database_put_back_is_found_by_the_watermark() -> None:
    old, new = memory_log(300), memory_log(301)
    watermark = Watermark("sekisho/lgwan", 301, new.root())
    with pytest.raises(Broken) as caught:
        compare_with_watermark(old.size(), old.root, watermark)
    assert caught.value.code == "SKS-L014"
    compare_with_watermark(301, new.root, watermark)
    grown = memory_log(900)
    compare_with_watermark(900, grown.root, watermark)


def test_a_watermark_is_read_as_it_was_written() -> None:
    watermark = Watermark("sekisho/lgwan", 3, bytes(range(32)))
    assert read_watermark(watermark.encode()) == watermark


@given(st.binary(max_size=200))
def test_hostile_watermarks_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_watermark(data)
