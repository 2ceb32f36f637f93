"""Approval by the organisation, by commands: steps, deputies, emergencies, handing on, asking."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.commands import Commands

DAY = ("--from", "2026-04-01", "--as", "admin")
SEND = ("--to", "lgwan", "--for", "sato", "--purpose", "様式の更新", "--label", "機密性2")


@pytest.fixture
def organised(town: Commands) -> Commands:
    """sato in 税務課, headed by kacho, under 総務部, headed by bucho."""
    for code, name, above in (("01", "総務部", ""), ("0101", "税務課", "01")):
        town.at("internet", "org", "unit", code, "--name", name, "--above", above, *DAY)
    for login, unit, post in (("kacho", "0101", "課長"), ("bucho", "01", "部長")):
        town.at("internet", "person", "add", login, "--name", post, "--as", "admin")
        place = ("--unit", unit, "--post", post, "--head")
        town.at("internet", "person", "appoint", login, *place, *DAY)
    town.at("internet", "person", "appoint", "sato", "--unit", "0101", *DAY)
    return town


def change(town: Commands, *options: object) -> dict[str, object]:
    found: dict[str, object] = town.value(
        "internet", "route", "change", "--to", "lgwan", *options, "--as", "admin"
    )["policy"]
    return found


def send(town: Commands, tmp_path: Path, *more: object) -> dict[str, object]:
    file = tmp_path / "通知.txt"
    file.write_text("通知\n", "utf-8")
    found: dict[str, object] = town.value("internet", "send", file, *SEND, *more, "--as", "sato")
    return found


def test_conditions_of_approval_are_options(organised: Commands) -> None:
    policy = change(
        organised,
        *("--level", "line:1", "--level", "2=line:,role:approver", "--after-for", "role:ciso"),
        *("--emergency", "--restricted", "--bulk"),
    )
    assert policy["levels"] == [
        {"approvers": ["line:1"], "approvals": 1},
        {"approvers": ["line:", "role:approver"], "approvals": 2},
    ]
    assert policy["after_for"] == ["role:ciso"]
    assert [policy[key] for key in ("emergency", "restricted", "bulk")] == [True, True, True]
    shown = organised.at("internet", "route", "show", "--to", "lgwan").stdout
    assert "line:・role:approverから 2 人" in shown
    assert "事前 3 人" in organised.at("internet", "route", "list").stdout
    again = change(organised, "--no-bulk", "--approver", "role:approver")
    assert (again["levels"], again["bulk"], again["emergency"]) == ([], False, True)
    bad = ("route", "change", "--to", "lgwan", "--level", "line:x", "--as", "admin")
    assert organised.fails("internet", *bad)["code"] == "SKS-T002"


def test_it_is_told_beforehand_who_approves_and_why_not(organised: Commands) -> None:
    change(organised, "--level", "line:1", "--level", "line:2")
    check = ("route", "check", "--to", "lgwan", "--for", "sato", "--file-kind", "docx")
    found = organised.value(
        "internet", *check, "--bytes", "3M", "--from-person", "sato", "--at", "2026-12-01T10:00"
    )
    assert (found["allowed"], found["approvals"], found["timing"]) == (True, 2, "before")
    assert [one["people"] for one in found["steps"]] == [
        [{"login": "kacho", "name": "課長"}],
        [{"login": "bucho", "name": "部長"}],
    ]
    assert found["files"] == [
        {"path": "*.docx", "bytes": 3 * 1024**2, "type": "docx", "profile": "none"}
    ]
    assert found["leaves"].startswith("2026-12-01T01:00")
    shown = organised.at("internet", *check, "--from-person", "sato").stdout
    assert "1 段階目: 次の人のうち 1 人 課長（kacho）" in shown
    given = ("--node", organised.folder / "internet", *check)
    for more, code in (
        (("--from-person", "kacho"), "SKS-H043"),
        (("--from-person", "sato", "--emergency"), "SKS-H040"),
        (("--from-person", "sato", "--approver", "suzuki"), "SKS-H045"),
    ):
        result = organised.call(*given, *more)
        assert result.exit_code == 1
        assert code in result.stdout


def test_a_deputy_approves_and_it_is_read_afterwards(organised: Commands, tmp_path: Path) -> None:
    change(organised, "--approver", "superior")
    sent = send(organised, tmp_path)["transfer"]
    made = organised.value(
        "internet", "absence", "add", "--deputy", "suzuki", "--to", "2099-01-01", "--as", "kacho"
    )
    assert organised.value("internet", "absence", "list", "--as", "sato") == [made]
    waiting = organised.value("internet", "list", "--waiting", "--as", "suzuki")
    assert [one["transfer"] for one in waiting] == [sent]
    done = organised.value("internet", "approve", sent, "--for", "kacho", "--as", "suzuki")
    assert done["state"] == "ready"
    shown = organised.at("internet", "show", sent, "--as", "sato").stdout
    assert "suzuki（kacho の代決）" in shown
    (unread,) = organised.value("internet", "read-after", "--as", "kacho")
    assert (unread["transfer"], unread["person"], unread["verb"]) == (sent, "suzuki", "approve")
    assert sent in organised.at("internet", "read-after", "--as", "kacho").stdout
    assert organised.value("internet", "read-after", sent, "--as", "kacho")["read"] == 1
    assert organised.value("internet", "read-after", "--as", "kacho") == []
    organised.at("internet", "absence", "end", made["absence"], "--as", "kacho")
    again = ("absence", "end", made["absence"], "--as", "kacho")
    assert organised.fails("internet", *again)["code"] == "SKS-H052"


def test_an_emergency_says_why(organised: Commands, tmp_path: Path) -> None:
    change(organised, "--emergency")
    sent = send(organised, tmp_path, "--emergency", "--reason", "停電のため")
    assert (sent["state"], sent["confirm"], sent["emergency"]) == ("ready", "pending", "停電のため")
    assert (
        "緊急の理由: 停電のため"
        in organised.at("internet", "show", sent["transfer"], "--as", "sato").stdout
    )
    file = tmp_path / "通知.txt"
    for more, code in ((("--emergency",), "SKS-T035"), (("--reason", "急ぐ"), "SKS-C020")):
        assert (
            organised.fails("internet", "send", file, *SEND, *more, "--as", "sato")["code"] == code
        )


def test_several_are_approved_at_once(organised: Commands, tmp_path: Path) -> None:
    change(organised, "--bulk")
    sent = [send(organised, tmp_path)["transfer"] for _ in range(2)]
    done = organised.value("internet", "approve", *sent, "--as", "suzuki")
    assert [one["state"] for one in done] == ["ready", "ready"]
    result = organised.call(
        "--node", organised.folder / "internet", "approve", *sent, "--as", "suzuki"
    )
    assert result.exit_code == 1
    assert result.stdout.count("SKS-T032") == 2


def test_an_approver_is_asked(organised: Commands, tmp_path: Path) -> None:
    change(organised, "--approver", "line:")
    sent = send(organised, tmp_path, "--approver", "bucho")
    assert sent["chosen"] == ["bucho"]
    approve = ("approve", sent["transfer"], "--as")
    assert organised.fails("internet", *approve, "kacho")["code"] == "SKS-H042"
    organised.at("internet", *approve, "bucho")


def test_a_colleague_gets_it_too(organised: Commands, tmp_path: Path) -> None:
    sent = send(organised, tmp_path)["transfer"]
    organised.at("internet", "approve", sent, "--as", "suzuki")
    organised.run("internet", "lgwan")
    organised.at("lgwan", "hand-on", sent, "--to", "takahashi", "--as", "sato")
    assert [one["transfer"] for one in organised.value("lgwan", "inbox", "--as", "takahashi")] == [
        sent
    ]


def test_what_does_not_concern_one_is_not_shown(organised: Commands, tmp_path: Path) -> None:
    sent = send(organised, tmp_path)["transfer"]
    for command in (("show", sent), ("report", sent), ("evidence", "export", tmp_path / "x.zip")):
        more = ("--transfer", sent) if command[0] == "evidence" else ()
        error = organised.fails("internet", *command, *more, "--as", "kacho")
        assert error["code"] == "SKS-T093"
    assert organised.value("internet", "list", "--as", "kacho") == []
    assert len(organised.value("internet", "list", "--as", "admin")) == 1
    period = ("evidence", "export", tmp_path / "y.zip", "--since", "2020-01-01", "--as", "sato")
    assert organised.fails("internet", *period)["code"] == "SKS-T053"
