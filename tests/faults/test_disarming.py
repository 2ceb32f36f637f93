"""Killed or failing while files are disarmed: nothing stays, nothing passes, it goes on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from tests.faults import invariants
from tests.support import acts
from tests.support.acts import RECEIVER, SENDER
from tests.support.disarming import Scripted
from tests.support.town import START, Town, found_town

from sekisho.disarm.profile import Profile
from sekisho.kernel.errors import SekishoError, Unavailable
from sekisho.node import upkeep
from sekisho.node.disarming import Done
from sekisho.node.held import Held
from sekisho.node.worker import run_round
from sekisho.office.transfers.models import Arrival, Transfer

FILES = {"a.txt": b"1\nMACRO\n", "b.txt": b"2\nMACRO\n", "c.txt": b"3\n"}


@dataclass
class Failing(Scripted):
    """Fails at the call of this number, from 1."""

    at: int = 0
    failure: BaseException | None = None
    calls: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def disarm(self, content: Held, name: str, by: Profile, password: str | None = None) -> Done:
        number = next(self.calls)
        done = super().disarm(content, name, by, password)
        if number == self.at and self.failure is not None:
            raise self.failure
        return done


@pytest.fixture
def town(tmp_path: Path) -> Town:
    made = found_town(tmp_path)
    made.settle()
    acts.set_routes(made, disarm={"*": "standard"})
    for name in (SENDER, RECEIVER):
        use(made, name, Scripted())
    return made


def use(town: Town, at: str, disarmer: Scripted) -> None:
    town.nodes[at] = replace(town.nodes[at], given_disarmer=disarmer)


def left(town: Town, at: str) -> tuple[int, int]:
    """Rows and files of the vault, after a sweep of what a killed process may have left."""
    with town.at(at) as node:
        node.vault.sweep(set(), upkeep.DAY, START + 400 * upkeep.DAY)
        return acts.kept(node)


@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize("failure", [acts.Killed(), Unavailable("SKS-D030", reason="x")])
def test_cut_off_between_disarming_and_keeping_nothing_stays(
    town: Town, at: int, failure: BaseException
) -> None:
    use(town, SENDER, Failing(at=at, failure=failure))
    with pytest.raises((acts.Killed, SekishoError)):
        acts.submit(town, FILES)
    with town.at(SENDER):
        assert Transfer.objects.count() == 0
    assert left(town, SENDER) == (0, 0)
    use(town, SENDER, Scripted())
    acts.deliver(town, FILES)


@pytest.mark.parametrize("large", [b"", b"0123456789abcdef" * 20_000], ids=["small", "large"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_receiver_that_cannot_disarm_waits_and_takes_in_nothing(
    town: Town, at: int, large: bytes
) -> None:
    transfer_id = acts.submit(town, {**FILES, "a.txt": FILES["a.txt"] + large})
    acts.approve(town, transfer_id)
    town.run(SENDER)
    use(town, RECEIVER, Failing(at=at, failure=Unavailable("SKS-D030", reason="x")))
    (done,) = town.run(RECEIVER)
    assert [one.code for one in done.troubles] == ["SKS-D030"]
    assert (done.refused, done.received) == ([], 0)
    assert left(town, RECEIVER) == (0, 0)
    use(town, RECEIVER, Scripted())
    town.clock.advance(acts.timedelta(minutes=11))
    (done,) = town.run(RECEIVER)
    assert (done.received, done.troubles) == (1, [])
    invariants.at_every_moment(town)


@pytest.mark.parametrize("large", [b"", b"0123456789abcdef" * 20_000], ids=["small", "large"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_receiver_killed_while_disarming_takes_it_in_once(
    town: Town, at: int, large: bytes
) -> None:
    transfer_id = acts.submit(town, {**FILES, "a.txt": FILES["a.txt"] + large})
    acts.approve(town, transfer_id)
    town.run(SENDER)
    use(town, RECEIVER, Failing(at=at, failure=acts.Killed()))
    with pytest.raises(acts.Killed), town.at(RECEIVER) as node:
        run_round(node)
    with town.at(RECEIVER):
        assert Arrival.objects.count() == 0
    use(town, RECEIVER, Scripted())
    town.clock.advance(acts.timedelta(minutes=6))
    (done,) = town.run(RECEIVER)
    assert (done.received, done.troubles, done.refused) == (1, [], [])
    invariants.at_every_moment(town)
    assert acts.collect(town, transfer_id)["b.txt"] == b"2\n"


def test_one_file_that_hangs_stops_its_own_parcel_only(town: Town) -> None:
    acts.set_route(town, SENDER)
    for content in ({"x.txt": b"HANGS\n"}, {"y.txt": b"1\n"}):
        acts.approve(town, acts.submit(town, content))
    town.run(SENDER)
    (done,) = town.run(RECEIVER)
    assert [one.code for one in done.refused] == ["SKS-T082"]
    assert done.received == 1
