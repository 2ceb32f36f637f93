"""設定 in the browser: each page for whoever may, each change with its message, without scripts."""

from __future__ import annotations

from hashlib import sha256

import pytest
from playwright.sync_api import Page
from tests.support.axe import violations
from tests.support.pages import PASSWORD, Pages

from sekisho.office.accounts.absences import absences
from sekisho.office.accounts.actions import save_person
from sekisho.office.accounts.models import Person
from sekisho.office.notices.actions.alerting import Told, tell
from sekisho.office.notices.actions.tokens import recognise
from sekisho.office.notices.kinds import Kind
from sekisho.office.notices.queries import wish_of
from sekisho.office.transfers.actions.routes import require_route
from sekisho.office.transfers.queries import exceptions
from sekisho.web.administration.policy_form import values_of

PEOPLE, ABSENCE = "/administration/people/", "/me/absence/"
ROUTE = "/administration/routes/lgwan/internet/"
FOR_OVERSEERS = (
    "/administration/",
    "/administration/routes/",
    ROUTE,
    "/administration/exceptions/",
    "/administration/crypto/",
    "/administration/calendar/",
)
FOR_ADMINISTRATORS = (
    "/administration/people/",
    "/administration/tokens/",
    "/administration/watches/",
)
FOR_EVERYBODY = ("/alerts/", "/me/absence/")


@pytest.fixture(autouse=True)
def auditor(pages: Pages) -> None:
    """Somebody who oversees and changes nothing."""
    with pages.node.at_work():
        save_person(
            pages.node.desk, actor="admin", login="kansa", name="監査 太郎", roles=["auditor"]
        )


def fields_of(pages: Pages) -> dict[str, object]:
    """What a browser sends of the form of the route as it stands."""
    with pages.node.at_work():
        return {**values_of(require_route("lgwan", "internet").as_json())}


