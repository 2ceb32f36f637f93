"""Two people, or one person twice, press a button at the same instant: one act counts, the other
is told, and the evidence says just what happened. On SQLite and on PostgreSQL."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connections
from django.http import HttpResponse
from tests.office.flows.support import register
from tests.support import acts, uploads
from tests.support.pages import Pages, pages_of
from tests.support.town import Town
from tests.support.waiting import until

from sekisho.node.uploading import receive
from sekisho.office.evidence.models import Event
from sekisho.office.flows.models import Flow
from sekisho.office.transfers.actions.routes import require_route
from sekisho.office.transfers.models import Arrival, Collection, Decision, Transfer
from sekisho.office.transfers.states import ArrivalState
from sekisho.office.uploads.models import Draft
from sekisho.web.administration.policy_form import values_of
from sekisho.web.request import runners

ROUNDS = 4
TWO_FILES = {**acts.CONTENTS, "様式.txt": b"form\n"}
FIELDS = {"to_node": "lgwan", "addressees": "sato", "purpose": "様式の提供", "label": "機密性2"}
FLOW = {
    "name": "所得情報の提供",
    "purpose": "保育料の算定",
    "items": "宛名番号、氏名（個人）、税額（個人）",
    "from_node": "internet",
    "from_body": "税務課",
    "to_node": "lgwan",
    "to_body": "こども課",
    "unit": "税務課",
    "owner": "sato",
    "frequency": "monthly",
    "due": "10",
    "medium": "usb",
    "label": "機密性2",
}
Press = Callable[[], HttpResponse]


@pytest.fixture
def pages(town: Town) -> Iterator[Pages]:
    """The node that things leave from."""
    with pages_of(town, "internet") as made:
        yield made
        runners().close()


def at_once(*presses: Press) -> list[int]:
    """The status of each answer; all begin together, each in a thread of its own."""
    start = threading.Barrier(len(presses))

    def press(one: Press) -> int:
        start.wait()
        try:
            return one().status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(presses)) as pool:
        return list(pool.map(press, presses))


def posting(pages: Pages, who: str, address: str, **form: Any) -> Press:
    """Somebody's finger on a button."""
    client = pages.client(who)
    return lambda: client.post(address, form)


def acts_of(pages: Pages, transfer_id: str) -> Counter[str]:
    """How often each act stands in the evidence."""
    with pages.node.at_work():
        return Counter(Event.objects.filter(subject=transfer_id).values_list("kind", flat=True))


def state_of(pages: Pages, transfer_id: str) -> str:
    with pages.node.at_work():
        return Transfer.objects.get(pk=transfer_id).state


def test_two_approvers(town: Town, pages: Pages) -> None:
    for _ in range(ROUNDS):
        made = acts.submit(town)
        found = at_once(
            posting(pages, "suzuki", f"/approving/{made}", verb="approve"),
            posting(pages, "takahashi", f"/approving/{made}", verb="approve"),
        )
        assert sorted(found) == [302, 409]
        assert acts_of(pages, made)["transfer.approved"] == 1
        assert state_of(pages, made) == "ready"


def test_one_approver_twice(town: Town, pages: Pages) -> None:
    for _ in range(ROUNDS):
        made = acts.submit(town)
        presses = [posting(pages, "suzuki", f"/approving/{made}", verb="approve") for _ in "12"]
        assert sorted(at_once(*presses)) == [302, 409]
        assert acts_of(pages, made)["transfer.approved"] == 1


def test_approved_and_rejected(town: Town, pages: Pages) -> None:
    for _ in range(ROUNDS):
        made = acts.submit(town)
        reject = {"verb": "reject", "reason": "様式が違います"}
        found = at_once(
            posting(pages, "suzuki", f"/approving/{made}", verb="approve"),
            posting(pages, "takahashi", f"/approving/{made}", **reject),
        )
        # Whoever rejects has the last word until it has left.
        assert found in ([302, 302], [409, 302])
        happened = acts_of(pages, made)
        assert happened["transfer.rejected"] == 1
        assert happened["transfer.approved"] == (found[0] == 302)
        assert state_of(pages, made) == "rejected"


def test_withdrawn_and_approved(town: Town, pages: Pages) -> None:
    for _ in range(ROUNDS):
        made = acts.submit(town)
        found = at_once(
            posting(pages, "sato", f"/transfers/{made}/withdraw"),
            posting(pages, "suzuki", f"/approving/{made}", verb="approve"),
        )
        # What is approved and has not left can still be withdrawn, never the other way round.
        assert found in ([302, 302], [302, 409])
        happened = acts_of(pages, made)
        assert happened["transfer.withdrawn"] == 1
        assert happened["transfer.approved"] == (found[1] == 302)
        assert state_of(pages, made) == "withdrawn"


def test_the_same_draft_submitted_twice(town: Town, pages: Pages) -> None:
    for _ in range(ROUNDS):
        with pages.node.at_work():
            draft = uploads.new_draft(pages.node)
            upload = uploads.begin(pages.node, draft, "通知.txt", 6)
            receive(
                pages.node,
                actor="sato",
                upload_id=upload.upload_id,
                offset=0,
                stream=BytesIO(b"hello\n"),
                length=6,
            )
            before = Transfer.objects.count()
        form = {
            "to_node": "lgwan",
            "addressees": "sato",
            "purpose": "様式の提供",
            "label": "機密性2",
        }
        press = [posting(pages, "sato", f"/send/{draft}/save", verb="submit", **form) for _ in "12"]
        found = at_once(*press)
        assert 302 in found
        assert set(found) <= {302, 409, 422}
        until(partial(_ended, pages, draft))
        with pages.node.at_work():
            assert Transfer.objects.count() == before + 1
            assert Draft.objects.get(pk=draft).state == "submitted"


