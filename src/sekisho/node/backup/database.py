"""A node's database as a stream of bytes and back, while the node goes on working.

Never in it: private receiver keys and sessions. What a peer sealed to a key that was destroyed
since must stay shut, also with an old backup in hand.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import connections

from sekisho.kernel.errors import Refused, Unavailable
from sekisho.kernel.limits import MIB
from sekisho.node.settings import NodeSettings

LEFT_OUT = ("post_receiverkey", "django_session")
"""Tables whose rows stay behind."""

SQLITE_PAGES = -1  # all in one read transaction, which no writer has to wait for
BUSY_SECONDS = 30
WORDS_MAX = 200


@contextmanager
def dumped(settings: NodeSettings) -> Iterator[Iterator[bytes]]:
    """The bytes of the database as it stands at one moment.

    Raises Unavailable SKS-B003 (the tools of PostgreSQL are missing or fail), SKS-C013.
    """
    if settings.database["kind"] == "sqlite":
        with _sqlite_copy(settings) as copy, copy.open("rb") as file:
            yield iter(lambda: file.read(MIB), b"")
    else:
        with _running("pg_dump", _dump_words(), settings.database) as process:
            out = process.stdout
            yield iter(lambda: out.read(MIB) if out else b"", b"")


@contextmanager
def _sqlite_copy(settings: NodeSettings) -> Iterator[Path]:
    """A copy in the node's own folder, which holds the same content already; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=settings.folder) as folder:
        copy = Path(folder) / "copy.db"
        source = f"{Path(settings.database['path']).resolve().as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(source, uri=True, timeout=BUSY_SECONDS)) as old,
            closing(sqlite3.connect(copy, isolation_level=None)) as new,
        ):
            old.backup(new, pages=SQLITE_PAGES)
            _leave_out(new)
        yield copy


def _leave_out(copy: sqlite3.Connection) -> None:
    copy.execute("PRAGMA journal_mode=DELETE")
    copy.execute("PRAGMA secure_delete=ON")
    there = {row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    for table in there & set(LEFT_OUT):
        copy.execute(f'DELETE FROM "{table}"')
    copy.execute("UPDATE post_outgoingparcel SET wrapped_secret = NULL, letter = NULL")
    copy.execute("VACUUM")


def load(settings: NodeSettings, alias: str, pieces: Iterator[bytes]) -> None:
    """Put a dump into the database of the settings, which must be empty.

    Raises Refused SKS-B004 (it is not empty), Unavailable SKS-B003, SKS-C013.
    """
    # A process that worked on a lost database of this name still holds it open.
    connections[alias].close()
    if settings.database["kind"] == "sqlite":
        _load_sqlite(Path(settings.database["path"]), pieces)
    else:
        _require_empty(alias, str(settings.database["name"]))
        _load_postgresql(settings.database, pieces)


def _load_sqlite(path: Path, pieces: Iterator[bytes]) -> None:
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(path, flags, 0o600)
    except FileExistsError:
        raise Refused("SKS-B004", database=str(path)) from None
    with os.fdopen(descriptor, "wb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def _require_empty(alias: str, name: str) -> None:
    with connections[alias].cursor() as cursor:
        if connections[alias].introspection.table_names(cursor):
            raise Refused("SKS-B004", database=name)
    connections[alias].close()


def _load_postgresql(database: Mapping[str, Any], pieces: Iterator[bytes]) -> None:
    with _running("pg_restore", _load_words(database), database) as process:
        stdin = process.stdin
        if stdin is not None:
            try:
                for piece in pieces:
                    stdin.write(piece)
                stdin.close()
            except BrokenPipeError:
                # It has ended already; its own words say why.
                process.stdin = None


def _dump_words() -> list[str]:
    left_out = [f"--exclude-table-data=*.{table}" for table in LEFT_OUT]
    return ["--format=custom", "--compress=1", "--no-owner", "--no-privileges", *left_out]


def _load_words(database: Mapping[str, Any]) -> list[str]:
    safe = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    return [*safe, f"--dbname={database['name']}"]


@contextmanager
def _running(
    program: str, words: list[str], database: Mapping[str, Any]
) -> Iterator[subprocess.Popen[bytes]]:
    """The program of PostgreSQL at work; at the end it must have done it well."""
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(
                [program, "--no-password", *words],
                env=_environment(database),
                stdin=subprocess.PIPE if program == "pg_restore" else subprocess.DEVNULL,
                stdout=subprocess.PIPE if program == "pg_dump" else subprocess.DEVNULL,
                stderr=said,
            )
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise Unavailable("SKS-B003", program=program, reason=reason) from None
        try:
            yield process
            process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if process.returncode:
            said.seek(0)
            reason = said.read(MIB).decode("utf-8", "replace").strip()[-WORDS_MAX:]
            raise Unavailable("SKS-B003", program=program, reason=reason)


def _environment(database: Mapping[str, Any]) -> dict[str, str]:
    """The password by environment: other people on this machine see the words of a command."""
    reached = {
        "PGHOST": str(database["host"]),
        "PGPORT": str(database["port"]),
        "PGUSER": str(database["user"]),
        "PGDATABASE": str(database["name"]),
        "PGPASSWORD": str(database["password"]),
    }
    return {**os.environ, **reached}
