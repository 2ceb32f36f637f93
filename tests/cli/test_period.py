"""`sekisho period`, `sekisho evidence standing` and `events`, as people and programs call them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import openpyxl
import pytest
from tests.support.commands import Commands, copied

WORDS = ("--to", "lgwan", "--for", "sato", "--label", "機密性2", "--purpose", "通知")
ADMIN = ("--as", "admin")
PERIOD = ("--from", "2020-01-01", "--to", "2100-01-01", *ADMIN)


@pytest.fixture(scope="module")
def crossed(founded: Commands, tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """A town in which one transfer has arrived."""
    town = copied(founded, tmp_path_factory.mktemp("crossed"))
    file = town.folder / "通知.txt"
    file.write_text("税", "utf-8")
    made = town.value("internet", "send", file, *WORDS, "--as", "sato")
    town.at("internet", "approve", made["transfer"], "--as", "suzuki")
    town.settle("internet", "lgwan")
    return town


def test_the_report_is_written_as_pdf_and_excel(crossed: Commands) -> None:
    folder = crossed.folder
    pdf, xlsx = folder / "報告.pdf", folder / "報告.xlsx"
    said = crossed.at("internet", "period", *PERIOD, "--pdf", pdf, "--xlsx", xlsx).stdout
    assert "報告.pdf に書きました" in said
    assert pdf.read_bytes().startswith(b"%PDF-1.7")
    assert openpyxl.load_workbook(xlsx).sheetnames[0] == "1 全体"
    again = crossed.fails("internet", "period", *PERIOD, "--pdf", pdf)
    assert again["code"] == "SKS-C022"


def test_programs_get_the_tables(crossed: Commands) -> None:
    made = crossed.value("internet", "period", *PERIOD, "--lang", "en")
    (routes,) = [one for one in made["tables"] if one["heading"] == "By route"]
    assert routes["rows"] == [["sent", "lgwan", 1, 1, 3]]


def test_a_period_needs_a_form_and_a_sound_end(crossed: Commands) -> None:
    result = crossed.call("--node", crossed.folder / "internet", "period", *PERIOD)
    assert result.exit_code == 2 and "SKS-C020" in result.stderr
    turned = ("--from", "2026-05-01", "--to", "2026-04-01", *ADMIN)
    assert crossed.fails("internet", "period", *turned)["code"] == "SKS-E012"


def test_the_standing_of_the_ledger_is_told_and_checked(crossed: Commands) -> None:
    found = crossed.value("internet", "evidence", "standing", "--check", *ADMIN)
    assert found["check"]["sound"] and found["check"]["size"] == found["placed"]
    assert [one["node"] for one in found["witnesses"]] == ["lgwan"]
    said = crossed.at("internet", "evidence", "standing", "--check", *ADMIN).stdout
    assert "件の記録があります" in said and "元のままです" in said and "lgwan" in said


def test_a_rewritten_entry_ends_the_check_with_1(crossed: Commands, tmp_path: Path) -> None:
    town = copied(crossed, tmp_path / "rewritten")
    node = town.folder / "internet"
    with sqlite3.connect(node / "office.db") as database:
        database.execute("UPDATE ledger_leaf SET entry = x'00' WHERE idx = 2")
    result = town.call("--node", node, "evidence", "standing", "--check", *ADMIN)
    assert result.exit_code == 1 and "SKS-L010" in result.stdout


def test_events_are_listed_page_by_page(crossed: Commands) -> None:
    first = crossed.value("internet", "evidence", "events", "--limit", 2, *ADMIN)
    more = ("--limit", 2, "--before", first["next"], *ADMIN)
    second = crossed.value("internet", "evidence", "events", *more)
    assert first["events"][-1]["number"] > second["events"][0]["number"]
    mine = crossed.value("internet", "evidence", "events", "--person", "suzuki", *ADMIN)
    assert [one["kind"] for one in mine["events"]] == ["transfer.approved"]
    assert mine["kinds"] == {"transfer.approved": 1}
    said = crossed.at("internet", "evidence", "events", "--kind", "transfer.sealed", *ADMIN).stdout
    assert "1 件" in said and "封緘" in said


def test_only_who_oversees_may_look_at_all(crossed: Commands) -> None:
    for words in (("period", *PERIOD), ("evidence", "standing"), ("evidence", "events")):
        refused = crossed.fails("internet", *words, "--as", "suzuki")
        assert refused["code"] == "SKS-T053"
