"""What people see of disarming: at submission, before approval, at the receiver; and exceptions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.commands import Commands
from tests.support.disarming import Scripted

from sekisho.node import opening

MACRO = "税の通知\nMACRO evil.example\n個人番号 123456789018\n"


@pytest.fixture(autouse=True)
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    """Every node of these tests disarms by the script."""
    made = Scripted()
    monkeypatch.setattr(opening, "start_disarmer", lambda _: made)
    yield made


@pytest.fixture
def town(town: Commands) -> Commands:
    for name in ("internet", "lgwan"):
        ends = ["--from", "internet", "--to", "lgwan", "--as", "admin"]
        town.at(name, "route", "change", *ends, "--disarm", "*=standard")
    return town


def file(town: Commands, name: str = "通知.txt", content: str = MACRO) -> Path:
    path = town.folder / name
    path.write_text(content, "utf-8")
    return path


WORDS = ("--to", "lgwan", "--for", "sato", "--purpose", "通知", "--label", "機密性2")


def sent(town: Commands, *more: object) -> dict[str, Any]:
    value: dict[str, Any] = town.value(
        "internet", "send", file(town), *WORDS, *more, "--as", "sato"
    )
    return value


def test_submission_shows_the_outcome(town: Commands) -> None:
    said = town.at("internet", "send", file(town), *WORDS, "--as", "sato").stdout
    assert "要確認" not in said
    assert "確かめてください（無害化で見つかったもの）:" in said
    assert "個人番号（マイナンバー）と見られる番号（1行目） 例: 1234********" in said
    assert "1 通知.txt: 作り直しました（テキスト、方式 standard、隔離 full）" in said
    assert said.index("確かめてください") < said.index("取り除いたもの")


def test_it_is_said_in_english_too(town: Commands) -> None:
    sent(town)
    (found,) = town.value("internet", "--as", "admin", "list")
    said = town.at("internet", "--as", "admin", "show", found["transfer"], "--lang", "en").stdout
    assert "To be judged (found when disarming):" in said
    assert "1 通知.txt: rebuilt" in said


def test_the_approver_sees_findings_in_the_list_and_the_reports_in_full(town: Commands) -> None:
    made = sent(town)
    assert made["files"][0]["disarmed"] == "rebuilt"
    assert made["files"][0]["found"] == 1
    listed = town.at("internet", "list", "--waiting", "--as", "suzuki").stdout
    assert re.search(r"要確認", listed)
    shown = town.value("internet", "--as", "admin", "show", made["transfer"])
    report = shown["disarming"][0]["report"]
    assert (report["outcome"], report["profile"], report["in"]["name"]) == (
        "rebuilt",
        "standard",
        "通知.txt",
    )
    assert (
        town.value("internet", "--as", "admin", "report", made["transfer"])["files"]
        == shown["disarming"]
    )


def test_the_report_can_be_a_page(town: Commands) -> None:
    made = sent(town)
    page = town.folder / "報告.html"
    town.at("internet", "--as", "admin", "report", made["transfer"], "--html", page)
    text = page.read_text("utf-8")
    assert "<title>無害化の記録</title>" in text and "通知.txt" in text
    again = town.fails("internet", "--as", "admin", "report", made["transfer"], "--html", page)
    assert again["code"] == "SKS-C022"


def test_the_receiver_sees_both_reports(town: Commands) -> None:
    made = sent(town)
    town.at("internet", "approve", made["transfer"], "--as", "suzuki")
    town.settle("internet", "lgwan")
    (told,) = town.value("lgwan", "--as", "admin", "report", made["transfer"])["files"]
    assert (told["outcome"], told["own_report"]["outcome"]) == ("same", "same")
    assert told["report"]["entries"][0]["act"] == "removed"
    said = town.at("lgwan", "--as", "admin", "show", made["transfer"]).stdout
    assert "無害化済みです" in said
    assert "取り除いたもの" in said
    assert "要確認" in town.at("lgwan", "inbox", "--as", "sato").stdout


def test_what_was_disarmed_anew_is_said_on_both_sides(town: Commands) -> None:
    ends = ["--from", "internet", "--to", "lgwan", "--as", "admin"]
    town.at("internet", "route", "change", *ends, "--disarm", "*=none")
    made = sent(town)
    assert made["disarming"][0]["outcome"] is None
    town.at("internet", "approve", made["transfer"], "--as", "suzuki")
    town.settle("internet", "lgwan")
    (found,) = town.value("lgwan", "inbox", "--as", "sato")
    assert found["files"][0]["disarmed"] == "redisarmed"
    assert found["files"][0]["sent"]["sha256"] == made["files"][0]["sha256"]
    assert (
        "受け取った側で無害化し直しました"
        in town.at("lgwan", "--as", "admin", "show", found["transfer"]).stdout
    )
    assert (
        "受け取った側が 1 件を無害化し直し"
        in town.at("internet", "--as", "admin", "show", made["transfer"]).stdout
    )


def test_every_stopped_file_is_named_with_its_reason(town: Commands) -> None:
    files = [file(town, name, "TRAP") for name in ("一.txt", "二.txt")]
    error = town.fails("internet", "send", *files, file(town), *WORDS, "--as", "sato")
    assert error["code"] == "SKS-T080"
    assert [(one["path"], one["code"]) for one in error["files"]] == [
        ("一.txt", "SKS-D010"),
        ("二.txt", "SKS-D010"),
    ]
    result = town.call("--node", town.folder / "internet", "send", *files, *WORDS, "--as", "sato")
    assert "一.txt: [SKS-D010]" in result.stderr
    assert town.value("internet", "--as", "admin", "list") == []


def test_the_password_comes_from_a_file_or_is_asked_for(town: Commands, scripted: Scripted) -> None:
    secret = file(town, "秘密", "ひらけごま\n二行目\n")
    sent(town, "--password-file", secret)
    town.at(
        "internet", "send", file(town), *WORDS, "--password-prompt", "--as", "sato", given="胡麻\n"
    )
    sent(town)
    assert [password for _, _, password in scripted.asked] == ["ひらけごま", "胡麻", None]


def test_a_transfer_without_reports_says_so(town: Commands) -> None:
    ends = ["--from", "internet", "--to", "lgwan", "--as", "admin"]
    town.at("internet", "route", "change", *ends, "--disarm", "*=none")
    made = sent(town)
    assert town.fails("internet", "--as", "admin", "report", made["transfer"])["code"] == "SKS-T088"
    assert town.fails("internet", "--as", "admin", "report", "tr_" + "a" * 26)["code"] == "SKS-T005"


def test_a_new_route_disarms_unless_it_leads_into_the_internet_zone(town: Commands) -> None:
    for sender, receiver, expected in (
        ("internet", "lgwan", {"*": "standard"}),
        ("lgwan", "internet", {}),
    ):
        ends = ["--from", sender, "--to", receiver, "--as", "admin"]
        town.at("internet", "route", "close", *ends)
        made = town.value("internet", "route", "add", *ends)
        assert made["policy"]["disarm"] == expected


def test_profiles_are_changed_one_by_one(town: Commands) -> None:
    ends = ["--from", "internet", "--to", "lgwan", "--as", "admin"]
    changed = town.value(
        "internet", "route", "change", *ends, "--disarm", "docx=strict", "--disarm", "image=picture"
    )
    assert changed["policy"]["disarm"] == {
        "*": "standard",
        "docx": "strict",
        "image": "picture",
    }
    shown = town.at("internet", "route", "show", "--to", "lgwan").stdout
    assert "すべて: standard、docx: strict、image: picture" in shown
    for wrong, code in (("docx", "SKS-C020"), ("dokx=strict", "SKS-T007"), ("*=x", "SKS-T002")):
        assert town.fails("internet", "route", "change", *ends, "--disarm", wrong)["code"] == code


def test_exceptions_are_added_listed_and_ended(town: Commands) -> None:
    assert town.at("internet", "exception", "list").stdout == "例外はありません。\n"
    words = ["text", "--to", "lgwan", "--owner", "sato", "--reason", "試行", "--until"]
    assert (
        town.fails("internet", "exception", "add", *words, "2020-01-01", "--as", "admin")["code"]
        == "SKS-T086"
    )
    until = "2099-01-01"
    assert (
        town.fails("internet", "exception", "add", *words, until, "--as", "admin")["code"]
        == "SKS-T086"
    )
    until = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
    assert (
        town.fails("internet", "exception", "add", *words, until, "--as", "suzuki")["code"]
        == "SKS-T053"
    )
    made = town.value("internet", "exception", "add", *words, until, "--as", "admin")
    assert (made["type"], made["in_force"]) == ("text", True)
    assert sent(town)["files"][0]["disarmed"] == "excepted"
    said = town.at("internet", "exception", "list").stdout
    assert "有効" in said and "internet → lgwan" in said
    ended = town.value(
        "internet", "exception", "end", made["exception"], "--reason", "済み", "--as", "admin"
    )
    assert ended["in_force"] is False
    (listed,) = town.value("internet", "exception", "list")
    assert listed["ended"] is not None
    assert sent(town)["files"][0]["disarmed"] == "rebuilt"
