"""`sekisho assess` as people call it."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

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
    assert "<h1>" in (folder / "assess.html").read_text("utf-8")
    kept = json.loads((folder / "assess.json").read_text("utf-8"))
    assert kept["models"] == found["models"]
    assert call(*args).exit_code != 0


def test_a_file_with_a_mistake_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("[measure.mfaa]\nyenn = 1\n", "utf-8")
    result = call(str(file))
    assert result.exit_code != 0
