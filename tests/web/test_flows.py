"""The register of flows in the browser: who sees it, who changes it, tables in and out."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Page
from tests.office.flows.support import register
from tests.support import acts
from tests.support.axe import violations
from tests.support.pages import PASSWORD, Pages, pages_of, reachable
from tests.support.town import Town

from sekisho.office.accounts.actions import save_person
from sekisho.office.flows.models import Flow, FlowDecision, HearingSheet
from sekisho.office.flows.sheets.hearing import ANSWERS, CODE, QUESTIONS

TYPED = {
    "code": "kodomo-02",
    "name": "保育料の通知",
    "purpose": "保育料の算定",
    "items": "氏名（個人）、税額（個人）",
    "basis": "児童福祉法 第56条",
    "basis_until": "R11.3.31",
    "from_node": "internet",
    "from_body": "税務課",
    "to_node": "lgwan",
    "to_body": "こども課",
    "addressees": "佐藤 花子",
    "unit": "税務課",
    "owner": "佐藤花子",
    "frequency": "monthly",
    "due": "10",
    "per_year": "",
    "medium": "sekisho",
    "label": "機密性2",
    "files": "保育*.csv",
}
RULING = {"day": "2026-04-01", "person": "税務課長", "reason": "使われていないため"}


@pytest.fixture
def pages(sqlite_town: Town) -> Iterator[Pages]:
    """The pages of the node that flows lead from, where somebody from outside works too."""
    with pages_of(sqlite_town, "internet") as made:
        with made.node.at_work():
            save_person(
                made.node.desk,
                actor="admin",
                login="itaku",
                name="委託 五郎",
                division="",
                roles=["contractor"],
            )
        yield made


def text(client: Client, path: str) -> str:
    """What a page says."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def flow(pages: Pages, code: str) -> Flow:
    """A flow as it is registered now."""
    with pages.node.at_work():
        return Flow.objects.get(pk=code)


def test_the_register_is_filtered_and_counts_what_was_found(
    sqlite_town: Town, pages: Pages
) -> None:
    register(sqlite_town)
    register(sqlite_town, code="KAN-01", name="会議資料", medium="paper", unit="総務課", items=())
    client = pages.client("sato")
    shown = text(client, "/flows/")
    assert "所得情報の提供" in shown and "会議資料" in shown
    assert "USBメモリ" in shown and "要対応" in shown
    for query in ("medium=usb", "unit=税務課", "q=所得", "q=宛名番号", "state=active&medium=usb"):
        shown = text(client, f"/flows/?{query}")
        assert "所得情報の提供" in shown and "会議資料" not in shown, query
    assert "条件に合う定例連携はありません" in text(client, "/flows/?state=ended")


def test_a_change_of_the_register_counts_at_once(sqlite_town: Town, pages: Pages) -> None:
    code = register(sqlite_town, owner="")
    client = pages.client("admin")
    before = text(client, "/flows/")
    sqlite_town.clock.advance(timedelta(seconds=1))
    client.post(f"/flows/{code}/change", {**TYPED, "owner": "sato", "medium": "sekisho"})
    assert "要対応" in before
    assert "要対応" not in text(client, "/flows/").partition("<tbody>")[2]


