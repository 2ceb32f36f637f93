"""Two people, or one person twice, press a button at the same instant: one act counts, the other
is told, and the evidence says just what happened. On SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO

import pytest
from django.db import connections
from django.http import HttpResponse
from tests.support import acts, uploads
from tests.support.pages import Pages, pages_of
from tests.support.town import Town
from tests.support.waiting import until

from sekisho.node.uploading import receive
from sekisho.office.evidence.models import Event
from sekisho.office.transfers.models import Decision, Transfer
from sekisho.office.uploads.models import Draft
from sekisho.web.request import runners

ROUNDS = 4
FIELDS = {"to_node": "lgwan", "addressees": "sato", "purpose": "様式の提供", "label": "機密性2"}
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


def posting(pages: Pages, login: str, address: str, **form: str) -> Press:
    """Somebody's finger on a button."""
    client = pages.client(login)
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
