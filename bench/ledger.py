"""How fast the ledger appends, audits and proves, against the same rows without a tree.

    python bench/ledger.py [--entries 1000000] [--folder FOLDER] [--rounds 3]

Writes an SQLite database in a file (WAL, synchronous=FULL: one fsync per transaction of 1,000
entries of 600 bytes). The two appends run in turns in one process; medians are printed. Audit
reads every entry and every tile back and computes all hashes again.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sekisho.ledger.audit import audit
from sekisho.ledger.log import Log
from sekisho.ledger.rows import TABLES_SQLITE, SqlRows

BATCH = 1_000
ENTRY_BYTES = 600


@contextmanager
def database(folder: Path, name: str) -> Iterator[sqlite3.Connection]:
    """A fresh database with the ledger's tables, removed afterwards."""
    path = folder / name
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    for table in TABLES_SQLITE:
        connection.execute(table)
    try:
        yield connection
    finally:
        connection.close()
        for leftover in folder.glob(name + "*"):
            leftover.unlink()


def batch(number: int) -> list[bytes]:
    """1,000 entries that differ, as long as a signed event."""
    filler = b"x" * (ENTRY_BYTES - 8)
    return [b"%08d" % (number * BATCH + i) + filler for i in range(BATCH)]


def timed(
    connection: sqlite3.Connection, batches: int, work: Callable[[int, list[bytes]], object]
) -> float:
    """Entries per second of `work`, one durable transaction per batch."""
    spent = 0.0
    for number in range(batches):
        entries = batch(number)
        begin = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        work(number, entries)
        connection.execute("COMMIT")
        spent += time.perf_counter() - begin
    return batches * BATCH / spent


def plain_rows(connection: sqlite3.Connection) -> Callable[[int, list[bytes]], object]:
    """The same entries into the same table, without any hash."""
    sql = "INSERT INTO ledger_leaf (idx, hash, entry) VALUES (?, ?, ?)"
    blank = bytes(32)

    def work(number: int, entries: list[bytes]) -> object:
        return connection.executemany(
            sql, [(number * BATCH + i, blank, entry) for i, entry in enumerate(entries)]
        )

    return work


def measure_append(folder: Path, batches: int, rounds: int) -> tuple[float, float]:
    """Medians of (log, plain rows), in turns."""
    logs, plains = [], []
    for _ in range(rounds):
        with database(folder, "log.db") as connection:
            log = Log(SqlRows(connection.cursor))
            logs.append(timed(connection, batches, lambda _, entries, log=log: log.append(entries)))
        with database(folder, "plain.db") as connection:
            plains.append(timed(connection, batches, plain_rows(connection)))
    return statistics.median(logs), statistics.median(plains)


def measure_audit(folder: Path, entries: int) -> None:
    """Seconds for an audit of many entries and for one inclusion proof."""
    with database(folder, "audit.db") as connection:
        rows = SqlRows(connection.cursor)
        log = Log(rows)
        for number in range(entries // BATCH):
            connection.execute("BEGIN IMMEDIATE")
            log.append(batch(number))
            connection.execute("COMMIT")
        begin, cpu = time.perf_counter(), time.process_time()
        result = audit(rows)
        seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
        if result.faults or result.root != log.root():
            sys.exit("the audit found faults in an untouched log")
        print(f"| audit of {result.size:,} stored entries | {seconds:.2f} s ({cpu:.2f} s CPU) |")
        proofs = []
        for index in range(0, entries, max(entries // 50, 1)):
            begin = time.perf_counter()
            log.inclusion_proof(index)
            proofs.append(time.perf_counter() - begin)
        print(f"| one inclusion proof in it | {statistics.median(proofs) * 1000:.2f} ms |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=1_000_000, help="entries to audit")
    parser.add_argument("--batches", type=int, default=100, help="batches of 1,000 per round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=None)
    options = parser.parse_args()
    print(
        f"{platform.python_implementation()} {platform.python_version()}, SQLite "
        f"{sqlite3.sqlite_version}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    )
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        log, plain = measure_append(folder, options.batches, options.rounds)
        print("\n| what | measured |\n|---|---|")
        print(f"| append to the log, 1,000 per durable transaction | {log:,.0f} entries/s |")
        print(f"| the same rows without a tree | {plain:,.0f} entries/s |")
        print(f"| cost of the tree | {plain / log:.2f} times as long |")
        measure_audit(folder, options.entries)


if __name__ == "__main__":
    main()
