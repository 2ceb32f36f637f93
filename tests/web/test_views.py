"""Every view × everybody against a table that was written by hand: no page, file or act is reached
by an id that somebody guesses or was told.

Each request is rolled back, so that everybody finds the same things. What is refused must leave
nothing behind: no event, no row of any kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.office.disposal.support import medium, registered
from tests.office.flows.support import register
from tests.office.risks import support as risks
from tests.support import acts, uploads
from tests.support.databases import settled_town
from tests.support.organised import away
from tests.support.pages import Pages, pages_of
from tests.support.town import Town, draft_for

from sekisho.kernel.ids import new_id
from sekisho.node import submitting
from sekisho.node.assessing import run_models
from sekisho.office.accounts.actions import save_person
from sekisho.office.notices.actions import tokens
from sekisho.office.transfers.actions import exceptions
from sekisho.office.uploads.rules import Texts

TABLE = Path(__file__).with_name("views.tsv")
ELSEWHERE = ("account/", "api/")
"""Sign-in concerns oneself alone and has its own tests; programs have tokens and no roles."""

PEOPLE = ("-", "sato", "kato", "suzuki", "admin", "kansa", "ciso", "gyosha")
"""Nobody; who sent, drafted and is addressed; a colleague; the approver; the other roles."""

METHODS = ("GET", "POST", "PUT")
OK, FORBIDDEN, ABSENT, SIGN_IN = "ok", "no", "absent", "in"
STATUS = {400: "form", 403: FORBIDDEN, 404: ABSENT, 409: "later", 422: "form"}
"""`later`: not in this state; `form`: something is to be filled in otherwise. Both say that this
person may do it."""

FORMS: dict[str, Any] = {
    "absence": {"deputy": "suzuki", "starts": "2026-05-01", "ends": "2026-05-02"},
    "act": {"reason": "取りやめる", "purpose": "様式の提供"},
    "asset_act": {"reason": "棚卸しで確認"},
    "ask_run": {"first": "", "model": "nothing"},
    "announce": b'{"path": "a.txt", "bytes": 3}',
    "decide": {"verb": "approve"},
    "decide_flow": {"choice": "continue", "day": "2026-04-01", "person": "課長", "reason": "要る"},
    "flow_act": {"reason": "使わない"},
    "hand_on": {"colleague": "kato"},
    "issue_password": {"login": "kato"},
    "mail_wish": {"mode": "off"},
    "put_part": b"hello",
    "retire": {"login": "kato"},
}
"""What is filled in where an empty form would be refused before it is asked who sent it."""


@dataclass(frozen=True)
class Case:
    """One line of the table: which view of which thing, asked how, and what each is answered."""

    view: str
    thing: str
    method: str
    answers: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.view} {self.thing}".removesuffix(" -")


def cases() -> list[Case]:
    """The table."""
    lines = [one for one in TABLE.read_text("utf-8").splitlines() if not one.startswith("#")]
    return [_case(line) for line in lines]


def _case(line: str) -> Case:
    view, thing, method, answers = line.split("\t")
    return Case(view, thing, method, dict(zip(PEOPLE, answers.split(), strict=True)))


def views(
    resolver: URLResolver | None = None, before: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Every view of ours, and its address."""
    for one in (resolver or get_resolver()).url_patterns:
        address = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from views(one, address)
        elif not address.startswith(ELSEWHERE):
            yield address, one


@dataclass(frozen=True)
class World:
    """The pages of the node in the LGWAN zone, and the arguments that address each thing there."""

    pages: Pages
    things: Mapping[str, dict[str, Any]]

    def address(self, case: Case) -> str:
        """Of a view of a thing; more words for the address stand behind the thing's name."""
        name, *more = case.thing.split(":")
        words = dict(one.split("=") for one in more)
        query = "?offset=0" if case.method == "PUT" else ""
        return reverse(case.view, kwargs={**self.things[name], **words}) + query