def sign_in(page: Page, address: str) -> None:
    """As the administrator."""
    page.goto(f"{address}/account/login/")
    page.fill("[name=login]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.click("button.button-main")


@pytest.mark.parametrize("address", FOR_OVERSEERS)
def test_overseers_see_and_staff_do_not(pages: Pages, address: str) -> None:
    assert pages.client("kansa").get(address).status_code == 200
    assert pages.client("admin").get(address).status_code == 200
    assert pages.client("sato").get(address).status_code == 403


@pytest.mark.parametrize("address", FOR_ADMINISTRATORS)
def test_administrators_alone(pages: Pages, address: str) -> None:
    assert pages.client("admin").get(address).status_code == 200
    for login in ("kansa", "sato", "suzuki"):
        assert pages.client(login).get(address).status_code == 403


def test_a_route_is_saved_as_its_form_shows_it(pages: Pages, address: str, page: Page) -> None:
    pages.set_password("admin")
    with pages.node.at_work():
        before = require_route("lgwan", "internet")
    sign_in(page, address)
    page.goto(address + ROUTE)
    page.click("form[method=post] button.button-main")
    assert "次の条件で開きました" in page.inner_text("#notes")
    with pages.node.at_work():
        assert require_route("lgwan", "internet") == before


def test_every_condition_can_be_changed(pages: Pages) -> None:
    changed = {
        "senders": "division:税務課、sato",
        "levels": "line:1\n2=role:approver",
        "disarm_all": "standard",
        "disarm_more": "docx=strict",
        "file_bytes_max": "500 MiB",
        "schedule_days": ["1", "2"],
        "schedule_from": "8",
        "emergency": "1",
        "label_days": "機密性3A=7\n機密性3B = 14",
    }
    pages.client("admin").post(ROUTE, {**fields_of(pages), **changed})
    with pages.node.at_work():
        found = require_route("lgwan", "internet")
    assert found.senders == ("division:税務課", "sato")
    assert [(one.approvers, one.approvals) for one in found.steps] == [
        (("line:1",), 1),
        (("role:approver",), 2),
    ]
    assert found.disarm == {"*": "standard", "docx": "strict"}
    assert (found.file_bytes_max, found.schedule_days) == (500 << 20, (1, 2))
    assert found.label_days == {"機密性3A": 7, "機密性3B": 14}
    assert (found.schedule_hours, found.emergency) == ((8, 24), True)


@pytest.mark.parametrize(
    ("name", "text"),
    [("files_max", "many"), ("file_bytes_max", "big"), ("approvers", ""), ("label_days", "3A")],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    pages: Pages, name: str, text: str
) -> None:
    values = {**fields_of(pages), "senders": "suzuki", name: text}
    answer = pages.client("admin").post(ROUTE, values)
    assert (answer.status_code, "SKS-T002" in answer.content.decode()) == (422, True)
    assert 'value="suzuki"' in answer.content.decode()


def test_only_administrators_change_a_route(pages: Pages) -> None:
    client = pages.client("kansa")
    assert client.post(ROUTE, fields_of(pages)).status_code == 403
    assert client.post(ROUTE + "close").status_code == 403
    pages.client("admin").post(ROUTE + "close")
    assert "閉" in client.get(ROUTE).content.decode()


def test_a_route_that_the_directory_does_not_have_is_no_page(pages: Pages) -> None:
    assert pages.client("admin").get("/administration/routes/internet/mynumber/").status_code == 409


def test_what_would_happen_is_said(pages: Pages) -> None:
    asked = {"check": "1", "person": "sato", "addressees": "sato", "label": "機密性2"}
    client = pages.client("admin")
    may = client.get(ROUTE, {**asked, "kind": "docx", "size": "1 MiB"}).content.decode()
    assert "この内容で送れます" in may and "鈴木 一郎" in may
    not_so = client.get(ROUTE, {**asked, "label": "極秘"}).content.decode()
    assert "この内容では送れません" in not_so


ANNA = {"login": "anna", "name": "山本 杏奈", "division": "税務課", "roles": ["approver"]}
EXCEPTION = {"way": "lgwan/internet", "kind": "docx", "owner": "sato", "reason": "様式の検証"}
TOKEN = {"name": "住記", "owner": "sato", "places": "internet", "acts": ["send"]}
UNTIL = {"until": "2026-06-30"}
CHANGES = (
    ("people/", ANNA),
    ("people/retire", {"login": "sato"}),
    ("exceptions/", {**EXCEPTION, **UNTIL}),
    ("exceptions/ex_x/end", {}),
    ("tokens/", {**TOKEN, **UNTIL}),
    ("tokens/mt_x/revoke", {}),
)


@pytest.mark.parametrize(("place", "values"), CHANGES)
def test_nobody_but_administrators_changes_anything(
    pages: Pages, place: str, values: dict[str, object]
) -> None:
    for login in ("kansa", "sato", "suzuki"):
        answer = pages.client(login).post(f"/administration/{place}", values)
        assert answer.status_code == 403


def test_a_change_asks_for_a_fresh_sign_in(pages: Pages) -> None:
    client = pages.stale("admin")
    for place, values in CHANGES:
        answer = client.post(f"/administration/{place}", values)
        assert (answer.status_code, "/account/reauthenticate/" in answer.headers["Location"]) == (
            302,
            True,
        )
    with pages.node.at_work():
        assert not Person.objects.filter(login="anna").exists()


def test_a_person_is_registered_changed_and_retired(pages: Pages) -> None:
    client = pages.client("admin")
    assert "登録しました" in client.post(PEOPLE, ANNA, follow=True).content.decode()
    assert 'value="anna"' in client.get(PEOPLE, {"change": "anna"}).content.decode()
    wrong = client.post(PEOPLE, {**ANNA, "email": "nowhere"})
    assert (wrong.status_code, "SKS-H002" in wrong.content.decode()) == (422, True)
    client.post(PEOPLE + "retire", {"login": "anna"})
    with pages.node.at_work():
        assert Person.objects.get(login="anna").active is False


def test_an_exception_is_granted_and_ended(pages: Pages) -> None:
    client = pages.client("admin")
    place = "/administration/exceptions/"
    assert client.post(place, EXCEPTION).status_code == 422
    shown = client.post(place, {**EXCEPTION, **UNTIL}, follow=True).content.decode()
    assert "様式の検証" in shown and "を登録しました" in shown
    with pages.node.at_work():
        (made,) = exceptions()
    assert "終えました" in client.post(f"{place}{made.pk}/end", follow=True).content.decode()


def test_a_token_is_shown_once_and_revoked(pages: Pages) -> None:
    client = pages.client("admin")
    place = "/administration/tokens/"
    answer = client.post(place, {**TOKEN, **UNTIL})
    secret = answer.content.decode().partition('<p class="mono">')[2].partition("<")[0]
    with pages.node.at_work():
        row = recognise(pages.node.desk, secret)
    assert secret not in client.get(place).content.decode()
    assert "失効させました" in client.post(f"{place}{row.pk}/revoke", follow=True).content.decode()


def test_ends_and_the_certificate_are_files(pages: Pages) -> None:
    client = pages.client("kansa")
    calendar = client.get("/administration/calendar/file")
    assert calendar.content.startswith(b"BEGIN:VCALENDAR")
    certificate = client.get("/administration/crypto/authority")
    assert b"BEGIN CERTIFICATE" in certificate.content
    for place in ("calendar/file", "crypto/authority"):
        assert pages.client("sato").get(f"/administration/{place}").status_code == 403


def test_the_page_tells_how_terminals_get_the_certificate(pages: Pages) -> None:
    client = pages.client("admin")
    shown = client.get("/administration/crypto/").content.decode()
    content = client.get("/administration/crypto/authority").content
    assert sha256(content).hexdigest() in shown
    assert "certutil -addstore -f Root sekisho-lgwan.crt" in shown
    assert "信頼されたルート証明機関" in shown and "職員各位" in shown
    assert "設定で与えられた証明書" not in shown


def test_alerts_are_counted_and_read(pages: Pages) -> None:
    with pages.node.at_work():
        tell(pages.node.desk, [Told("sato", Kind.EXPIRING, "tk_1")])
    client = pages.client("sato")
    assert '<span class="count">1</span>' in client.get("/alerts/").content.decode()
    assert "1 件を既読" in client.post("/alerts/read", follow=True).content.decode()
    assert '<span class="count">' not in client.get("/alerts/").content.decode()
    client.post("/alerts/mail", {"mode": "daily"})
    with pages.node.at_work():
        assert wish_of("sato") == "daily"


def test_absence_is_ones_own(pages: Pages) -> None:
    client = pages.client("suzuki")
    said = {"deputy": "takahashi", "ends": "2026-04-10"}
    assert client.post(ABSENCE, {**said, "deputy": "suzuki"}).status_code == 422
    assert "登録しました" in client.post(ABSENCE, said, follow=True).content.decode()
    with pages.node.at_work():
        (made,) = absences(["suzuki"])
    for other in ("sato", "admin"):
        answer = pages.client(other).post(f"{ABSENCE}{made.pk}/end")
        assert answer.status_code == 404
    assert "終えました" in client.post(f"{ABSENCE}{made.pk}/end", follow=True).content.decode()


def test_no_page_breaks_a_rule_of_wcag(pages: Pages, address: str, page: Page) -> None:
    pages.set_password("admin")
    sign_in(page, address)
    for place in (*FOR_OVERSEERS, *FOR_ADMINISTRATORS, *FOR_EVERYBODY):
        page.goto(address + place)
        assert violations(page) == [], place
