"""`sekisho assess` as people call it."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result
from tests.support.commands import Commands

from sekisho.assess.model import study
from sekisho.cli.assess_node import NETWORKS
from sekisho.cli.main import main

FEW = ("--draws", "30")


def call(*args: str) -> Result:
    return CliRunner().invoke(main, ["assess", *FEW, *args], env={"SEKISHO_LANG": "ja"})


def test_the_shipped_models_are_compared_without_a_node() -> None:
    result = call("--compare", "alpha-usb", "--compare", "alpha-post")
    assert result.exit_code == 0, result.output
    assert "α・USBメモリ" in result.output
    assert "推定であり予測ではない" in result.output


def test_page_and_json_are_written_and_never_over_another(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    args = ("--compare", "alpha-post", "-o", str(folder), "--json")
    found = json.loads(call(*args).output)
    assert found["estimate_not_prediction"] is True
    assert found["seed"] == 1
    assert (folder / "assess.xlsx").read_bytes()[:2] == b"PK"
    assert "<h1>" in (folder / "assess.html").read_text("utf-8")
    kept = json.loads((folder / "assess.json").read_text("utf-8"))
    assert kept["models"] == found["models"]
    assert call(*args).exit_code != 0


def test_a_file_with_a_mistake_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("[measure.mfaa]\nyenn = 1\n", "utf-8")
    result = call(str(file))
    assert result.exit_code != 0


def test_the_running_configuration_is_compared(founded: Commands, tmp_path: Path) -> None:
    file = tmp_path / "running.toml"
    made = founded.value("internet", "assess", "from-node", "-o", file)
    assert (made["model"], made["written"]) == ("running", [str(file)])
    assert made["measures"]["approval"]["in_force"] is True
    # The routes of this town let files pass as they are.
    assert made["measures"]["recheck"]["in_force"] is False
    result = call(str(file), "--compare", "alpha-usb", "--compare", "running")
    assert result.exit_code == 0, result.output
    assert "の今の構成" in result.output
    again = founded.fails("internet", "assess", "from-node", "-o", file)
    assert again["code"] == "SKS-C022"
    shown = founded.at("internet", "assess", "from-node", "--network", "beta").stdout
    assert 'network = "beta"' in shown


def test_a_flow_is_counted_as_registered_until_it_passes_here(town: Commands) -> None:
    ends = ("--from-node", "internet", "--to-node", "lgwan")
    words = ("--name", "所得情報", *ends, "--owner", "sato", "--frequency", "毎月")
    more = ("--purpose", "算定", "--medium", "USBメモリ", "--start", "--as", "admin")
    town.at("internet", "flow", "add", "ZEI-01", *words, *more)
    flow = town.value("internet", "assess", "from-node")["tables"]["flow"]["ZEI-01"]
    assert flow["per_month"] == 1
    assert flow["source"] == "register of flows ZEI-01, edition 1: usb"


def test_networks_offered_are_those_of_the_base() -> None:
    assert set(NETWORKS) == set(study().tables["network"])
