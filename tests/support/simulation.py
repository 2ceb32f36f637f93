"""A town of three nodes run from a seed: people, workers, crashes, and a store that fails.

The same seed gives the same run, in a forked child: ids and salts come from a generator, the
clock from the run. What must hold is kept beside it in plain Python (`Sheet`) and compared with
what the nodes hold.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random

from django.db import DatabaseError, connections
from tests.support.databases import forget_connection
from tests.support.faulty_store import Faults, FaultyStore
from tests.support.killing import Points, WatchedStore, masked, watch_database, watch_files
from tests.support.town import Town, draft_for, found_town

from sekisho.kernel.errors import SekishoError
from sekisho.node import collecting, peers, rotating, submitting, upkeep, worker
from sekisho.node.opening import open_node
from sekisho.office.accounts.actions import save_person
from sekisho.office.transfers.actions import deciding, sending
from sekisho.office.transfers.actions.routes import save_route
from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.seal import directory
from sekisho.store.folder import FolderStore
from sekisho.store.protocol import Data, Entry, Store

LINKS = (("internet", "lgwan"), ("lgwan", "internet"), ("lgwan", "mynumber"))
LIVES = {"retention_days": 3, "parcel_days": 2, "decide_days": 2}
POLICIES = {
    ("internet", "lgwan"): {**LIVES, "approvals": 1},
    ("lgwan", "internet"): {**LIVES, "approvals": 1, "timing": "after"},
    ("lgwan", "mynumber"): {**LIVES, "approvals": 2},
}
APPROVERS = ("suzuki", "takahashi", "ito")
STRANGER = "nobody"
"""Addressed now and then; unknown at every receiving node until the run settles."""

ENVIRONMENT = {"SEKISHO_KEYS_DAYS": "5"}
BUSY_SECONDS = 0.05
CRASH_CHANCE = 0.35
MOMENTS_MAX = 25
SETTLE_ROUNDS_MAX = 60


class Crash(BaseException):
    """The process ends here."""


class CrashPoints(Points):
    """Raises `Crash` at one moment of the work that it is armed for."""

    def __init__(self) -> None:
        super().__init__(lambda label: None)

    def arm(self, moment: int) -> None:
        """Crash at this moment of what follows; 0 is never."""
        self._count, self._kill_at, self._changed = 0, moment, True

    def end(self, label: str) -> None:
        self.arm(0)
        raise Crash(masked(label))


class OrderedStore(FolderStore):
    """Lists in the order of names: that of a folder is not the same in two runs."""

    def list(self, prefix: str) -> Iterator[Entry]:
        return iter(sorted(super().list(prefix), key=lambda entry: entry.name))


class SharedStore:
    """The one store of the town, as it behaves at present."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.present: Store = OrderedStore(folder)

    def storm(self, faults: Faults, seed: int) -> None:
        """It fails in these ways from now on."""
        self.present = FaultyStore(OrderedStore(self._folder), faults, seed, self._folder)

    def calm(self) -> None:
        """It works."""
        self.present = OrderedStore(self._folder)

    def describe(self) -> str:
        return self.present.describe()

    def put(self, name: str, data: Data) -> bool:
        return self.present.put(name, data)

    def put_many(self, items: Iterable[tuple[str, Data]]) -> list[bool]:
        return self.present.put_many(items)

    def get(self, name: str, bytes_max: int) -> bytes:
        return self.present.get(name, bytes_max)

    def list(self, prefix: str) -> Iterator[Entry]:
        return self.present.list(prefix)

    def delete(self, name: str) -> None:
        self.present.delete(name)

    def delete_many(self, names: Iterable[str]) -> None:
        self.present.delete_many(names)

    def tidy(self, prefix: str, before: datetime) -> int:
        return self.present.tidy(prefix, before)


