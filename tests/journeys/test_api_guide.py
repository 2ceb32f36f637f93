"""The commands of docs/api.md, typed as they stand there at two nodes that are served."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.journeys.test_journeys import environment
from tests.support.commands import Commands
from tests.support.parts import need
from tests.support.ports import free_ports, running, wait_until_it_listens

GUIDE = Path(__file__).resolve().parents[2] / "docs/api.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONTENT = "宛名番号,税額\n" + "0001,1000\n" * 200_000


@contextmanager
def served(town: Commands, node: str) -> Iterator[str]:
    """The address of a node that is served."""
    (port,), log = free_ports(1), town.folder / f"{node}.log"
    command = [sys.executable, "-m", "sekisho", "--node", str(town.folder / node), "serve"]
    with running([*command, "--http", "--no-worker", "--port", str(port)], log) as process:
        wait_until_it_listens(port, process, log, 60)
        yield f"http://localhost:{port}"


def typed(town: Commands, node: str, blocks: list[str], variables: dict[str, str]) -> None:
    """What a shell says to these commands; each of them must succeed."""
    with served(town, node) as address:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
            cwd=town.folder,
            env={**variables, "ADDRESS": address, "SEKISHO_NODE": str(town.folder / node)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_commands_of_the_guide_do_what_they_say(town: Commands, tmp_path: Path) -> None:
    for tool in ("curl", "jq"):
        if not shutil.which(tool):
            need(tool, f"apt-get install {tool}")
    sending, _, receiving = GUIDE.read_text("utf-8").partition("## 受け取る")
    (town.folder / "通知.csv").write_text(CONTENT, "utf-8")
    until = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%d")
    variables = {**environment(town, tmp_path / "bin"), "UNTIL": until}
    typed(town, "internet", BLOCK.findall(sending), variables)
    (waiting,) = town.value("internet", "list", "--as", "sato")
    town.at("internet", "approve", waiting["transfer"], "--as", "suzuki")
    town.settle("internet", "lgwan")
    typed(town, "lgwan", BLOCK.findall(receiving), variables)
    assert (town.folder / "受取り.csv").read_text("utf-8") == CONTENT
    assert len(BLOCK.findall(sending)) >= 5
    assert len(BLOCK.findall(receiving)) >= 4