def test_anybody_proposes_and_only_who_runs_the_register_starts(pages: Pages) -> None:
    client = pages.client("suzuki")
    assert "登録して有効にする" not in text(client, "/flows/new")
    assert client.post("/flows/new", {**TYPED, "verb": "start"}).status_code == 403
    answer = client.post("/flows/new", {**TYPED, "verb": "draft"})
    assert answer.headers["Location"] == "/flows/KODOMO-02/"
    made = flow(pages, "KODOMO-02")
    assert (made.state, made.owner, made.addressees) == ("draft", "sato", ["sato"])
    assert made.basis_until is not None and made.basis_until.isoformat() == "2029-03-31"
    assert client.post("/flows/KODOMO-02/start").status_code == 403
    pages.client("admin").post("/flows/KODOMO-02/start")
    assert flow(pages, "KODOMO-02").state == "active"


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"code": "所得"}, "code", "SKS-F001"),
        ({"name": ""}, "name", "「名称」が書かれていません"),
        ({"due": "99"}, "due", "SKS-F005"),
        ({"basis_until": "らいねん"}, "basis_until", "SKS-F033"),
        ({"from_node": "", "from_body": ""}, "from_node", "渡す側のノード・渡す側"),
        ({"valid_from": "2027-01-01", "valid_until": "2026-01-01"}, "valid_until", "SKS-F006"),
        ({"per_year": "たくさん"}, "per_year", "SKS-F033"),
        ({"items": "氏名、氏名"}, "items", "「項目」が多すぎる"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    pages: Pages, typed: dict[str, str], field: str, said: str
) -> None:
    answer = pages.client("admin").post("/flows/new", {**TYPED, **typed, "verb": "start"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    beside = shown.partition(f'id="{field}-wrong"')[2].partition("</p>")[0]
    assert said in beside
    assert "保育料の算定" in shown
    with pages.node.at_work():
        assert not Flow.objects.exists()


def test_a_code_that_is_taken_is_said_beside_it(sqlite_town: Town, pages: Pages) -> None:
    register(sqlite_town, code="KODOMO-02")
    answer = pages.client("admin").post("/flows/new", {**TYPED, "verb": "draft"})
    assert answer.status_code == 422
    assert "SKS-F011" in answer.content.decode().partition('id="code-wrong"')[2]


def test_the_owner_changes_his_flow_and_nobody_elses(sqlite_town: Town, pages: Pages) -> None:
    own, other = register(sqlite_town), register(sqlite_town, code="KAN-01", owner="suzuki")
    client = pages.client("sato")
    assert "ZEI-01" in text(client, f"/flows/{own}/change")
    client.post(f"/flows/{own}/change", {**TYPED, "purpose": "算定のやり直し"})
    assert (flow(pages, own).purpose, flow(pages, own).name) == ("算定のやり直し", TYPED["name"])
    assert f"/flows/{other}/change" not in text(client, f"/flows/{other}/")
    refused = [
        client.get(f"/flows/{other}/change"),
        client.post(f"/flows/{other}/change", TYPED),
        client.post(f"/flows/{other}/decide", {**RULING, "choice": "stop"}),
        client.post(f"/flows/{other}/suspend", {"reason": "x"}),
        client.post(f"/flows/{other}/end", {"reason": "x"}),
        client.post(f"/flows/{own}/start"),
    ]
    assert {one.status_code for one in refused} == {403}
    assert flow(pages, other).state == "active"


def test_a_contractor_sees_nothing_of_it(sqlite_town: Town, pages: Pages) -> None:
    code = register(sqlite_town)
    client = pages.client("itaku")
    places = ("", "new", "export.xlsx", "export.csv", "summary/", "review/", "hearing/", "import")
    answers = [client.get(f"/flows/{one}") for one in (*places, f"{code}/", "NAI-99/")]
    answers += [
        client.post("/flows/new", {**TYPED, "verb": "draft"}),
        client.post(f"/flows/{code}/decide", {**RULING, "choice": "stop"}),
        client.post(f"/flows/{code}/end", {"reason": "x"}),
    ]
    assert {one.status_code for one in answers} == {403}
    assert "/flows/" not in text(client, "/")


@pytest.mark.parametrize("login", ["sato", "suzuki"])
def test_staff_neither_review_all_nor_import(pages: Pages, login: str) -> None:
    client = pages.client(login)
    table = SimpleUploadedFile("台帳.csv", "番号,名称\nA-1,名\n".encode())
    answers = [
        client.get("/flows/review/"),
        client.get("/flows/hearing/"),
        client.get("/flows/import"),
        client.post("/flows/import/take", {"verb": "take", "file": table}),
        client.post("/flows/hearing/make", {"unit": "税務課"}),
        client.post("/flows/hearing/take", {"verb": "take"}),
    ]
    assert {one.status_code for one in answers} == {403}


def test_a_flow_that_is_not_there(pages: Pages) -> None:
    assert pages.client("admin").get("/flows/NAI-99/").status_code == 404
    assert pages.client("admin").post("/flows/NAI-99/end", {"reason": "x"}).status_code == 404


def test_it_is_suspended_started_and_ended_with_a_reason(sqlite_town: Town, pages: Pages) -> None:
    code = register(sqlite_town)
    client = pages.client("admin")
    refused = client.post(f"/flows/{code}/suspend", {"reason": " "})
    assert refused.status_code == 422 and "SKS-F014" in refused.content.decode()
    for verb, state in (("suspend", "suspended"), ("start", "active"), ("end", "ended")):
        client.post(f"/flows/{code}/{verb}", {"reason": "年度が\n替わるため"})
        assert flow(pages, code).state == state
    shown = text(client, f"/flows/{code}/")
    assert "定例連携の廃止" in shown and "判断を記録する" not in shown
    assert client.post(f"/flows/{code}/start").status_code == 409


@pytest.mark.parametrize(
    ("typed", "state", "per_year", "medium", "items"),
    [
        ({"choice": "continue"}, "active", 0, "usb", 3),
        ({"choice": "stop"}, "ended", 0, "usb", 3),
        ({"choice": "reduce", "per_year": "4"}, "active", 4, "usb", 3),
        ({"choice": "reduce", "drop": ["宛名番号", "税額"]}, "active", 0, "usb", 1),
        ({"choice": "replace", "medium": "sekisho"}, "active", 0, "sekisho", 3),
    ],
)
def test_a_decision_is_kept_and_done(
    sqlite_town: Town,
    pages: Pages,
    typed: dict[str, Any],
    state: str,
    per_year: int,
    medium: str,
    items: int,
) -> None:
    code = register(sqlite_town)
    client = pages.client("sato")
    assert client.post(f"/flows/{code}/decide", {**RULING, **typed}).status_code == 302
    found = flow(pages, code)
    with pages.node.at_work():
        assert (found.state, found.per_year, found.medium) == (state, per_year, medium)
        assert found.items.count() == items
        made = FlowDecision.objects.get()
        assert (made.choice, made.person, made.made_by) == (typed["choice"], "税務課長", "sato")
    assert "使われていないため" in text(client, f"/flows/{code}/")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"choice": ""}, "SKS-F003"),
        ({"choice": "reduce"}, "SKS-F015"),
        ({"choice": "reduce", "per_year": "少し"}, "SKS-F033"),
        ({"choice": "stop", "reason": ""}, "SKS-F014"),
        ({"choice": "stop", "person": ""}, "SKS-F016"),
        ({"choice": "stop", "day": "あした"}, "SKS-F033"),
    ],
)
def test_a_decision_that_is_not_whole_is_said_and_what_was_typed_stays(
    sqlite_town: Town, pages: Pages, typed: dict[str, str], code: str
) -> None:
    register(sqlite_town)
    given = {**RULING, "reason": "打ったままの理由", **typed}
    answer = pages.client("admin").post("/flows/ZEI-01/decide", given)
    shown = answer.content.decode()
    assert answer.status_code == 422 and code in shown
    assert given["reason"] in shown
    assert flow(pages, "ZEI-01").state == "active"