@dataclass
class Sheet:
    """What is known of one transfer without asking any node."""

    number: int
    sender: str
    receiver: str
    files: dict[str, bytes]
    stranger: bool = False
    approvers: set[str] = field(default_factory=set)
    """Who approved, or may have: the call was cut off."""

    stopped: str = ""
    """`rejected` or `withdrawn`, for certain: nothing of it may arrive after."""

    @property
    def may_leave(self) -> bool:
        """Whether enough people other than the sender approved, or the route asks nobody first."""
        policy = POLICIES[(self.sender, self.receiver)]
        return policy.get("timing") == "after" or len(self.approvers) >= policy["approvals"]

    @property
    def digests(self) -> dict[str, tuple[int, str]]:
        """Size and SHA-256 by name."""
        return {
            name: (len(content), sha256(content).hexdigest())
            for name, content in self.files.items()
        }


@dataclass
class Run:
    """One run: the town, the sheets by transfer id, the trace of what happened."""

    town: Town
    random: Random
    store: SharedStore
    points: CrashPoints
    sheets: dict[str, Sheet] = field(default_factory=dict)
    trace: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    pending: Sheet | None = None
    """Being handed in just now."""

    def step(self, number: int) -> None:
        """One operation, perhaps cut off by a crash."""
        name, act = self.random.choices(OPERATIONS, WEIGHTS)[0]
        where = self.random.choice(sorted(self.town.nodes))
        if self.random.random() < CRASH_CHANCE:
            self.points.arm(self.random.randrange(1, MOMENTS_MAX))
        try:
            outcome = act(self, where)
        except Crash as crash:
            outcome = f"crash {crash}"
            self.counts["crash"] = self.counts.get("crash", 0) + 1
            self.reopen(where)
        except SekishoError as reason:
            outcome = reason.code
        except (DatabaseError, OSError) as reason:
            outcome = f"{type(reason).__name__} {reason}"
        finally:
            self.points.arm(0)
        self._adopt(where)
        self.counts[name] = self.counts.get(name, 0) + 1
        self.trace.append(f"{number} {where} {name}: {outcome}")

    @property
    def digest(self) -> str:
        """Of the whole trace."""
        return sha256("\n".join(self.trace).encode()).hexdigest()

    def reopen(self, name: str) -> None:
        """The node's process has ended; another one opens the node."""
        alias = f"sim-{name}"
        forget_connection(alias)
        self.town.nodes[name] = open_node(
            self.town.folder / name,
            ENVIRONMENT,
            self.town.clock,
            alias=alias,
            store=WatchedStore(self.store, self.points),
        )
        connections.settings[alias]["OPTIONS"]["timeout"] = BUSY_SECONDS
        watch_database(alias, self.points)

    def _adopt(self, where: str) -> None:
        """A transfer that was being handed in is there, or is not; both are well."""
        sheet, self.pending = self.pending, None
        if sheet is None:
            return
        with self.town.at(where):
            ids = set(Transfer.objects.values_list("transfer_id", flat=True)) - set(self.sheets)
        for transfer_id in ids:
            self.sheets[transfer_id] = sheet
        assert len(ids) <= 1

    def pick(self, node: str, *states: str) -> str | None:
        """A transfer that this node sends, in one of these states."""
        with self.town.at(node):
            rows = Transfer.objects.filter(state__in=states).values_list("transfer_id", flat=True)
            found = [one for one in self.sheets if one in set(rows)]
        return self.random.choice(found) if found else None


def open_run(seed: int, folder: Path) -> Run:
    """A town that has exchanged keys, with everything random coming from the seed."""
    os.urandom = Random(f"bytes {seed}").randbytes
    town = found_town(folder, links=LINKS)
    for name in town.nodes:
        with town.at(name) as node:
            for login in ("ito", *APPROVERS):
                save_person(
                    node.desk,
                    actor="admin",
                    login=login,
                    name=login,
                    division="税務課",
                    roles=["approver"],
                )
            for (sender, receiver), policy in POLICIES.items():
                if name in (sender, receiver):
                    save_route(
                        node.desk, actor="admin", from_node=sender, to_node=receiver, policy=policy
                    )
    for node in town.nodes.values():
        forget_connection(node.alias)
    points = CrashPoints()
    run = Run(town, Random(seed), SharedStore(folder / "store"), points)
    watch_files(folder, points)
    for name in list(town.nodes):
        run.reopen(name)
    (folder / "desk").mkdir()
    return run


