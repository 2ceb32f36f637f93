"""Three nodes made by commands alone, in folders that tests copy; commands called in-process."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from sekisho.cli.main import main

NODES = {
    "internet": "インターネット接続系",
    "lgwan": "LGWAN接続系",
    "mynumber": "マイナンバー利用事務系",
}
LINKS = (("internet", "lgwan"), ("lgwan", "internet"), ("lgwan", "mynumber"))
PEOPLE = (
    ("sato", "佐藤 花子", ()),
    ("suzuki", "鈴木 一郎", ("approver",)),
    ("takahashi", "高橋 次郎", ("approver",)),
    ("admin", "情報 太郎", ("admin",)),
)
ENVIRONMENT = {
    "SEKISHO_KEYS_ONE_TIME": "20",
    "SEKISHO_KEYS_LOW_WATER": "5",
    "SEKISHO_LANG": "ja",
    "SEKISHO_NODE": None,
    "SEKISHO_AS": None,
}


@dataclass
class Commands:
    """A folder with node folders, and the way to call commands there."""

    folder: Path
    fingerprints: list[str] = field(default_factory=list)

    def call(
        self, *args: object, env: Mapping[str, str | None] | None = None, given: str = ""
    ) -> Result:
        """The result of one command, whatever it is. An unexpected failure is raised."""
        result = CliRunner().invoke(
            main, [str(one) for one in args], env={**ENVIRONMENT, **(env or {})}, input=given
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def at(self, node: str, *args: object, **more: Any) -> Result:
        """One command at a node, which must succeed."""
        result = self.call("--node", self.folder / node, *args, **more)
        assert result.exit_code == 0, result.output + result.stderr
        return result

    def value(self, node: str, *args: object, **more: Any) -> Any:
        """The JSON answer of one command at a node."""
        return json.loads(self.at(node, *args, "--json", **more).stdout)

    def fails(self, node: str, *args: object, **more: Any) -> dict[str, Any]:
        """The error of one command at a node, which must fail; its exit code agrees."""
        result = self.call("--node", self.folder / node, *args, "--json", **more)
        error: dict[str, Any] = json.loads(result.stderr)["error"]
        assert result.stdout == ""
        assert result.exit_code == error["exit_code"]
        return error

    def run(self, *nodes: str, times: int = 1) -> None:
        """A round at each of these nodes, in turn."""
        for _ in range(times):
            for node in nodes:
                self.call("--node", self.folder / node, "run", "--once")

    def settle(self, *nodes: str) -> None:
        """Rounds at these nodes until nobody has anything to do."""
        for _ in range(12):
            done = [self.value(node, "run", "--once") for node in nodes]
            if not any(one["received"] or one["notices"] or one["sent"] for one in done):
                return
        raise AssertionError("the nodes do not come to rest")


def found(folder: Path) -> Commands:
    """Nodes, a directory signed by two of three administrators, people, routes, keys exchanged."""
    town = Commands(folder)
    for number, (name, title) in enumerate(NODES.items()):
        create = ["--create-store"] if number == 0 else []
        town.at(name, "init", "--title", title, *create)
    _directory(town)
    for name in NODES:
        for login, person, roles in PEOPLE:
            more = [word for role in roles for word in ("--role", role)]
            town.at(name, "person", "add", login, "--name", person, "--division", "税務課", *more)
        for sender, receiver in LINKS:
            if name in (sender, receiver):
                ends = ["--from", sender, "--to", receiver]
                town.at(name, "route", "add", *ends, "--disarm", "*=none", "--as", "admin")
    town.run(*NODES, times=2)
    return town


def _directory(town: Commands) -> None:
    draft, cards = town.folder / "directory.json", []
    for number in (1, 2, 3):
        key, card = town.folder / f"admin{number}.key", town.folder / f"admin{number}.card"
        town.call("directory", "admin-key", key, "--name", f"管理者{number}")
        made = town.call("directory", "card", card, "--key", key, "--json")
        town.fingerprints.append(json.loads(made.stdout)["fingerprint"])
        cards += ["--admin", card]
    town.call("directory", "draft", draft, *cards, "--threshold", 2)
    for name in NODES:
        town.at(name, "node", "card", "--out", town.folder / f"{name}.card")
    town.call("directory", "add-node", draft, *(town.folder / f"{name}.card" for name in NODES))
    for sender, receiver in LINKS:
        town.call("directory", "link", draft, sender, receiver)
    for number in (1, 2):
        key = town.folder / f"admin{number}.key"
        town.call("directory", "sign", draft, "--key", key, "--yes")
    admins = [word for one in town.fingerprints for word in ("--admin", one)]
    for name in NODES:
        town.at(name, "directory", "import", draft, *admins, "--threshold", 2)


def copied(town: Commands, folder: Path) -> Commands:
    """The same nodes in another place, with a store of their own."""
    shutil.copytree(town.folder, folder, dirs_exist_ok=True)
    for name in NODES:
        settings = folder / name / "sekisho.toml"
        text = settings.read_text("utf-8").replace(str(town.folder), str(folder))
        settings.write_text(text, "utf-8")
        os.chmod(settings, 0o600)
    return Commands(folder, list(town.fingerprints))
