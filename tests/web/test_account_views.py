"""Every view of sign-in, passwords and second factors, ours and allauth's, × everybody, against a
table that was written by hand. What is refused leaves nothing behind; a form of another site does
nothing; no answer may be framed or kept.

The other views stand in test_views.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.support.databases import settled_town
from tests.support.pages import Pages, pages_of
from tests.support.passkey import registered

from sekisho.office.accounts.actions import save_person
from sekisho.office.accounts.models import Person

TABLE = Path(__file__).with_name("account_views.tsv")
PEOPLE = ("-", "half", "sato", "stale", "kato", "old")
"""Nobody; kato, who has given the password and not the code; sato, who has no factor; sato, who
signed in 20 minutes ago; kato, who has an app, a passkey and recovery codes; kato, who signed in
20 minutes ago."""

STALE = {"stale": "sato", "old": "kato"}

METHODS = ("GET", "POST")
IN, CONFIRM, ABSENT, NONE, FORBIDDEN = "in", "confirm", "absent", "none", "no"
REFUSED = (IN, CONFIRM, ABSENT, NONE, FORBIDDEN)
STATUS = {200: "page", 403: FORBIDDEN, 404: ABSENT, 405: NONE, 409: FORBIDDEN}
ARGUMENTS = {"provider_id": "oidc", "pk": "1", "key": "x", "uidb36": "x"}


@dataclass(frozen=True)
class Case:
    """One line of the table: an address below /account/, asked how, and what each is answered."""

    address: str
    method: str
    answers: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.address}"


def cases() -> list[Case]:
    """The table."""
    lines = [one for one in TABLE.read_text("utf-8").splitlines() if not one.startswith("#")]
    found = []
    for line in lines:
        address, method, answers = line.split("\t")
        found.append(Case(address, method, dict(zip(PEOPLE, answers.split(), strict=True))))
    return found


@dataclass(frozen=True)
class World:
    """The pages, who is how far signed in, and the number of kato's passkey."""

    pages: Pages
    passkey: int

    def client(self, person: str, **options: Any) -> Client:
        """A browser of this person, as far as he has come."""
        if person == "half":
            return self.pages.sign_in("kato", **options)
        if person in STALE:
            return self.pages.stale(STALE[person])
        client = self.pages.client("" if person == "-" else person, **options)
        if person != "-":
            client.get("/")
        return client

    def address(self, case: Case) -> str:
        """With the passkey's number in it."""
        return "/account/" + case.address.format(passkey=self.passkey)


