"""Backups of the nodes of a town, restored beside it: on SQLite, or into a fresh database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.support.databases import forget_connection
from tests.support.town import Town

from sekisho.node.backup.keeping import Kept, back_up
from sekisho.node.backup.restoring import Restored, Sources, restore
from sekisho.node.opening import Node, open_node
from sekisho.seal import recovery

_numbers = count(1)


@dataclass
class Safe:
    """Where the recovery key lies and where backups go."""

    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.key = recovery.make_key(self.folder / "recovery.key", "S1")

    def back_up(self, town: Town, name: str = "internet") -> Kept:
        """A backup of one node as it is now."""
        with town.at(name) as node:
            return back_up(
                node,
                into=self.folder / "data",
                keys_into=self.folder / "keys",
                lock=self.key.public,
            )

    def sources(self, kept: Kept, erased: Path | None = None) -> Sources:
        """What a restore needs."""
        return Sources(kept.data, kept.keys, self.key, erased)


@dataclass
class Copy:
    """A restored node and what was said of it."""

    node: Node
    told: Restored


def restored(
    town: Town, safe: Safe, kept: Kept, folder: Path, *, erased: Path | None = None
) -> Copy:
    """The node of the backup in a new folder; where it was on PostgreSQL, in a new database."""
    alias = f"restored-{next(_numbers)}"
    environment = _elsewhere(town, kept)
    told = restore(folder, safe.sources(kept, erased), environment, town.clock, alias=alias)
    return Copy(open_node(folder, environment, town.clock, alias=alias), told)


def take_place(town: Town, name: str, copy: Copy) -> None:
    """The restored node instead of the original."""
    forget_connection(town.nodes[name].alias)
    town.nodes[name] = copy.node


def _elsewhere(town: Town, kept: Kept) -> Mapping[str, str]:
    """Where the copy lies: the same store, a database of its own."""
    name = kept.data.name.partition("-")[0]
    database = town.nodes[name].settings.database
    environment = {"SEKISHO_STORE_PATH": str(town.folder / "store")}
    if database["kind"] == "postgresql":
        fresh = f"restored_{next(_numbers)}"
        _create(database, fresh)
        environment["SEKISHO_DATABASE_NAME"] = fresh
    return environment


def _create(database: Mapping[str, object], name: str) -> None:
    # Here, not above: an optional part, asked for by the town.
    import psycopg

    where = {key: database[key] for key in ("host", "port", "user")}
    with psycopg.connect(**where, dbname="postgres", autocommit=True) as session:  # type: ignore[arg-type]
        session.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
