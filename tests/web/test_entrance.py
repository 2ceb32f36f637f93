"""Signing in, the language, and what every answer forbids the browser."""

from __future__ import annotations

import re

from playwright.sync_api import Page
from tests.support.pages import PASSWORD, Pages


def test_without_signing_in_every_page_leads_to_the_sign_in(pages: Pages) -> None:
    answer = pages.client().get("/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/account/login/?next=/"


def test_with_the_right_password_the_first_page_opens(pages: Pages) -> None:
    pages.set_password("sato")
    client = pages.client()
    answer = client.post("/account/login/", {"login": "sato", "password": PASSWORD}, follow=True)
    assert answer.request["PATH_INFO"] == "/"
    assert "佐藤 花子" in answer.content.decode()


def test_with_a_wrong_password_the_sign_in_stays(pages: Pages) -> None:
    pages.set_password("sato")
    answer = pages.client().post("/account/login/", {"login": "sato", "password": "wrong-one-1"})
    assert answer.status_code == 200
    assert 'name="password"' in answer.content.decode()


def test_who_has_retired_cannot_sign_in(pages: Pages) -> None:
    from sekisho.office.accounts.models import Person

    pages.set_password("sato")
    with pages.node.at_work():
        Person.objects.filter(login="sato").update(active=False)
    client = pages.client()
    client.post("/account/login/", {"login": "sato", "password": PASSWORD})
    assert client.get("/").status_code == 302


def test_nobody_signs_up_by_himself(pages: Pages) -> None:
    answer = pages.client().post(
        "/account/signup/", {"username": "thief", "password1": PASSWORD, "password2": PASSWORD}
    )
    from sekisho.office.accounts.models import Person

    with pages.node.at_work():
        assert not Person.objects.filter(login="thief").exists()
    assert answer.status_code != 302


def test_a_form_without_its_token_is_refused(pages: Pages) -> None:
    pages.set_password("sato")
    client = pages.client(enforce_csrf_checks=True)
    answer = client.post("/account/login/", {"login": "sato", "password": PASSWORD})
    assert answer.status_code == 403
    assert "SKS-W002" in answer.content.decode()


def test_the_language_is_the_persons_and_stays(pages: Pages) -> None:
    client = pages.client("sato")
    assert "<h1>要対応</h1>" in client.get("/").content.decode()
    answer = client.post("/entrance/language", {"language": "en", "back": "/"}, follow=True)
    assert "<h1>To do</h1>" in answer.content.decode()
    other = pages.client("sato")
    assert "<h1>To do</h1>" in other.get("/").content.decode()


def test_choosing_a_language_leads_nowhere_else(pages: Pages) -> None:
    back = "https://elsewhere.example/"
    answer = pages.client("sato").post("/entrance/language", {"language": "en", "back": back})
    assert answer.headers["Location"] == "/"


def test_no_answer_lets_the_browser_load_from_elsewhere(pages: Pages) -> None:
    client = pages.client("sato")
    for path in ("/", "/account/2fa/", "/nothing-here"):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        nonce = re.search(r"'nonce-([^']+)'", policy)
        assert nonce is not None
        html = answer.content.decode()
        scripts = re.findall(r"<script\b[^>]*>", html)
        assert all(f'nonce="{nonce[1]}"' in one for one in scripts)
        assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", html)


def test_two_answers_have_two_nonces(pages: Pages) -> None:
    client = pages.client("sato")
    first, second = (client.get("/").headers["Content-Security-Policy"] for _ in range(2))
    assert first != second


def test_signing_in_by_keyboard_alone(pages: Pages, address: str, page: Page) -> None:
    pages.set_password("sato")
    page.goto(address)
    page.keyboard.type("sato")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    assert page.inner_text("h1") == "要対応"
