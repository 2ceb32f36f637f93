"""The interface for programs: its verbs, its tokens, and what it refuses."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given, settings
from tests.support import acts
from tests.support.pages import Pages, pages_of
from tests.support.town import Town

from sekisho.office.accounts.models import Person
from sekisho.office.notices.actions import tokens
from sekisho.office.transfers.models import Collection, Transfer
from sekisho.web.request import runners

ALL = tokens.ACTS
CONTENT = b"0123456789" * 100


@pytest.fixture
def pages(sqlite_town: Town) -> Iterator[Pages]:
    """The pages of the node that things leave from."""
    with pages_of(sqlite_town, "internet") as made:
        yield made
        runners().close()


class Program:
    """A program that calls the interface."""

    def __init__(self, pages: Pages, secret: str) -> None:
        self._client = pages.client()
        self._head = {"authorization": f"Bearer {secret}"}

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The answer."""
        headers = {**self._head, **more.pop("headers", {})}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        return self._client.generic(
            method,
            f"/api/v1{path}",
            body or b"",
            "application/octet-stream" if method == "PUT" else "application/json",
            headers=headers,
            **more,
        )


def issue(pages: Pages, owner: str = "sato", *rights: str, places: tuple[str, ...] = ("*",)) -> Any:
    """A token, and what identifies it."""
    with pages.node.at_work():
        desk = pages.node.desk
        return tokens.issue(
            desk,
            actor="admin",
            name="夜間の連携",
            owner=owner,
            acts=rights or ALL,
            places=places,
            expires=desk.now() + timedelta(days=30),
            secret=bytes(range(32)) if owner == "sato" else bytes(range(1, 33)),
        )


def program(pages: Pages, owner: str = "sato", *rights: str, **more: Any) -> Program:
    """A program with a token of this owner."""
    return Program(pages, issue(pages, owner, *rights, **more).secret)


DRAFT = {
    "to_node": "lgwan",
    "addressees": ["sato"],
    "purpose": "夜間の連携",
    "label": "機密性2",
}


def test_a_program_sends_a_file(pages: Pages) -> None:
    caller = program(pages)
    assert caller.call("GET", "/destinations").json()[0]["to_node"] == "lgwan"
    draft = caller.call("POST", "/drafts", DRAFT).json()["draft"]
    said = {"path": "夜間.txt", "bytes": len(CONTENT)}
    file = caller.call("POST", f"/drafts/{draft}/files", said).json()["file"]
    half = len(CONTENT) // 2
    assert not caller.call("PUT", f"/files/{file}?offset=0", CONTENT[:half]).json()["whole"]
    wrong = caller.call("PUT", f"/files/{file}?offset=1", CONTENT[1:3])
    assert (wrong.status_code, wrong.json()["code"]) == (400, "SKS-U009") or (
        wrong.status_code,
        wrong.json()["offset"],
    ) == (409, half)
    assert caller.call("PUT", f"/files/{file}?offset={half}", CONTENT[half:]).json()["whole"]
    caller.call("POST", f"/drafts/{draft}/submit")
    deadline = time.monotonic() + 60
    while (state := caller.call("GET", f"/drafts/{draft}").json())["state"] == "queued":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert state["state"] == "submitted"
    again = caller.call("POST", f"/drafts/{draft}/submit").json()
    assert again["transfer"] == state["transfer"]
    shown = caller.call("GET", f"/transfers/{state['transfer']}").json()
    assert [one["path"] for one in shown["files"]] == ["夜間.txt"]
    with pages.node.at_work():
        assert Transfer.objects.count() == 1
    gone = caller.call("POST", f"/transfers/{state['transfer']}/withdraw", {"reason": "試験"})
    assert gone.json()["state"] == "withdrawn"


def test_the_same_key_makes_no_second_draft(pages: Pages) -> None:
    caller = program(pages)
    key = {"Idempotency-Key": "2026-04-01-night"}
    first = caller.call("POST", "/drafts", DRAFT, headers=key).json()
    assert caller.call("POST", "/drafts", DRAFT, headers=key).json() == first
    other = caller.call("POST", "/drafts", {**DRAFT, "purpose": "x"}, headers=key)
    assert other.json()["code"] == "SKS-M107"


def test_a_program_collects_in_pieces(sqlite_town: Town) -> None:
    transfer_id = acts.submit(sqlite_town, {"一覧.txt": CONTENT})
    acts.approve(sqlite_town, transfer_id)
    sqlite_town.settle()
    with pages_of(sqlite_town, "lgwan") as pages:
        caller = program(pages)
        (arrival,) = caller.call("GET", "/arrivals").json()
        assert arrival["transfer"] == transfer_id
        path = f"/arrivals/{transfer_id}/files/1"
        first = caller.call("GET", path, headers={"Range": "bytes=0-9"})
        assert (first.status_code, b"".join(first.streaming_content)) == (206, CONTENT[:10])
        assert first.headers["Content-Range"] == f"bytes 0-9/{len(CONTENT)}"
        with pages.node.at_work():
            assert not Collection.objects.exists()
        rest = caller.call("GET", path, headers={"Range": "bytes=10-"})
        assert b"".join(rest.streaming_content) == CONTENT[10:]
        with pages.node.at_work():
            assert Collection.objects.count() == 1
        package = caller.call("GET", f"/transfers/{transfer_id}/evidence")
        assert package.content[:2] == b"PK"


