"""`sekisho asset`, as the IT office types it, with a reader of barcodes or without."""

from __future__ import annotations

from tests.support.commands import Commands

ADMIN = ("--as", "admin")
ALIKE = ("--kind", "HDD", "--class", "機密性2", "--unit", "税務課", "--place", "棚3")


def test_assets_are_registered_shown_listed_changed_and_moved(town: Commands) -> None:
    made = town.value("internet", "asset", "add", "wd-1", "WD-2", *ALIKE, "--stored", *ADMIN)
    assert [one["code"] for one in made] == ["HDD-00001", "HDD-00002"]
    town.at(
        "internet", "asset", "add", "--code", "PC-9", "--kind", "パソコン", "--media", "1", *ADMIN
    )
    inner = ("asset", "change", "HDD-00001", "--inside", "pc-9", "--serial", "WD-1A", *ADMIN)
    assert town.value("internet", *inner)["changed"] == ["serial", "inside"]
    shown = town.value("internet", "asset", "show", "PC-9")
    assert [one["serial"] for one in shown["contents"]] == ["WD-1A"]
    assert "そろっている" in town.at("internet", "asset", "show", "PC-9").stdout
    missing = ("asset", "move", "HDD-00001", "miss", "--reason", "棚卸し", *ADMIN)
    assert town.value("internet", *missing)["state"] == "missing"
    amiss = town.value("internet", "asset", "list", "--unaccounted")
    assert {one["code"]: one["unaccounted"] for one in amiss} == {
        "HDD-00001": "missing",
        "PC-9": "missing",
    }
    listed = town.at("internet", "asset", "list", "--text", "wd-2").stdout
    assert "HDD-00002" in listed and "保管中" in listed and "HDD-00001" not in listed
    assert town.fails("internet", "asset", "show", "NAI-1")["code"] == "SKS-G005"
    again = ("asset", "add", "WD-2", *ALIKE, *ADMIN)
    assert town.fails("internet", *again)["code"] == "SKS-G006"


def test_the_register_as_files(town: Commands) -> None:
    town.at("internet", "asset", "add", "WD-1", *ALIKE, *ADMIN)
    for name in ("台帳.xlsx", "台帳.csv"):
        file = town.folder / name
        assert town.value("internet", "asset", "export", file)["assets"] == 1
        rows = town.value("internet", "asset", "import", file)["rows"]
        assert [one["what"] for one in rows] == ["same"]
    more = town.folder / "追加.csv"
    more.write_text("シリアル番号,種類,機密性の区分\nWD-2,SSD,1\n", "utf-8")
    assert "まだ何も変えていません" in town.at("internet", "asset", "import", more).stdout
    done = town.value("internet", "asset", "import", more, "--apply", *ADMIN)
    assert done["applied"] and len(town.value("internet", "asset", "list")) == 2
