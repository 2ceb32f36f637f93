"""`sekisho media` as people call it; nothing here writes to any medium."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from sekisho.cli.main import main
from sekisho.erase.planning.rules import shipped_rules


def call(*args: str) -> Result:
    return CliRunner().invoke(main, ["media", *args], env={"SEKISHO_LANG": "ja"})


def test_media_are_listed_with_what_is_to_be_typed() -> None:
    found = json.loads(call("list", "--virtual", "--json").output)["media"]
    assert all(one["token"] for one in found)
    assert all(one["bytes"] > 0 for one in found)


def test_a_plan_for_a_kind_of_medium() -> None:
    result = call("plan", "--kind", "hdd", "--class", "3B", "--purpose", "lease-return")
    assert result.exit_code == 0, result.output
    assert "1. 除去: 暗号化消去" in result.output
    assert "残るリスク" in result.output
    assert "図表41が挙げるのは Enhanced だけ" in result.output
    found = json.loads(
        call("plan", "--kind", "usb", "--class", "1", "--purpose", "reuse", "--json").output
    )
    assert [one["method"] for one in found["allowed"]] == ["overwrite-2"]
    assert found["allowed"][0]["certain"] is False


def test_a_plan_needs_a_medium_or_a_kind() -> None:
    assert call("plan", "--class", "1", "--purpose", "reuse").exit_code == 2
    missing = call("plan", "NO-SUCH", "--class", "1", "--purpose", "reuse", "--json")
    assert json.loads(missing.stderr)["error"]["code"] == "SKS-R010"


def test_a_new_edition_is_held_against_the_shipped_one(tmp_path: Path) -> None:
    file = tmp_path / "next.toml"
    text = shipped_rules().source.text
    file.write_text(text.replace('methods = ["ata-erase"]', 'methods = ["degauss"]'), "utf-8")
    changed = json.loads(call("edition", str(file), "--json").output)["changed"]
    assert {(one["kind"], one["method"]) for one in changed} >= {("hdd", "degauss")}
    file.write_text(text, "utf-8")
    assert "変わりません" in call("edition", str(file)).output
