"""Every kind of failure has its words, its exit code and its object; the impossible is loud."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import click
import pytest
from tests.support.commands import Commands

from sekisho.cli import failures, words
from sekisho.kernel.errors import Broken, InvalidInput, Refused, Unavailable

KEYS = {
    "code",
    "exit_code",
    "params",
    "what",
    "next",
    "ask",
    "what_en",
    "next_en",
    "ask_en",
}


@pytest.mark.parametrize(
    ("failure", "code", "exit_code"),
    [
        (Refused("SKS-T030"), "SKS-T030", 3),
        (InvalidInput("SKS-K004", value="x"), "SKS-K004", 4),
        (Unavailable("SKS-C010", reason="x"), "SKS-C010", 5),
        (Broken("SKS-L014", seen=2, size=1), "SKS-L014", 6),
        (click.NoSuchOption("--x"), "SKS-C020", 2),
        (click.UsageError("x"), "SKS-C020", 2),
        (OSError(28, "No space left on device"), "SKS-C013", 5),
    ],
)
def test_a_failure_is_told_and_coded(
    failure: Exception, code: str, exit_code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    words.use("ja")
    assert failures.report(failure, as_json=False) == exit_code
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"エラー {code}: ")
    assert "次にすること: " in told.err
    assert "相談先: " in told.err
    assert failures.report(failure, as_json=True) == exit_code
    error = json.loads(capsys.readouterr().err)["error"]
    assert error.keys() == KEYS
    assert (error["code"], error["exit_code"]) == (code, exit_code)


def test_a_failure_speaks_english(capsys: pytest.CaptureFixture[str]) -> None:
    words.use("en")
    failures.report(Refused("SKS-T030"), as_json=False)
    assert capsys.readouterr().err.splitlines() == [
        "Error SKS-T030: Nobody decides about a transfer of his own.",
        "  Next: Ask another approver.",
        "  Ask: Approver",
    ]


def test_a_fault_of_ours_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        failures.report(ZeroDivisionError(), as_json=False)


def test_an_interruption_has_its_own_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    words.use("ja")
    assert failures.report(click.exceptions.Abort(), as_json=False) == 130
    assert capsys.readouterr().err == "中止しました。\n"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["aprove", "x"], "aprove というコマンドはありません。近いもの: approve"),
        (["directory", "singn"], "singn というコマンドはありません。近いもの: sign"),
        (["list", "--wating"], "--wating というオプションはありません。近いもの: --waiting"),
        (["approve"], "ID が指定されていません"),
        (["list", "--limit", "many"], "--limit の値が正しくありません"),
        (["route", "add", "--schedule-hours", "9"], "8-18 の形ではありません"),
        (["evidence", "export", "x.zip"], "どれか1つを指定してください"),
        (["--lang", "fr", "list"], "--lang の値が正しくありません"),
    ],
)
def test_misuse_is_explained(founded: Commands, args: list[str], said: str) -> None:
    result = founded.call("--node", founded.folder / "internet", *args)
    assert result.exit_code == 2
    assert "SKS-C020" in result.stderr
    assert said in result.stderr


def test_misuse_is_explained_in_english_and_as_json(founded: Commands) -> None:
    result = founded.call("approve", "--json", "--lang", "en")
    assert json.loads(result.stderr)["error"]["what_en"] == (
        "The command was not called as it can be (ID is missing)."
    )


def test_who_acts_must_be_said(founded: Commands) -> None:
    assert founded.fails("internet", "inbox")["code"] == "SKS-C011"
    assert founded.fails("internet", "list", "--mine")["code"] == "SKS-C011"


def test_who_acts_may_stand_in_the_environment(founded: Commands) -> None:
    assert founded.value("internet", "inbox", env={"SEKISHO_AS": "sato"}) == []
    error = founded.fails("internet", "status", env={"SEKISHO_AS": "nobody"})
    assert (error["code"], error["exit_code"]) == ("SKS-T051", 3)


def test_the_node_may_stand_in_the_environment(founded: Commands) -> None:
    result = founded.call(
        "node", "show", "--json", env={"SEKISHO_NODE": str(founded.folder / "lgwan")}
    )
    assert json.loads(result.stdout)["node"] == "lgwan"


def test_no_node_there(founded: Commands) -> None:
    error = founded.fails("nowhere", "list")
    assert (error["code"], error["exit_code"]) == ("SKS-C004", 5)


@pytest.mark.parametrize(
    ("wrong", "code", "line", "near"),
    [
        ('[stroe]\npath = "x"\n', "SKS-C002", "stroe", "store"),
        ("[work]\nthread = 2\n", "SKS-C002", "thread", "threads"),
        ('[work]\nthreads = "two"\n', "SKS-C003", "threads", "int"),
        ("[work\n", "SKS-C001", "sekisho.toml", ""),
        ("[work]\nthreads = 0\n", "SKS-C005", "threads", "1"),
    ],
)
def test_a_wrong_setting_is_named(
    town: Commands, wrong: str, code: str, line: str, near: str
) -> None:
    settings = town.folder / "internet" / "sekisho.toml"
    count = len(settings.read_text("utf-8").splitlines())
    settings.write_text(settings.read_text("utf-8") + wrong, "utf-8")
    error = town.fails("internet", "list")
    assert (error["code"], error["exit_code"]) == (code, 4)
    assert line in error["what"]
    assert near in error["what"]
    if code in ("SKS-C002", "SKS-C003"):
        assert error["params"]["line"] in (count + 1, count + 2)


def test_tables_of_another_version_are_named(town: Commands) -> None:
    database = sqlite3.connect(town.folder / "internet" / "office.db")
    database.execute("DROP TABLE transfers_transfer")
    database.execute("DELETE FROM django_migrations WHERE app = 'transfers'")
    database.commit()
    database.close()
    error = town.fails("internet", "list", "--as", "admin")
    assert (error["code"], error["exit_code"]) == ("SKS-C029", 3)


def test_a_file_that_is_no_database(town: Commands) -> None:
    database = town.folder / "internet" / "office.db"
    database.write_bytes(b"not a database" * 1000)
    error = town.fails("internet", "list", "--as", "admin")
    assert (error["code"], error["exit_code"]) == ("SKS-C010", 5)


def test_a_key_open_to_others(town: Commands) -> None:
    (town.folder / "internet" / "keys" / "signing.key").chmod(0o644)
    error = town.fails("internet", "list")
    assert (error["code"], error["exit_code"]) == ("SKS-N002", 3)


def test_a_lost_key(town: Commands) -> None:
    (town.folder / "internet" / "keys" / "signing.key").unlink()
    error = town.fails("internet", "list")
    assert (error["code"], error["exit_code"]) == ("SKS-N001", 6)


@pytest.mark.parametrize(
    "args",
    [
        ("directory", "show", "missing.json"),
        ("directory", "import", "missing.json"),
        ("verify", "missing.zip"),
        ("directory", "sign", "missing.json", "--key", "missing.key"),
    ],
)
def test_a_missing_file(founded: Commands, args: tuple[str, ...]) -> None:
    error = founded.fails("internet", *args)
    assert (error["code"], error["exit_code"]) == ("SKS-C021", 5)


def test_nothing_is_overwritten(founded: Commands, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("kept")
    card = founded.folder / "admin1.card"
    error = founded.fails(
        "internet", "directory", "draft", there, "--admin", card, "--threshold", 1
    )
    assert (error["code"], error["exit_code"]) == ("SKS-C022", 3)
    assert there.read_text() == "kept"


def test_rubbish_is_no_directory(founded: Commands, tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish"
    rubbish.write_bytes(b"\xff\x00{")
    error = founded.fails("internet", "directory", "import", rubbish)
    assert error["exit_code"] == 4
