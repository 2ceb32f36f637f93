"""利用者: found by words, seen one by one, let in again; and whatever changes something in the
administration asks for a fresh sign-in, held against every address there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from allauth.mfa.models import Authenticator
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import Page
from tests.support import acts
from tests.support.axe import violations
from tests.support.pages import PASSWORD, Pages
from tests.support.town import Town

from sekisho.office.accounts import signing_in
from sekisho.office.accounts.appointing import save_unit
from sekisho.office.accounts.organisation import UnitEntry
from sekisho.office.accounts.queries import postings_of
from sekisho.office.accounts.sign_in_rules import Lock
from sekisho.office.evidence.models import Event

PEOPLE = "/administration/people/"
SATO = {"change": "sato"}
CONFIRM = "/account/reauthenticate/"
CHANGING = {"bring_organisation": {"verb": "take"}}
"""Where only one verb of a form changes something: that one."""
ARGUMENTS = {"from_node": "lgwan", "to_node": "internet", "kind": "template"}
"""What addresses ask for; every other id is one that nothing has."""


def administration() -> Iterator[URLPattern]:
    """Every address of the administration."""
    places = [one for one in get_resolver().url_patterns if isinstance(one, URLResolver)]
    (found,) = [one for one in places if str(one.pattern) == "administration/"]
    yield from found.url_patterns


def lock(pages: Pages, login: str) -> None:
    """As after wrong passwords."""
    rules = Lock(after=1, minutes=15)
    signing_in.note_failure(pages.node.desk, rules, login=login, address="192.0.2.1")


def test_every_change_of_the_administration_asks_for_a_fresh_sign_in(pages: Pages) -> None:
    client, asked = pages.stale("admin"), set()
    with pages.node.at_work():
        before = Event.objects.count()
    for one in administration():
        words = {name: ARGUMENTS.get(name, "x") for name in one.pattern.regex.groupindex}
        answer = client.post(reverse(one.name, kwargs=words), CHANGING.get(one.name, {}))
        if answer.status_code == 405:
            continue
        assert answer.status_code == 302, one.name
        assert answer.headers["Location"].startswith(CONFIRM), one.name
        asked.add(one.name)
    assert {"people", "retire", "route", "close_route", "bring_organisation"} <= asked
    with pages.node.at_work():
        assert Event.objects.count() == before


@pytest.mark.parametrize("act", ["decide", "start", "suspend", "end"])
def test_what_is_decided_of_flows_asks_for_it_too(pages: Pages, act: str) -> None:
    answer = pages.stale("admin").post(f"/flows/ZEI-01/{act}")
    assert answer.headers["Location"].startswith(CONFIRM)


def test_people_are_found_by_words_role_and_state(pages: Pages) -> None:
    client = pages.client("admin")

    def found(**asked: str) -> bool:
        return "?change=sato#person" in client.get(PEOPLE, asked).content.decode()

    assert found() and found(q="SATO") and found(role="staff") and found(state="active")
    assert not found(q="sato nobody") and not found(role="auditor") and not found(state="retired")
    assert "条件に合う利用者はいません" in client.get(PEOPLE, {"q": "zzz"}).content.decode()


def test_a_locked_login_is_seen_and_unlocked(pages: Pages) -> None:
    client = pages.client("admin")
    assert "ロックされていません" in client.get(PEOPLE, SATO).content.decode()
    with pages.node.at_work():
        lock(pages, "sato")
    assert "ロック中" in client.get(PEOPLE, SATO).content.decode()
    said = client.post(PEOPLE, {"login": "sato", "verb": "unlock"}, follow=True).content.decode()
    assert "ロックを解除しました" in said
    with pages.node.at_work():
        assert signing_in.locked_until(pages.node.desk, "sato") is None
        assert Event.objects.filter(kind="sign_in.unlocked").count() == 1


def test_lost_factors_are_taken_away(pages: Pages) -> None:
    with pages.node.at_work():
        Authenticator.objects.create(user_id="sato", type="totp", data={})
    client = pages.client("admin")
    assert "機器をなくしたとき" in client.get(PEOPLE, SATO).content.decode()
    silent = client.post(PEOPLE, {"login": "sato", "verb": "reset", "reason": " "})
    assert (silent.status_code, "SKS-H073" in silent.content.decode()) == (422, True)
    client.post(PEOPLE, {"login": "sato", "verb": "reset", "reason": "紛失。内線で確認"})
    with pages.node.at_work():
        assert not Authenticator.objects.filter(user_id="sato").exists()
        event = Event.objects.get(kind="factors.reset")
        assert event.disclosures.get(field="reason").value == "紛失。内線で確認"


def test_a_temporary_password_is_shown_once_and_opens(pages: Pages) -> None:
    client = pages.client("admin")
    shown = client.post(f"{PEOPLE}password", {"login": "sato"}).content.decode()
    fresh = shown.partition('<p class="mono">')[2].partition("<")[0]
    assert fresh not in client.get(PEOPLE, SATO).content.decode()
    answer = pages.sign_in("sato", fresh).get("/")
    assert "/account/password/change/" in answer.headers["Location"]


def test_sessions_are_ended_by_the_office(pages: Pages) -> None:
    sato = pages.client("sato")
    assert sato.get("/").status_code == 200
    pages.client("admin").post(PEOPLE, {"login": "sato", "verb": "sign-out"})
    assert sato.get("/").status_code == 302
    with pages.node.at_work():
        assert Event.objects.filter(kind="sessions.ended").count() == 1


POST_OF_SATO = {"login": "sato", "unit": "0101", "post": "主事"}


def test_a_post_is_given_ahead_and_ended(pages: Pages) -> None:
    client = pages.client("admin")
    with pages.node.at_work():
        unit = UnitEntry("0101", "税務課", "", date(2026, 4, 1))
        save_unit(pages.node.desk, actor="admin", entry=unit)
    given = {**POST_OF_SATO, "starts": "2027-04-01", "head": "1"}
    shown = client.post(f"{PEOPLE}appoint", given, follow=True).content.decode()
    assert "2027-04-01 から登録しました" in shown and "これから" in shown
    early = client.post(f"{PEOPLE}release", {"login": "sato", "of": "0101", "last": "2027-03-31"})
    assert (early.status_code, "SKS-H014" in early.content.decode()) == (422, True)
    client.post(f"{PEOPLE}release", {"login": "sato", "of": "0101", "last": "2028-03-31"})
    with pages.node.at_work():
        (found,) = postings_of("sato")
    assert (found.post, found.head, found.main) == ("主事", True, True)
    assert (found.starts, found.ends) == (date(2027, 4, 1), date(2028, 3, 31))


def test_a_post_that_cannot_be_is_said_and_what_was_typed_stays(pages: Pages) -> None:
    answer = pages.client("admin").post(f"{PEOPLE}appoint", {**POST_OF_SATO, "unit": "99"})
    shown = answer.content.decode()
    assert (answer.status_code, "SKS-H012" in shown, 'value="主事"' in shown) == (422, True, True)


@pytest.mark.parametrize("verb", ["unlock", "reset", "sign-out"])
def test_nobody_else_lets_people_in(pages: Pages, verb: str) -> None:
    with pages.node.at_work():
        lock(pages, "sato")
    for login in ("sato", "suzuki"):
        answer = pages.client(login).post(PEOPLE, {"login": "sato", "verb": verb})
        assert answer.status_code == 403
    with pages.node.at_work():
        assert signing_in.locked_until(pages.node.desk, "sato") is not None


def test_one_person_breaks_no_rule_of_wcag(pages: Pages, address: str, page: Page) -> None:
    pages.set_password("admin")
    with pages.node.at_work():
        lock(pages, "sato")
        Authenticator.objects.create(user_id="sato", type="totp", data={})
    page.goto(f"{address}/account/login/")
    page.fill("[name=login]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.click("button.button-main")
    page.goto(f"{address}{PEOPLE}?change=sato")
    for words in ("機器", "役職", "パスワード", "端末"):
        page.click(f"summary:has-text('{words}') >> nth=0")
    assert violations(page) == []


def test_what_would_be_left_behind_is_seen_before_somebody_is_retired(
    sqlite_town: Town, pages: Pages
) -> None:
    client = pages.client("admin")
    assert "引き継ぐものはありません" in client.get(PEOPLE, SATO).content.decode()
    made = acts.submit(sqlite_town)
    acts.approve(sqlite_town, made)
    sqlite_town.settle()
    shown = client.get(PEOPLE, SATO).content.decode()
    assert "まだ受け取っていないもの 1 件" in shown
    client.post(f"{PEOPLE}retire", {"login": "sato"})
    assert "操作を止めるとき" not in client.get(PEOPLE, SATO).content.decode()
