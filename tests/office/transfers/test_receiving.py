"""What the receiving node decides by itself: its own routes, its own people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.support import acts
from tests.support.acts import RECEIVER, SENDER
from tests.support.town import Town, days

from sekisho.kernel.errors import Refused
from sekisho.kernel.ids import new_id
from sekisho.office.accounts.actions import retire_person
from sekisho.office.post.models import IncomingParcel, ReceiverKey
from sekisho.office.transfers.actions.receiving import Delivery, ParcelFacts, accept_all
from sekisho.office.transfers.actions.routes import close_route
from sekisho.office.transfers.letter import Letter
from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.office.transfers.policy import Policy

ENDS = datetime(2030, 1, 1, tzinfo=UTC)
EMPTY_LETTER = Letter("", "", "", (), "", "", "before", (), (), ENDS, "")


def approved(town: Town, **draft: Any) -> str:
    transfer_id = acts.submit(town, **draft)
    acts.approve(town, transfer_id)
    return transfer_id


def refused_there(town: Town, transfer_id: str) -> str:
    """The code with which the receiver refuses, which the sender learns and both ledgers hold."""
    _, done, _ = town.run(SENDER, RECEIVER, SENDER)
    (reason,) = done.refused
    assert acts.state(town, transfer_id) == "refused"
    with town.at(SENDER):
        assert Transfer.objects.get(pk=transfer_id).code == reason.code
        assert acts.last_event("transfer.failed").data["code"] == reason.code
    with town.at(RECEIVER) as node:
        assert acts.last_event("parcel.refused").data["code"] == reason.code
        assert (Arrival.objects.count(), acts.kept(node)) == (0, (0, 0))
    return reason.code


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        ({"approvals": 2}, "SKS-T042"),
        ({"types": ["image"]}, "SKS-T029"),
        ({"file_bytes_max": 3}, "SKS-T028"),
        ({"transfer_bytes_max": 3}, "SKS-T027"),
        ({"files_max": 1}, "SKS-T026"),
    ],
)
def test_a_stricter_route_of_the_receiver_refuses(
    sqlite_town: Town, policy: dict[str, Any], code: str
) -> None:
    town = sqlite_town
    acts.set_route(town, RECEIVER, **policy)
    contents = {"一.txt": b"1234", "二.txt": b""}
    transfer_id = acts.submit(town, contents)
    acts.approve(town, transfer_id)
    assert refused_there(town, transfer_id) == code


def test_a_laxer_route_of_the_sender_does_not_replace_the_approval_the_receiver_wants(
    sqlite_town: Town,
) -> None:
    for policy in ({"approvals": 0}, {"timing": "after"}):
        acts.set_route(sqlite_town, SENDER, **policy)
        transfer_id = acts.submit(sqlite_town)
        assert refused_there(sqlite_town, transfer_id) == "SKS-T042"


def test_a_receiver_without_the_route_refuses(sqlite_town: Town) -> None:
    transfer_id = approved(sqlite_town)
    with sqlite_town.at(RECEIVER) as node:
        close_route(node.desk, actor="admin", from_node=SENDER, to_node=RECEIVER)
    assert refused_there(sqlite_town, transfer_id) == "SKS-T004"


def test_an_addressee_who_has_left_is_unknown_even_beside_others(sqlite_town: Town) -> None:
    transfer_id = approved(sqlite_town, addressees=("sato", "takahashi"))
    with sqlite_town.at(RECEIVER) as node:
        retire_person(node.desk, actor="admin", login="takahashi")
    assert refused_there(sqlite_town, transfer_id) == "SKS-T043"
    with sqlite_town.at(RECEIVER):
        assert IncomingParcel.objects.get(state="refused").detail == {"logins": "takahashi"}


def test_no_other_node_can_take_the_place_of_a_transfer(town: Town) -> None:
    """Its id is public in the store: whoever comes second with it is told so, not ignored."""
    transfer_id = acts.deliver(town)
    with town.at(RECEIVER) as node:
        row = IncomingParcel.objects.create(
            sender="mynumber", parcel_id=new_id("pc"), state="seen", first_seen=node.desk.now()
        )
        facts = ParcelFacts(
            row_id=row.pk,
            fence=row.fence,
            sender=row.sender,
            parcel_id=row.parcel_id,
            receiver_key_id="",
            expires=node.desk.now(),
            manifest=b"",
            root="ab" * 32,
            transfer_id=transfer_id,
            letter_sha256="ab" * 32,
            approvals=(),
        )
        letter = replace(EMPTY_LETTER, transfer_id=transfer_id)
        with pytest.raises(Refused) as refused:
            accept_all(node.desk, [Delivery(facts, letter, Policy(), ())])
        assert (refused.value.code, refused.value.params["node"]) == ("SKS-T069", SENDER)
        assert Arrival.objects.get().from_node == SENDER
        assert IncomingParcel.objects.get(pk=row.pk).state == "seen"


def test_a_refused_parcel_uses_up_its_key_and_ends_with_it(town: Town) -> None:
    refused_there(town, approved(town, addressees=("yamada",)))
    with town.at(RECEIVER):
        parcel = IncomingParcel.objects.get(state="refused")
        key = ReceiverKey.objects.get(used_by=parcel.parcel_id)
        assert key.expires <= town.clock.now() + days(14)
    town.clock.advance(days(15))
    acts.end(town, RECEIVER)
    with town.at(RECEIVER):
        assert not ReceiverKey.objects.filter(used_by=parcel.parcel_id).exists()
