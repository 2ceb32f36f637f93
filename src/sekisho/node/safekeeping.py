"""保存と控え: what is kept how long, what ends next, how the backups stand, what runs by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sekisho.node import upkeep
from sekisho.node.backup import noted
from sekisho.node.opening import Node
from sekisho.office.transfers import ending
from sekisho.office.transfers.models import Route
from sekisho.office.transfers.policy import Policy, read_policy
from sekisho.office.transfers.queries import open_routes
from sekisho.office.vault.actions import last_rotation

ENDINGS_SHOWN = 20
ROUND_WITHIN = timedelta(minutes=10)
DAY_WITHIN = timedelta(hours=26)
ROTATION_GRACE = timedelta(hours=2)


class Task(StrEnum):
    """What runs by itself."""

    ROUND = "round"
    DAILY = "daily"
    ROTATION = "rotation"
    BACKUP = "backup"
    ERASURES = "erasures"
    EXAMINATION = "examination"


@dataclass(frozen=True)
class Run:
    """One of them: when last, how often it is to be (None: when there is something to do)."""

    task: Task
    last: datetime | None
    within: timedelta | None
    late: bool


@dataclass(frozen=True)
class Safekeeping:
    """The whole picture. `longer`: keys of backups live longer than the shortest retention, so
    that what is erased here can be read from a backup for so many days more."""

    routes: list[tuple[Route, Policy]]
    endings: list[ending.Ending]
    kept: ending.Kept
    backups: noted.Noted
    expected: bool
    late: bool
    runs: list[Run]
    longer: int


def safekeeping(node: Node) -> Safekeeping:
    """All of it, now. The places of the backups are not looked at: they may be away."""
    found, now = noted.noted(node), node.desk.now()
    routes = [(one, read_policy(one.policy)) for one in open_routes()]
    what = ending.kept()
    return Safekeeping(
        routes=routes,
        endings=ending.next_endings(ENDINGS_SHOWN),
        kept=what,
        backups=found,
        expected=noted.is_expected(node.settings, found),
        late=noted.is_late(node.settings, found, now),
        runs=list(_runs(node, found, what.owed_since)),
        longer=_longer(node, [policy for _, policy in routes]),
    )


def _longer(node: Node, policies: list[Policy]) -> int:
    days = node.settings.backup.keep_days
    kept = (days for one in policies for days in (one.retention_days, *one.label_days.values()))
    shortest = min(kept, default=days)
    return max(0, days - shortest) if days else 0


def _runs(node: Node, found: noted.Noted, owed_since: datetime | None) -> Iterator[Run]:
    now = node.desk.now()

    def run(task: Task, last: datetime | None, within: timedelta) -> Run:
        return Run(task, last, within, last is None or now - last > within)

    yield run(Task.ROUND, upkeep.last_round(node), ROUND_WITHIN)
    yield run(Task.DAILY, _touched(node.settings.folder / upkeep.TIDIED), DAY_WITHIN)
    grace = timedelta(hours=node.settings.rotate_hours) + ROTATION_GRACE
    overdue = owed_since is not None and now - owed_since > grace
    yield Run(Task.ROTATION, last_rotation(), None, overdue)
    if noted.is_expected(node.settings, found):
        hours = timedelta(hours=node.settings.backup.late_hours)
        made = found.made.when if found.made else None
        late = noted.is_late(node.settings, found, now)
        yield Run(Task.BACKUP, made, hours or None, late)
        yield run(Task.ERASURES, found.listed, noted.LISTED_WITHIN)
        checked = found.checked.when if found.checked else None
        yield run(Task.EXAMINATION, checked, noted.CHECKED_WITHIN)


def _touched(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