@pytest.fixture(scope="module")
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Made once: nothing that is asked stays."""
    folder = tmp_path_factory.mktemp("account") / "town"
    with settled_town(request, folder) as town, pages_of(town, "lgwan") as pages:
        with pages.node.at_work():
            save_person(pages.node.desk, actor="admin", login="kato", name="加藤")
        pages.set_password("kato")
        pages.set_password("sato")
        with pages.node.at_work():
            kato = Person.objects.get(login="kato")
            TOTP.activate(kato, generate_totp_secret())
            RecoveryCodes.activate(kato)
            passkey = Authenticator.objects.create(
                user=kato, type="webauthn", data={"name": "鍵", "credential": registered()}
            )
            yield World(pages, passkey.pk)


def told(answer: HttpResponse) -> str:
    """An answer as the table writes it."""
    assert answer.status_code < 500 or answer.status_code == 503, answer.content.decode()
    if answer.status_code == 302:
        where = answer.headers["Location"]
        if where.startswith("/account/login/"):
            return IN
        if where == answer.wsgi_request.path:  # type: ignore[attr-defined]
            return "again"
        return CONFIRM if "reauthenticate" in where else "on"
    return STATUS.get(answer.status_code, str(answer.status_code))


def rows() -> dict[str, list[Any]]:
    """Everything that is kept of people and their factors; how many of the rest."""
    found: dict[str, list[Any]] = {
        "people": list(Person.objects.order_by("pk").values()),
        "factors": [(one.pk, _lasting(one)) for one in Authenticator.objects.order_by("pk")],
    }
    for model in apps.get_models():
        if model.__module__.startswith("sekisho.office"):
            found[model._meta.label] = [model.objects.count()]
    return found


def _lasting(factor: Authenticator) -> dict[str, Any]:
    # Allauth notes when one's own codes were shown last, before it looks at the method.
    return {key: value for key, value in factor.data.items() if key != "viewed_at"}


@pytest.mark.parametrize("case", cases(), ids=str)
def test_everybody_is_answered_as_the_table_says(world: World, case: Case) -> None:
    found = {}
    for person in PEOPLE:
        with transaction.atomic(using=world.pages.node.alias):
            client = world.client(person)
            before = rows()
            answer = client.generic(
                case.method, world.address(case), "", "application/x-www-form-urlencoded"
            )
            found[person] = told(answer)
            if found[person] in REFUSED:
                assert rows() == before, "refused, but something was written"
            transaction.set_rollback(True, using=world.pages.node.alias)
    print("ROW", case.address, case.method, " ".join(found.values()), sep="\t")
    assert found == case.answers


def named(
    resolver: URLResolver | None = None, before: str = "", given: tuple[str, ...] = ()
) -> Iterator[tuple[str, dict[str, str]]]:
    """The name of every address below /account/, and arguments for it."""
    for one in (resolver or get_resolver()).url_patterns:
        address, pattern = before + str(one.pattern), one.pattern
        asked = (*given, *getattr(pattern, "converters", {}), *pattern.regex.groupindex)
        if isinstance(one, URLResolver):
            yield from named(one, address, asked)
        elif isinstance(one, URLPattern) and address.startswith("account/") and one.name:
            yield one.name, {name: ARGUMENTS[name] for name in asked}


def test_every_view_is_in_the_table_with_every_method() -> None:
    asked = {("/account/" + case.address.format(passkey=1), case.method) for case in cases()}
    needed: dict[str, dict[str, str]] = {}
    for name, arguments in named():
        # Of two of one name ours comes first, and the one of allauth says what it is made of.
        needed[name] = arguments
    found = {
        (reverse(name, kwargs=arguments), method)
        for name, arguments in needed.items()
        for method in METHODS
    }
    assert found <= asked, sorted(found - asked)
    assert len(found) > 60


WRITING = [
    (case, person)
    for case in cases()
    for person in ("-", "kato")
    if case.method == "POST" and case.answers[person] in ("page", "on")
]


@pytest.mark.parametrize(("case", "person"), WRITING, ids=str)
def test_nothing_is_done_for_a_form_of_another_site(world: World, case: Case, person: str) -> None:
    with transaction.atomic(using=world.pages.node.alias):
        client = world.client(person, enforce_csrf_checks=True)
        before = rows()
        answer = client.post(world.address(case), {"login": "sato", "password": "x"})
        assert answer.status_code == 403
        assert "SKS-W002" in answer.content.decode()
        assert rows() == before
        transaction.set_rollback(True, using=world.pages.node.alias)


@pytest.mark.parametrize("person", ["-", "kato"])
def test_no_answer_is_framed_or_kept(world: World, person: str) -> None:
    for case in cases():
        if case.method != "GET":
            continue
        with transaction.atomic(using=world.pages.node.alias):
            headers = world.client(person).get(world.address(case)).headers
            transaction.set_rollback(True, using=world.pages.node.alias)
        policy = headers["Content-Security-Policy"]
        for never in ("object-src", "base-uri", "frame-ancestors"):
            assert f"{never} 'none'" in policy, (str(case), never)
        assert headers["X-Content-Type-Options"] == "nosniff", str(case)
        assert headers["Referrer-Policy"] == "same-origin", str(case)
        assert "no-store" in headers["Cache-Control"], str(case)
