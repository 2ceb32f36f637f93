"""What would happen to a transfer: the rules asked without anything being kept or sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sekisho.kernel.errors import SekishoError
from sekisho.node.opening import Node
from sekisho.node.submitting import gather
from sekisho.node.tasting import Taster
from sekisho.office.accounts.queries import names_of
from sekisho.office.transfers import rules
from sekisho.office.transfers.actions.routes import require_route
from sekisho.office.transfers.circle import Circle
from sekisho.office.transfers.judging import Draft, judge
from sekisho.office.transfers.policy import Policy
from sekisho.seal.intake import SourceFile


@dataclass(frozen=True)
class Step:
    """One step of approval: how many have to, and who could (login, name)."""

    approvals: int
    people: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Rehearsal:
    """Every reason against it (none: it may go), who could approve step by step, whether before or
    after it leaves, and when it would leave at the earliest."""

    reasons: tuple[SekishoError, ...]
    policy: Policy
    timing: str
    steps: tuple[Step, ...]
    leaves: datetime
    files: tuple[rules.What, ...]

    @property
    def approvers(self) -> tuple[str, ...]:
        """The logins of all steps, each once."""
        return tuple(dict.fromkeys(login for step in self.steps for login, _ in step.people))


def rehearse(
    node: Node,
    *,
    actor: str,
    draft: Draft,
    paths: Sequence[Path] = (),
    files: Sequence[rules.What] = (),
    when: datetime,
) -> Rehearsal:
    """Judge as `submit` would, for files on the disk or files that are only described, with people
    and organisation as they are on the day of `when`.

    Raises Refused SKS-T004 (no route), SKS-T051, and for files.
    """
    policy = require_route(node.name, draft.to_node)
    circle = Circle(node.desk, when)
    person = circle.who(actor)
    whats = (*files, *(_what(name, source) for name, source in gather(paths)))
    return Rehearsal(
        judge(circle, policy, person, draft, whats),
        policy,
        rules.timing_for(policy, person, draft.emergency),
        _steps(circle, actor, policy, draft) if policy.needed else (),
        rules.opens_at(policy, when),
        whats,
    )


def _steps(circle: Circle, actor: str, policy: Policy, draft: Draft) -> tuple[Step, ...]:
    case = circle.case_of(actor, policy.steps, draft.approvers)
    able = [case.able(n, circle.everyone) for n in range(1, len(policy.steps) + 1)]
    names = names_of({login for logins in able for login in logins})
    return tuple(
        Step(step.approvals, tuple((login, names[login]) for login in logins))
        for step, logins in zip(policy.steps, able, strict=True)
    )


def _what(name: str, source: SourceFile) -> rules.What:
    taster = Taster(source.read())
    for _ in taster:
        continue
    kind = taster.content_type()
    return rules.What(name, source.bytes, kind.name, kind.family)
