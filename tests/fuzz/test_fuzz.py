"""Each target runs a bounded number of inputs, grown from genuine ones."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from sekisho.node import packages, submitting
from sekisho.node.demo.samples import write_samples
from sekisho.office.transfers.actions import deciding
from tests.support.parts import need
from tests.support.town import draft_for, found_town

ROOT = Path(__file__).parents[2]
SECONDS = 900

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder of genuine inputs for each target: heads from a store, a package."""
    town = found_town(tmp_path_factory.mktemp("town"))
    town.run()
    file = town.folder / "a.txt"
    file.write_text("あ" * 10)
    with town.at("internet") as node:
        made = submitting.submit(node, actor="sato", draft=draft_for(), paths=[file])
        deciding.approve(node.desk, actor="suzuki", transfer_id=made.transfer_id)
    town.run()
    folders = {name: tmp_path_factory.mktemp(name) for name in ("head", "package", "file")}
    heads = sorted((town.folder / "store").rglob("*.head"))
    assert heads
    for number, path in enumerate(heads):
        (folders["head"] / str(number)).write_bytes(path.read_bytes())
    with town.at("internet") as node:
        package = packages.export_transfer(node, made.transfer_id)
    (folders["package"] / "genuine").write_bytes(package)
    folders["file"] = folders["file"] / "samples"
    write_samples(folders["file"])
    return folders


@pytest.mark.parametrize("target", ["head", "package", "file"])
def test_nothing_but_coded_errors_comes_out(
    target: str, seeds: dict[str, Path], bounded: bool
) -> None:
    if importlib.util.find_spec("atheris") is None:
        need("atheris", "no wheel of atheris for this Python")
    runs = 3_000 if bounded else 200_000
    done = subprocess.run(
        [
            sys.executable, "-m", "tests.fuzz.targets", target,
            f"-runs={runs}", "-max_len=400000", "-timeout=20", "-rss_limit_mb=1500", "-seed=1",
            str(seeds[target]),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    assert f"Done {runs} runs" in done.stderr, done.stderr[-2000:]
