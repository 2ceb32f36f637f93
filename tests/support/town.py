"""Three nodes that share a store, in one process, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sekisho.kernel.clock import SettableClock
from sekisho.node import peers, worker
from sekisho.node.opening import Node, make_node
from sekisho.office.accounts.actions import save_person
from sekisho.office.transfers.actions import sending
from sekisho.office.transfers.actions.routes import save_route
from sekisho.seal import directory, identity
from sekisho.store.opening import StoreSettings, create_store

START = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)
TITLES = {
    "internet": "インターネット接続系",
    "lgwan": "LGWAN接続系",
    "mynumber": "マイナンバー利用事務系",
}
LINKS = (("internet", "lgwan"), ("lgwan", "internet"), ("lgwan", "mynumber"))


@dataclass
class Town:
    """Nodes by name, their clock, the administrators of the directory."""

    folder: Path
    clock: SettableClock
    nodes: dict[str, Node] = field(default_factory=dict)
    admins: list[identity.Administrator] = field(default_factory=list)
    directory: directory.Directory | None = None

    @contextmanager
    def at(self, name: str) -> Iterator[Node]:
        """Work at one node."""
        node = self.nodes[name]
        with node.at_work():
            yield node

    def run(self, *names: str) -> list[worker.Round]:
        """One round at each node (all of them when none is named)."""
        done = []
        for name in names or tuple(self.nodes):
            with self.at(name) as node:
                done.append(worker.run_round(node))
        return done

    def settle(self, rounds: int = 12) -> None:
        """Rounds everywhere until nobody has anything to do."""
        for _ in range(rounds):
            if all(done.idle for done in self.run()):
                return
        raise AssertionError("the town does not come to rest")


def settings_text(name: str, database: str = "", extra: str = "") -> str:
    """The settings file of one node of the town."""
    return (
        f'[node]\nname = "{name}"\nzone = "{name}"\ntitle = "{TITLES[name]}"\n'
        f'[store]\nkind = "folder"\npath = "../store"\n'
        f"[keys]\none_time = 20\nlow_water = 5\n{database}{extra}"
    )


def found_town(
    folder: Path,
    *,
    databases: dict[str, str] | None = None,
    extra: str = "",
    links: tuple[tuple[str, str], ...] = LINKS,
) -> Town:
    """A town with three nodes, a directory signed by two of three administrators, and people."""
    town = Town(folder, SettableClock(START))
    create_store(StoreSettings(kind="folder", path=folder / "store"), town.clock.now())
    for name in TITLES:
        text = settings_text(name, (databases or {}).get(name, ""), extra)
        alias = f"{folder.name}-{name}"
        town.nodes[name] = make_node(folder / name, text, {}, town.clock, alias=alias)
    _sign_directory(town, links)
    for name in TITLES:
        _people(town, name)
    return town


def _sign_directory(town: Town, links: tuple[tuple[str, str], ...]) -> None:
    now = town.clock.now()
    town.admins = [
        identity.create_admin(town.folder / f"admin{n}.key", f"管理者{n}", "S1", now)
        for n in (1, 2, 3)
    ]
    cards = [identity.read_admin_card(identity.admin_card(one, now)) for one in town.admins]
    draft = directory.draft(None, now=now, days=365, admins=cards, threshold=2)
    for name, node in town.nodes.items():
        card = identity.read_card(identity.card(node.identity, name, TITLES[name], now))
        draft = directory.with_node(draft, card, now=now)
    draft = directory.with_links(draft, add=links, now=now)
    signed = directory.document(draft)
    for admin in town.admins[:2]:
        signed = directory.sign(signed, admin.signing)
    trusted = [admin.signing.public.fingerprint for admin in town.admins]
    for name in town.nodes:
        with town.at(name) as node:
            town.directory = peers.accept_directory(node, signed, trusted=trusted, threshold=2)


def _people(town: Town, name: str) -> None:
    with town.at(name) as node:
        save_person(node.desk, actor="", login="sato", name="佐藤 花子", division="税務課")
        save_person(
            node.desk,
            actor="",
            login="suzuki",
            name="鈴木 一郎",
            division="税務課",
            roles=["approver"],
        )
        save_person(
            node.desk,
            actor="",
            login="takahashi",
            name="高橋 次郎",
            division="税務課",
            roles=["approver"],
        )
        save_person(
            node.desk,
            actor="",
            login="admin",
            name="情報 太郎",
            division="情報政策課",
            roles=["admin"],
        )
        for sender, receiver in LINKS:
            if name in (sender, receiver):
                save_route(node.desk, actor="admin", from_node=sender, to_node=receiver, policy={})


def draft_for(to_node: str = "lgwan", **changes: object) -> sending.Draft:
    """A draft that the routes of the town allow."""
    values: dict[str, object] = {
        "to_node": to_node,
        "addressees": ("sato",),
        "purpose": "固定資産税の通知書の様式",
        "label": "機密性2",
    }
    return sending.Draft(**{**values, **changes})  # type: ignore[arg-type]


def days(count: float) -> timedelta:
    """So many days."""
    return timedelta(days=count)
