"""Every reason against a transfer that somebody wants to send: the route's, and its steps'."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sekisho.kernel.errors import Refused, SekishoError
from sekisho.office.accounts.who import Who
from sekisho.office.transfers import rules
from sekisho.office.transfers.circle import Circle
from sekisho.office.transfers.policy import LINE, SUPERIOR, Policy


@dataclass(frozen=True)
class Draft:
    """What the sender says of a transfer, before its files."""

    to_node: str
    addressees: tuple[str, ...]
    purpose: str
    label: str
    approvers: tuple[str, ...] = ()
    """Whom the sender asks to approve; nobody named: whoever may."""
    emergency: str | None = None
    """Why it has to leave at once, where the sender asks for that."""
    flow: str = ""
    """The code of the registered flow that it belongs to, if it does."""


def judge(
    circle: Circle, policy: Policy, person: Who, draft: Draft, files: Sequence[rules.What]
) -> tuple[SekishoError, ...]:
    """Every reason of the route, and of its steps of approval, against a transfer."""
    found = rules.judge(policy, request(person, draft, files))
    return (*found, *_judge_approvers(circle, policy, person, draft))


def _judge_approvers(
    circle: Circle, policy: Policy, person: Who, draft: Draft
) -> Iterable[SekishoError]:
    """A step that nobody can take would let the transfer wait for ever; a wish that nobody may
    fulfil is refused."""
    words = {word for step in policy.steps for word in step.approvers}
    if not draft.approvers and not any(word == SUPERIOR or word.startswith(LINE) for word in words):
        return
    case = circle.case_of(person.login, policy.steps, draft.approvers)
    able: set[str] = set()
    for number, step in enumerate(policy.steps, start=1):
        found = [one.login for one in circle.everyone if case.stands(step, one)]
        able.update(found)
        asked = [login for login in found if login in draft.approvers]
        if len(found) < step.approvals:
            yield Refused("SKS-H043", number=number, found=len(found), needed=step.approvals)
        elif draft.approvers and len(asked) < step.approvals:
            yield Refused("SKS-H044", number=number, found=len(asked), needed=step.approvals)
    for login in sorted(set(draft.approvers) - able):
        yield Refused("SKS-H045", login=login)


def request(person: Who, draft: Draft, files: Sequence[rules.What]) -> rules.Request:
    """What the rules judge."""
    return rules.Request(
        person, draft.addressees, draft.label, draft.purpose, tuple(files), draft.emergency
    )
