"""Searching, documents, reports and the ledger in the browser."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from playwright.sync_api import Page
from tests.support import acts
from tests.support.axe import violations
from tests.support.pages import PASSWORD, Pages, reachable
from tests.support.town import Town


@pytest.fixture
def transfer_id(sqlite_town: Town) -> str:
    """A transfer that has arrived for sato at the node in the LGWAN zone."""
    made = acts.submit(sqlite_town, purpose="固定資産の一覧")
    acts.approve(sqlite_town, made)
    sqlite_town.settle()
    return made


def test_what_one_may_see_is_found_by_words(pages: Pages, transfer_id: str) -> None:
    shown = pages.client("sato").get("/search/", {"q": "固定資産"}).content.decode()
    assert f"/transfers/{transfer_id}/" in shown
    nothing = pages.client("sato").get("/search/", {"q": "ないことば"}).content.decode()
    assert "見つかりませんでした" in nothing
    other = pages.client("suzuki").get("/search/", {"q": "固定資産"}).content.decode()
    assert transfer_id not in other
    assert transfer_id in pages.client("admin").get("/search/").content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"since": "2026-05-01", "until": "2026-04-01"},
        {"after": "nonsense"},
    ],
)
def test_terms_that_make_no_sense_are_said(pages: Pages, query: dict[str, str]) -> None:
    answer = pages.client("sato").get("/search/", query)
    assert answer.status_code == 400
    assert "SKS-E0" in answer.content.decode()


def test_what_was_found_goes_into_a_workbook(pages: Pages, transfer_id: str) -> None:
    client = pages.client("sato")
    answer = client.get("/search/export.xlsx", {"q": "固定資産"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    assert transfer_id in [row[1].value for row in sheet.iter_rows()]
    assert client.get("/search/export.csv").content.startswith(b"\xef\xbb\xbf")


def test_the_document_and_its_package_are_for_who_may_have_them(
    pages: Pages, transfer_id: str
) -> None:
    client = pages.client("sato")
    assert client.get(f"/proof/{transfer_id}/").content.startswith(b"%PDF-")
    package = client.get(f"/proof/{transfer_id}/zip")
    assert zipfile.ZipFile(io.BytesIO(package.content)).testzip() is None
    for part in ("", "zip", "json"):
        assert pages.client("suzuki").get(f"/proof/{transfer_id}/{part}").status_code == 404


def test_reports_and_the_ledger_are_for_those_who_oversee(pages: Pages, transfer_id: str) -> None:
    period = {"since": "2026-04-01", "until": "2026-04-30", "kind": "pdf"}
    for address in ("/proof/ledger/", "/proof/period"):
        assert pages.client("sato").get(address, period).status_code == 403
    assert pages.client("sato").post("/proof/ledger/check").status_code == 403
    with pages.node.at_work():
        from sekisho.office.accounts.models import Person

        Person.objects.filter(login="admin").update(roles=["admin", "auditor", "staff"])
    admin = pages.client("admin")
    assert admin.get("/proof/period", period).content.startswith(b"%PDF-")
    assert admin.get("/proof/period", {**period, "kind": "xlsx"}).content[:2] == b"PK"
    assert admin.get("/proof/period").status_code == 400
    shown = admin.get("/proof/ledger/", {"kind": "transfer.collected"}).content.decode()
    assert "証跡台帳" in shown
    checked = admin.post("/proof/ledger/check", follow=True).content.decode()
    assert "抜けも書き換えもありません" in checked


def test_these_pages_are_accessible(
    sqlite_town: Town, pages: Pages, transfer_id: str, page: Page
) -> None:
    with pages.node.at_work():
        from sekisho.office.accounts.models import Person

        Person.objects.filter(login="admin").update(roles=["admin", "auditor", "staff"])
    pages.set_password("admin")
    with reachable(pages) as address:
        page.goto(address)
        page.fill("[name=login]", "admin")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/")
        for path in ("/search/", "/proof/", "/proof/ledger/"):
            page.goto(address + path)
            assert violations(page) == [], path
