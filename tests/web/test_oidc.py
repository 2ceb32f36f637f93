"""Signing in through a provider of OpenID Connect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from django.test import Client
from playwright.sync_api import Page
from tests.support.axe import violations
from tests.support.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, oidc_provider
from tests.support.pages import Pages, pages_of, reachable
from tests.support.town import Town

from sekisho.node.sign_in_settings import OidcSettings
from sekisho.office.accounts.actions import retire_person
from sekisho.office.accounts.models import Person

LOGIN = "/account/oidc/oidc/login/"


@pytest.fixture
def provider() -> Iterator[Provider]:
    """It says that 佐藤 is there."""
    with oidc_provider(preferred_username="sato", email="other@example.lg.jp") as made:
        yield made


@contextmanager
def pages_with(town: Town, provider: Provider, **changes: str) -> Iterator[Pages]:
    """Pages of a node that knows this provider."""
    values = {"client_secret": CLIENT_SECRET, "title": "庁内認証", **changes}
    settings = OidcSettings(provider.issuer, CLIENT_ID, **values)  # type: ignore[arg-type]
    with pages_of(town, "lgwan", oidc=settings) as pages:
        yield pages


def back_from_provider(client: Client, query: str = "?process=login") -> str:
    """The address that the provider sends the browser back to."""
    answer = client.get(LOGIN + query)
    assert answer.status_code == 302
    sent = requests.get(answer.headers["Location"], allow_redirects=False, timeout=5)
    parts = urlsplit(sent.headers["Location"])
    return f"{parts.path}?{parts.query}"


def test_a_registered_person_comes_in(sqlite_town: Town, provider: Provider) -> None:
    with pages_with(sqlite_town, provider) as pages:
        client = pages.client()
        answer = client.get(back_from_provider(client, "?process=login&next=/receiving/"))
        assert answer.headers["Location"] == "/receiving/"
        assert "佐藤 花子" in client.get("/").content.decode()
        with pages.node.at_work():
            assert Person.objects.get(login="sato").email == ""
        shown = client.get("/entrance/about/").content.decode()
        assert provider.issuer in shown
    assert provider.refused == []


@pytest.mark.parametrize("name", ["nobody", "", "*", None, ["sato"], "admin\x00"])
def test_nobody_else_does(sqlite_town: Town, provider: Provider, name: object) -> None:
    provider.claims["preferred_username"] = name
    with pages_with(sqlite_town, provider) as pages:
        client = pages.client()
        answer = client.get(back_from_provider(client))
        assert answer.status_code == 403 and "SKS-W033" in answer.content.decode()
        assert client.get("/").status_code == 302
        with pages.node.at_work():
            assert Person.objects.count() == 4


def test_who_has_retired_does_not_come_in(sqlite_town: Town, provider: Provider) -> None:
    with pages_with(sqlite_town, provider) as pages:
        with pages.node.at_work():
            retire_person(pages.node.desk, actor="admin", login="sato")
        client = pages.client()
        assert client.get(back_from_provider(client)).status_code == 403


def test_another_claim_can_hold_the_login(sqlite_town: Town, provider: Provider) -> None:
    provider.claims["employee"] = "suzuki"
    with pages_with(sqlite_town, provider, claim="employee") as pages:
        client = pages.client()
        client.get(back_from_provider(client))
        assert "鈴木 一郎" in client.get("/").content.decode()


def test_an_answer_that_nobody_asked_for_is_refused(sqlite_town: Town, provider: Provider) -> None:
    with pages_with(sqlite_town, provider) as pages:
        back = back_from_provider(pages.client())
        other = pages.client()
        answer = other.get(back)
        assert answer.status_code == 503 and "SKS-W034" in answer.content.decode()
        assert other.get("/").status_code == 302


def test_a_code_is_taken_once_and_belongs_to_one_browser(
    sqlite_town: Town, provider: Provider
) -> None:
    with pages_with(sqlite_town, provider) as pages:
        victim, thief = pages.client(), pages.client()
        stolen = dict(parse_qsl(urlsplit(back_from_provider(victim)).query))
        state = dict(parse_qsl(urlsplit(back_from_provider(thief)).query))["state"]
        answer = thief.get(
            "/account/oidc/oidc/login/callback/", {"code": stolen["code"], "state": state}
        )
        assert answer.status_code == 503
        assert provider.refused == ["token"]
        assert thief.get("/").status_code == 302


def test_nothing_is_connected_to_who_is_signed_in(sqlite_town: Town, provider: Provider) -> None:
    with pages_with(sqlite_town, provider) as pages:
        client = pages.client("admin")
        answer = client.get(back_from_provider(client, "?process=connect"))
        assert answer.status_code == 409 and "SKS-W005" in answer.content.decode()


def test_a_token_for_somebody_else_is_refused(sqlite_town: Town, provider: Provider) -> None:
    provider.claims["aud"] = "another-client"
    with pages_with(sqlite_town, provider) as pages:
        client = pages.client()
        assert client.get(back_from_provider(client)).status_code == 503
        assert client.get("/").status_code == 302


def test_without_the_provider_the_page_says_so(sqlite_town: Town, provider: Provider) -> None:
    provider.issuer = "http://127.0.0.1:1"
    with pages_with(sqlite_town, provider) as pages:
        answer = pages.client().get(LOGIN)
        assert answer.status_code == 503 and "SKS-W034" in answer.content.decode()


def test_the_button_in_the_browser(sqlite_town: Town, provider: Provider, page: Page) -> None:
    with pages_with(sqlite_town, provider) as pages, reachable(pages) as address:
        page.goto(f"{address}/account/login/?next=/receiving/")
        assert violations(page) == []
        page.click("text=庁内認証 でサインイン")
        page.wait_for_url(f"{address}/receiving/")
