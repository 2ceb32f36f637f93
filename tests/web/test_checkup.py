"""点検, 領域とノード, 無害化 in the browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page
from tests.support.axe import violations
from tests.support.mailserver import mail_server
from tests.support.pages import PASSWORD, Pages, pages_of
from tests.support.ports import free_ports
from tests.support.town import Town

from sekisho.disarm.sandbox.pool import State
from sekisho.kernel.errors import Unavailable
from sekisho.node.settings import DisarmSettings, MailSettings
from sekisho.office.accounts.models import Person
from sekisho.web.administration import checkup

CHECKUP = "/administration/checkup/"


def test_a_sound_node_is_called_so(pages: Pages) -> None:
    shown = pages.client("admin").get(CHECKUP).content.decode()
    assert "badge-alarm" not in shown
    for name in ("署名の鍵", "証跡台帳", "受け渡し場所", "ノード名簿", "空き容量"):
        assert name in shown


def test_what_is_wrong_is_said_with_the_next_step(pages: Pages) -> None:
    store = pages.node.settings.store.path
    assert store is not None
    (store / "sekisho-store.json").rename(store / "away")
    shown = pages.client("admin").get(CHECKUP).content.decode()
    assert "異常があります" in shown
    assert re.search("次にすること.*SKS-S", shown)


def test_the_store_is_tried_out_and_left_as_it_was(pages: Pages) -> None:
    store = pages.node.settings.store.path
    assert store is not None
    before = sorted(store.rglob("*"))
    shown = pages.client("admin").post(f"{CHECKUP}store").content.decode()
    assert "使え" in shown
    assert "badge-alarm" not in shown
    assert sorted(store.rglob("*")) == before


def mail_of(pages: Pages, address: str) -> None:
    with pages.node.at_work():
        Person.objects.filter(login="admin").update(email=address)


def test_without_a_server_a_test_mail_is_refused_in_words(pages: Pages) -> None:
    answer = pages.client("admin").post(f"{CHECKUP}mail")
    assert (answer.status_code, "SKS-M006" in answer.content.decode()) == (422, True)


def test_a_test_mail_goes_to_who_asks_and_says_nothing_of_content(sqlite_town: Town) -> None:
    with mail_server() as mails:
        mail = MailSettings("127.0.0.1", mails.port, "none", sender="sekisho@town.lg.jp")
        with pages_of(sqlite_town, "lgwan", mail=mail) as pages:
            client = pages.client("admin")
            without = client.post(f"{CHECKUP}mail")
            assert (without.status_code, "SKS-M003" in without.content.decode()) == (422, True)
            mail_of(pages, "admin@town.lg.jp")
            said = client.post(f"{CHECKUP}mail", follow=True).content.decode()
            assert "admin@town.lg.jp あてのテストメールを受け付けました" in said
            ((to, message),) = mails.got
            assert (to, message["Subject"]) == (["admin@town.lg.jp"], "関所: テストメール")
            mails.refuses["admin@town.lg.jp"] = "550 no such mailbox"
            refused = client.post(f"{CHECKUP}mail").content.decode()
            assert "SKS-M004" in refused and "550" in refused


def test_a_mail_server_that_is_away_is_named(sqlite_town: Town) -> None:
    mail = MailSettings("127.0.0.1", free_ports(1)[0], "none", sender="sekisho@town.lg.jp")
    with pages_of(sqlite_town, "lgwan", mail=mail) as pages:
        mail_of(pages, "admin@town.lg.jp")
        assert "SKS-M001" in pages.client("admin").post(f"{CHECKUP}mail").content.decode()


def test_nodes_ways_and_signatures_are_shown(pages: Pages) -> None:
    shown = pages.client("admin").get("/administration/nodes/")
    text = shown.content.decode()
    assert pages.node.identity.signing.public.fingerprint in text
    assert text.count("開いている") >= 1
    # Two of three administrators have signed.
    assert re.search("管理者 3 人のうち 2 人以上", text)
    assert text.count('<span class="badge badge-good">あり</span>') == 2


def test_the_strength_of_the_sandbox_is_what_is_measured(pages: Pages) -> None:
    shown = pages.client("admin").get("/administration/disarming/").content.decode()
    assert "隔離の強さ" in shown
    assert "PDF" in shown
    assert "検査していないものは" in shown


def test_a_sandbox_that_is_too_weak_is_said(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_weak(settings: DisarmSettings) -> State:
        raise Unavailable("SKS-D031", level="none", needed=settings.minimum)

    monkeypatch.setattr(checkup, "look_at_disarming", too_weak)
    answer = pages.client("admin").get("/administration/disarming/")
    assert answer.status_code == 200
    assert "SKS-D031" in answer.content.decode()


@pytest.mark.parametrize("path", [CHECKUP, "/administration/nodes/", "/administration/disarming/"])
def test_these_pages_are_accessible(pages: Pages, address: str, page: Page, path: str) -> None:
    pages.set_password("admin")
    page.goto(f"{address}/account/login/")
    page.fill("[name=login]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.click("button.button-main")
    page.goto(address + path)
    assert violations(page) == []
