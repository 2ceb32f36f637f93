"""Second factors: setting them up, signing in with them, losing them; and how the pages look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from playwright.sync_api import CDPSession, Page
from tests.support.axe import violations
from tests.support.pages import PASSWORD, Pages, pages_of
from tests.support.totp import code_of
from tests.support.town import Town

from sekisho.node.sign_in_settings import SignInSettings
from sekisho.office.evidence.models import Event
from sekisho.web.entrance.mfa import reset_factors


def secret_on(html: str) -> str:
    """What an app is told, from the page."""
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', html)
    assert found is not None
    return found[1].replace(" ", "")


def set_up_app(pages: Pages, login: str = "sato") -> tuple[Client, str]:
    """A person with an app, signed in, and the secret of the app."""
    pages.set_password(login)
    client = pages.sign_in(login)
    secret = secret_on(client.get("/account/2fa/totp/activate/").content.decode())
    answer = client.post("/account/2fa/totp/activate/", {"code": code_of(secret, -1)})
    assert answer.headers["Location"] == "/account/2fa/recovery-codes/"
    return client, secret


def recovery_codes(client: Client) -> list[str]:
    """Those that are left, from the page."""
    html = client.get("/account/2fa/recovery-codes/").content.decode()
    return [one.replace(" ", "") for one in re.findall(r"<li><code>([\d ]+)</code>", html)]


def kinds(pages: Pages) -> list[str]:
    """Events about signing in, in order."""
    wanted = ("sign_in.", "password.", "factor")
    with pages.node.at_work():
        found = Event.objects.order_by("id").values_list("kind", flat=True)
        return [one for one in found if one.startswith(wanted)]


def test_with_an_app_a_code_is_asked_and_taken_once(pages: Pages) -> None:
    _, secret = set_up_app(pages)
    client = pages.sign_in("sato")
    assert client.get("/").status_code == 302
    shown = client.get("/account/2fa/authenticate/").content.decode()
    assert "二つめの確認" in shown
    code = code_of(secret)
    assert client.post("/account/2fa/authenticate/", {"code": code}).status_code == 302
    assert client.get("/").status_code == 200
    again = pages.sign_in("sato")
    answer = again.post("/account/2fa/authenticate/", {"code": code})
    assert "使用済み" in answer.content.decode() or "コードが違います" in answer.content.decode()
    assert again.get("/").status_code == 302
    assert kinds(pages) == ["sign_in.succeeded", "factor.added"]


def test_the_secret_lies_in_the_database_only_sealed(pages: Pages) -> None:
    _, secret = set_up_app(pages)
    with pages.node.at_work():
        rows = list(Authenticator.objects.order_by("type"))
    assert [row.type for row in rows] == ["recovery_codes", "totp"]
    assert secret not in str(rows[1].data)
    assert set(rows[0].data) >= {"seed"} and not re.fullmatch(r"[0-9a-f]{80}", rows[0].data["seed"])


def test_a_recovery_code_stands_in_once(pages: Pages) -> None:
    client, _ = set_up_app(pages)
    codes = recovery_codes(client)
    assert len(codes) == 10
    saved = client.get("/account/2fa/recovery-codes/download/").content.decode()
    assert all(one in saved for one in codes)
    other = pages.sign_in("sato")
    other.post("/account/2fa/authenticate/", {"code": codes[0]})
    assert other.get("/").status_code == 200
    again = pages.sign_in("sato")
    again.post("/account/2fa/authenticate/", {"code": codes[0]})
    assert again.get("/").status_code == 302
    other.post("/account/2fa/recovery-codes/generate/", {})
    assert not set(recovery_codes(other)) & set(codes)


def test_wrong_codes_lock_like_wrong_passwords(pages: Pages) -> None:
    set_up_app(pages)
    client = pages.sign_in("sato")
    answers = [
        client.post("/account/2fa/authenticate/", {"code": f"99999{n}"}).status_code
        for n in range(5)
    ]
    assert answers == [200, 200, 200, 200, 429]
    assert kinds(pages)[-1] == "sign_in.locked"


@pytest.fixture
def strict(sqlite_town: Town) -> Iterator[Pages]:
    """Pages of a node where approvers must have a second factor."""
    rules = replace(SignInSettings(), second_factor="required-for-approvers")
    with pages_of(sqlite_town, "lgwan", sign_in=rules) as made:
        yield made


def test_who_must_have_a_second_factor_is_led_to_it(strict: Pages) -> None:
    assert strict.client("sato").get("/").status_code == 200
    for login in ("suzuki", "admin"):
        client = strict.client(login)
        assert client.get("/").headers["Location"] == "/account/2fa/"
        assert client.post("/approving/many").headers["Location"] == "/account/2fa/"
        assert "二つめの要素" in client.get("/account/2fa/").content.decode()


def test_who_must_have_one_keeps_the_last(strict: Pages) -> None:
    client, _ = set_up_app(strict, "suzuki")
    assert client.get("/").status_code == 200
    shown = client.post("/account/2fa/totp/deactivate/", {}).content.decode()
    assert "最後の一つは外せません" in shown
    assert client.get("/").status_code == 200


def test_an_app_is_removed_and_with_it_the_codes(pages: Pages) -> None:
    client, _ = set_up_app(pages)
    client.post("/account/2fa/totp/deactivate/", {})
    with pages.node.at_work():
        assert not Authenticator.objects.exists()
    assert kinds(pages)[-1] == "factor.removed"


def test_lost_factors_are_taken_away_by_an_administrator(pages: Pages) -> None:
    client, _ = set_up_app(pages)
    with pages.node.at_work():
        assert reset_factors(pages.node, actor="admin", login="sato", reason="紛失") == 2
    assert client.get("/").status_code == 302
    assert pages.sign_in("sato").get("/").status_code == 200
    assert "factors.reset" in kinds(pages)


def authenticator(page: Page) -> CDPSession:
    """A device with passkeys, as Chromium plays one."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return cdp


