"""Judgements about signing in: who needs a second factor, when a login is locked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sekisho.office.accounts.roles import ADMIN, APPROVER

OPTIONAL, FOR_APPROVERS, REQUIRED = "optional", "required-for-approvers", "required"
FACTOR_MODES = (OPTIONAL, FOR_APPROVERS, REQUIRED)
ADDRESS_TIMES = 10
"""How many more failures an address may have than a login: many people may share a terminal
server or a gateway."""


@dataclass(frozen=True)
class Lock:
    """After so many failures in a row a login is locked for so many minutes."""

    after: int
    minutes: int

    @property
    def span(self) -> timedelta:
        """How long a lock lasts, and after how long a failure is forgotten."""
        return timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Tally:
    """Failures in a row of one login or one address."""

    count: int = 0
    last: datetime | None = None
    locked_until: datetime | None = None

    def is_locked(self, now: datetime) -> bool:
        """Whether nothing is tried at present."""
        return self.locked_until is not None and now < self.locked_until


def after_failure(tally: Tally, lock: Lock, now: datetime, times: int = 1) -> Tally:
    """The tally with one more failure; what is older than a lock lasts no longer counts."""
    old = tally.last is None or now - tally.last > lock.span
    count = 1 if old else tally.count + 1
    until = now + lock.span if count >= lock.after * times else None
    return Tally(0 if until else count, now, until)


def needs_factor(mode: str, roles: Collection[str], heads: bool) -> bool:
    """Whether somebody must have a second factor; `heads`: he heads a unit, and so approves."""
    if mode == FOR_APPROVERS:
        return heads or not {APPROVER, ADMIN}.isdisjoint(roles)
    return mode == REQUIRED