OPERATIONS = [
    ("GET", "/destinations", "send"),
    ("POST", "/drafts", "send"),
    ("GET", "/drafts/dr_x", "send"),
    ("POST", "/drafts/dr_x/files", "send"),
    ("PUT", "/files/up_x?offset=0", "send"),
    ("POST", "/drafts/dr_x/submit", "send"),
    ("GET", "/transfers", "list"),
    ("GET", "/transfers/tr_x", "show"),
    ("POST", "/transfers/tr_x/withdraw", "send"),
    ("GET", "/transfers/tr_x/evidence", "evidence"),
    ("GET", "/arrivals", "list"),
    ("GET", "/arrivals/tr_x/files/1", "collect"),
    ("GET", "/arrivals/tr_x/archive", "collect"),
    ("GET", "/flows", "send"),
]
BODIES: dict[str, Any] = {
    "/drafts": DRAFT,
    "/drafts/dr_x/files": {"path": "a", "bytes": 1},
    "/transfers/tr_x/withdraw": {},
}


def test_every_operation_asks_for_its_right(pages: Pages) -> None:
    for right in ALL:
        lacking = Program(pages, _fresh(pages, [one for one in ALL if one != right]))
        for method, path, needed in OPERATIONS:
            if needed == right:
                answer = lacking.call(method, path, BODIES.get(path))
                assert (answer.status_code, answer.json()["code"]) == (403, "SKS-M105"), path


_count = iter(range(100))


def _fresh(pages: Pages, rights: list[str]) -> str:
    with pages.node.at_work():
        desk = pages.node.desk
        made = tokens.issue(
            desk,
            actor="admin",
            name="x",
            owner="sato",
            acts=rights,
            places=["*"],
            expires=desk.now() + timedelta(days=1),
            secret=next(_count).to_bytes(32, "big"),
        )
        return made.secret


def test_no_token_that_is_not_in_force_opens_anything(sqlite_town: Town, pages: Pages) -> None:
    issued = issue(pages)
    caller = Program(pages, issued.secret)
    assert caller.call("GET", "/transfers").status_code == 200
    nobody = pages.client()
    for method, path, _ in OPERATIONS:
        for secret in ("", "Bearer ", "Bearer sks_" + "0" * 64, "Basic c2F0bzo=", "Bearer \u3042"):
            head = {"authorization": secret} if secret else {}
            answer = nobody.generic(method, f"/api/v1{path}", b"{}", headers=head)
            assert answer.status_code == 401, (path, secret)
            assert answer.headers["WWW-Authenticate"] == "Bearer"
    with pages.node.at_work():
        Person.objects.filter(login="sato").update(active=False)
    assert caller.call("GET", "/transfers").status_code == 401
    with pages.node.at_work():
        Person.objects.filter(login="sato").update(active=True)
    assert caller.call("GET", "/transfers").status_code == 200
    sqlite_town.clock.advance(timedelta(days=31))
    assert caller.call("GET", "/transfers").status_code == 401


def test_a_token_ends_when_it_is_revoked(pages: Pages) -> None:
    issued = issue(pages)
    caller = Program(pages, issued.secret)
    with pages.node.at_work():
        tokens.revoke(pages.node.desk, actor="admin", token_id=issued.row.token_id)
    assert caller.call("GET", "/transfers").status_code == 401


def test_a_token_sends_only_where_it_may(pages: Pages) -> None:
    caller = program(pages, places=("mynumber",))
    assert caller.call("POST", "/drafts", DRAFT).json()["code"] == "SKS-M105"


def test_what_belongs_to_others_is_not_there(sqlite_town: Town, pages: Pages) -> None:
    transfer_id = acts.submit(sqlite_town)
    mine = program(pages).call("POST", "/drafts", DRAFT).json()["draft"]
    other = program(pages, "suzuki")
    for method, path, body in (
        ("GET", f"/transfers/{transfer_id}", None),
        ("POST", f"/transfers/{transfer_id}/withdraw", {}),
        ("GET", f"/drafts/{mine}", None),
        ("POST", f"/drafts/{mine}/submit", None),
        ("POST", f"/drafts/{mine}/files", {"path": "a", "bytes": 1}),
    ):
        assert other.call(method, path, body).status_code == 404, path


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"[" * 9_000, b'{"to_node": 5}', b'{"unknown": 1}', b"\xff"]
)
def test_what_is_not_as_described_is_refused(pages: Pages, body: bytes) -> None:
    answer = program(pages).call("POST", "/drafts", body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"].startswith("SKS-")


def test_a_token_that_asks_too_often_has_to_wait(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sekisho.web.api.bearer.PER_MINUTE_MAX", 3)
    caller = program(pages)
    codes = [caller.call("GET", "/transfers").status_code for _ in range(5)]
    assert codes[-1] == 429


def test_health_needs_no_token_and_names_nobody(pages: Pages) -> None:
    answer = pages.client().get("/api/v1/health")
    assert answer.json()["node"] == "internet"


def test_a_session_opens_nothing_here(pages: Pages) -> None:
    assert pages.client("sato").get("/api/v1/transfers").status_code == 401


def test_the_list_of_operations_is_a_page(pages: Pages) -> None:
    shown = pages.client("sato").get("/api/v1/").content.decode()
    assert "/api/v1/arrivals/{transfer_id}/files/{number}" in shown


def test_no_request_that_the_schema_allows_breaks_anything(pages: Pages) -> None:
    caller = issue(pages)
    app = get_wsgi_application()
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=8,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            answer = case.call(
                headers={"Authorization": f"Bearer {caller.secret}", "Host": "localhost"}
            )
            assert answer.status_code < 500, (case.path, answer.content[:300])

        ask()
