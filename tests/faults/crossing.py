"""The path of one file in stages, each begun from a town at rest and killed anywhere.

What workers and people would do after a crash is `go_on`: it looks at what is there, never at
what was being done.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from tests.faults import invariants
from tests.faults.snapshots import NODES, Snapshot, database
from tests.support import postgres
from tests.support.databases import forget_connection
from tests.support.killing import Child, Ended, Points, in_child
from tests.support.town import START, Town, days, draft_for, found_town

from sekisho.node import collecting, submitting
from sekisho.office.transfers.actions import deciding
from sekisho.office.transfers.actions.routes import save_route
from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.office.transfers.states import State

LINKS = (("internet", "lgwan"), ("lgwan", "internet"))
SOURCE = "通知.txt"
PAST_ANY_LEASE = timedelta(minutes=6)
ROUNDS_MAX = 20
SHORT_LIFE = {"retention_days": 1, "parcel_days": 1}


def submit(town: Town) -> None:
    """A person hands a file in."""
    with town.at("internet") as node:
        source = town.folder / SOURCE
        submitting.submit(node, actor="sato", draft=draft_for(), paths=[source])


def approve(town: Town) -> None:
    """A second person approves it."""
    with town.at("internet") as node:
        waiting = Transfer.objects.get().transfer_id
        deciding.approve(node.desk, actor="suzuki", transfer_id=waiting)


def send(town: Town) -> None:
    """The sending node's worker seals and stores."""
    town.run("internet")


def fetch(town: Town) -> None:
    """The receiving node's worker takes in and answers."""
    town.run("lgwan")


def take_answer(town: Town) -> None:
    """The receipt reaches the sending node."""
    town.run("internet")


def collect(town: Town) -> None:
    """The addressee collects."""
    _collect(town, "out")


def expire(town: Town) -> None:
    """Retention is over on both sides: keys are destroyed, vault keys renewed."""
    town.clock.advance(days(3))
    town.run("lgwan", "internet")


STAGES: tuple[Callable[[Town], None], ...] = (
    submit,
    approve,
    send,
    fetch,
    take_answer,
    collect,
    expire,
)


def _collect(town: Town, folder: str) -> None:
    out = town.folder / folder
    out.mkdir(exist_ok=True)
    with town.at("lgwan") as node:
        arrived = Arrival.objects.get().transfer_id
        (one,) = collecting.collect(node, actor="sato", transfer_id=arrived, folder=out)
        assert one.path.read_bytes() == (town.folder / SOURCE).read_bytes()


def come_to_rest(town: Town) -> None:
    """Rounds everywhere, leases and waiting times over, until nobody has anything to do."""
    for _ in range(ROUNDS_MAX):
        town.clock.advance(PAST_ANY_LEASE)
        if all(done.idle for done in town.run()):
            return
    raise AssertionError("the town does not come to rest")


def go_on(town: Town, *, to_the_end: bool = True) -> None:
    """After a kill: workers start again, people look and do what is still to be done.

    Checked on the way: nothing lost, nothing twice, and `to_the_end` that no key outlives it.
    """
    invariants.at_every_moment(town)
    come_to_rest(town)
    _people_go_on(town)
    with town.at("internet"):
        transfer = Transfer.objects.get()
    with town.at("lgwan"):
        arrival = Arrival.objects.get(transfer_id=transfer.transfer_id)
    invariants.at_rest(town)
    if not arrival.erased:
        assert transfer.state == State.RECEIVED, f"{transfer.state} {transfer.code}"
        invariants.at_every_moment(town)
        invariants.swept(town)
        _collect(town, "again")
        if not to_the_end:
            return
        town.clock.advance(days(3))
        for _ in range(2):
            town.run("lgwan", "internet")
            town.clock.advance(PAST_ANY_LEASE)
    invariants.swept(town)
    invariants.at_every_moment(town)
    invariants.erased(town, transfer.transfer_id)


def _people_go_on(town: Town) -> None:
    with town.at("internet"):
        there = Transfer.objects.first()
    if there is None:
        submit(town)
    if there is None or there.state == State.WAITING:
        approve(town)
        come_to_rest(town)


@dataclass(frozen=True)
class Course:
    """Snapshots of one crossing: `starts[n]` is the town in which stage n begins."""

    folder: Path
    starts: tuple[Snapshot, ...]

    def start_of(self, stage: Callable[[Town], None]) -> Snapshot:
        """The town in which this stage begins."""
        return self.starts[STAGES.index(stage)]

    def killed(
        self,
        stage: Callable[[Town], None],
        number: int,
        *,
        every: bool = False,
        only: str = "",
        to_the_end: bool = True,
        how: type[Points] = Points,
    ) -> Ended:
        """Kill the stage at its moment `number`, let the town go on, check; how the stage ended.

        The answer is whether it came through. In the caller's process nothing is opened.
        """

        def work(tell: Callable[[str], None]) -> bool:
            with suppress(KeyboardInterrupt):
                stage(town.open(how(tell, kill_at=number, every=every, only=only)))
                return True
            return False

        mark = f"{self.starts[0].mark}_{stage.__name__}_{number}"
        town = self.start_of(stage).copy(self.folder / mark, mark)
        try:
            ended = Child(work).join()
            try:
                in_child(lambda: go_on(_later(town, stage).open(), to_the_end=to_the_end))
            except AssertionError as failure:
                last = ended.moments[-1] if ended.killed else "its end"
                raise AssertionError(
                    f"killed in {stage.__name__} at moment {number} ({last}):\n{failure}"
                ) from None
            return ended
        finally:
            town.remove()

    def remove(self) -> None:
        """Everything."""
        for one in self.starts:
            one.remove()


def _later(town: Snapshot, stage: Callable[[Town], None]) -> Snapshot:
    """Clocks do not go back when a process dies."""
    return replace(town, now=town.now + days(3)) if stage is expire else town


def prepare(folder: Path, content: bytes, server: postgres.Server | None = None) -> Course:
    """Found a town and lead one file through it, with a snapshot before every stage."""
    kind = "sqlite" if server is None else "postgresql"
    first = Snapshot(folder / f"{kind}_0", f"{kind}_0", START, server)
    if server is not None:
        for name in NODES:
            server.create_database(database(first.mark, name))
    now = _found(first, content)
    starts = [replace(first, now=now)]
    for number, stage in enumerate(STAGES[:-1], 1):
        mark = f"{kind}_{number}"
        following = starts[-1].copy(folder / mark, mark)
        now = _through(stage, following)
        starts.append(replace(following, now=now))
    return Course(folder, tuple(starts))


def _found(first: Snapshot, content: bytes) -> datetime:
    databases = {}
    if first.server is not None:
        databases = {name: first.server.settings(database(first.mark, name)) for name in NODES}
    first.folder.mkdir()
    (first.folder / SOURCE).write_bytes(content)
    town = found_town(first.folder, databases=databases, links=LINKS)
    forget_connection(town.nodes.pop("mynumber").alias)
    for name in NODES:
        with town.at(name) as node:
            for way in LINKS:
                save_route(
                    node.desk,
                    actor="admin",
                    from_node=way[0],
                    to_node=way[1],
                    policy=SHORT_LIFE,
                )
    town.settle()
    return _close(town)


def _through(stage: Callable[[Town], None], town: Snapshot) -> datetime:
    opened = town.open()
    opened.clock.advance(timedelta(minutes=1))
    stage(opened)
    return _close(opened)


def _close(town: Town) -> datetime:
    """What has been done here stays warm in this process; the connections must not be forked."""
    for node in town.nodes.values():
        forget_connection(node.alias)
    return town.clock.now()
