"""`sekisho risks`, as the IT office types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.office.risks.support import MODEL
from tests.support.commands import Commands

ADMIN = ("--as", "admin")


def model(town: Commands, text: str = MODEL, name: str = "own.toml") -> Path:
    path = town.folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def office(town: Commands) -> Commands:
    saved = ("risks", "save", model(town), "--title", "見直し", "--note", "はじめの案", *ADMIN)
    assert town.value("lgwan", *saved)["version"] == 1
    return town


def test_a_study_is_saved_listed_run_and_shown(office: Commands) -> None:
    assert [one["title"] for one in office.value("lgwan", "risks", "list")] == ["見直し"]
    out = office.folder / "out"
    run = office.value("lgwan", "risks", "run", "1", "--draws", "20", "-o", out, *ADMIN)
    assert (run["models"], run["state"]) == (["alpha-usb", "ours"], "done")
    assert len(run["written"]) == 3
    assert json.loads((out / "assess.json").read_text("utf-8"))["draws"] == 20
    assert "本庁の案" in (out / "assess.html").read_text("utf-8")
    said = office.at("lgwan", "risks", "show", "1").stdout
    assert "第 1 版: はじめの案" in said and "計算 1（第 1 版、終わり）" in said


def test_every_comment_is_answered_or_carried(office: Commands) -> None:
    for text in ("費用の根拠は", "流れが抜けている"):
        office.value("lgwan", "risks", "comment", "1", text, "--item", "model.ours", *ADMIN)
    changed = model(office, MODEL.replace("本庁の案", "直した案"), "two.toml")
    save = ("risks", "save", changed, "--study", "1", "--note", "回答", *ADMIN)
    assert office.fails("lgwan", *save)["code"] == "SKS-J015"
    taken = (*save, "--taken", "1=見積りによる")
    assert office.fails("lgwan", *taken)["code"] == "SKS-J015"
    assert office.value("lgwan", *taken, "--carry")["version"] == 2
    said = {one["comment"]: one for one in office.value("lgwan", "risks", "show", "1")["comments"]}
    assert (said[1]["choice"], said[1]["answered_in"], said[2]["choice"]) == ("taken", 2, "")
    assert "見積りによる" in office.at("lgwan", "risks", "show", "1").stdout


def test_what_is_wrong_is_told_with_its_line(office: Commands) -> None:
    wrong = model(office, MODEL.replace('"post"', '"posst"'), "wrong.toml")
    save = ("risks", "save", wrong, "--study", "1", "--note", "x", *ADMIN)
    told = office.fails("lgwan", *save)
    assert told["code"] == "SKS-A002" and "5 行目" in told["what"]
    assert office.fails("lgwan", "risks", "show", "9")["code"] == "SKS-J002"
    few = ("risks", "run", "1", "--draws", "3", *ADMIN)
    assert office.fails("lgwan", *few)["code"] == "SKS-J008"
    odd = (*save[:2], model(office, MODEL, "odd.toml"), *save[3:], "--taken", "x")
    assert office.fails("lgwan", *odd)["code"] == "SKS-C020"