@pytest.fixture(scope="module")
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Made once: nothing that is asked stays."""
    with settled_town(request, tmp_path_factory.mktemp("views") / "town") as town:
        arrived = acts.submit(town, purpose="届いたもの")
        acts.approve(town, arrived)
        town.settle()
        with pages_of(town, "lgwan") as pages:
            things = _things(town, arrived)
            with pages.node.at_work():
                yield World(pages, things)


def _things(town: Town, arrived: str) -> dict[str, dict[str, Any]]:
    """What there is: sato's, as far as it is somebody's."""
    with town.at("lgwan") as node:
        desk = node.desk
        for login, role in (("kansa", "auditor"), ("ciso", "ciso"), ("gyosha", "contractor")):
            save_person(desk, actor="admin", login=login, name=login, roles=[role])
        save_person(desk, actor="admin", login="kato", name="加藤")
        draft = draft_for("internet", addressees=("suzuki",))
        paths = acts.write_files(town.folder, acts.CONTENTS)
        sent = submitting.submit(node, actor="sato", draft=draft, paths=paths).transfer_id
        texts = Texts("internet", ("suzuki",), "様式の提供", "機密性2")
        drafted = uploads.new_draft(node, texts=texts)
        upload = uploads.begin(node, drafted, "様式.txt", 5)
        granted = exceptions.grant(
            desk,
            actor="admin",
            from_node="internet",
            to_node="lgwan",
            kind="jww",
            owner="admin",
            reason="図面の様式",
            until=desk.now() + timedelta(days=30),
        )
        token = tokens.issue(
            desk,
            actor="admin",
            name="夜間の連携",
            owner="sato",
            acts=["list"],
            places=["*"],
            expires=desk.now() + timedelta(days=30),
            secret=bytes(32),
        )
        absence = away(node, "sato", "kato")
    (asset,) = registered(town, medium(), at="lgwan")
    flow = register(town, "lgwan", from_node="lgwan", to_node="internet", owner="sato")
    version = risks.begun(town)
    with town.at("lgwan") as node:
        run = risks.asked(node.desk, version, "ours")
        run_models(node, run)
    return {
        "-": {},
        "study": {"study": version.study_id},
        "version": {"study": version.study_id, "number": 1},
        "run": {"run": run.pk},
        "sent": {"transfer_id": sent},
        "arrived": {"transfer_id": arrived},
        "nothing": {"transfer_id": new_id("tr")},
        "draft": {"draft_id": drafted},
        "upload": {"upload_id": upload.upload_id},
        "route": {"from_node": "lgwan", "to_node": "internet"},
        "exception": {"exception_id": granted.exception_id},
        "token": {"token_id": token.row.token_id},
        "absence": {"absence_id": absence.pk},
        "flow": {"code": flow},
        "asset": {"code": asset},
    }


@pytest.mark.parametrize("case", cases(), ids=str)
def test_everybody_is_answered_as_the_table_says(world: World, case: Case) -> None:
    address = world.address(case)
    found = {person: asked(world, person, case, address) for person in PEOPLE}
    assert found == case.answers


def asked(world: World, person: str, case: Case, address: str) -> str:
    """What this person is answered; what is refused must have changed nothing."""
    client = world.pages.client("" if person == "-" else person)
    with transaction.atomic(using=world.pages.node.alias):
        before = _rows()
        form = FORMS.get(case.view, {}) if case.method != "GET" else {}
        if isinstance(form, bytes):
            answer = client.generic(case.method, address, form, "application/octet-stream")
        else:
            answer = getattr(client, case.method.lower())(address, form)
        word = told(answer)
        if word != OK:
            assert _rows() == before, "refused, but something was written"
        transaction.set_rollback(True, using=world.pages.node.alias)
    return word


def told(answer: HttpResponse) -> str:
    """An answer as the table writes it."""
    assert answer.status_code < 500 or answer.status_code == 503, answer.content.decode()
    assert answer.status_code != 405, "the table asks for a method that there is not"
    if answer.status_code in (301, 302) and answer.headers["Location"].startswith(
        "/account/login/"
    ):
        return SIGN_IN
    return STATUS.get(answer.status_code, OK)


def _rows() -> dict[str, int]:
    return {
        model._meta.label: model.objects.count()
        for model in apps.get_models()
        if model.__module__.startswith("sekisho.office")
    }


def test_every_view_and_method_is_in_the_table(world: World) -> None:
    held = {(case.view, case.method) for case in cases()}
    missing = []
    for address, one in views():
        name = str(one.name)
        thing = next(case.thing for case in cases() if case.view == name)
        for method in METHODS:
            case = Case(name, thing, method, {})
            with transaction.atomic(using=world.pages.node.alias):
                answer = world.pages.client("sato").generic(method, world.address(case))
                transaction.set_rollback(True, using=world.pages.node.alias)
            if (answer.status_code != 405) != ((name, method) in held):
                missing.append(f"{method} {address} ({name})")
    assert missing == []


WRITING = [case for case in cases() if case.method != "GET" and case.answers["admin"] != ABSENT]


@pytest.mark.parametrize("case", WRITING, ids=str)
def test_nothing_is_done_for_a_form_of_another_site(world: World, case: Case) -> None:
    client = world.pages.client("admin", enforce_csrf_checks=True)
    form = FORMS.get(case.view, {})
    with transaction.atomic(using=world.pages.node.alias):
        before = _rows()
        if isinstance(form, bytes):
            answer = client.generic(case.method, world.address(case), form, "text/plain")
        else:
            answer = client.post(world.address(case), form)
        assert answer.status_code == 403
        assert "SKS-W002" in answer.content.decode()
        assert _rows() == before
        transaction.set_rollback(True, using=world.pages.node.alias)


def test_every_page_is_kept_out_of_frames_and_says_where_from(world: World) -> None:
    for case in cases():
        if case.method == "GET":
            answer = world.pages.client("admin").get(world.address(case))
            headers = answer.headers
            policy = headers["Content-Security-Policy"]
            for never in ("object-src", "base-uri", "frame-ancestors"):
                assert f"{never} 'none'" in policy, (str(case), never)
            assert headers["X-Content-Type-Options"] == "nosniff", str(case)
            assert headers["Referrer-Policy"] == "same-origin", str(case)
