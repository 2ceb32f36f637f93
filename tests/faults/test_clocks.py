"""A clock that is two days off: what was sent waits or comes; nothing is refused for good."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.faults import desk, invariants
from tests.faults.snapshots import reopen
from tests.support.town import Town

from sekisho.kernel.clock import SettableClock

TWO_DAYS = timedelta(days=2)


@pytest.mark.parametrize("days", [2, -2])
@pytest.mark.parametrize("name", ["internet", "lgwan"])
def test_one_node_is_two_days_off(town: Town, place: Path, name: str, days: int) -> None:
    earlier = desk.release(town, b"earlier")
    wrong = SettableClock(town.clock.now() + timedelta(days=days))
    reopen(town, name, clock=wrong)
    during = desk.release(town, b"during", name="時計.txt")

    refused = []
    for _ in range(8):
        refused += [one for done in town.run() for one in done.refused]
        wrong.advance(timedelta(minutes=11))
        town.clock.advance(timedelta(minutes=11))
    assert refused == []
    invariants.at_every_moment(town)

    # Somebody puts the clock right: no lease, no waiting time stays stuck in the other one. What
    # a clock that was ahead has dated waits at the other node until its time has come.
    reopen(town, name)
    if days > 0:
        town.clock.advance(TWO_DAYS)
    desk.delivered_once(town, earlier, b"earlier", place / "out1")
    desk.delivered_once(town, during, b"during", place / "out2")


def test_the_clock_goes_back_while_work_is_leased(town: Town, place: Path) -> None:
    """A lease and a waiting time of the future would hold a row for two days."""
    transfer_id = desk.release(town)
    store = town.folder / "store"
    store.rename(town.folder / "unplugged")
    ahead = SettableClock(town.clock.now() + TWO_DAYS)
    reopen(town, "internet", clock=ahead)
    town.run("internet")
    (town.folder / "unplugged").rename(store)

    reopen(town, "internet")
    town.clock.advance(timedelta(minutes=15))
    town.run("internet")
    assert desk.state(town, transfer_id) == "sent"
    # Made by a clock ahead of the receiver's: it waits there until its time has come.
    assert "SKS-P008" in desk.codes(town.run("lgwan"))
    town.clock.advance(TWO_DAYS)
    desk.delivered_once(town, transfer_id, desk.CONTENT, place / "out")
