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
from sekisho.office.accounts.actions import require_person
from sekisho.office.accounts.periods import day_of
from sekisho.office.accounts.queries import everybody, organisation
from sekisho.office.transfers import rules
from sekisho.office.transfers.actions.routes import require_route
from sekisho.office.transfers.actions.sending import Draft
from sekisho.office.transfers.circle import seen, who
from sekisho.office.transfers.policy import Policy
from sekisho.seal.intake import SourceFile


@dataclass(frozen=True)
class Rehearsal:
    """Every reason against it (none: it may go), who could approve, when it would leave."""

    reasons: tuple[SekishoError, ...]
    policy: Policy
    approvers: tuple[str, ...]
    leaves: datetime
    files: tuple[rules.What, ...]


def rehearse(
    node: Node, *, actor: str, draft: Draft, paths: Sequence[Path], when: datetime
) -> Rehearsal:
    """Judge as `submit` would. Raises Refused SKS-T004 (no route), SKS-T051, and for files."""
    policy = require_route(node.name, draft.to_node)
    person = who(node.desk, require_person(actor))
    files = tuple(_what(name, source) for name, source in gather(paths))
    request = rules.Request(person, draft.addressees, draft.label, draft.purpose, files)
    others = [one for one in everybody() if one.active and one.login != actor]
    known = organisation(day_of(when))
    approvers = [one.login for one in others if rules.matches(policy.approvers, seen(one, known))]
    return Rehearsal(
        rules.judge(policy, request),
        policy,
        tuple(approvers),
        rules.opens_at(policy, when),
        files,
    )


def _what(name: str, source: SourceFile) -> rules.What:
    taster = Taster(source.read())
    for _ in taster:
        continue
    kind = taster.content_type()
    return rules.What(name, source.bytes, kind.name, kind.family)
