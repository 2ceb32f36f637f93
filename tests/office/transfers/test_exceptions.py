"""Named exceptions: only administrators, for a time, on both sides, and everything is evidence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.office.transfers.test_fixed_points import (
    MACRO,
    disarming,
    outcomes,
    received,
    refusals,
    sent,
)
from tests.support import acts
from tests.support.acts import RECEIVER, SENDER
from tests.support.town import Town

from sekisho.disarm.report import Outcome
from sekisho.kernel.errors import SekishoError
from sekisho.node.reports import reports_of
from sekisho.office.transfers.actions import exceptions
from sekisho.office.transfers.models import DisarmException, Transfer

FILE = {"図面.txt": MACRO}


def grant(town: Town, at: str, days: float = 30, **changes: Any) -> str:
    words: dict[str, Any] = {
        "actor": "admin",
        "from_node": SENDER,
        "to_node": RECEIVER,
        "kind": "text",
        "owner": "sato",
        "reason": "図面の様式を確かめるまで",
        "until": town.clock.now() + timedelta(days=days),
        **changes,
    }
    with town.at(at) as node:
        return str(exceptions.grant(node.desk, **words).exception_id)


def refused(town: Town, **changes: Any) -> str:
    with pytest.raises(SekishoError) as reason:
        grant(town, SENDER, **changes)
    with town.at(SENDER):
        assert DisarmException.objects.count() == 0
    return reason.value.code


def test_with_an_exception_on_both_sides_the_file_passes_as_it_is(town: Town) -> None:
    ours, theirs = disarming(town, RECEIVER), disarming(town, SENDER)
    mine = grant(town, SENDER)
    grant(town, RECEIVER)
    transfer_id = sent(town, FILE)
    assert received(town).received == 1
    assert (ours.asked, theirs.asked) == ([], [])
    assert outcomes(town) == {"図面.txt": "excepted"}
    assert acts.collect(town, transfer_id) == FILE
    with town.at(SENDER) as node:
        (told,) = reports_of(node, Transfer.objects.get())
        assert told.report is not None
        assert told.report.outcome is Outcome.EXCEPTED
        assert told.report.detail == {"exception": mine}
        assert acts.last_event("transfer.disarmed").data["excepted"] == 1
    with town.at(RECEIVER):
        assert acts.last_event("parcel.disarmed").data["excepted"] == 1


def test_an_exception_of_the_sender_alone_is_not_enough(town: Town) -> None:
    disarming(town, RECEIVER)
    disarming(town, SENDER)
    grant(town, SENDER)
    sent(town, FILE)
    assert refusals(town) == ["SKS-T084"]


def test_an_exception_of_the_receiver_alone_lets_nothing_pass(town: Town) -> None:
    disarming(town, RECEIVER)
    disarming(town, SENDER, disarm={})
    grant(town, RECEIVER)
    sent(town, FILE)
    assert received(town).received == 1
    assert outcomes(town) == {"図面.txt": "redisarmed"}


@pytest.mark.parametrize("how", ["ended", "expired", "other kind", "other route"])
def test_what_is_not_in_force_lets_nothing_pass(sqlite_town: Town, how: str) -> None:
    town = sqlite_town
    disarming(town, SENDER)
    other = {"kind": "pdf"} if how == "other kind" else {}
    if how == "other route":
        other = {"from_node": RECEIVER, "to_node": SENDER}
    exception_id = grant(town, SENDER, days=2, **other)
    if how == "ended":
        with town.at(SENDER) as node:
            exceptions.end(node.desk, actor="admin", exception_id=exception_id)
    if how == "expired":
        town.clock.advance(timedelta(days=2))
    acts.submit(town, FILE)
    with town.at(SENDER):
        assert Transfer.objects.get().files.get().outcome == "rebuilt"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"actor": "suzuki"}, "SKS-T053"),
        ({"actor": "nobody"}, "SKS-T051"),
        ({"owner": "nobody"}, "SKS-T051"),
        ({"kind": "image"}, "SKS-T007"),
        ({"kind": "*"}, "SKS-T007"),
        ({"kind": "dokx"}, "SKS-T007"),
        ({"to_node": "mynumber"}, "SKS-T004"),
        ({"reason": "  "}, "SKS-T035"),
        ({"reason": "x" * 401}, "SKS-T036"),
        ({"days": 0}, "SKS-T086"),
        ({"days": -1}, "SKS-T086"),
        ({"days": 367}, "SKS-T086"),
    ],
)
def test_what_cannot_be_granted(sqlite_town: Town, changes: dict[str, Any], code: str) -> None:
    assert refused(sqlite_town, **changes) == code


def test_both_are_evidence_that_names_nobody(town: Town) -> None:
    exception_id = grant(town, SENDER)
    with town.at(SENDER) as node:
        granted = acts.last_event("exception.granted")
        exceptions.end(node.desk, actor="admin", exception_id=exception_id, reason="済み")
        ended = acts.last_event("exception.ended")
        assert acts.kinds(node, exception_id) == ["exception.granted", "exception.ended"]
    assert granted.data == {
        "route": "internet/lgwan",
        "kind": "text",
        "until": "2026-05-01T00:00:00Z",
    }
    assert set(granted.hidden) == {"actor", "owner", "reason"}
    assert (ended.data, set(ended.hidden)) == ({}, {"actor", "reason"})


def test_only_what_is_in_force_can_be_ended_and_only_by_administrators(sqlite_town: Town) -> None:
    exception_id = grant(sqlite_town, SENDER)
    with sqlite_town.at(SENDER) as node:
        for actor, wanted, code in (
            ("suzuki", exception_id, "SKS-T053"),
            ("admin", "ex_" + "a2" * 13, "SKS-T087"),
        ):
            with pytest.raises(SekishoError) as reason:
                exceptions.end(node.desk, actor=actor, exception_id=wanted)
            assert reason.value.code == code
        exceptions.end(node.desk, actor="admin", exception_id=exception_id)
        with pytest.raises(SekishoError) as reason:
            exceptions.end(node.desk, actor="admin", exception_id=exception_id)
        assert reason.value.code == "SKS-T087"
