"""Locks, fresh sign-ins before what matters, sessions, temporary passwords."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page
from tests.support import acts
from tests.support.axe import violations
from tests.support.pages import PASSWORD, Pages, pages_of, reachable
from tests.support.town import Town

from sekisho.kernel.errors import Refused
from sekisho.node.sign_in_settings import SignInSettings
from sekisho.office.accounts import passwords, signing_in
from sekisho.office.accounts.models import Person, SignInTally
from sekisho.office.evidence.models import Disclosure, Event
from sekisho.office.transfers.models import Decision

NEW_PASSWORD = "Toki-no-kane-9"


@pytest.fixture
def sending(sqlite_town: Town) -> Iterator[Pages]:
    """The pages of the node that things leave from."""
    with pages_of(sqlite_town, "internet") as made:
        yield made


def attempt(client: Client, login: str, password: str) -> int:
    """The status of one try."""
    form = {"login": login, "password": password}
    return client.post("/account/login/", form).status_code


def test_after_five_failures_a_login_is_locked_for_a_while(sqlite_town: Town, pages: Pages) -> None:
    pages.set_password("sato")
    client = pages.client()
    assert [attempt(client, "sato", f"wrong-{n}") for n in range(5)] == [200] * 4 + [429]
    answer = client.post("/account/login/", {"login": "SATO", "password": PASSWORD})
    assert answer.status_code == 429 and "SKS-W030" in answer.content.decode()
    assert "15 分" in answer.content.decode()
    sqlite_town.clock.advance(timedelta(minutes=15))
    assert attempt(client, "sato", PASSWORD) == 302


def test_a_login_that_nobody_has_is_locked_alike(pages: Pages) -> None:
    client = pages.client()
    assert [attempt(client, "my-password-1", f"wrong-{n}") for n in range(6)][-1] == 429
    with pages.node.at_work():
        event = Event.objects.get(kind="sign_in.locked")
        shown = Disclosure.objects.filter(event=event).values_list("field", flat=True)
        assert list(shown) == ["address"]
        assert event.subject == "unknown"
        assert not SignInTally.objects.filter(key__contains="my-password").exists()


def test_a_success_forgets_the_failures_of_the_login(pages: Pages) -> None:
    pages.set_password("sato")
    client = pages.client()
    for _ in range(3):
        assert [attempt(client, "sato", "wrong-one-1") for _ in range(4)] == [200] * 4
        assert attempt(pages.client(), "sato", PASSWORD) == 302


def test_many_logins_from_one_address_lock_the_address(pages: Pages) -> None:
    pages.set_password("sato")
    client = pages.client()
    statuses = [attempt(client, f"guess{n}", "wrong-one-1") for n in range(50)]
    assert statuses[:49] == [200] * 49 and statuses[49] == 429
    answer = client.post("/account/login/", {"login": "sato", "password": PASSWORD})
    assert "SKS-W031" in answer.content.decode()
    other = client.post(
        "/account/login/", {"login": "sato", "password": PASSWORD}, REMOTE_ADDR="10.0.0.9"
    )
    assert other.status_code == 302


def test_an_administrator_unlocks(pages: Pages) -> None:
    pages.set_password("sato")
    client = pages.client()
    for n in range(5):
        attempt(client, "sato", f"wrong-{n}")
    with pages.node.at_work():
        desk = pages.node.desk
        assert signing_in.locked_until(desk, "sato") is not None
        with pytest.raises(Refused) as refused:
            signing_in.unlock(desk, actor="suzuki", login="sato")
        assert refused.value.code == "SKS-T053"
        assert signing_in.unlock(desk, actor="admin", login="sato")
        assert not signing_in.unlock(desk, actor="admin", login="sato")
        assert Event.objects.filter(kind="sign_in.unlocked").count() == 1
    assert attempt(client, "sato", PASSWORD) == 302


def test_the_first_sign_in_of_a_day_is_evidence(sqlite_town: Town, pages: Pages) -> None:
    pages.set_password("sato")
    for _ in range(2):
        assert attempt(pages.client(), "sato", PASSWORD) == 302
    with pages.node.at_work():
        assert Event.objects.filter(kind="sign_in.succeeded").count() == 1
    sqlite_town.clock.advance(timedelta(days=1))
    assert attempt(pages.client(), "sato", PASSWORD) == 302
    with pages.node.at_work():
        assert Event.objects.filter(kind="sign_in.succeeded").count() == 2


def test_a_fresh_sign_in_approves_at_once(sqlite_town: Town, sending: Pages) -> None:
    transfer_id = acts.submit(sqlite_town)
    sending.set_password("suzuki")
    client = sending.sign_in("suzuki")
    sqlite_town.clock.advance(timedelta(minutes=14))
    answer = client.post(f"/approving/{transfer_id}", {"verb": "approve"})
    assert answer.headers["Location"] == "/"
    with sending.node.at_work():
        assert Decision.objects.count() == 1


def test_after_a_while_one_confirms_and_nothing_is_lost(sqlite_town: Town, sending: Pages) -> None:
    transfer_id = acts.submit(sqlite_town)
    sending.set_password("suzuki")
    client = sending.sign_in("suzuki")
    sqlite_town.clock.advance(timedelta(minutes=16))
    form = {"verb": "send_back", "reason": "様式が違います"}
    answer = client.post(f"/approving/{transfer_id}", form)
    assert answer.headers["Location"] == "/account/reauthenticate/?next=%2Fentrance%2Fgo-on"
    wrong = client.post("/account/reauthenticate/", {"password": "wrong-one-1"})
    assert "パスワードが違います" in wrong.content.decode()
    answer = client.post(
        "/account/reauthenticate/", {"password": PASSWORD, "next": "/entrance/go-on"}
    )
    assert answer.headers["Location"] == "/entrance/go-on"
    html = client.get("/entrance/go-on").content.decode()
    assert "続ける" in html and "様式が違います" in html
    with sending.node.at_work():
        assert Decision.objects.count() == 0
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))
    action = re.search(r'action="(/approving/[^"]+)"', html)
    assert action is not None
    assert client.post(action[1], fields).headers["Location"] == "/"
    with sending.node.at_work():
        assert [one.reason for one in Decision.objects.all()] == ["様式が違います"]
    assert "SKS-W036" in client.get("/entrance/go-on").content.decode()


def test_what_waits_is_not_posted_by_following_a_link(sqlite_town: Town, sending: Pages) -> None:
    transfer_id = acts.submit(sqlite_town)
    sending.set_password("suzuki")
    client = sending.sign_in("suzuki")
    sqlite_town.clock.advance(timedelta(minutes=16))
    client.post(f"/approving/{transfer_id}", {"verb": "approve"})
    answer = client.get("/entrance/go-on")
    assert answer.headers["Location"].startswith("/account/reauthenticate/")
    with sending.node.at_work():
        assert Decision.objects.count() == 0


def test_an_export_asks_for_a_fresh_sign_in(sqlite_town: Town, sending: Pages) -> None:
    transfer_id = acts.submit(sqlite_town)
    sending.set_password("sato")
    client = sending.sign_in("sato")
    place = f"/proof/{transfer_id}/json"
    assert client.get(place).status_code == 200
    sqlite_town.clock.advance(timedelta(minutes=16))
    answer = client.get(place)
    assert answer.headers["Location"].startswith("/account/reauthenticate/?next=%2Fproof%2F")
    form = {"password": PASSWORD, "next": place}
    assert client.post("/account/reauthenticate/", form).headers["Location"] == place
    assert client.get(place).status_code == 200


def test_stepping_up_can_be_switched_off(sqlite_town: Town) -> None:
    transfer_id = acts.submit(sqlite_town)
    rules = replace(SignInSettings(), step_up_minutes=0)
    with pages_of(sqlite_town, "internet", sign_in=rules) as pages:
        pages.set_password("suzuki")
        client = pages.sign_in("suzuki")
        sqlite_town.clock.advance(timedelta(minutes=25))
        answer = client.post(f"/approving/{transfer_id}", {"verb": "approve"})
        assert answer.headers["Location"] == "/"
        # One's own factors are not changed from a terminal that somebody has left, all the same.
        answer = client.get("/account/2fa/totp/activate/")
        assert answer.headers["Location"].startswith("/account/reauthenticate/")


def test_going_on_in_the_browser(sqlite_town: Town, sending: Pages, page: Page) -> None:
    transfer_id = acts.submit(sqlite_town)
    sending.set_password("suzuki")
    with reachable(sending) as address:
        page.goto(f"{address}/account/login/")
        page.fill("#id_login", "suzuki")
        page.fill("#id_password", PASSWORD)
        page.click("button:has-text('サインイン')")
        page.wait_for_url(f"{address}/")
        page.goto(f"{address}/transfers/{transfer_id}/")
        sqlite_town.clock.advance(timedelta(minutes=16))
        page.keyboard.press("a")
        page.wait_for_url("**/account/reauthenticate/**")
        page.wait_for_function("document.activeElement.name === 'password'")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/entrance/go-on")
        assert violations(page) == []
        page.click("button:has-text('続ける')")
        page.wait_for_url(f"{address}/")
    with sending.node.at_work():
        assert Decision.objects.count() == 1


def test_signing_in_changes_the_key_of_the_session(pages: Pages) -> None:
    pages.set_password("sato")
    client = pages.client()
    client.get("/account/login/")
    with pages.node.at_work():
        planted = client.session
        planted["mark"] = "of the attacker"
        planted.save()
    before = planted.session_key
    client.cookies[f"sekisho_{pages.node.name}"] = before
    attempt(client, "sato", PASSWORD)
    after = client.cookies[f"sekisho_{pages.node.name}"].value
    assert after != before and client.get("/").status_code == 200
    thief = pages.client()
    thief.cookies[f"sekisho_{pages.node.name}"] = before
    assert thief.get("/").status_code == 302


def test_changing_the_password_ends_the_other_sessions(pages: Pages) -> None:
    pages.set_password("sato")
    here, there = pages.sign_in("sato"), pages.sign_in("sato")
    form = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert here.post("/account/password/change/", form).status_code == 302
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302
    with pages.node.at_work():
        assert Event.objects.filter(kind="password.changed").count() == 1


def test_a_temporary_password_is_changed_before_anything_else(pages: Pages) -> None:
    with pages.node.at_work():
        passwords.issue_password(pages.node.desk, actor="admin", login="sato", password=PASSWORD)
    client = pages.sign_in("sato")
    assert client.get("/sending/").status_code in (302, 404)
    assert client.get("/").headers["Location"] == "/account/password/change/"
    same = {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD}
    shown = client.post("/account/password/change/", same).content.decode()
    assert "いまと違うパスワード" in shown
    form = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    client.post("/account/password/change/", form)
    assert client.get("/").status_code == 200


def test_a_temporary_password_ends(sqlite_town: Town, pages: Pages) -> None:
    def issue() -> None:
        with pages.node.at_work():
            desk = pages.node.desk
            passwords.issue_password(desk, actor="admin", login="sato", password=PASSWORD)

    issue()
    sqlite_town.clock.advance(timedelta(days=passwords.TEMPORARY_DAYS, seconds=-1))
    assert attempt(pages.client(), "sato", PASSWORD) == 302
    sqlite_town.clock.advance(timedelta(seconds=1))
    answer = pages.client().post("/account/login/", {"login": "sato", "password": PASSWORD})
    assert answer.status_code == 403 and "SKS-H072" in answer.content.decode()
    # A stranger who guesses learns nothing of it.
    wrong = pages.client().post("/account/login/", {"login": "sato", "password": "wrong-one-1"})
    assert wrong.status_code == 200 and "SKS-H072" not in wrong.content.decode()
    issue()
    assert attempt(pages.client(), "sato", PASSWORD) == 302


def test_a_password_of_ones_own_does_not_end(sqlite_town: Town, pages: Pages) -> None:
    with pages.node.at_work():
        desk = pages.node.desk
        passwords.issue_password(desk, actor="admin", login="sato", password=PASSWORD)
        sato = Person.objects.get(login="sato")
        passwords.change_password(desk, person=sato, password=NEW_PASSWORD)
    sqlite_town.clock.advance(timedelta(days=400))
    assert attempt(pages.client(), "sato", NEW_PASSWORD) == 302


def test_signing_out_clears_what_the_browser_keeps(pages: Pages) -> None:
    pages.set_password("sato")
    client = pages.sign_in("sato")
    assert "Clear-Site-Data" not in client.get("/account/logout/").headers
    assert client.get("/").status_code == 200
    answer = client.post("/account/logout/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/").status_code == 302


def test_sessions_are_listed_and_ended(pages: Pages) -> None:
    pages.set_password("sato")
    here, there = pages.sign_in("sato"), pages.sign_in("sato")
    html = here.get("/entrance/sessions/").content.decode()
    (number,) = re.findall(r"/entrance/sessions/(\d+)/end", html)
    pages.set_password("suzuki")
    stranger = pages.sign_in("suzuki")
    assert stranger.post(f"/entrance/sessions/{number}/end").status_code == 404
    assert there.get("/").status_code == 200
    here.post(f"/entrance/sessions/{number}/end")
    assert there.get("/").status_code == 302
    third = pages.sign_in("sato")
    here.post("/entrance/sessions/end")
    assert third.get("/").status_code == 302 and here.get("/").status_code == 200


def test_the_oldest_session_gives_way(sqlite_town: Town) -> None:
    rules = replace(SignInSettings(), sessions=2)
    with pages_of(sqlite_town, "lgwan", sign_in=rules) as pages:
        pages.set_password("sato")
        first, second, third = (pages.sign_in("sato") for _ in range(3))
        statuses = [one.get("/").status_code for one in (first, second, third)]
        assert statuses == [302, 200, 200]


def test_without_local_passwords_administrators_still_come_in(sqlite_town: Town) -> None:
    rules = replace(SignInSettings(), password=False)
    with pages_of(sqlite_town, "lgwan", sign_in=rules) as pages:
        for login in ("sato", "admin"):
            pages.set_password(login)
        assert pages.sign_in("sato").get("/").status_code == 302
        assert pages.sign_in("admin").get("/").status_code == 200


@pytest.mark.parametrize(
    "place",
    [
        "/account/signup/",
        "/account/email/",
        "/account/confirm-email/",
        "/account/confirm-email/abc/",
        "/account/password/reset/",
        "/account/password/reset/key/1-abc/",
        "/account/login/code/confirm/",
        "/account/3rdparty/",
        "/account/3rdparty/signup/",
        "/account/3rdparty/login/error/",
        "/account/social/signup/",
        "/account/sessions/",
        "/account/oidc/oidc/login/",
    ],
)
def test_what_makes_no_sense_here_is_not_there(pages: Pages, place: str) -> None:
    for client in (pages.client(), pages.client("sato")):
        answer = client.get(place)
        assert answer.status_code == 404
        assert "SKS-W003" in answer.content.decode()


def test_who_has_no_password_here_sets_one(pages: Pages) -> None:
    client = pages.client("sato")
    form = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert "新しいパスワード" in client.get("/account/password/set/").content.decode()
    assert client.post("/account/password/set/", form).status_code == 302
    with pages.node.at_work():
        assert Person.objects.get(login="sato").has_usable_password()
