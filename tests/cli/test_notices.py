"""`sekisho alert`, `calendar`, `token` and `watch` as somebody types them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.commands import Commands, copied, found


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    return found(tmp_path_factory.mktemp("founded"))


@pytest.fixture
def town(founded: Commands, tmp_path: Path) -> Commands:
    return copied(founded, tmp_path / "town")


SEND = ("--to", "lgwan", "--for", "sato", "--purpose", "通知", "--label", "機密性2", "--as", "sato")


def test_a_token_is_issued_listed_and_revoked(town: Commands) -> None:
    words = ["--owner", "sato", "--act", "send", "--act", "list", "--place", "lgwan"]
    made = town.value(
        "internet", "token", "add", "連携", *words, "--until", "2027-01-31", "--as", "admin"
    )
    assert made["secret"].startswith("sks_")
    (listed,) = town.value("internet", "token", "list")
    assert "secret" not in listed
    assert (listed["in_force"], listed["acts"]) == (True, ["list", "send"])
    town.at("internet", "token", "revoke", made["token"], "--as", "sato")
    assert "終了" in town.at("internet", "token", "list").stdout


def test_alerts_are_read_and_mail_is_chosen(town: Commands) -> None:
    file = town.folder / "a.txt"
    file.write_text("内容", "utf-8")
    town.at("internet", "send", file, *SEND)
    town.run("internet")
    (told,) = town.value("internet", "alert", "list", "--unread", "--as", "suzuki")
    assert told["kind"] == "to-decide"
    assert "承認を待つ" in town.at("internet", "alert", "list", "--as", "suzuki").stdout
    assert town.value("internet", "alert", "read", "--as", "suzuki") == {"read": 1}
    assert town.value("internet", "alert", "list", "--unread", "--as", "suzuki") == []
    chosen = town.value("internet", "alert", "mail", "daily", "--as", "suzuki")
    assert chosen == {"person": "suzuki", "mail": "daily"}


def test_ends_are_listed_and_written(town: Commands) -> None:
    listed = town.value("lgwan", "calendar", "--ics", town.folder / "ends.ics")
    assert {one["what"] for one in listed} >= {"directory", "keys"}
    assert (town.folder / "ends.ics").read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    assert "ノード名簿の期限" in town.at("lgwan", "calendar").stdout


def test_a_watched_folder_sends_and_another_receives(town: Commands) -> None:
    inbox, outbox = town.folder / "inbox", town.folder / "outbox"
    for folder in (inbox, outbox):
        folder.mkdir()
    words = [*SEND[:-2], "--person", "sato", "--ready", "rename", "--as", "admin"]
    made = town.value("internet", "watch", "add-in", inbox, *words)
    town.at("lgwan", "watch", "add-out", outbox, "--person", "sato", "--as", "admin")
    (inbox / "通知.txt").write_text("内容", "utf-8")
    town.run("internet")
    (sent,) = town.value("internet", "list", "--as", "sato")
    town.at("internet", "approve", sent["transfer"], "--as", "suzuki")
    town.run("internet", "lgwan")
    written = outbox / sent["transfer"]
    assert (written / "通知.txt").read_text("utf-8") == "内容"
    (listed,) = town.value("internet", "watch", "list")
    assert (listed["folder"], listed["trouble"]) == (str(inbox), None)
    assert town.fails("internet", "watch", "add-in", inbox, *words)["code"] == "SKS-M201"
    town.at("internet", "watch", "end", made["watch"], "--as", "admin")
    assert "ありません" in town.at("internet", "watch", "list").stdout