def hand_in(run: Run, node: str) -> str:
    """Somebody submits one to three files."""
    ways = [way for way in LINKS if way[0] == node]
    if not ways:
        return "no way"
    sender, receiver = run.random.choice(ways)
    files = {
        f"{number}課　通知{run.random.randrange(10)}.dat": run.random.randbytes(
            run.random.choice((0, 1, 300, 5_000))
        )
        for number in range(run.random.randrange(1, 4))
    }
    stranger = run.random.random() < 0.06
    run.pending = Sheet(len(run.sheets), sender, receiver, files, stranger)
    desk = run.town.folder / "desk"
    for name, content in files.items():
        (desk / name).write_bytes(content)
    try:
        draft = draft_for(receiver, addressees=(STRANGER,) if stranger else ("sato",))
        with run.town.at(node) as at:
            paths = [desk / name for name in files]
            submitting.submit(at, actor="sato", draft=draft, paths=paths)
    finally:
        run.points.arm(0)
        shutil.rmtree(desk)
        desk.mkdir()
    return f"{len(files)} files"


def approve(run: Run, node: str) -> str:
    """An approver looks at something that waits."""
    transfer_id = run.pick(node, "waiting")
    if transfer_id is None:
        return "nothing waits"
    sheet, who = run.sheets[transfer_id], run.random.choice((*APPROVERS, "sato"))
    if who != "sato":
        sheet.approvers.add(who)
    with run.town.at(node) as at:
        deciding.approve(at.desk, actor=who, transfer_id=transfer_id)
    assert who != "sato", "approved by its own sender"
    return f"{sheet.number} by {who}"


def turn_down(run: Run, node: str) -> str:
    """差戻し or 却下."""
    transfer_id = run.pick(node, "waiting")
    if transfer_id is None:
        return "nothing waits"
    sheet, back = run.sheets[transfer_id], run.random.random() < 0.6
    verb = deciding.send_back if back else deciding.reject
    with run.town.at(node) as at:
        verb(at.desk, actor=run.random.choice(APPROVERS), transfer_id=transfer_id, reason="不備")
    if back:
        sheet.approvers.clear()
    else:
        sheet.stopped = "rejected"
    return f"{sheet.number} {verb.__name__}"


def submit_again(run: Run, node: str) -> str:
    """After 差戻し."""
    transfer_id = run.pick(node, "sent_back")
    if transfer_id is None:
        return "nothing was sent back"
    with run.town.at(node) as at:
        sending.submit_again(at.desk, actor="sato", transfer_id=transfer_id)
    return str(run.sheets[transfer_id].number)


def withdraw(run: Run, node: str) -> str:
    """取下げ of anything that has not left."""
    transfer_id = run.pick(node, "waiting", "sent_back", "ready", "sealing", "sent", "refused")
    if transfer_id is None:
        return "nothing to withdraw"
    sheet = run.sheets[transfer_id]
    with run.town.at(node) as at:
        sending.withdraw(at.desk, actor="sato", transfer_id=transfer_id)
    sheet.stopped = "withdrawn"
    return str(sheet.number)


def resend(run: Run, node: str) -> str:
    """Once more what was refused or has had no answer yet."""
    transfer_id = run.pick(node, "sent", "refused", "received")
    if transfer_id is None:
        return "nothing to resend"
    with run.town.at(node) as at:
        sending.resend(at.desk, actor="sato", transfer_id=transfer_id)
    return str(run.sheets[transfer_id].number)


def collect(run: Run, node: str) -> str:
    """An addressee collects something that has arrived, perhaps for the second time."""
    with run.town.at(node) as at:
        there = set(Arrival.objects.values_list("transfer_id", flat=True))
        found = [one for one in run.sheets if one in there]
        if not found:
            return "nothing has arrived"
        transfer_id = run.random.choice(found)
        sheet, out = run.sheets[transfer_id], run.town.folder / "out"
        try:
            out.mkdir()
            got = collecting.collect(at, actor="sato", transfer_id=transfer_id, folder=out)
            assert {one.sent_as: one.path.read_bytes() for one in got} == sheet.files
        finally:
            run.points.arm(0)
            shutil.rmtree(out, ignore_errors=True)
    return str(sheet.number)


