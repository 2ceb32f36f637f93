"""The schedule of a route holds released transfers back until it opens, whoever comes late."""

from __future__ import annotations

from datetime import timedelta

from tests.support import acts
from tests.support.town import START, Town

from sekisho.office.transfers.actions import sending
from sekisho.office.transfers.models import Transfer

# The clock of the town stands at Wednesday 09:00 in Japan.
AFTERNOON = {"schedule_hours": [13, 17]}
MORNING = {"schedule_hours": [8, 10]}


def released(town: Town, **policy: object) -> str:
    acts.set_route(town, acts.SENDER, **policy)
    transfer_id = acts.submit(town)
    assert acts.approve(town, transfer_id) == "ready"
    return transfer_id


def test_it_waits_until_the_schedule_opens(town: Town) -> None:
    transfer_id = released(town, **AFTERNOON)
    with town.at(acts.SENDER):
        assert Transfer.objects.get().not_before == START + timedelta(hours=4)
    town.clock.advance(timedelta(hours=3, minutes=59))
    town.run(acts.SENDER)
    assert acts.state(town, transfer_id) == "ready"
    town.clock.advance(timedelta(minutes=1))
    acts.carry(town)
    assert acts.state(town, transfer_id) == "received"


def test_a_worker_that_comes_after_closing_time_lets_nothing_out(sqlite_town: Town) -> None:
    town = sqlite_town
    transfer_id = released(town, **MORNING)
    town.clock.advance(timedelta(hours=1))
    town.run(acts.SENDER)
    assert acts.state(town, transfer_id) == "ready"
    with town.at(acts.SENDER):
        assert Transfer.objects.get().not_before == START + timedelta(hours=23)
    town.clock.advance(timedelta(hours=22))
    acts.carry(town)
    assert acts.state(town, transfer_id) == "received"


def test_a_schedule_made_later_counts_for_what_has_not_left(sqlite_town: Town) -> None:
    town = sqlite_town
    transfer_id = released(town)
    acts.set_route(town, acts.SENDER, **AFTERNOON)
    town.run(acts.SENDER)
    assert acts.state(town, transfer_id) == "ready"


def test_sending_again_waits_for_the_schedule_too(sqlite_town: Town) -> None:
    town = sqlite_town
    transfer_id = acts.deliver_to_nobody(town)
    acts.set_route(town, acts.SENDER, **AFTERNOON)
    with town.at(acts.SENDER) as node:
        sending.resend(node.desk, actor="sato", transfer_id=transfer_id)
    town.run(acts.SENDER)
    assert acts.state(town, transfer_id) == "ready"