def held_in(answer: Any) -> dict[str, str]:
    """What the page of a preview carries to the next request."""
    found = re.search(r'name="held" value="([^"]+)"', answer.content.decode())
    assert found is not None
    return {"verb": "take", "held": found[1]}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_register_goes_out_and_comes_back(sqlite_town: Town, pages: Pages, kind: str) -> None:
    register(sqlite_town)
    client = pages.client("admin")
    table = client.get(f"/flows/export.{kind}")
    assert "attachment" in table.headers["Content-Disposition"]
    same = SimpleUploadedFile(f"a.{kind}", table.content)
    answer = client.post("/flows/import/take", {"verb": "look", "file": same})
    assert "変わるところはありません" in answer.content.decode()


def test_an_import_is_looked_at_and_then_taken(sqlite_town: Town, pages: Pages) -> None:
    register(sqlite_town)
    client = pages.client("admin")
    rows = (
        "番号,名称,渡す側,受け取る側\nZEI-01,所得の提供,税務課,こども課\nNEW-1,新しい,ア課,イ課\n"
    )
    table = SimpleUploadedFile("台帳.csv", rows.encode("cp932"))
    looked = client.post("/flows/import/take", {"verb": "look", "file": table})
    shown = looked.content.decode()
    assert "所得情報の提供 → <strong>所得の提供" in shown and "NEW-1" in shown
    assert flow(pages, "ZEI-01").name == "所得情報の提供"
    done = client.post("/flows/import/take", held_in(looked), follow=True)
    assert "2 件を取り込みました" in done.content.decode()
    assert (flow(pages, "ZEI-01").name, flow(pages, "NEW-1").state) == ("所得の提供", "draft")


