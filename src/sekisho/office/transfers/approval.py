"""Who may approve what, and when it is enough: values in, values out.

docs/guide/権限と承認.md has these rules as a table, each with the test that holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sekisho.kernel.errors import Refused
from sekisho.office.accounts.roles import CONTRACTOR
from sekisho.office.accounts.who import Who, matches
from sekisho.office.transfers.policy import LINE, SUPERIOR, Level, Policy

APPROVE = "approve"


@dataclass(frozen=True)
class Made:
    """A decision already made in the present round; `acting_for` whom, if not for himself."""

    person: str
    verb: str
    acting_for: str = ""
    level: int = 1


@dataclass(frozen=True)
class Case:
    """A transfer that is to be decided: whose it is, by which steps, and how far it has come.

    `line` holds the heads above the sender, level by level; `chosen` the approvers that the
    sender asked for.
    """

    sender: str
    levels: tuple[Level, ...]
    made: tuple[Made, ...] = ()
    line: Sequence[tuple[str, ...]] = ()
    chosen: frozenset[str] = frozenset()

    def stands(self, level: Level, who: Who) -> bool:
        """Whether a person may approve in this step. Contractors approve nothing."""
        if CONTRACTOR in who.roles or who.login == self.sender:
            return False
        return matches(level.approvers, who) or who.login in self._above(level.approvers)

    def _above(self, words: Iterable[str]) -> set[str]:
        """The heads above the sender that these words name."""
        found: set[str] = set()
        for word in words:
            if word == SUPERIOR:
                found.update(*self.line[:1])
            elif word == LINE:
                found.update(*self.line)
            elif word.startswith(LINE):
                place = int(word.removeprefix(LINE)) - 1
                found.update(*self.line[place : place + 1])
        return found

    def open_level(self, verb: str = APPROVE) -> int:
        """The number (from 1) of the step that is to be decided now; 0 when all are complete."""
        for number, level in enumerate(self.levels, start=1):
            if self._found(number, verb) < level.approvals:
                return number
        return 0

    def missing(self, verb: str = APPROVE) -> int:
        """How many further people have to approve (or confirm), all steps together."""
        return sum(
            max(0, level.approvals - self._found(number, verb))
            for number, level in enumerate(self.levels, start=1)
        )

    def _found(self, number: int, verb: str) -> int:
        made = [one for one in self.made if one.verb == verb and one.level == number]
        return counted(self.sender, [(one.person, one.acting_for) for one in made])

    def able(self, number: int, everyone: Iterable[Who]) -> list[str]:
        """Who may approve in this step, of all people: those the sender chose, if they are
        enough, else everybody whom the step names."""
        level = self.levels[number - 1]
        found = [one.login for one in everyone if self.stands(level, one)]
        asked = [login for login in found if login in self.chosen]
        return asked if len(asked) >= level.approvals else found


def counted(sender: str, decisions: Iterable[tuple[str, str]]) -> int:
    """How many of these decisions (who, acting for whom) count: each person once, whether he
    decided or was acted for, and the sender never."""
    seen, count = {sender}, 0
    for person, acting_for in decisions:
        people = {person, acting_for or person}
        if not people & seen:
            count += 1
        seen |= people
    return count


def levels_now(stored: Sequence[Level], needed: int, policy: Policy) -> tuple[Level, ...]:
    """The steps that count for a submitted transfer: how many have to approve as it was when it
    was submitted, who may as the route says now, if it still has as many steps."""
    if not stored:
        # Submitted before steps were kept: one step, of everybody whom the route names.
        words = tuple(word for step in policy.steps for word in step.approvers)
        return (Level(words, needed),)
    if len(stored) != len(policy.steps):
        return tuple(stored)
    return tuple(
        Level(now.approvers, then.approvals) for now, then in zip(policy.steps, stored, strict=True)
    )


def may_decide(
    case: Case,
    actor: Who,
    authority: Who,
    verb: str = APPROVE,
    everyone: Callable[[], Iterable[Who]] = tuple,
) -> int:
    """The number of the step in which the actor may decide now, by his own or the absent
    person's authority.

    Raises Refused SKS-T030 (his own, or that of whom he acts for), SKS-T031 (no approver),
    SKS-T032 (decided already), SKS-H041 (another step comes first), SKS-H042 (the sender asked
    others). `everyone` is asked only where the sender has chosen.
    """
    if case.sender in (actor.login, authority.login):
        raise Refused("SKS-T030")
    steps = [n for n, level in enumerate(case.levels, start=1) if case.stands(level, authority)]
    if not steps or CONTRACTOR in actor.roles:
        raise Refused("SKS-T031", login=authority.login)
    people = {actor.login, authority.login}
    for one in case.made:
        if people & {one.person, one.acting_for}:
            raise Refused("SKS-T032", login=authority.login)
    number = case.open_level(verb)
    if number and number not in steps:
        raise Refused("SKS-H041", number=number)
    if number and case.chosen and authority.login not in case.able(number, everyone()):
        raise Refused("SKS-H042", login=authority.login)
    return number or steps[-1]
