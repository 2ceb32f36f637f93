"""The organisation by commands: a template is filled in, looked at, taken over, shown."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook
from tests.support.commands import Commands


def fill_in(path: Path) -> None:
    """As somebody would in a spreadsheet."""
    book = load_workbook(path)
    book["組織"].append(["01", "総務部", "", "2026-04-01"])
    book["組織"].append(["0101", "税務課", "01", "2026-04-01"])
    book["人"].append(["sato", "佐藤 花子", "", "", "0101", "主事", "", "", "2026-04-01"])
    head = ["suzuki", "鈴木 一郎", "承認者", "", "0101", "課長", "○", "", "2026-04-01"]
    book["人"].append(head)
    book.save(path)


def test_from_the_template_to_the_tree(town: Commands, tmp_path: Path) -> None:
    table = tmp_path / "組織.xlsx"
    assert town.call("org", "template", table).exit_code == 0
    fill_in(table)
    looked = town.value("internet", "org", "import", table, "--as", "admin")
    assert looked["applied"] is False
    assert {one["kind"] for one in looked["changes"]} == {"added", "same"}
    assert town.value("internet", "org", "show")["units"] == []
    done = town.value("internet", "org", "import", table, "--apply", "--as", "admin")
    assert done["applied"] is True
    (bureau,) = town.value("internet", "org", "show")["units"]
    (section,) = bureau["units"]
    assert [one["login"] for one in section["people"]] == ["suzuki", "sato"]
    shown = town.at("internet", "org", "show").stdout
    assert "税務課" in shown
    assert "鈴木 一郎 課長" in shown
    written = tmp_path / "書き出し.xlsx"
    town.at("internet", "org", "export", written, "--as", "admin")
    again = town.value("internet", "org", "import", written, "--as", "admin")
    assert {one["kind"] for one in again["changes"]} == {"same"}


def test_a_wrong_row_is_named_and_nothing_is_taken_over(town: Commands, tmp_path: Path) -> None:
    table = tmp_path / "人.csv"
    table.write_text("利用者名,氏名,所属コード\nito,伊藤,99\n", "utf-8")
    given = ("--node", town.folder / "internet", "org", "import", table, "--as", "admin")
    result = town.call(*given, "--apply")
    assert result.exit_code == 1
    assert "SKS-H012" in result.stdout
    assert "ito" not in {one["login"] for one in town.value("internet", "person", "list")}


def test_units_and_posts_one_by_one(town: Commands) -> None:
    day = ("--from", "令和8年4月1日", "--as", "admin")
    town.at("internet", "org", "unit", "01", "--name", "総務部", *day)
    town.at("internet", "org", "unit", "02", "--name", "市民部", *day)
    town.at(
        "internet", "person", "appoint", "sato", "--unit", "01", "--post", "部長", "--head", *day
    )
    town.at("internet", "person", "release", "sato", "--unit", "01", "--on", "2026-12-31", *day[2:])
    town.at("internet", "org", "end", "02", "--on", "2026-12-31", "--as", "admin")
    on = {
        day: town.value("internet", "org", "show", "--at", day)["units"]
        for day in ("2026-12-31", "2027-01-01")
    }
    assert [(one["code"], len(one["people"])) for one in on["2026-12-31"]] == [("01", 1), ("02", 0)]
    assert [(one["code"], len(one["people"])) for one in on["2027-01-01"]] == [("01", 0)]


def test_registering_is_for_administrators(town: Commands) -> None:
    add = ("person", "add", "ito", "--name", "伊藤")
    assert town.fails("internet", *add)["code"] == "SKS-C011"
    assert town.fails("internet", *add, "--as", "sato")["code"] == "SKS-T053"
    made = town.value(
        "internet", *add, "--as", "admin", "--until", "R9.3.31", "--email", "ito@example.jp"
    )
    assert (made["until"], made["email"]) == ("2027-03-31", "ito@example.jp")
    assert town.fails("internet", "person", "retire", "ito", "--as", "sato")["code"] == "SKS-T053"
    town.at("internet", "person", "retire", "ito", "--as", "admin")