def test_rows_that_are_wrong_are_named_and_nothing_is_taken(pages: Pages) -> None:
    client = pages.client("admin")
    rows = "番号,名称,渡す側,受け取る側\nOK-1,よい,ア課,イ課\nOK-2,,ア課,\n"
    for verb in ("look", "take"):
        table = SimpleUploadedFile("台帳.csv", rows.encode())
        answer = client.post("/flows/import/take", {"verb": verb, "file": table})
        shown = answer.content.decode()
        assert answer.status_code == 422
        assert "「名称」が書かれていません" in shown and "1 行に直すところがあります" in shown
        assert 'name="held"' not in shown
    with pages.node.at_work():
        assert not Flow.objects.exists()


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({}, ["SKS-F037"]),
        ({"held": "!!"}, ["SKS-F030"]),
        ({"held": "eJwDAAAAAAE="}, ["SKS-F030", "SKS-F032"]),
        ({"file": b"PK\x03\x04broken"}, ["SKS-F030"]),
        ({"file": b"x" * (8 * 1024 * 1024 + 5)}, ["SKS-F031"]),
    ],
)
def test_what_is_no_table_is_said(pages: Pages, given: dict[str, Any], codes: list[str]) -> None:
    for place in ("/flows/import/take", "/flows/hearing/take"):
        files = {
            name: SimpleUploadedFile("a.xlsx", one) for name, one in given.items() if name == "file"
        }
        answer = pages.client("admin").post(place, {"verb": "take", **given, **files})
        assert answer.status_code == 422
        assert any(one in answer.content.decode() for one in codes), place


def test_a_form_of_another_site_uploads_nothing(pages: Pages) -> None:
    client = pages.client("admin", enforce_csrf_checks=True)
    table = SimpleUploadedFile("a.csv", "番号,名称\n".encode())
    for place in ("/flows/import/take", "/flows/hearing/take"):
        assert client.post(place, {"verb": "take", "file": table}).status_code in (403, 409)


def answered(book: bytes) -> SimpleUploadedFile:
    """The sheet as the division sends it back."""
    read = openpyxl.load_workbook(io.BytesIO(book))
    sheet = read[QUESTIONS]
    heads = {cell.value: cell.column for cell in sheet[3]}
    said = {"choice": "やめる", "reason": "使っていない", "day": "2026-04-01", "person": "税務課長"}
    assert sheet.cell(4, heads[CODE]).value == "ZEI-01"
    for name, value in said.items():
        sheet.cell(4, heads[ANSWERS[name]]).value = value
    out = io.BytesIO()
    read.save(out)
    return SimpleUploadedFile("税務課.xlsx", out.getvalue())


