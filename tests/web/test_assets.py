"""The register of devices and media in the browser: who sees it, who changes it, tables in and
out, labels against the register."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Page
from tests.office.disposal.support import device, medium, registered
from tests.support.axe import violations
from tests.support.pages import PASSWORD, Pages
from tests.support.town import Town

from sekisho.node.noticing import notify
from sekisho.office.accounts.actions import save_person
from sekisho.office.disposal.models import Asset
from sekisho.office.evidence.models import Event
from sekisho.office.notices.models import Alert

ASSETS = "/disposal/assets/"
TYPED = {
    "kind": "hdd",
    "serials": "wd-0001\nS/N: WD-0002\n",
    "model": "WDC WD5000",
    "label": "two",
    "unit": "税務課",
    "place": "サーバー室 棚3",
}
HEADINGS = ("シリアル番号", "種類", "機密性の区分", "所管")


def text(client: Client, path: str, **query: str) -> str:
    """What a page says."""
    answer = client.get(path, query)
    assert answer.status_code == 200, path
    return answer.content.decode()


def asset(pages: Pages, code: str) -> Asset:
    """An asset as it is registered now."""
    with pages.node.at_work():
        return Asset.objects.get(pk=code)


def put(town: Town, *entries: Any) -> list[str]:
    """Into the register of the node whose pages are looked at."""
    return registered(town, *entries, at="lgwan")


def table(*rows: tuple[str, ...]) -> SimpleUploadedFile:
    """A workbook with these rows."""
    book = openpyxl.Workbook()
    for row in (HEADINGS, *rows):
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return SimpleUploadedFile("台帳.xlsx", data.getvalue())


def test_the_register_is_filtered_and_says_what_is_not_accounted_for(
    sqlite_town: Town, pages: Pages
) -> None:
    put(sqlite_town, device(), device("PC-102", media=0, unit="総務課"), medium())
    client = pages.client("sato")
    shown = text(client, "/disposal/")
    assert "中の媒体を確かめるものが 1 件" in shown and "PC-101" in shown and "WD-0001" in shown
    for query in ({"look": "amiss"}, {"q": "snpc-101"}, {"kind": "pc", "unit": "税務課"}):
        shown = text(client, "/disposal/", **query)
        assert "PC-101</a>" in shown and "PC-102</a>" not in shown and "WD-0001" not in shown, query
    assert "条件に合う機器・媒体はありません" in text(client, "/disposal/", state="lost")


def test_many_are_registered_alike_by_their_serial_numbers(pages: Pages) -> None:
    shown = pages.client("admin").post(f"{ASSETS}new", TYPED, follow=True).content.decode()
    assert "2 件を登録しました" in shown and "WD-0001" in shown and "WD-0002" in shown
    with pages.node.at_work():
        assert Event.objects.filter(kind="asset.registered").count() == 2
        assert set(Asset.objects.values_list("state", "place")) == {("use", "サーバー室 棚3")}


def test_what_is_wrong_is_said_once_and_what_was_typed_stays(pages: Pages) -> None:
    answer = pages.client("admin").post(f"{ASSETS}new", {**TYPED, "label": ""})
    shown = answer.content.decode()
    assert (answer.status_code, shown.count("SKS-G004")) == (422, 1)
    assert "wd-0001" in shown and 'value="サーバー室 棚3"' in shown
    with pages.node.at_work():
        assert not Asset.objects.exists()


def test_the_card_shows_what_is_inside_and_its_history(sqlite_town: Town, pages: Pages) -> None:
    put(sqlite_town, device(media=2))
    (disk,) = put(sqlite_town, medium(inside="PC-101"))
    client = pages.client("admin")
    shown = text(client, f"{ASSETS}PC-101/")
    assert "数えた数は 2、登録は 1" in shown and f"{disk}</a>" in shown
    assert "機器・媒体の登録" in shown
    assert "使える廃棄の方法" in text(client, f"{ASSETS}{disk}/")


def test_something_missing_stands_out_until_it_is_found(sqlite_town: Town, pages: Pages) -> None:
    put(sqlite_town, device(media=1))
    (disk,) = put(sqlite_town, medium(inside="PC-101"))
    client = pages.client("admin")
    silent = client.post(f"{ASSETS}{disk}/miss", {"reason": " "})
    assert (silent.status_code, "SKS-G016" in silent.content.decode()) == (422, True)
    client.post(f"{ASSETS}{disk}/miss", {"reason": "棚卸しで見当たらない"})
    assert asset(pages, disk).state == "missing"
    assert "所在不明のものがある" in text(client, f"{ASSETS}PC-101/")
    assert "棚卸しで見当たらない" in text(client, f"{ASSETS}{disk}/")
    client.post(f"{ASSETS}{disk}/find", {"reason": "書庫の箱の中"})
    assert asset(pages, disk).state == "stored"
    assert "所在不明のものがある" not in text(client, f"{ASSETS}PC-101/")


def test_who_answers_for_security_is_told_that_something_is_missing(
    sqlite_town: Town, pages: Pages
) -> None:
    (disk,) = put(sqlite_town, medium())
    with pages.node.at_work():
        save_person(pages.node.desk, actor="admin", login="ciso", name="統括", roles=["ciso"])
    pages.client("admin").post(f"{ASSETS}{disk}/miss", {"reason": "棚卸しで見当たらない"})
    sqlite_town.settle()
    with pages.node.at_work():
        notify(pages.node)
        notify(pages.node)
        told = list(Alert.objects.filter(kind="asset-missing").values_list("person", "subject"))
    assert sorted(told) == [("admin", disk), ("ciso", disk)]
    assert f'href="{ASSETS}{disk}/"' in text(pages.client("ciso"), "/alerts/")


def test_to_say_that_something_is_missing_asks_for_a_fresh_sign_in(
    sqlite_town: Town, pages: Pages
) -> None:
    (disk,) = put(sqlite_town, medium())
    answer = pages.stale("admin").post(f"{ASSETS}{disk}/miss", {"reason": "ない"})
    assert answer.headers["Location"].startswith("/account/reauthenticate/")
    assert asset(pages, disk).state == "use"


def test_a_change_upon_an_older_form_shows_both(sqlite_town: Town, pages: Pages) -> None:
    (disk,) = put(sqlite_town, medium())
    client, path = pages.client("admin"), f"{ASSETS}{disk}/change"
    seen = text(client, path).partition('name="seen" value="')[2].partition('"')[0]
    typed = {**TYPED, "serial": "WD-0001", "size": "500 GB", "seen": seen}
    client.post(path, {**typed, "place": "書庫"})
    assert asset(pages, disk).place == "書庫"
    late = client.post(path, {**typed, "place": "地下倉庫"})
    shown = late.content.decode()
    assert (late.status_code, "SKS-G009" in shown) == (422, True)
    assert ">書庫<" in shown and ">地下倉庫<" in shown
    assert asset(pages, disk).place == "書庫"
    again = shown.partition('name="seen" value="')[2].partition('"')[0]
    client.post(path, {**typed, "place": "地下倉庫", "seen": again})
    assert asset(pages, disk).place == "地下倉庫"


def test_a_table_is_looked_at_then_taken(sqlite_town: Town, pages: Pages) -> None:
    put(sqlite_town, medium())
    client, path = pages.client("admin"), f"{ASSETS}import/take"
    rows = (("WD-0001", "HDD", "two", "総務課"), ("WD-0009", "HDD", "two", "税務課"))
    looked = client.post(path, {"verb": "look", "file": table(*rows)}).content.decode()
    assert "2 件が変わります" in looked and "WD-0009" in looked and "総務課" in looked
    with pages.node.at_work():
        assert Asset.objects.count() == 1
    held = looked.partition('name="held" value="')[2].partition('"')[0]
    taken = client.post(path, {"verb": "take", "held": held}, follow=True).content.decode()
    assert "2 件を取り込みました" in taken
    with pages.node.at_work():
        assert set(Asset.objects.values_list("serial", "unit")) == {
            ("WD-0001", "総務課"),
            ("WD-0009", "税務課"),
        }


def test_a_wrong_row_keeps_the_whole_table_out(pages: Pages) -> None:
    client, path = pages.client("admin"), f"{ASSETS}import/take"
    rows = (("", "HDD", "two", "総務課"), ("WD-0009", "HDD", "two", "税務課"))
    answer = client.post(path, {"verb": "take", "file": table(*rows)})
    shown = answer.content.decode()
    assert (answer.status_code, "SKS-G004" in shown) == (422, True)
    assert "1 行に直すところがあります" in shown
    nothing = client.post(path, {"verb": "look"})
    assert (nothing.status_code, "SKS-G017" in nothing.content.decode()) == (422, True)
    with pages.node.at_work():
        assert not Asset.objects.exists()


def test_the_export_is_what_was_filtered_and_can_be_imported(
    sqlite_town: Town, pages: Pages
) -> None:
    put(sqlite_town, medium(), medium("WD-0002", unit="総務課"))
    client = pages.client("admin")
    answer = client.get(f"{ASSETS}export.xlsx", {"unit": "総務課"})
    data = answer.getvalue()
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == ["WD-0002"]
    back = {"verb": "look", "file": SimpleUploadedFile("台帳.xlsx", data)}
    assert "変わるところはありません" in client.post(f"{ASSETS}import/take", back).content.decode()


def test_labels_are_compared_with_the_register_and_a_place(sqlite_town: Town, pages: Pages) -> None:
    put(sqlite_town, medium(), medium("WD-0002"), medium("WD-0003", place="書庫"))
    typed = {"serials": "wd-0001\nWD-0001\nXX-9\n", "place": "サーバー室 棚3"}
    shown = pages.client("sato").post(f"{ASSETS}scan", typed).content.decode()
    assert "台帳にあるもの 1 件、台帳にないもの 1 件、この場所で読めていないもの 1 件" in shown
    assert "2 回目" in shown and "WD-0002" in shown and "WD-0003" not in shown


def test_what_is_not_there_is_not_found(pages: Pages) -> None:
    for path in ("HDD-99999/", "HDD-99999/change"):
        answer = pages.client("admin").get(f"{ASSETS}{path}")
        assert (answer.status_code, "SKS-G005" in answer.content.decode()) == (404, True)


def test_a_medium_is_registered_from_the_page_of_its_device(
    sqlite_town: Town, pages: Pages
) -> None:
    put(sqlite_town, device(media=1))
    client = pages.client("admin")
    shown = text(client, f"{ASSETS}new", inside="PC-101", unit="税務課")
    assert 'value="PC-101"' in shown and 'value="税務課"' in shown
    answer = client.post(f"{ASSETS}new", {**TYPED, "serials": "WD-0001", "inside": "PC-101"})
    assert answer.headers["Location"] == f"{ASSETS}PC-101/"
    assert "登録 1・数えた数 1" in text(client, f"{ASSETS}PC-101/")


def test_who_only_looks_is_shown_nothing_to_do(sqlite_town: Town, pages: Pages) -> None:
    (disk,) = put(sqlite_town, medium())
    client = pages.client("sato")
    assert "assets/new" not in text(client, "/disposal/")
    assert "所在不明と記録する" not in text(client, f"{ASSETS}{disk}/")


@pytest.mark.parametrize("locale", ["ja-JP", "en-US"])
def test_every_page_is_accessible(
    sqlite_town: Town, pages: Pages, address: str, page: Page, locale: str
) -> None:
    put(sqlite_town, device(media=2))
    (disk,) = put(sqlite_town, medium(inside="PC-101"))
    pages.set_password("admin")
    page.set_extra_http_headers({"Accept-Language": locale})
    page.goto(f"{address}/account/login/")
    page.fill("[name=login]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.click("button.button-main")
    places = ("PC-101/", f"{disk}/", f"{disk}/change", "new", "import", "scan")
    for path in ("/disposal/", *(f"{ASSETS}{one}" for one in places)):
        page.goto(address + path)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