def _ended(pages: Pages, draft: str) -> bool:
    with pages.node.at_work():
        return Draft.objects.get(pk=draft).state not in ("open", "queued")


def test_all_of_a_division_at_once(town: Town, pages: Pages) -> None:
    made = acts.submit(town)
    presses = [
        posting(pages, login, f"/approving/{made}", verb="approve")
        for login in ("suzuki", "takahashi") * 4
    ]
    found = at_once(*presses)
    assert Counter(found) == {302: 1, 409: 7}
    with pages.node.at_work():
        assert Decision.objects.filter(transfer=made).count() == 1


def test_two_addressees_collect(town: Town) -> None:
    logins = ("sato", "takahashi")
    with pages_of(town, "lgwan") as pages:
        for _ in range(2):
            made = acts.deliver(town, TWO_FILES, addressees=logins)
            found = at_once(*(collecting(pages, login, made) for login in logins))
            assert found == [200, 200]
            assert acts_of(pages, made)["transfer.collected"] == 2
            with pages.node.at_work():
                taken = Collection.objects.filter(file__arrival=made)
                counted = Counter(taken.values_list("person", flat=True))
                assert counted == dict.fromkeys(logins, len(TWO_FILES))
                assert Arrival.objects.get(pk=made).state == ArrivalState.COLLECTED


def collecting(pages: Pages, login: str, transfer_id: str) -> Press:
    """Somebody's finger on the button, and a browser that takes in all that comes."""
    press = posting(pages, login, f"/receiving/{transfer_id}")

    def take() -> HttpResponse:
        answer = press()
        with ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:
            assert archive.testzip() is None
            assert len(archive.namelist()) == len(TWO_FILES)
        return answer

    return take


def test_two_who_change_the_same_route(town: Town, pages: Pages) -> None:
    address = "/administration/routes/internet/lgwan/"
    shown = pages.client("admin").get(address).content.decode()
    seen = hidden(shown, "seen")
    with pages.node.at_work():
        values = values_of(require_route("internet", "lgwan").as_json())
    forms = [{**values, "seen": seen, "retention_days": days} for days in ("31", "32")]
    found = at_once(*(posting(pages, "admin", address, **form) for form in forms))
    assert sorted(found) == [302, 422]
    with pages.node.at_work():
        kept = require_route("internet", "lgwan").retention_days
        assert Event.objects.filter(kind="route.saved", subject="internet/lgwan").count() == 2
    assert kept == (31 if found[0] == 302 else 32)
    late = forms[found.index(422)]
    told = pages.client("admin").post(address, late).content.decode()
    assert "SKS-T095" in told
    assert f">{kept}</td>" in told and f">{late['retention_days']}</td>" in told
    # Whoever has compared them may go on.
    again = pages.client("admin").post(address, {**late, "seen": hidden(told, "seen")})
    assert again.status_code == 302


def test_two_who_change_or_register_the_same_person(town: Town, pages: Pages) -> None:
    address = "/administration/people/"
    shown = pages.client("admin").get(address, {"change": "sato"}).content.decode()
    form = {"login": "sato", "name": "佐藤 花子", "division": "税務課", "roles": "staff"}
    form["seen"] = hidden(shown, "seen")
    found = at_once(
        posting(pages, "admin", address, **{**form, "name": "佐藤 華子"}),
        posting(pages, "admin", address, **{**form, "division": "福祉課"}),
    )
    assert sorted(found) == [302, 422]
    late = {**form, "name": "佐藤 夏子", "division": "市民課"}
    told = pages.client("admin").post(address, late).content.decode()
    assert "SKS-H071" in told and ">佐藤 夏子</td>" in told and ">市民課</td>" in told
    new = hidden(pages.client("admin").get(address).content.decode(), "seen")
    fresh = {"login": "mori", "name": "森 一", "roles": "staff", "seen": new}
    presses = [posting(pages, "admin", address, **fresh) for _ in "12"]
    assert sorted(at_once(*presses)) == [302, 422]


def test_two_who_change_the_same_flow(town: Town, pages: Pages) -> None:
    code = register(town)
    address = f"/flows/{code}/change"
    form = {**FLOW, "seen": hidden(pages.client("admin").get(address).content.decode(), "seen")}
    forms = [{**form, "purpose": word} for word in ("保育料の決定", "保育料の再計算")]
    presses = [
        posting(pages, login, address, **one)
        for login, one in zip(("admin", "sato"), forms, strict=True)
    ]
    found = at_once(*presses)
    assert sorted(found) == [302, 422]
    kept, lost = forms[found.index(302)], forms[found.index(422)]
    assert acts_of(pages, code)["flow.changed"] == 1
    assert purpose_of(pages, code) == kept["purpose"]
    told = pages.client("admin").post(address, lost).content.decode()
    assert "SKS-F017" in told
    assert f">{kept['purpose']}</td>" in told and f">{lost['purpose']}</td>" in told
    # What was typed stays, also when there is something else to correct; it counts only now.
    assert purpose_of(pages, code) == kept["purpose"]
    wrong = pages.client("admin").post(address, {**lost, "name": ""}).content.decode()
    assert hidden(wrong, "seen") == form["seen"]
    again = {**lost, "seen": hidden(told, "seen")}
    assert pages.client("admin").post(address, again).status_code == 302
    assert purpose_of(pages, code) == lost["purpose"]


def purpose_of(pages: Pages, code: str) -> str:
    with pages.node.at_work():
        return Flow.objects.get(pk=code).purpose


def hidden(shown: str, name: str) -> str:
    """What a form carries without showing it."""
    (found,) = re.findall(f'name="{name}" value="([^"]*)"', shown)[:1]
    return str(found)
