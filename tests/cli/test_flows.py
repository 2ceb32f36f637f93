"""`sekisho flow` and `sekisho send --flow`, as the IT office and its scheduled jobs type them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.support.commands import Commands

ADMIN = ("--as", "admin")
ENDS = ("--from-node", "internet", "--from", "税務課", "--to-node", "lgwan", "--to", "こども課")
WORDS = (
    *("--name", "所得情報の提供", "--purpose", "保育料の算定", "--basis", "条例", *ENDS),
    *("--owner", "sato", "--unit", "税務課", "--frequency", "毎月", "--due", "10"),
    *("--label", "機密性2", "--medium", "USBメモリ", "--for", "sato", "--file", "所得*.csv"),
    *("--item", "宛名番号", "--item", "氏名（個人）"),
)


@pytest.fixture
def office(town: Commands) -> Commands:
    town.at("internet", "flow", "add", "ZEI-01", *WORDS, "--start", *ADMIN)
    return town


def table(town: Commands, name: str = "所得R8.csv") -> Path:
    path = town.folder / name
    path.write_bytes("宛名番号,氏名,個人番号\r\n1,佐藤,2\r\n".encode("cp932"))
    return path


def test_a_flow_is_registered_shown_listed_and_changed(office: Commands) -> None:
    shown = office.value("internet", "flow", "show", "ZEI-01")
    assert (shown["state"], shown["medium"], shown["times"]) == ("active", "usb", 12)
    assert shown["items"][1] == {"name": "氏名", "personal": True, "number": False}
    changed = office.value("internet", "flow", "change", "ZEI-01", "--note", "仮", *ADMIN)
    assert (changed["changed"], changed["edition"]) == (["note"], 2)
    said = office.at("internet", "flow", "list").stdout
    assert "ZEI-01" in said and "税務課 → こども課" in said and "USBメモリ" in said
    assert office.value("internet", "flow", "list", "--unit", "福祉課") == []
    assert "保育料の算定" in office.at("internet", "flow", "show", "ZEI-01").stdout
    assert office.fails("internet", "flow", "show", "NAI-1")["code"] == "SKS-F010"
    wrong = office.fails("internet", "flow", "add", "B", *WORDS, "--due", "40", *ADMIN)
    assert wrong["code"] == "SKS-F005"


def test_the_life_of_a_flow(office: Commands) -> None:
    suspend = ("flow", "suspend", "ZEI-01", "--reason", "様式の変更", *ADMIN)
    assert office.value("internet", *suspend)["state"] == "suspended"
    send = ("send", table(office), "--flow", "ZEI-01", "--as", "sato")
    assert office.fails("internet", *send)["code"] == "SKS-F020"
    assert office.value("internet", "flow", "start", "ZEI-01", *ADMIN)["state"] == "active"
    end = ("flow", "end", "ZEI-01", "--reason", "不要", *ADMIN)
    assert office.value("internet", *end)["state"] == "ended"
    assert office.fails("internet", *end)["code"] == "SKS-F012"


def test_a_scheduled_job_sends_under_a_flow(office: Commands) -> None:
    made = office.value("internet", "send", table(office), "--flow", "ZEI-01", "--as", "sato")
    assert (made["flow"], made["to"], made["label"]) == ("ZEI-01", "lgwan", "機密性2")
    assert (made["addressees"], made["purpose"]) == (["sato"], "【ZEI-01】保育料の算定")
    wrong = office.fails(
        "internet", "send", table(office, "名簿.csv"), "--flow", "ZEI-01", "--as", "sato"
    )
    assert (wrong["code"], wrong["exit_code"]) == ("SKS-F022", 3)
    other = ("--to", "mynumber", "--flow", "ZEI-01", "--as", "sato")
    assert office.fails("internet", "send", table(office), *other)["code"] == "SKS-F023"
    (use,) = office.value("internet", "flow", "show", "ZEI-01")["uses"]
    assert (use["transfer"], use["columns"]) == (made["transfer"], ["宛名番号", "氏名", "個人番号"])


def test_without_a_flow_everything_has_to_be_said(office: Commands) -> None:
    wrong = office.fails("internet", "send", table(office), "--to", "lgwan", "--as", "sato")
    assert (wrong["code"], wrong["exit_code"]) == ("SKS-C020", 2)
    assert "--for, --purpose, --label" in wrong["params"]["reason"]


def test_the_review_says_what_is_wider_and_what_is_not_known(office: Commands) -> None:
    made = office.value("internet", "send", table(office), "--flow", "ZEI-01", "--as", "sato")
    office.at("internet", "approve", made["transfer"], "--as", "suzuki")
    office.run("internet", "lgwan", "internet")
    review = office.value("internet", "flow", "review")
    found = {one["kind"]: one for one in review["findings"]}
    assert found.keys() == {"wider", "by_medium"}
    assert found["wider"]["reason"]["names"] == ["個人番号"]
    assert [one["kind"] for one in review["unknown"]] == ["collection"]
    said = office.at("internet", "flow", "review", "--code", "ZEI-01").stdout
    assert "登録より広い" in said and "USBメモリで運んでいます（年 12 回）" in said
    assert "分からないこと: 受け取られたかどうかは" in said
    assert "wider than its items" in office.at("internet", "flow", "review", "--lang", "en").stdout


def test_decisions_are_counted(office: Commands) -> None:
    by = ("--by", "税務課長", "--reason", "照会に変更", *ADMIN)
    made = office.value("internet", "flow", "decide", "ZEI-01", "replace", *by)
    assert (made["medium_before"], made["medium_after"]) == ("usb", "sekisho")
    reduce = ("reduce", "--per-year", 4, "--drop-item", "氏名", *by)
    office.at("internet", "flow", "decide", "ZEI-01", *reduce)
    summary = office.value("internet", "flow", "summary")
    assert (summary["per_year_stopped"], summary["items_no_longer"]) == (8, 1)
    assert summary["media_no_longer"] == {"usb": 12}
    said = office.at("internet", "flow", "summary").stdout
    assert "年 12 回 → 4 回（8 回減）" in said and "USBメモリ: 年 12 回" in said
    assert (
        office.fails("internet", "flow", "decide", "ZEI-01", "replace", *by)["code"] == "SKS-F015"
    )
    assert "税務課長" in office.at("internet", "flow", "show", "ZEI-01").stdout


@pytest.mark.parametrize("name", ["台帳.xlsx", "台帳.csv"])
def test_the_register_goes_out_and_into_another_node(office: Commands, name: str) -> None:
    file = office.folder / name
    assert office.value("internet", "flow", "export", file)["flows"] == 1
    shown = office.value("lgwan", "flow", "import", file)
    assert (shown["applied"], shown["rows"][0]["what"]) == (False, "new")
    assert office.value("lgwan", "flow", "list") == []
    assert "まだ何も変えていません" in office.at("lgwan", "flow", "import", file).stdout
    assert office.value("lgwan", "flow", "import", file, "--apply", *ADMIN)["applied"] is True
    ours, theirs = (office.value(node, "flow", "show", "ZEI-01") for node in ("internet", "lgwan"))
    assert theirs == ours
    made = office.value("internet", "send", table(office), "--flow", "ZEI-01", "--as", "sato")
    office.at("internet", "approve", made["transfer"], "--as", "suzuki")
    office.run("internet", "lgwan")
    ours, theirs = (office.value(node, "flow", "show", "ZEI-01") for node in ("internet", "lgwan"))
    assert (ours["used"], ours["arrived"], theirs["used"], theirs["arrived"]) == (1, 0, 0, 1)
    assert office.fails("internet", "flow", "export", file)["code"] == "SKS-C022"


def test_an_import_with_wrong_rows_says_so_for_each_row(office: Commands) -> None:
    file = office.folder / "台帳.csv"
    file.write_bytes("番号,名称,渡す側,受け取る側\nB-1,よい,a,b\nB-2,,a,\n".encode("cp932"))
    shown = office.call("--node", office.folder / "internet", "flow", "import", file)
    assert shown.exit_code == 1
    assert "[SKS-F004]" in shown.stdout
    refused = office.fails("internet", "flow", "import", file, "--apply", *ADMIN)
    assert refused["code"] == "SKS-F035"
    assert [one["path"] for one in refused["files"]] == ["3: B-2", "3: B-2"]


def test_a_hearing_sheet_goes_out_and_comes_back(office: Commands) -> None:
    file = office.folder / "調査票.xlsx"
    made = office.value("internet", "flow", "hearing", "out", "税務課", file, *ADMIN)
    assert made["flows"] == 1
    book = openpyxl.load_workbook(io.BytesIO(file.read_bytes()))
    sheet = book["定例連携の調査"]
    head = [cell.value for cell in sheet[3]]
    answers: dict[str, Any] = {
        "判断": "やめる",
        "理由": "照会で足りる",
        "いつから": "令和8年4月1日",
        "決めた人": "税務課長",
    }
    for word, value in answers.items():
        sheet.cell(4, head.index(word) + 1).value = value
    assert any("USBメモリ" in str(cell.value) for cell in sheet[4])
    book.save(file)
    shown = office.value("internet", "flow", "hearing", "in", file)
    assert [(one["code"], one["choice"]) for one in shown["answers"]] == [("ZEI-01", "stop")]
    said = office.at("internet", "flow", "hearing", "in", file, "--apply", *ADMIN).stdout
    assert "回答 1 件" in said and "取り込みました。" in said
    assert office.value("internet", "flow", "show", "ZEI-01")["state"] == "ended"
    listed = office.value("internet", "flow", "hearing", "list")
    assert listed["sheets"][0]["taken"] is not None
    assert listed["not_asked"] == []
