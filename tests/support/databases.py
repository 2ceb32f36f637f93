"""A town that has settled, made once on each kind of database, and a copy of it for every test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import pytest
from django.db import connections
from tests.support import postgres
from tests.support.parts import need
from tests.support.town import TITLES, Town, found_town

from sekisho.kernel.clock import SettableClock
from sekisho.node.opening import Node, open_node

SQLITE, POSTGRESQL = "sqlite", "postgresql"
KINDS = (SQLITE, POSTGRESQL)
KEPT = "kept"
"""A schema beside the one in use: a database of PostgreSQL is put back faster than copied."""


@dataclass
class Mould:
    """A settled town that nobody works in. One test at a time works in a copy."""

    town: Town
    kind: str
    copies: int = 0

    @contextmanager
    def copy(self, folder: Path) -> Iterator[Town]:
        """The town once more, in `folder`, which must not exist yet."""
        self.copies += 1
        shutil.copytree(self.town.folder, folder)
        now = self.town.clock.now()
        town = Town(
            folder, SettableClock(now), admins=self.town.admins, directory=self.town.directory
        )
        mark = f"{self.kind}-{self.copies}"
        town.nodes = _Nodes(town, mark, put_back=self.kind == POSTGRESQL)
        try:
            yield town
        finally:
            for name in TITLES:
                forget_connection(f"{mark}-{name}")


class _Nodes(dict[str, Node]):
    """The nodes of a copy, opened when they are first asked for: many tests need only one."""

    def __init__(self, town: Town, mark: str, *, put_back: bool) -> None:
        super().__init__()
        self._town = town
        self._mark = mark
        self._put_back = put_back
        self._lock = Lock()

    def __iter__(self) -> Iterator[str]:
        return iter(TITLES)

    def __missing__(self, name: str) -> Node:
        with self._lock:
            if name not in self:
                alias = f"{self._mark}-{name}"
                node = open_node(self._town.folder / name, {}, self._town.clock, alias=alias)
                if self._put_back:
                    _put_back(alias)
                self[name] = node
        return self[name]


@contextmanager
def moulds(folder: Path) -> Iterator[dict[str, Mould]]:
    """Moulds by kind of database, each made when it is first asked for."""
    with ExitStack() as stack:
        yield _Moulds(folder, stack)


class _Moulds(dict[str, Mould]):
    def __init__(self, folder: Path, stack: ExitStack) -> None:
        super().__init__()
        self._folder = folder
        self._stack = stack

    def __missing__(self, kind: str) -> Mould:
        databases = self._databases() if kind == POSTGRESQL else {}
        town = _settled(self._folder / kind, databases)
        for node in town.nodes.values():
            if kind == POSTGRESQL:
                _keep(node.alias)
            forget_connection(node.alias)
        self[kind] = Mould(town, kind)
        return self[kind]

    def _databases(self) -> dict[str, str]:
        if why := postgres.why_not():
            need("PostgreSQL", why)
        server = self._stack.enter_context(postgres.postgresql(self._folder / "server"))
        for name in TITLES:
            server.create_database(name)
        return {name: server.settings(name) for name in TITLES}


def _settled(folder: Path, databases: dict[str, str]) -> Town:
    folder.mkdir()
    town = found_town(folder, databases=databases)
    town.settle()
    return town


def _keep(alias: str) -> None:
    """Keep every row, and where each sequence stands, in the other schema."""
    with connections[alias].cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {KEPT}")
        for table in connections[alias].introspection.table_names(cursor):
            cursor.execute(f"CREATE TABLE {KEPT}.{table} AS TABLE public.{table}")
        cursor.execute(
            f"CREATE TABLE {KEPT}.sequences AS"
            " SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"
        )


def _put_back(alias: str) -> None:
    """Deleting is faster than TRUNCATE for tables of a few rows."""
    with connections[alias].cursor() as cursor:
        tables = connections[alias].introspection.table_names(cursor)
        statements = ["SET session_replication_role = replica"]
        for one in tables:
            statements += [f"DELETE FROM public.{one}"]
            statements += [f"INSERT INTO public.{one} SELECT * FROM {KEPT}.{one}"]
        statements += [f"SELECT setval(sequencename::text, last_value) FROM {KEPT}.sequences"]
        cursor.execute("; ".join([*statements, "SET session_replication_role = origin"]))


def forget_connection(alias: str) -> None:
    """Close this thread's connection to a node's database and let Django forget the node."""
    if alias in connections.settings:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]


_MOULDS = pytest.StashKey[dict[str, Mould]]()


def _shared(request: pytest.FixtureRequest) -> dict[str, Mould]:
    """The moulds of this test run, whichever folder of tests asks for them."""
    stash = request.config.stash
    if _MOULDS not in stash:
        stack = ExitStack()
        request.config.add_cleanup(stack.close)
        folders: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
        stash[_MOULDS] = stack.enter_context(moulds(folders.mktemp("moulds")))
    return stash[_MOULDS]


@pytest.fixture(params=KINDS)
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """A settled town of one's own, on SQLite and on PostgreSQL."""
    with _shared(request)[request.param].copy(tmp_path / "town") as copied:
        yield copied


@contextmanager
def settled_town(request: pytest.FixtureRequest, folder: Path) -> Iterator[Town]:
    """A settled town in this folder, for fixtures that more than one test shares."""
    with _shared(request)[SQLITE].copy(folder) as copied:
        yield copied


@pytest.fixture
def sqlite_town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """A settled town of one's own, where the database makes no difference."""
    with _shared(request)[SQLITE].copy(tmp_path / "town") as copied:
        yield copied


@pytest.fixture
def postgresql_town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """A settled town of one's own, for what only PostgreSQL does: several writers at once."""
    with _shared(request)[POSTGRESQL].copy(tmp_path / "town") as copied:
        yield copied
