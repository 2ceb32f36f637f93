"""`sekisho backup`, `restore` and `recovery` as somebody types them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.support.commands import Commands, copied, found


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    return found(tmp_path_factory.mktemp("founded"))


@pytest.fixture
def town(founded: Commands, tmp_path: Path) -> Commands:
    return copied(founded, tmp_path / "town")


def _configure(town: Commands, node: str, text: str) -> None:
    file = town.folder / node / "sekisho.toml"
    file.write_text(file.read_text("utf-8") + text, "utf-8")


def _recovery_key(town: Commands) -> Path:
    private = town.folder / "safe.key"
    town.call("recovery", "key", private, "--public", town.folder / "safe.pub")
    return private


def test_settings_say_where_and_a_lost_node_comes_back(town: Commands, tmp_path: Path) -> None:
    private = _recovery_key(town)
    _configure(
        town,
        "lgwan",
        '[backup]\nto = "../data"\nkeys_to = "../keys"\nrecovery_key = "../safe.pub"\n',
    )
    made = town.value("lgwan", "backup")
    checked = json.loads(town.call("backup", "--check", made["data"], "--json").stdout)
    assert (checked["node"], checked["backup"]) == ("lgwan", made["backup"])
    shutil.rmtree(town.folder / "lgwan")
    words = [made["data"], "--keys", made["keys"], "--recovery-key", private]
    told = town.value("lgwan", "restore", *words, "--erased", made["erased"], "--original-stopped")
    assert told["serving"] is True
    town.settle("lgwan", "internet", "lgwan", "internet")
    assert town.value("lgwan", "status")["node"] == "lgwan"


def test_with_a_phrase_and_without_a_list_it_waits_for_expire(town: Commands) -> None:
    phrase = json.loads(town.call("recovery", "phrase", "--json").stdout)["phrase"]
    file = town.folder / "phrase.txt"
    file.write_text(phrase, "utf-8")
    places = ["--to", town.folder / "data", "--keys-to", town.folder / "keys"]
    made = town.value("internet", "backup", *places, "--phrase-file", file)
    shown = json.loads(town.call("recovery", "show", made["keys"], "--json").stdout)
    assert shown["opened_by"] == "phrase"
    shutil.rmtree(town.folder / "internet")
    words = [made["data"], "--keys", made["keys"], "--phrase-file", file, "--original-stopped"]
    assert town.value("internet", "restore", *words)["serving"] is False
    done = town.call("--node", town.folder / "internet", "run", "--once", "--json")
    assert [one["code"] for one in json.loads(done.stdout)["troubles"]] == ["SKS-B011"]
    town.at("internet", "expire", "--rotate-now")
    assert town.value("internet", "run", "--once")["troubles"] == []


def test_nobody_restores_without_saying_that_the_original_is_stopped(town: Commands) -> None:
    error = town.fails("new", "restore", "x.backup", "--keys", "x.keys", "--recovery-key", "k")
    assert error["code"] == "SKS-C020"


def test_places_that_are_missing_or_one_in_the_other_are_refused(town: Commands) -> None:
    _recovery_key(town)
    key = ["--recovery-key", town.folder / "safe.pub"]
    assert town.fails("lgwan", "backup", *key)["code"] == "SKS-C020"
    data = town.folder / "data"
    within = town.fails("lgwan", "backup", "--to", data, "--keys-to", data / "keys", *key)
    assert within["code"] == "SKS-B005"
    assert not list(data.glob("*.backup"))


def test_old_ones_go_keys_first(town: Commands) -> None:
    _recovery_key(town)
    places = ["--to", town.folder / "data", "--keys-to", town.folder / "keys"]
    names = ("data/lgwan-20200101T000000Z.backup", "keys/lgwan-20200101T000000Z.keys")
    other = town.folder / "data" / "internet-20200101T000000Z.backup"
    for folder in ("data", "keys"):
        (town.folder / folder).mkdir()
    for path in (*(town.folder / name for name in names), other):
        path.write_bytes(b"old")
    made = town.value("lgwan", "backup", *places, "--recovery-key", town.folder / "safe.pub")
    assert [Path(one).name for one in made["removed"]] == [
        "lgwan-20200101T000000Z.keys",
        "lgwan-20200101T000000Z.backup",
    ]
    assert other.exists()


def test_the_list_alone_can_be_written_often(town: Commands) -> None:
    told = town.value("lgwan", "backup", "--erased-only", "--to", town.folder / "data")
    assert Path(told["erased"]).exists()
