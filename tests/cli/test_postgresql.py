"""A node on PostgreSQL: made by one command, and what is said when the server is away."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support import postgres
from tests.support.parts import need

WITHOUT_DRIVER = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("psycopg", "psycopg2"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
from sekisho.cli.main import main
main(sys.argv[1:])
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Server]:
    """A running server."""
    if why := postgres.why_not():
        need("PostgreSQL", why)
    with postgres.postgresql(tmp_path_factory.mktemp("server")) as running:
        yield running


def call(node: Path, *args: object, program: tuple[str, ...] = ("-m", "sekisho")) -> Any:
    """One command in a process of its own: exit code, and what it answered or why it failed."""
    done = subprocess.run(
        [sys.executable, *program, "--node", node, *map(str, args), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(done.stdout or done.stderr)
    return done.returncode, found if done.stdout else found["error"]["code"]


def database(host: Path, name: str) -> list[object]:
    """The options of `init`."""
    return [
        *("--database", "postgresql", "--database-host", host, "--database-port", postgres.PORT),
        *("--database-name", name, "--database-user", postgres.ROLE),
    ]


def test_a_node_is_made_and_works(server: postgres.Server, tmp_path: Path) -> None:
    server.create_database("soumu")
    node = tmp_path / "soumu"
    assert call(node, "init", "--create-store", *database(server.folder, "soumu"))[0] == 0
    assert call(node, "person", "add", "sato", "--name", "佐藤")[0] == 0
    assert call(node, "node", "show")[1]["database"] == "postgresql"
    _, examined = call(node, "doctor", "--full")
    levels = {one["check"]: one["level"] for one in examined["checks"]}
    assert (levels["database"], levels["ledger-full"]) == ("ok", "ok")


def test_a_server_that_is_away_at_first(server: postgres.Server, tmp_path: Path) -> None:
    server.create_database("zaisei")
    node, away = tmp_path / "zaisei", tmp_path / "away"
    made = call(node, "init", "--create-store", *database(away, "zaisei"))
    assert made == (5, "SKS-C025")
    assert call(node, "person", "list") == (5, "SKS-C010")
    settings = node / "sekisho.toml"
    text = settings.read_text("utf-8").replace(str(away), str(server.folder))
    settings.write_text(text, "utf-8")
    assert call(node, "person", "list") == (3, "SKS-C029")
    assert call(node, "run", "--once") == (3, "SKS-C029")
    assert call(node, "migrate")[0] == 0
    assert call(node, "person", "list") == (0, [])


def test_the_driver_is_not_installed(server: postgres.Server, tmp_path: Path) -> None:
    made = call(
        tmp_path / "x",
        *("init", *database(server.folder, "x")),
        program=("-c", WITHOUT_DRIVER),
    )
    assert made == (3, "SKS-C032")
