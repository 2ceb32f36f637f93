"""A PostgreSQL server for tests: on a Unix socket, without fsync, gone when the tests end."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.ports import running

START_SECONDS_MAX = 30
ROLE = "sekisho"
PORT = 5432
"""Of the socket's name only: the server listens on no network address."""

_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1
_DEBIAN = Path("/usr/lib/postgresql")
_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "max_connections": "40",
    "shared_buffers": "32MB",
    "dynamic_shared_memory_type": "mmap",
}


@dataclass(frozen=True)
class Server:
    """A running server; `folder` holds its socket. The role may do everything, no password."""

    folder: Path

    def create_database(self, name: str) -> None:
        """An empty database."""
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE template0')

    def copy_database(self, source: str, name: str) -> None:
        """A copy of a database that nobody is connected to."""
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY file_copy')

    def drop_database(self, name: str) -> None:
        """Remove the database, and whoever is still connected to it; one that is gone is fine."""
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def drop_connections(self) -> None:
        """Cut off everybody who is connected, as a restart does."""
        self._execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )

    def settings(self, name: str) -> str:
        """The `[database]` section of a node that uses this database."""
        return (
            f'[database]\nkind = "postgresql"\nhost = "{self.folder}"\nport = {PORT}\n'
            f'name = "{name}"\nuser = "{ROLE}"\n'
        )

    def _execute(self, statement: str) -> None:
        # Here, not above: an optional part, asked for in `why_not`.
        import psycopg

        with psycopg.connect(**self._reached_by, dbname="postgres", autocommit=True) as session:
            session.execute(statement)

    @property
    def _reached_by(self) -> dict[str, Any]:
        return {"host": str(self.folder), "port": PORT, "user": ROLE}


def why_not() -> str | None:
    """The reason why there can be no PostgreSQL here, or None."""
    if _programs() is None:
        return "initdb and postgres (Debian package postgresql) are not installed"
    if importlib.util.find_spec("psycopg") is None:
        return "psycopg is not installed"
    return None


@contextmanager
def postgresql(folder: Path) -> Iterator[Server]:
    """The server for the length of the block; its log lies in `folder`.

    Its data and its socket lie in a folder of their own: as root the server runs as another user,
    who could not reach a folder of pytest, and the name of a socket must be short.
    """
    programs = _programs()
    assert programs is not None
    folder.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="sekisho-pg-"))
    options = _as_another_user(home)
    try:
        data = home / "data"
        _make_cluster(programs, data, options)
        command = [str(programs / "postgres"), "-D", str(data), "-k", str(home), "-p", str(PORT)]
        for key, value in _OPTIONS.items():
            command += ["-c", f"{key}={value}"]
        log = folder / "postgresql.log"
        options["preexec_fn"] = _die_with_the_tests
        with running(command, log, stop=signal.SIGINT, **options) as process:
            _wait_until_it_answers(home, process, log)
            yield Server(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _programs() -> Path | None:
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    there = _DEBIAN.glob("*/bin/initdb") if _DEBIAN.is_dir() else ()
    newest = max(there, key=lambda path: int(path.parts[-3]), default=None)
    return newest.parent if newest else None


def _as_another_user(home: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    options: dict[str, Any] = {"cwd": home}
    if os.geteuid() == 0:
        user = next(name for name in ("postgres", "nobody") if _exists(name))
        shutil.chown(home, user)
        options |= {"user": user, "extra_groups": []}
    return options


def _exists(user: str) -> bool:
    return any(entry.pw_name == user for entry in pwd.getpwall())


def _die_with_the_tests() -> None:
    """In the child: the kernel stops the server when the tests are killed."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def _make_cluster(programs: Path, data: Path, options: dict[str, Any]) -> None:
    command = [str(programs / "initdb"), "-D", str(data), "-U", ROLE, "--auth=trust", "--no-sync"]
    command += ["--encoding=UTF8", "--locale=C", "--no-instructions"]
    subprocess.run(command, check=True, capture_output=True, **options)


def _wait_until_it_answers(home: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    import psycopg

    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline and process.poll() is None:
        try:
            psycopg.connect(host=str(home), port=PORT, user=ROLE, dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL does not start:\n{log.read_text(errors='replace')[-2000:]}")
