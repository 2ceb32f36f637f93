"""Signing in with a password that a real slapd checks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.support.ldap_server import (
    ADMINS,
    APPROVERS,
    BASE,
    READER,
    READER_PASSWORD,
    DirectoryServer,
    directory_server,
)
from tests.support.mailserver import make_certificate
from tests.support.pages import PASSWORD, Pages, pages_of
from tests.support.town import Town

from sekisho.kernel.errors import Unavailable
from sekisho.node import ldap
from sekisho.node.sign_in_settings import LdapSettings
from sekisho.office.accounts.actions import retire_person
from sekisho.office.accounts.models import Person
from sekisho.office.evidence.models import Event

OFFICE_PASSWORD = "Mado-guchi-3"
PEOPLE = {
    "sato": ("佐藤 花子（税務）", OFFICE_PASSWORD),
    "mori": ("森 三郎", OFFICE_PASSWORD),
    "a*b(c)": ("記号 氏", OFFICE_PASSWORD),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DirectoryServer]:
    """One service for these tests; they only read."""
    with directory_server(tmp_path_factory.mktemp("slapd"), PEOPLE) as made:
        yield made


def settings_for(server: DirectoryServer, **changes: Any) -> LdapSettings:
    """As an IT office would write them."""
    usual = LdapSettings(
        url=server.tls_url,
        base=BASE,
        starttls=False,
        ca_file=server.certificate,
        bind_dn=READER,
        password=READER_PASSWORD,
        seconds=3,
    )
    return replace(usual, **changes)


@contextmanager
def pages_with(town: Town, settings: LdapSettings) -> Iterator[Pages]:
    """Pages of a node with this directory service."""
    with pages_of(town, "lgwan", ldap=settings) as pages:
        yield pages


def enters(client: Client) -> bool:
    """Whether the first page opens."""
    return client.get("/").status_code == 200


@pytest.mark.parametrize("starttls", [False, True])
def test_the_right_password_is_told_from_a_wrong_one(
    server: DirectoryServer, starttls: bool
) -> None:
    url = server.url if starttls else server.tls_url
    settings = settings_for(server, url=url, starttls=starttls)
    found = ldap.verify(settings, "sato", OFFICE_PASSWORD)
    assert found is not None
    assert (found.name, found.mail) == ("佐藤 花子（税務）", "sato@example.lg.jp")
    assert ldap.verify(settings, "sato", "wrong-one-1") is None
    assert ldap.verify(settings, "nobody", OFFICE_PASSWORD) is None


@pytest.mark.parametrize("password", ["", "\x00", "\x00x"])
def test_an_empty_password_proves_nothing(server: DirectoryServer, password: str) -> None:
    assert ldap.verify(settings_for(server), "sato", password) is None


@pytest.mark.parametrize(
    "login", ["*", "s*", "sato)(uid=*", "*)(objectClass=*", "sato\x00", "\\2a", ")(", "(|(uid=*"]
)
def test_what_is_typed_stays_a_value(server: DirectoryServer, login: str) -> None:
    assert ldap.verify(settings_for(server), login, OFFICE_PASSWORD) is None


def test_signs_in_a_name_are_no_signs_of_a_filter(server: DirectoryServer) -> None:
    found = ldap.verify(settings_for(server), "a*b(c)", OFFICE_PASSWORD)
    assert found is not None and found.name == "記号 氏"


def test_groups_give_roles(server: DirectoryServer) -> None:
    settings = settings_for(server, groups={"approver": APPROVERS, "admin": ADMINS})
    first, second = (ldap.verify(settings, one, OFFICE_PASSWORD) for one in ("sato", "mori"))
    assert first is not None and first.roles == ("approver",)
    assert second is not None and second.roles == ()


def test_a_server_without_a_trusted_certificate_gets_no_password(
    server: DirectoryServer, tmp_path: Path
) -> None:
    other = make_certificate(tmp_path / "other.pem", name="localhost")
    for changes in ({}, {"url": server.url, "starttls": True}):
        with pytest.raises(Unavailable) as failed:
            ldap.verify(settings_for(server, ca_file=other, **changes), "sato", OFFICE_PASSWORD)
        assert failed.value.code == "SKS-W032"


def test_a_wrong_password_of_our_own_is_said(server: DirectoryServer) -> None:
    with pytest.raises(Unavailable) as failed:
        ldap.verify(settings_for(server, password="wrong-one-1"), "sato", OFFICE_PASSWORD)
    assert failed.value.code == "SKS-W032"


def test_who_is_registered_comes_in_and_is_brought_up_to_date(
    server: DirectoryServer, sqlite_town: Town
) -> None:
    settings = settings_for(server, groups={"approver": APPROVERS})
    with pages_with(sqlite_town, settings) as pages:
        assert enters(pages.sign_in("sato", OFFICE_PASSWORD))
        with pages.node.at_work():
            sato = Person.objects.get(login="sato")
            assert sato.name == "佐藤 花子（税務）" and sato.division == "税務課"
            assert sato.roles == ["approver", "staff"]
            saved = Event.objects.filter(kind="person.saved", subject=sato.person_id).count()
        assert enters(pages.sign_in("SATO", OFFICE_PASSWORD))
        with pages.node.at_work():
            again = Event.objects.filter(kind="person.saved", subject=sato.person_id).count()
            assert again == saved
        assert not enters(pages.sign_in("sato", "wrong-one-1"))
        shown = pages.sign_in("sato", OFFICE_PASSWORD).get("/account/reauthenticate/?next=/")
        assert "password" in shown.content.decode()


def test_only_registered_people_come_in_unless_the_settings_say_otherwise(
    server: DirectoryServer, sqlite_town: Town
) -> None:
    with pages_with(sqlite_town, settings_for(server)) as pages:
        assert not enters(pages.sign_in("mori", OFFICE_PASSWORD))
        with pages.node.at_work():
            assert not Person.objects.filter(login="mori").exists()
    with pages_with(sqlite_town, settings_for(server, create=True)) as pages:
        assert enters(pages.sign_in("mori", OFFICE_PASSWORD))
        with pages.node.at_work():
            assert Person.objects.get(login="mori").name == "森 三郎"


def test_who_has_retired_stays_out_even_where_people_are_registered(
    server: DirectoryServer, sqlite_town: Town
) -> None:
    with pages_with(sqlite_town, settings_for(server, create=True)) as pages:
        with pages.node.at_work():
            retire_person(pages.node.desk, actor="admin", login="sato")
        for login in ("sato", "Sato"):
            assert not enters(pages.sign_in(login, OFFICE_PASSWORD))


def test_failures_count_here_too(server: DirectoryServer, sqlite_town: Town) -> None:
    with pages_with(sqlite_town, settings_for(server)) as pages:
        client = pages.client()
        form = {"login": "sato", "password": "wrong-one-1"}
        statuses = [client.post("/account/login/", form).status_code for _ in range(5)]
        assert statuses[-1] == 429


def test_without_the_service_administrators_come_in_and_others_are_told(
    server: DirectoryServer, sqlite_town: Town
) -> None:
    settings = settings_for(server, url="ldaps://localhost:1")
    with pages_with(sqlite_town, settings) as pages:
        pages.set_password("admin")
        assert enters(pages.sign_in("admin"))
        form = {"login": "sato", "password": OFFICE_PASSWORD}
        answer = pages.client().post("/account/login/", form)
        assert answer.status_code == 503
        assert "SKS-W032" in answer.content.decode()
        assert PASSWORD not in answer.content.decode()


def test_the_page_says_that_the_password_is_kept_elsewhere(
    server: DirectoryServer, sqlite_town: Town
) -> None:
    with pages_with(sqlite_town, settings_for(server)) as pages:
        client = pages.sign_in("sato", OFFICE_PASSWORD)
        answer = client.get("/account/password/set/")
        assert answer.status_code == 404 and "SKS-W038" in answer.content.decode()
        assert "LDAPS" in client.get("/entrance/about/").content.decode()
