"""Towns at rest on disk, copied for every run; nobody ever works in a snapshot itself."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from tests.support import postgres
from tests.support.databases import forget_connection
from tests.support.killing import Points, WatchedStore, watch_database, watch_files
from tests.support.town import Town

from sekisho.kernel.clock import Clock, SettableClock
from sekisho.node.opening import Node, open_node
from sekisho.node.settings import FILE_NAME
from sekisho.store.folder import FolderStore
from sekisho.store.placing import place_by_link
from sekisho.store.protocol import Store

NODES = ("internet", "lgwan")
"""Those that work in most of these towns; the third has no link to them there."""


@dataclass(frozen=True)
class Snapshot:
    """A town in `folder` at the time `now`; `mark` names its databases on `server`."""

    folder: Path
    mark: str
    now: datetime
    server: postgres.Server | None = None
    names: tuple[str, ...] = NODES

    def copy(self, folder: Path, mark: str) -> Snapshot:
        """The same town once more."""
        shutil.copytree(self.folder, folder)
        if self.server is not None:
            for name in self.names:
                self.server.copy_database(database(self.mark, name), database(mark, name))
                file = folder / name / FILE_NAME
                renamed = file.read_text().replace(database(self.mark, name), database(mark, name))
                file.write_text(renamed)
        return replace(self, folder=folder, mark=mark)

    def remove(self) -> None:
        """Folder and databases."""
        shutil.rmtree(self.folder)
        if self.server is not None:
            for name in self.names:
                self.server.drop_database(database(self.mark, name))

    def open(self, points: Points | None = None) -> Town:
        """The town, ready for work; with `points` watched at every port. For a forked child."""
        town = Town(self.folder, SettableClock(self.now))
        store = FolderStore(self.folder / "store", giving_name=place_by_link)
        for name in self.names:
            town.nodes[name] = open_node(
                self.folder / name,
                {},
                town.clock,
                alias=f"{self.mark}-{name}",
                store=store if points is None else WatchedStore(store, points),
            )
            if points is not None:
                watch_database(f"{self.mark}-{name}", points)
        if points is not None:
            watch_files(self.folder, points)
        return town


def reopen(
    town: Town,
    name: str,
    *,
    store: Store | None = None,
    clock: Clock | None = None,
    environment: Mapping[str, str] | None = None,
) -> Node:
    """The node again, as after a restart: perhaps with another store, clock or settings."""
    node = town.nodes[name]
    forget_connection(node.alias)
    town.nodes[name] = open_node(
        node.settings.folder,
        environment or {},
        clock or town.clock,
        alias=node.alias,
        store=store,
    )
    return town.nodes[name]


def database(mark: str, node: str) -> str:
    """The name of a node's database in the town of this mark."""
    return f"sekisho_{mark}_{node}"
