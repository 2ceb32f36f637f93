"""What commands answer to programs: stable keys, and what they answer to people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cli.commands_page import PAGE
from tests.support.commands import NODES, Commands

TRANSFER = {
    *("transfer", "direction", "to", "sender", "addressees", "purpose", "label", "state"),
    *("round", "approvals_needed", "confirm", "created", "changed", "not_before"),
    *("erase_after", "erased", "code", "emergency", "chosen", "files", "decisions"),
}
ARRIVAL = {
    *("transfer", "direction", "from", "sender", "sender_name", "addressees", "purpose"),
    *("label", "state", "received", "erase_after", "erased", "files"),
}
FILE = {"number", "path", "bytes", "sha256", "type", "disarmed", "found"}
DECISION = {"round", "person", "acting_for", "step", "verb", "reason", "made"}


def submitted(town: Commands, **changes: str) -> dict[str, Any]:
    """A transfer of one small file, waiting for approval."""
    file = town.folder / "通知.txt"
    file.write_text("固定資産税", "utf-8")
    words = {"to": "lgwan", "for": "sato", "purpose": "通知", "label": "機密性2", **changes}
    options = [word for key, value in words.items() for word in (f"--{key}", value)]
    made: dict[str, Any] = town.value("internet", "send", file, *options, "--as", "sato")
    return made


@pytest.fixture(scope="module")
def crossed(tmp_path_factory: pytest.TempPathFactory, founded: Commands) -> Commands:
    """A town in which one transfer has arrived."""
    from tests.support.commands import copied

    town = copied(founded, tmp_path_factory.mktemp("crossed"))
    made = submitted(town)
    town.at("internet", "approve", made["transfer"], "--as", "suzuki")
    town.settle("internet", "lgwan")
    return town


def test_a_transfer_has_its_keys(crossed: Commands) -> None:
    (found,) = crossed.value("internet", "--as", "admin", "list")
    assert found.keys() == TRANSFER
    assert found["files"][0].keys() == FILE
    assert found["decisions"][0].keys() == DECISION
    assert (found["state"], found["code"]) == ("received", None)
    shown = crossed.value("internet", "--as", "admin", "show", found["transfer"])
    assert shown.keys() == TRANSFER | {"course", "disarming"}
    kinds = [one["kind"] for one in shown["course"]]
    assert kinds[:3] == ["transfer.submitted", "transfer.judged", "transfer.approved"]
    assert all(one.keys() == {"kind", "time", "index"} for one in shown["course"])


def test_an_arrival_has_its_keys(crossed: Commands) -> None:
    (found,) = crossed.value("lgwan", "inbox", "--as", "sato")
    assert found.keys() == ARRIVAL
    assert found["files"][0].keys() == FILE | {"collected", "sent"}
    assert found["sender_name"] == "佐藤 花子"
    shown = crossed.value("lgwan", "--as", "admin", "show", found["transfer"])
    assert shown.keys() == ARRIVAL | {"course", "disarming"}


def test_the_start_of_a_number_is_enough(crossed: Commands) -> None:
    (found,) = crossed.value("internet", "--as", "admin", "list")
    whole = found["transfer"]
    for given in (whole[:9], whole[3:9], whole[3:9].upper()):
        assert crossed.value("internet", "--as", "admin", "show", given)["transfer"] == whole
    for unknown in ("tr_0", "tr_" + "a" * 26, "😀"):
        assert crossed.fails("internet", "--as", "admin", "show", unknown)["code"] == "SKS-T005"


def test_a_start_that_fits_two_is_refused(town: Commands) -> None:
    for _ in range(2):
        submitted(town)
    error = town.fails("internet", "--as", "admin", "show", "tr_")
    assert (error["code"], error["params"]["count"]) == ("SKS-C028", 2)


def test_lists_can_be_narrowed(town: Commands) -> None:
    first, second = submitted(town), submitted(town)
    assert len(town.value("internet", "--as", "admin", "list")) == 2
    assert len(town.value("internet", "--as", "admin", "list", "--limit", 1)) == 1
    waiting = town.value("internet", "list", "--waiting", "--as", "suzuki")
    assert [one["transfer"] for one in waiting] == [first["transfer"], second["transfer"]]
    assert town.value("internet", "list", "--waiting", "--as", "sato") == []
    assert town.value("internet", "list", "--mine", "--as", "suzuki") == []
    assert len(town.value("internet", "list", "--mine", "--as", "sato")) == 2
    assert town.value("internet", "--as", "admin", "list", "--state", "sent") == []


def test_status_says_first_what_is_to_be_done(town: Commands) -> None:
    quiet = town.at("internet", "status", "--as", "suzuki")
    assert quiet.stdout.startswith("要対応 0 件")
    submitted(town)
    busy = town.at("internet", "status", "--as", "suzuki").stdout.splitlines()
    assert busy[0] == "要対応 1 件"
    assert "承認・確認を待つ受け渡しが 1 件" in busy[1]
    found = town.value("internet", "status", "--as", "suzuki")
    assert found.keys() == {"node", "todo", "states", "ledger", "directory", "peers"}
    assert found["todo"] == [
        {"matter": "to-decide", "count": 1, "code": None, "peer": None, "moment": None}
    ]
    assert found["states"] == {"waiting": 1}
    assert found["peers"][0].keys() == {"node", "keys_offered", "keys_left", "cosigned", "trouble"}


def test_run_sums_up_its_rounds(town: Commands) -> None:
    found = town.value("internet", "run", "--until-idle")
    assert found.keys() == {
        *("rounds", "received", "notices", "sent", "erased", "refused", "troubles"),
    }


def test_a_node_without_a_directory_says_so(tmp_path: Path) -> None:
    alone = Commands(tmp_path)
    alone.at("soumu", "init", "--create-store")
    result = alone.call("--node", tmp_path / "soumu", "run", "--once", "--json")
    assert result.exit_code == 3
    assert '"SKS-C007"' in result.stdout
    todo = alone.value("soumu", "status")["todo"]
    assert [one["matter"] for one in todo] == ["directory-missing"]
    doctor = alone.call("--node", tmp_path / "soumu", "doctor")
    assert doctor.exit_code == 1
    assert "異常 ノード名簿: SKS-C007" in doctor.stdout


def test_expire_counts_what_it_destroyed(town: Commands) -> None:
    made = submitted(town)
    town.at("internet", "withdraw", made["transfer"], "--as", "sato")
    found = town.value("internet", "expire", "--rotate-now")
    assert found == {
        "transfers": 1,
        "arrivals": 0,
        "objects": 1,
        "receiver_keys": 0,
        "vault_key_renewed": True,
    }
    (shown,) = town.value("internet", "--as", "admin", "list")
    assert (shown["state"], shown["erased"]) == ("withdrawn", True)


def test_doctor_examines_everything(crossed: Commands) -> None:
    found = crossed.value("internet", "doctor", "--full")
    assert found["ok"] is True
    names = [one["check"] for one in found["checks"]]
    assert names == [
        *("settings", "keys", "vault-keys", "database", "vault", "ledger", "clock", "store"),
        *("directory", "people", "disarm", "disk", "backup", "ledger-full"),
    ]
    lines = crossed.at("internet", "doctor").stdout.splitlines()
    assert lines[0].startswith("良好 設定: ")
    assert lines[-1] == "異常はありません。"


def test_doctor_finds_a_lost_object(town: Commands) -> None:
    submitted(town)
    (town_vault,) = [p for p in (town.folder / "internet" / "vault").iterdir() if p.is_dir()]
    for path in town_vault.rglob("*"):
        if path.is_file():
            path.unlink()
    result = town.call("--node", town.folder / "internet", "doctor", "--lang", "en")
    assert result.exit_code == 1
    assert "BAD  vault: SKS-C030 1 objects of the vault are missing" in result.stdout


def test_the_store_doctor_judges(founded: Commands) -> None:
    found = founded.value("internet", "store", "doctor")
    assert found.keys() == {"store", "at", "verdict", "findings"}
    assert found["verdict"] in ("use", "care")


def test_crypto_lists_algorithms_without_a_node(tmp_path: Path, founded: Commands) -> None:
    alone = Commands(tmp_path).value("nowhere", "crypto")
    assert alone["keys"] is None
    rows = {one["name"]: one for one in alone["algorithms"]}
    assert (rows["AES-256"]["standing"], rows["AES-256"]["confirmed"]) == ("listed", True)
    assert rows["ML-DSA-65"]["standing"] == "not_listed"
    keys = founded.value("internet", "crypto")["keys"]
    assert keys["signing"][0]["kind"] == "ed25519"
    assert [one["current"] for one in keys["vault"]] == [True]
    words = founded.at("internet", "crypto").stdout
    assert "原文で未確認" in words
    assert keys["fingerprint"] in words


def test_a_route_is_opened_changed_and_closed(town: Commands) -> None:
    ends = ("--to", "lgwan", "--as", "admin")
    assert town.fails("internet", "route", "add", *ends)["code"] == "SKS-C027"
    for verb in ("add", "change", "close"):
        error = town.fails("internet", "route", verb, "--to", "lgwan", "--as", "suzuki")
        assert error["code"] == "SKS-T053"
    changed = town.value("internet", "route", "change", *ends, "--approvals", 2)
    assert changed.keys() == {"from", "to", "active", "policy"}
    town.at("internet", "route", "change", *ends, "--file-bytes-max", "10M")
    policy = town.value("internet", "route", "show", "--to", "lgwan")["policy"]
    assert (policy["approvals"], policy["file_bytes_max"]) == (2, 10 * 1024**2)
    town.at("internet", "route", "close", *ends)
    found = town.value("internet", "route", "list")
    assert {one["to"]: one["active"] for one in found if one["from"] == "internet"} == {
        "lgwan": False
    }
    assert town.fails("internet", "route", "show", "--to", "lgwan")["code"] == "SKS-T004"
    town.at("internet", "route", "add", *ends)


def test_a_policy_file_is_read_and_its_mistakes_are_named(town: Commands) -> None:
    file = town.folder / "policy.toml"
    ends = ("--to", "lgwan", "--as", "admin", "--policy", file)
    file.write_text('approvals = 2\ntypes = ["text"]\nschedule_hours = [8, 18]\n', "utf-8")
    policy = town.value("internet", "route", "change", *ends, "--approvals", 1)["policy"]
    assert (policy["approvals"], policy["types"], policy["schedule_hours"]) == (
        1,
        ["text"],
        [8, 18],
    )
    for text, code in (
        ("aprovals = 2\n", "SKS-T001"),
        ('approvals = "2"\n', "SKS-T002"),
        ("approvals = \n", "SKS-C001"),
    ):
        file.write_text(text, "utf-8")
        error = town.fails("internet", "route", "change", *ends)
        assert (error["code"], error["exit_code"]) == (code, 4)
    file.write_text("aprovals = 2\n", "utf-8")
    assert "approvals" in town.fails("internet", "route", "change", *ends)["what"]


def test_a_route_can_be_asked_what_would_happen(town: Commands) -> None:
    town.at(
        "internet",
        *("route", "change", "--to", "lgwan", "--type", "text", "--schedule-hours", "9-17"),
        *("--schedule-days", "1-5", "--as", "admin"),
    )
    text, picture = town.folder / "a.txt", town.folder / "b.txt"
    text.write_text("文", "utf-8")
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    asked = ("route", "check", "--to", "lgwan", "--for", "sato", "--from-person", "sato")
    friday = ("--at", "2026-04-03T20:00")
    found = town.value("internet", *asked, "--file", text, *friday)
    assert found.keys() == {
        *("allowed", "reasons", "approvals", "timing", "approvers", "steps"),
        *("leaves", "files"),
    }
    assert (found["allowed"], found["leaves"]) == (True, "2026-04-06T00:00:00Z")
    assert found["approvers"] == ["suzuki", "takahashi"]
    result = town.call("--node", town.folder / "internet", *asked, "--file", picture)
    assert result.exit_code == 1
    assert "SKS-T029" in result.stdout
    assert town.value("internet", "--as", "admin", "list") == []


def test_people_are_registered_and_retired(town: Commands) -> None:
    given = ("--name", "伊藤", "--role", "approver", "--as", "admin")
    made = town.value("internet", "person", "add", "ito", *given)
    assert made == {
        "login": "ito",
        "name": "伊藤",
        "division": "",
        "roles": ["approver", "staff"],
        "active": True,
        "email": None,
        "until": None,
    }
    town.at("internet", "person", "retire", "ito", "--as", "admin")
    found = {one["login"]: one for one in town.value("internet", "person", "list")}
    assert found["ito"]["active"] is False
    assert "停止" in town.at("internet", "person", "list").stdout
    assert town.fails("internet", "inbox", "--as", "ito")["code"] == "SKS-T051"


def test_the_documented_keys_are_those_of_the_answers() -> None:
    text = PAGE.read_text("utf-8")
    named = TRANSFER | ARRIVAL | FILE | DECISION
    assert [key for key in sorted(named) if f"`{key}`" not in text] == []
    assert list(NODES) == ["internet", "lgwan", "mynumber"]
