"""保存と控え: what ends next, how the backups stand, and what is said when they do not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page
from tests.support import acts
from tests.support.axe import violations
from tests.support.backups import Safe
from tests.support.pages import PASSWORD, Pages, pages_of
from tests.support.town import Town

from sekisho.node.sections import BackupSettings

PLACE = "/administration/safekeeping/"


def shown(pages: Pages, place: str = PLACE) -> str:
    return pages.client("admin").get(place).content.decode()


def test_without_a_place_for_backups_the_page_says_what_would_be_lost(pages: Pages) -> None:
    text = shown(pages)
    assert "控えが設定されていません" in text and "keys_to" in text


def test_what_ends_next_is_listed_with_its_moment(sqlite_town: Town, pages: Pages) -> None:
    transfer = acts.submit(sqlite_town, purpose="固定資産税の一覧")
    acts.approve(sqlite_town, transfer)
    sqlite_town.settle()
    text = shown(pages)
    assert "固定資産税の一覧" in text and f"/transfers/{transfer}/" in text
    assert "受け取る側 1 件" in text


def test_backups_made_examined_and_late(sqlite_town: Town, tmp_path: Path) -> None:
    safe = Safe(tmp_path / "safe")
    places = BackupSettings(to=safe.folder / "data", keys_to=safe.folder / "keys", keep_days=60)
    with pages_of(sqlite_town, "lgwan", backup=places) as pages:
        assert "48 時間を超えて取れていません" in shown(pages)
        assert "控えが取れていません" in shown(pages, "/administration/")
        kept = safe.back_up(sqlite_town, "lgwan")
        text = shown(pages)
        assert str(kept.data) in text and "取れていません" not in text
        assert "30 日長く残ります" in text
        sqlite_town.clock.advance(timedelta(hours=49))
        assert "48 時間を超えて取れていません" in shown(pages)


def test_the_page_breaks_no_rule_of_wcag(pages: Pages, address: str, page: Page) -> None:
    pages.set_password("admin")
    page.goto(f"{address}/account/login/")
    page.fill("[name=login]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.click("button.button-main")
    page.goto(address + PLACE)
    page.click("summary")
    assert violations(page) == []
