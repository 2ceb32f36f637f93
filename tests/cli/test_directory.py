"""Administrators at work: drafts, signatures, versions; all on files, without a node."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support.commands import Commands


def draft_of(town: Commands) -> Path:
    """The directory in use."""
    return town.folder / "directory.json"


def test_a_signature_is_asked_for_in_plain_words(town: Commands) -> None:
    following = town.folder / "v2.json"
    town.call("directory", "unlink", draft_of(town), "lgwan", "mynumber", "--out", following)
    key = town.folder / "admin1.key"
    sign = ("directory", "sign", following, "--key", key, "--previous", draft_of(town))
    refused = town.call(*sign, given="n\n")
    assert refused.exit_code == 130
    assert "・lgwan → mynumber の送信を認めないことにします。" in refused.stderr
    assert "加えます" not in refused.stderr
    assert town.call("directory", "status", following).exit_code == 1
    assert town.call(*sign, given="y\n").exit_code == 0


def test_a_next_version_is_made_signed_and_imported(town: Commands) -> None:
    following = town.folder / "v2.json"
    made = town.call("directory", "renew", draft_of(town), "--days", 30, "--out", following)
    assert made.exit_code == 0
    for number in (1, 2):
        key = town.folder / f"admin{number}.key"
        town.call("directory", "sign", following, "--key", key, "--yes")
    status = town.call("directory", "status", following, "--previous", draft_of(town), "--json")
    assert json.loads(status.stdout) == {
        "version": 2,
        "threshold": 2,
        "signed": ["管理者1", "管理者2"],
        "missing": 0,
        "complete": True,
    }
    assert town.value("internet", "directory", "import", following)["version"] == 2
    assert town.value("internet", "directory", "show")["version"] == 2
    todo = town.value("internet", "status")["todo"]
    assert "directory-expires" in [one["matter"] for one in todo]
    error = town.fails("internet", "directory", "import", draft_of(town))
    assert (error["code"], error["exit_code"]) == ("SKS-N020", 3)


def test_the_next_version_travels_through_the_store(town: Commands) -> None:
    following = town.folder / "v2.json"
    town.call("directory", "renew", draft_of(town), "--out", following)
    for number in (1, 3):
        key = town.folder / f"admin{number}.key"
        town.call("directory", "sign", following, "--key", key, "--yes")
    town.at("internet", "directory", "import", following)
    town.run("internet", "lgwan")
    assert town.value("lgwan", "directory", "show")["version"] == 2


def test_too_few_signatures_are_refused(town: Commands) -> None:
    following = town.folder / "v2.json"
    town.call("directory", "renew", draft_of(town), "--out", following)
    town.call("directory", "sign", following, "--key", town.folder / "admin1.key", "--yes")
    assert town.fails("internet", "directory", "import", following)["code"] == "SKS-N024"


def test_a_signed_file_is_not_changed_in_place(town: Commands) -> None:
    before = draft_of(town).read_bytes()
    result = town.call("directory", "remove-node", draft_of(town), "mynumber", "--json")
    assert json.loads(result.stderr)["error"]["code"] == "SKS-C026"
    assert draft_of(town).read_bytes() == before


def test_nodes_are_added_and_removed(town: Commands) -> None:
    file = town.folder / "v2.json"
    removed = town.call(
        "directory", "remove-node", draft_of(town), "mynumber", "--out", file, "--json"
    )
    found = json.loads(removed.stdout)
    assert sorted(found["nodes"]) == ["internet", "lgwan"]
    assert {"from": "lgwan", "to": "mynumber"} not in found["links"]
    card = town.folder / "mynumber.card"
    town.call("directory", "add-node", file, card, "--until", "2099-03-31")
    linked = town.call("directory", "link", file, "mynumber", "lgwan", "--both-ways", "--json")
    assert len(json.loads(linked.stdout)["links"]) == 4
    shown = town.call("directory", "show", file)
    assert "2099-03-31" in shown.stdout
    for names, code in ((("nowhere",), "SKS-N028"), (("lgwan", "nowhere"), "SKS-N028")):
        error = town.call("directory", "remove-node", file, *names, "--json")
        assert json.loads(error.stderr)["error"]["code"] == code


def test_a_key_comes_back_from_paper(founded: Commands, tmp_path: Path) -> None:
    made = founded.call(
        "directory", "admin-key", tmp_path / "a.key", "--name", "紙の人", "--paper", "--json"
    )
    found = json.loads(made.stdout)
    again = founded.call(
        *("directory", "admin-key", tmp_path / "b.key", "--name", "紙の人", "--from-paper"),
        "--json",
        given="\n".join(found["paper"]).upper(),
    )
    assert json.loads(again.stdout)["fingerprint"] == found["fingerprint"]
    assert (tmp_path / "b.key").stat().st_mode & 0o777 == 0o600
    wrong = founded.call(
        *("directory", "admin-key", tmp_path / "c.key", "--name", "紙の人", "--from-paper"),
        "--json",
        given="\n".join(found["paper"][:-1]),
    )
    assert json.loads(wrong.stderr)["error"]["code"] == "SKS-N016"


def test_a_card_of_somebody_else_is_no_node(founded: Commands, tmp_path: Path) -> None:
    draft = tmp_path / "draft"
    founded.call(
        *("directory", "draft", draft, "--admin", founded.folder / "admin1.card"),
        *("--threshold", 1),
    )
    result = founded.call("directory", "add-node", draft, founded.folder / "admin2.card", "--json")
    assert json.loads(result.stderr)["error"]["exit_code"] == 4


@pytest.mark.parametrize(("given", "code"), [([], "SKS-N034"), (["12345"], "SKS-N034")])
def test_the_first_directory_needs_fingerprints_told_in_person(
    founded: Commands, tmp_path: Path, given: list[str], code: str
) -> None:
    alone = Commands(tmp_path)
    alone.at("soumu", "init", "--create-store")
    admins = [word for one in given for word in ("--admin", one)]
    error = alone.fails("soumu", "directory", "import", draft_of(founded), *admins)
    assert error["code"] == code


def test_new_keys_and_a_new_title(town: Commands) -> None:
    before = town.value("lgwan", "node", "show")
    rotated = town.value("lgwan", "node", "rotate-keys")
    assert rotated["generation"] == before["generation"] + 1
    assert rotated["fingerprint"] != before["fingerprint"]
    settings = town.folder / "lgwan" / "sekisho.toml"
    settings.write_text("# 残す注記\n" + settings.read_text("utf-8"), "utf-8")
    town.at("lgwan", "node", "set-title", 'LGWAN "接続" 系')
    shown = town.value("lgwan", "node", "show")
    assert shown["title"] == 'LGWAN "接続" 系'
    assert settings.read_text("utf-8").startswith("# 残す注記\n")
    town.run("lgwan", "internet")
    assert town.value("internet", "run", "--once")["troubles"] == []
