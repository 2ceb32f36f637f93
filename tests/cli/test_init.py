"""A folder becomes a node, once, with settings that somebody can read."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from tests.support.commands import Commands


@pytest.fixture
def place(tmp_path: Path) -> Commands:
    """A folder without nodes."""
    return Commands(tmp_path)


def settings_of(place: Commands, node: str) -> dict[str, Any]:
    """What stands in a node's settings file."""
    return tomllib.loads((place.folder / node / "sekisho.toml").read_text("utf-8"))


def test_what_is_not_said_comes_from_the_folder(place: Commands) -> None:
    made = place.value("soumu", "init", "--create-store")
    assert made.keys() == {"node", "zone", "title", "folder", "store", "fingerprint"}
    assert (made["node"], made["zone"], made["title"]) == ("soumu", "soumu", "soumu")
    assert settings_of(place, "soumu") == {
        "node": {"name": "soumu", "zone": "soumu", "title": "soumu", "suite": "S1"},
        "store": {"kind": "folder", "path": str(place.folder / "store")},
        "database": {"kind": "sqlite"},
    }
    for name in ("keys", "vault"):
        assert (place.folder / "soumu" / name).stat().st_mode & 0o077 == 0


def test_everything_can_be_said(place: Commands) -> None:
    secrets = place.folder / "secrets.toml"
    secrets.write_text('access_key_id = "a"\nsecret_access_key = "b"\n')
    secrets.chmod(0o600)
    place.at(
        "x",
        *("init", "--name", "zei", "--zone", "lgwan", "--title", '税務 "課" \\'),
        *("--suite", "S0", "--store-kind", "s3", "--store-url", "https://s3.example.lg.jp"),
        *("--store-bucket", "sekisho", "--store-credentials", secrets),
    )
    found = settings_of(place, "x")
    assert found["node"] == {
        "name": "zei",
        "zone": "lgwan",
        "title": '税務 "課" \\',
        "suite": "S0",
    }
    assert found["store"] == {
        "kind": "s3",
        "url": "https://s3.example.lg.jp",
        "bucket": "sekisho",
        "credentials_file": str(secrets),
    }
    assert place.value("x", "node", "show")["suite"] == "S0"


def test_a_second_node_in_the_same_folder_is_refused(place: Commands) -> None:
    first = place.value("soumu", "init", "--create-store")
    error = place.fails("soumu", "init")
    assert (error["code"], error["exit_code"]) == ("SKS-C006", 3)
    assert place.value("soumu", "node", "show")["fingerprint"] == first["fingerprint"]


def test_a_name_that_no_node_can_have(place: Commands) -> None:
    assert place.fails("総務課", "init")["code"] == "SKS-K004"
    assert place.fails("soumu", "init", "--name", "Soumu Ka")["code"] == "SKS-K004"
    assert not (place.folder / "soumu" / "sekisho.toml").exists()
    place.at("soumu", "init")


@pytest.mark.parametrize(("kind", "missing"), [("s3", "--store-url"), ("smb", "--store-server")])
def test_a_store_that_is_not_named(place: Commands, kind: str, missing: str) -> None:
    error = place.fails("soumu", "init", "--store-kind", kind)
    assert (error["code"], error["exit_code"]) == ("SKS-C020", 2)
    assert missing in error["what_en"]
    assert not (place.folder / "soumu").exists()


def test_a_store_is_made_once(place: Commands) -> None:
    place.at("a", "init", "--create-store")
    result = place.call("--node", place.folder / "b", "init", "--create-store")
    assert result.exit_code == 3
    assert "ノードは作りました" in result.stderr
    assert "SKS-S006" in result.stderr
    assert place.fails("c", "init", "--create-store")["code"] == "SKS-S006"
    assert place.fails("b", "store", "create")["code"] == "SKS-S006"
    place.at("b", "status")


def test_a_store_can_be_made_afterwards(place: Commands) -> None:
    place.at("a", "init")
    made = place.value("a", "store", "create")
    assert made["store_id"].startswith("st_")
    marker = json.loads((place.folder / "store" / "sekisho-store.json").read_text("utf-8"))
    assert marker["store_id"] == made["store_id"]
