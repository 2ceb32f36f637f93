"""Three nodes that share one store folder, in one process, with a clock that can be moved on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sekisho.kernel.clock import SettableClock
from sekisho.kernel.errors import Refused
from sekisho.node import peers, worker
from sekisho.node.opening import Node, make_node
from sekisho.node.progress import Progress, silent
from sekisho.office.accounts.actions import save_person
from sekisho.office.accounts.appointing import appoint, save_unit
from sekisho.office.accounts.organisation import Posting, UnitEntry
from sekisho.office.transfers.actions.routes import save_route
from sekisho.seal import directory, identity
from sekisho.store.opening import StoreSettings, create_store

MARKER = "sekisho-demo"
ZONES = {
    "internet": "インターネット接続系",
    "lgwan": "LGWAN接続系",
    "mynumber": "マイナンバー利用事務系",
}
LINKS = (
    ("internet", "lgwan"),
    ("lgwan", "internet"),
    ("lgwan", "mynumber"),
    ("mynumber", "lgwan"),
)
PEOPLE = (
    ("sato", "佐藤 花子", "税務課", ()),
    ("suzuki", "鈴木 一郎", "税務課", ("approver",)),
    ("tanaka", "田中 実", "情報政策課", ("admin", "auditor")),
)
SINCE = date(2020, 4, 1)
UNITS = (
    UnitEntry("01", "総務部", "", SINCE),
    UnitEntry("0101", "情報政策課", "01", SINCE),
    UnitEntry("02", "市民部", "", SINCE),
    UnitEntry("0201", "税務課", "02", SINCE),
)
POSTS = (
    Posting("tanaka", "0101", "課長", True, True, SINCE),
    Posting("suzuki", "0201", "課長", True, True, SINCE),
    Posting("sato", "0201", "主事", False, True, SINCE),
)
POLICY = {
    "approvals": 1,
    "types": [
        "document",
        "old-document",
        "macro-document",
        "drawing",
        "image",
        "media",
        "text",
        "data",
        "web",
        "mail",
        "archive",
        "empty",
        "unknown",
    ],
    "labels": ["機密性1", "機密性2"],
    "retention_days": 30,
    "parcel_days": 14,
}
DISARM = {"*": "standard"}
"""On every route but those into the Internet zone."""

SETTINGS = """\
# このノードの設定（demo が作りました）
[node]
name = "{name}"
zone = "{name}"
title = "{title}"

[store]
kind = "folder"
path = "../store"

[keys]
one_time = 20
low_water = 5
"""


@dataclass(frozen=True)
class Town:
    """The nodes by name, the administrators who signed the directory, and the clock."""

    folder: Path
    clock: SettableClock
    nodes: dict[str, Node]
    admins: tuple[identity.Administrator, ...]

    @property
    def store_folder(self) -> Path:
        return self.folder / "store"

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Of the administrators, as they are read out on the telephone."""
        return tuple(one.signing.public.fingerprint for one in self.admins)

    @contextmanager
    def at(self, name: str) -> Iterator[Node]:
        """Work at one node."""
        node = self.nodes[name]
        with node.at_work():
            yield node

    def close(self) -> None:
        """End what was started for the nodes."""
        for node in self.nodes.values():
            node.close()

    def run(self, name: str, progress: Progress = silent) -> worker.Round:
        """One round of the worker of one node; a moment passes, as between rounds it does."""
        self.clock.advance(timedelta(seconds=1))
        with self.at(name) as node:
            return worker.run_round(node, progress)


def cleared(folder: Path) -> Path:
    """The folder, made new: what an earlier demonstration left in it is removed.

    Raises Refused SKS-C016 for a folder of any other kind.
    """
    if folder.exists():
        if not (folder / MARKER).is_file():
            raise Refused("SKS-C016", folder=str(folder))
        shutil.rmtree(folder)
    folder.mkdir(parents=True, mode=0o700)
    (folder / MARKER).write_text("sekisho demo\n")
    return folder.resolve()


def found(folder: Path, clock: SettableClock) -> Town:
    """Three nodes, a directory that two of three administrators have signed, people, routes."""
    create_store(StoreSettings(kind="folder", path=folder / "store"), clock.now())
    nodes = {
        name: make_node(
            folder / name,
            SETTINGS.format(name=name, title=title),
            {},
            clock,
            alias=f"{folder}-{name}",
        )
        for name, title in ZONES.items()
    }
    now = clock.now()
    admins = tuple(
        identity.create_admin(folder / f"admin-{n}.key", f"管理者{n}", "S1", now)
        for n in ("A", "B", "C")
    )
    town = Town(folder, clock, nodes, admins)
    _sign_directory(town)
    for name in nodes:
        _people_and_routes(town, name)
    _exchange_keys(town)
    return town


def _sign_directory(town: Town) -> None:
    now = town.clock.now()
    cards = [identity.read_admin_card(identity.admin_card(one, now)) for one in town.admins]
    draft = directory.draft(None, now=now, days=365, admins=cards, threshold=2)
    for name, node in town.nodes.items():
        card = identity.read_card(identity.card(node.identity, name, ZONES[name], now))
        draft = directory.with_node(draft, card, now=now)
    signed = directory.document(directory.with_links(draft, add=LINKS, now=now))
    for admin in town.admins[:2]:
        signed = directory.sign(signed, admin.signing)
    for name in town.nodes:
        with town.at(name) as node:
            peers.accept_directory(node, signed, trusted=town.fingerprints, threshold=2)


def _people_and_routes(town: Town, name: str) -> None:
    with town.at(name) as node:
        for login, title, division, roles in PEOPLE:
            save_person(
                node.desk,
                actor="",
                login=login,
                name=title,
                division=division,
                roles=roles,
            )
        for unit in UNITS:
            save_unit(node.desk, actor="tanaka", entry=unit)
        for posting in POSTS:
            appoint(node.desk, actor="tanaka", posting=posting)
        for sender, receiver in LINKS:
            if name in (sender, receiver):
                save_route(
                    node.desk,
                    actor="tanaka",
                    from_node=sender,
                    to_node=receiver,
                    policy={**POLICY, "disarm": {} if receiver == "internet" else DISARM},
                )


def _exchange_keys(town: Town) -> None:
    for _ in range(2):
        for name in town.nodes:
            town.run(name)
