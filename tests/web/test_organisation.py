"""組織 in the browser: as it stands on a day, its table out and in with a preview."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import Page
from tests.office.accounts.test_importing import PEOPLE, UNITS, csv
from tests.support.axe import violations
from tests.support.organised import organise
from tests.support.pages import PASSWORD, Pages

from sekisho.office.accounts.queries import unit_entries

PLACE, BRING = "/administration/organisation/", "/administration/organisation/bring"


def brought(pages: Pages, data: bytes, **more: str) -> str:
    """What is shown when a table is looked at."""
    form = {"file": SimpleUploadedFile("組織表.csv", data), "verb": "look", **more}
    return pages.client("admin").post(BRING, form).content.decode()


def kept(shown: str, name: str) -> str:
    """A hidden field of the form that takes it over."""
    (found,) = re.findall(f'name="{name}" value="([^"]*)"', shown)[:1]
    return str(found)


def codes(pages: Pages) -> set[str]:
    with pages.node.at_work():
        return {one.code for one in unit_entries()}


def test_an_empty_organisation_says_what_to_do(pages: Pages) -> None:
    shown = pages.client("admin").get(PLACE).content.decode()
    assert "この日の組織は登録されていません" in shown
    template = pages.client("admin").get(f"{PLACE}template")
    book = openpyxl.load_workbook(io.BytesIO(template.content))
    assert len(book.worksheets) == 2


def test_a_table_is_looked_at_and_then_taken(pages: Pages) -> None:
    shown = brought(pages, csv(UNITS))
    assert "まだ取り込んでいません" in shown
    assert codes(pages) == set()
    form = {name: kept(shown, name) for name in ("held", "digest")}
    pages.client("admin").post(BRING, {**form, "verb": "take"})
    assert codes(pages) >= {row[0] for row in UNITS[1:]}
    again = brought(pages, csv(UNITS))
    assert "変わるところはありません" in again


def test_what_was_looked_at_is_what_is_taken(pages: Pages) -> None:
    shown = brought(pages, csv(UNITS))
    form = {"held": kept(shown, "held"), "digest": "0" * 64, "verb": "take"}
    answer = pages.client("admin").post(BRING, form)
    assert (answer.status_code, "SKS-H029" in answer.content.decode()) == (422, True)
    assert codes(pages) == set()


def test_one_wrong_row_keeps_all_from_being_taken(pages: Pages) -> None:
    shown = brought(pages, csv([*UNITS, ("99", "どこか", "nowhere", *UNITS[1][3:])]))
    assert "直すところがあります" in shown
    assert 'value="take"' not in shown
    assert codes(pages) == set()


@pytest.mark.parametrize("data", [b"", b"\x00\xff" * 100, b"PK\x03\x04broken"])
def test_what_is_no_table_is_said(pages: Pages, data: bytes) -> None:
    form = {"file": SimpleUploadedFile("x.xlsx", data), "verb": "look"}
    answer = pages.client("admin").post(BRING, form)
    assert answer.status_code == 422
    assert re.search("SKS-(H02[127]|W046)", answer.content.decode())


@pytest.mark.parametrize("held", ["", "!!!!", "AAAA"])
def test_what_a_form_did_not_hold_is_not_taken(pages: Pages, held: str) -> None:
    answer = pages.client("admin").post(BRING, {"held": held, "verb": "take"})
    assert (answer.status_code, "SKS-W046" in answer.content.decode()) == (422, True)


def test_people_and_changes_ahead_are_shown_for_their_day(pages: Pages) -> None:
    with pages.node.at_work():
        organise(pages.node)
    shown = pages.client("admin").get(PLACE).content.decode()
    assert "資産税係" in shown and "課長" in shown and "佐藤 花子" in shown
    before = pages.client("admin").get(PLACE, {"day": "2026-03-01"}).content.decode()
    assert "資産税係" not in before
    assert '<a href="?day=2026-04-01">' in before
    sheet = pages.client("admin").get(f"{PLACE}export", {"day": "2026-05-01"})
    assert openpyxl.load_workbook(io.BytesIO(sheet.content)).worksheets[0].max_row == 4
    assert pages.client("admin").get(PLACE, {"day": "soon"}).status_code == 422


def test_this_page_is_accessible(pages: Pages, address: str, page: Page) -> None:
    with pages.node.at_work():
        organise(pages.node)
    pages.set_password("admin")
    page.goto(f"{address}/account/login/")
    page.fill("[name=login]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.click("button.button-main")
    page.goto(address + PLACE)
    assert violations(page) == []
    page.set_input_files("#file", {"name": "人.csv", "mimeType": "text/csv", "buffer": csv(PEOPLE)})
    page.click("button[value=look]")
    page.wait_for_selector("#h-plan")
    assert violations(page) == []