def enter(page: Page, address: str, login: str = "sato") -> None:
    """By password."""
    page.goto(f"{address}/account/login/")
    page.fill("#id_login", login)
    page.fill("#id_password", PASSWORD)
    page.click("button:has-text('サインイン')")
    page.wait_for_url(f"{address}/")


def test_a_passkey_signs_in_without_a_password(pages: Pages, address: str, page: Page) -> None:
    pages.set_password("sato")
    authenticator(page)
    enter(page, address)
    page.goto(f"{address}/account/2fa/webauthn/add/")
    assert violations(page) == []
    page.fill("input[name=name]", "業務用端末")
    page.click("button:has-text('追加する')")
    page.wait_for_url(f"{address}/account/2fa/recovery-codes/")
    page.goto(f"{address}/account/2fa/webauthn/")
    assert page.inner_text("tbody th") == "業務用端末"
    assert violations(page) == []
    page.goto(f"{address}/account/logout/")
    page.click("main button")
    page.wait_for_url(f"{address}/account/login/**")
    page.click("button:has-text('パスキーでサインイン')")
    page.wait_for_url(f"{address}/")
    assert page.inner_text("h1") == "要対応"
    page.goto(f"{address}/account/2fa/webauthn/")
    page.click("a:has-text('名前を変える')")
    assert violations(page) == []
    page.fill("input[name=name]", "予備のキー")
    page.click("button:has-text('保存する')")
    page.wait_for_url(f"{address}/account/2fa/webauthn/")
    assert page.inner_text("tbody th") == "予備のキー"
    page.click("main a:has-text('外す')")
    assert violations(page) == []
    page.click("button:has-text('外す')")
    page.wait_for_url(f"{address}/account/2fa/webauthn/")
    assert "パスキーはまだありません" in page.inner_text("main")


def test_a_passkey_is_the_second_step_too(pages: Pages, address: str, page: Page) -> None:
    pages.set_password("sato")
    authenticator(page)
    enter(page, address)
    page.goto(f"{address}/account/2fa/webauthn/add/")
    page.uncheck("input[name=passwordless]")
    page.click("button:has-text('追加する')")
    page.wait_for_url(f"{address}/account/2fa/recovery-codes/")
    page.context.clear_cookies()
    page.goto(f"{address}/account/login/")
    page.fill("#id_login", "sato")
    page.fill("#id_password", PASSWORD)
    page.click("button:has-text('サインイン')")
    page.wait_for_url(f"{address}/account/2fa/authenticate/")
    assert violations(page) == []
    page.click("button:has-text('パスキーを使う')")
    page.wait_for_url(f"{address}/")
    page.goto(f"{address}/account/2fa/webauthn/reauthenticate/?next=/")
    assert violations(page) == []
    page.click("button:has-text('パスキーで確認する')")
    page.wait_for_url(f"{address}/")


def test_a_passkey_that_is_not_there_is_said_in_the_page(
    pages: Pages, address: str, page: Page
) -> None:
    authenticator(page)
    page.goto(f"{address}/account/login/")
    page.click("button:has-text('パスキーでサインイン')")
    page.wait_for_selector("[data-passkey-failed]:visible")


PLACES = (
    "/account/2fa/",
    "/account/2fa/totp/activate/",
    "/account/2fa/recovery-codes/generate/",
    "/account/password/change/",
    "/account/logout/",
    "/account/reauthenticate/?next=/",
    "/entrance/sessions/",
    "/entrance/about/",
)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_is_for_everybody(pages: Pages, address: str, page: Page, language: str) -> None:
    pages.set_password("sato")
    page.goto(f"{address}/account/login/")
    assert violations(page) == []
    enter(page, address)
    if language == "en":
        page.click("button:has-text('English')")
    for place in PLACES:
        page.goto(f"{address}{place}")
        assert page.locator("h1").count() == 1
        assert violations(page) == [], place


def test_with_an_app_the_pages_are_for_everybody(pages: Pages, address: str, page: Page) -> None:
    pages.set_password("sato")
    enter(page, address)
    page.goto(f"{address}/account/2fa/totp/activate/")
    secret = page.inner_text("#secret").replace(" ", "")
    assert page.evaluate("document.querySelector('.code-picture').naturalWidth") > 0
    page.fill("input[name=code]", code_of(secret, -1))
    page.click("button:has-text('登録する')")
    page.wait_for_url(f"{address}/account/2fa/recovery-codes/")
    assert violations(page) == []
    for place in ("/account/2fa/", "/account/2fa/totp/deactivate/", "/account/2fa/reauthenticate/"):
        page.goto(f"{address}{place}")
        assert violations(page) == [], place


def test_nothing_shows_the_bare_look_of_the_library(pages: Pages) -> None:
    client, _ = set_up_app(pages)
    for place in (*PLACES, "/account/2fa/recovery-codes/", "/account/2fa/webauthn/"):
        answer = client.get(place, follow=True)
        html = answer.content.decode()
        assert answer.status_code == 200, place
        assert 'class="frame' in html and "sekisho/parts.css" in html, place
        assert not re.search(r"Two-Factor|Security Key|Sign Out|placeholder=\"(?!番号)", html), (
            place
        )