def work(run: Run, node: str) -> str:
    """A round of the node's worker."""
    with run.town.at(node) as at:
        done = worker.run_round(at)
    codes = ",".join(one.code for one in (*done.refused, *done.troubles))
    return f"{done.received} {done.notices} {done.sent} {codes}"


def work_while_locked(run: Run, node: str) -> str:
    """A round while another program holds the database."""
    other = sqlite3.connect(run.town.folder / node / "office.db", isolation_level=None)
    with closing(other):
        other.execute("BEGIN IMMEDIATE")
        return work(run, node)


def erase(run: Run, node: str) -> str:
    """`sekisho expire`, sometimes with a new vault key at once."""
    now = run.random.random() < 0.5
    with run.town.at(node) as at:
        erased = upkeep.expire(at, rotate_now=now)
    return f"{erased.transfers} {erased.arrivals} {erased.receiver_keys}"


def renew_directory(run: Run, node: str) -> str:
    """Two administrators sign the next version; one node is handed it, the store does the rest."""
    town = run.town
    with town.at(node) as at:
        previous = peers.newest_directory(at)
        assert previous is not None
        signed = directory.document(directory.renewed(previous, town.clock.now(), 365))
        for admin in run.random.sample(town.admins, 2):
            signed = directory.sign(signed, admin.signing)
        return str(peers.accept_directory(at, signed).version)


def hand_over(run: Run, node: str) -> str:
    """New signing keys; every process of the node takes them into use."""
    with run.town.at(node) as at:
        made = rotating.rotate(at)
    run.reopen(node)
    return f"generation {made.generation}"


def wait(run: Run, node: str) -> str:
    """Time passes: minutes mostly, now and then hours, seldom days."""
    minutes = run.random.choices((1, 7, 45, 600, 3_000), (50, 30, 12, 2, 0.3))[0]
    run.town.clock.advance(timedelta(minutes=minutes))
    return f"{minutes} min"


def restart(run: Run, node: str) -> str:
    """The process ends between two calls."""
    run.reopen(node)
    return "opened"


def change_weather(run: Run, node: str) -> str:
    """The store begins to fail in some way, or to work again."""
    draw = run.random
    if draw.random() < 0.5:
        run.store.calm()
        return "calm"
    name, faults = draw.choice(
        [
            ("away", Faults(error_before=0.3, error_after=0.2)),
            ("timeouts", Faults(error_after=0.5)),
            ("cut off", Faults(partial=0.3)),
            ("late", Faults(late=0.6, stale=0.5, shuffled=True, duplicated=0.3)),
            ("full", Faults(bytes_max=draw.randrange(30_000))),
            ("vanished", Faults(vanishes_at_call=draw.randrange(40))),
        ]
    )
    run.store.storm(faults, draw.randrange(2**32))
    return name


_WEIGHTED: tuple[tuple[Callable[[Run, str], str], float], ...] = (
    (work, 44),
    (hand_in, 14),
    (approve, 16),
    (turn_down, 1.5),
    (submit_again, 1.5),
    (withdraw, 1),
    (resend, 2),
    (collect, 5),
    (wait, 14),
    (work_while_locked, 0.5),
    (erase, 1.5),
    (renew_directory, 0.4),
    (hand_over, 0.5),
    (restart, 1),
    (change_weather, 4),
)
OPERATIONS = tuple((act.__name__, act) for act, _ in _WEIGHTED)
WEIGHTS = tuple(weight for _, weight in _WEIGHTED)


def come_to_rest(run: Run) -> None:
    """No faults any more; rounds until nobody has anything to do."""
    run.store.calm()
    for name in run.town.nodes:
        run.reopen(name)
    for _ in range(SETTLE_ROUNDS_MAX):
        run.town.clock.advance(timedelta(minutes=11))
        if all(done.idle for done in run.town.run()):
            return
    raise AssertionError("the town does not come to rest")
