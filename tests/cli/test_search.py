"""`sekisho search` and `sekisho document`, as a person and as a program call them."""

from __future__ import annotations

import csv
import io
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.support.commands import Commands

from sekisho.node.documents import content, fonts, proof

ADMIN = ("--as", "admin")
WORDS = ("--to", "lgwan", "--for", "sato", "--label", "機密性2", "--as", "sato")


def sent(town: Commands, purpose: str = "=課税の通知", name: str = "通知.txt") -> str:
    path = town.folder / name
    path.write_text("税の通知\n", "utf-8")
    value: dict[str, Any] = town.value("internet", "send", path, *WORDS, "--purpose", purpose)
    return str(value["transfer"])


def test_search_finds_pages_and_exports(town: Commands) -> None:
    made = [sent(town, f"=課税の通知 {n}", f"{n}.txt") for n in range(3)]
    found = town.value("internet", "search", "課税", "--limit", 2, *ADMIN)
    assert (found["sent"], found["arrived"]) == (3, 0)
    rest = town.value("internet", "search", "課税", "--limit", 2, "--after", found["next"], *ADMIN)
    assert rest["next"] is None
    assert {one["transfer"] for one in found["found"] + rest["found"]} == set(made)
    assert town.value("internet", "search", "課税", "--as", "takahashi")["sent"] == 3
    town.at("internet", "person", "add", "yamada", "--name", "山田", *ADMIN)
    assert town.value("internet", "search", "課税", "--as", "yamada")["sent"] == 0

    sheet, table = town.folder / "一覧.xlsx", town.folder / "一覧.csv"
    said = town.at("internet", "search", "--xlsx", sheet, "--csv", table, *ADMIN).stdout
    assert "3 件（送った 3、届いた 0）" in said and "一覧.xlsx に書きました" in said
    rows = list(openpyxl.load_workbook(sheet).active.iter_rows(values_only=True))
    assert rows[0][1] == "受け渡し番号" and {row[1] for row in rows[1:]} == set(made)
    assert rows[1][8].startswith("=課税の通知")
    lines = list(csv.reader(io.StringIO(table.read_text("utf-8-sig"))))
    assert {line[8][:3] for line in lines[1:]} == {"'=課"}
    assert town.fails("internet", "search", "--csv", table, *ADMIN)["code"] == "SKS-C022"
    assert town.fails("internet", "search", "--after", "x", *ADMIN)["code"] == "SKS-E011"
    english = town.at("internet", "search", "--lang", "en", "--state", "waiting", *ADMIN).stdout
    assert "3 found (3 sent, 0 arrived)" in english and "waiting for approval" in english


def test_the_document_and_its_package_are_written(town: Commands) -> None:
    transfer_id = sent(town)
    folder = town.folder / "資料"
    made = town.value("internet", "document", transfer_id[:12], "-o", folder, *ADMIN)
    names = [Path(one).name for one in made["files"]]
    assert names == [f"確認資料-{transfer_id}.pdf", f"証跡一式-{transfer_id}.zip"]
    package = (folder / names[1]).read_bytes()
    assert sha256(package).hexdigest() == made["package_sha256"]
    assert (folder / names[0]).read_bytes().startswith(b"%PDF-1.7")
    again = town.fails("internet", "document", transfer_id, "-o", folder, *ADMIN)
    assert again["code"] == "SKS-C022"
    english = ("-o", folder / "en", "--lang", "en", *ADMIN)
    said = town.at("internet", "document", transfer_id, *english).stdout
    assert f"proof-{transfer_id}.pdf" in said and made["package_sha256"] in said
    assert town.fails("internet", "document", "tr_zzzz", *ADMIN)["code"] == "SKS-T005"


def test_the_document_is_for_those_whom_the_transfer_concerns(town: Commands) -> None:
    transfer_id = sent(town)
    town.at("internet", "person", "add", "yamada", "--name", "山田", *ADMIN)
    refused = town.fails("internet", "document", transfer_id, "--as", "yamada")
    assert refused["code"] == "SKS-T093"
    for login in ("sato", "suzuki"):
        folder = town.folder / login
        assert town.value("internet", "document", transfer_id, "-o", folder, "--as", login)


def test_of_many_files_the_list_is_written_too(
    town: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "FILES_SHOWN_MAX", 0)
    monkeypatch.setattr(proof, "FILES_SHOWN_MAX", 0)
    made = town.value("internet", "document", sent(town), "-o", town.folder / "資料", *ADMIN)
    listed = json.loads(Path(made["files"][2]).read_text("utf-8"))
    assert [one["path"] for one in listed] == ["通知.txt"]


def test_without_a_japanese_font_it_says_which_package_to_install(
    town: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "JAPANESE", tuple(f"No {name}" for name in fonts.JAPANESE))
    error = town.fails("internet", "document", sent(town), "-o", town.folder / "資料", *ADMIN)
    assert error["code"] == "SKS-E001" and "fonts-noto-cjk" in error["next"]
    assert not (town.folder / "資料").exists()