def test_a_sheet_goes_to_a_division_and_its_answers_become_decisions(
    sqlite_town: Town, pages: Pages
) -> None:
    register(sqlite_town)
    client = pages.client("admin")
    made = client.post("/flows/hearing/make", {"unit": "税務課"})
    assert "%E8%AA%BF%E6%9F%BB%E7%A5%A8" in made.headers["Content-Disposition"]
    assert "まだ" in text(client, "/flows/hearing/")
    sheet = answered(made.content)
    looked = client.post("/flows/hearing/take", {"verb": "look", "file": sheet})
    assert "判断 1 件" in looked.content.decode()
    assert flow(pages, "ZEI-01").state == "active"
    client.post("/flows/hearing/take", held_in(looked))
    assert flow(pages, "ZEI-01").state == "ended"
    with pages.node.at_work():
        assert HearingSheet.objects.get().taken is not None
    shown = text(client, "/flows/summary/?since=2026-04-01&until=2027-03-31")
    assert "年 12 回" in shown and "USBメモリ" in shown and "ZEI-01" in shown


def test_the_review_says_what_it_does_not_know_and_offers_to_register(
    sqlite_town: Town, pages: Pages
) -> None:
    register(sqlite_town, medium="usb")
    for _ in range(2):
        acts.submit(sqlite_town, purpose="毎週の統計")
    with pages.node.at_work():
        from sekisho.office.transfers.models import Transfer

        Transfer.objects.update(state="ready")
    client = pages.client("admin")
    shown = text(client, "/flows/review/")
    assert "媒体で運んでいる" in shown and "台帳にない受け渡し" in shown
    assert "Sekisho で送っていないため" in shown
    assert "毎週の統計" in text(client, "/flows/new?name=毎週の統計&from_node=internet")
    assert "媒体で運んでいる" not in text(client, "/flows/review/?unit=総務課&days=zzz")


PLACES = (
    "/flows/",
    "/flows/ZEI-01/",
    "/flows/ZEI-01/change",
    "/flows/new",
    "/flows/import",
    "/flows/review/",
    "/flows/hearing/",
    "/flows/summary/",
)


def test_every_page_is_accessible(sqlite_town: Town, pages: Pages, page: Page) -> None:
    register(sqlite_town)
    register(sqlite_town, code="KAN-01", name="会議資料", owner="", basis="", medium="paper")
    client = pages.client("admin")
    client.post("/flows/KAN-01/decide", {**RULING, "choice": "replace", "medium": "sekisho"})
    client.post("/flows/hearing/make", {"unit": "税務課"})
    pages.set_password("admin")
    with reachable(pages) as address:
        page.goto(address)
        page.fill("[name=login]", "admin")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/")
        for place in PLACES:
            page.goto(address + place)
            assert violations(page) == [], place
        page.goto(f"{address}/flows/import")
        rows = "番号,名称,渡す側,受け取る側\nNEW-1,新しい,ア課,イ課\n"
        file = {"name": "a.csv", "mimeType": "text/csv", "buffer": rows.encode()}
        page.set_input_files("#file", [file])
        page.click("button[value=look]")
        page.wait_for_selector("text=NEW-1")
        assert violations(page) == []
        page.keyboard.press("a")
        page.wait_for_url(f"{address}/flows/")
    assert flow(pages, "NEW-1").state == "draft"


def test_only_what_a_choice_asks_for_is_shown(sqlite_town: Town, pages: Pages, page: Page) -> None:
    register(sqlite_town)
    pages.set_password("sato")
    with reachable(pages) as address:
        page.goto(f"{address}/flows/ZEI-01/")
        page.fill("[name=login]", "sato")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("#per_year", state="hidden")
        page.check("[value=reduce]")
        page.wait_for_selector("#per_year", state="visible")
        page.check("[value=replace]")
        page.wait_for_selector("#medium", state="visible")
        assert not page.is_visible("#per_year")
