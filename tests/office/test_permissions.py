"""Every role, act, standing and state against a table that was written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import pytest
from tests.house.source import ROOT
from tests.support.organised import organise
from tests.support.town import Town

from sekisho.kernel.errors import Refused
from sekisho.office.accounts.actions import require_right
from sekisho.office.accounts.roles import CONTRACTOR, ROLES
from sekisho.office.accounts.roles import WORDS as ROLE_WORDS
from sekisho.office.permissions import (
    IN,
    OUT,
    PENDING,
    PREDICATES,
    WORDS,
    Act,
    Standing,
    may,
)
from sekisho.office.transfers.states import WORDS as STATE_WORDS
from sekisho.office.transfers.states import ArrivalState, State

TABLE = Path(__file__).with_name("permissions.tsv")
GUIDE = ROOT / "docs" / "guide" / "権限と承認.md"
LEAVING = {
    "none": Standing(),
    "sender": Standing(sender=True),
    "approver": Standing(approver=True),
    "both": Standing(sender=True, approver=True),
    "decided": Standing(decided=True),
    "unread": Standing(unread=True),
}
ARRIVED = {"nobody": Standing(side=IN), "addressee": Standing(side=IN, addressee=True)}
EVERY_STATE = frozenset({*State, *(f"in:{one}" for one in ArrivalState)})


@dataclass(frozen=True)
class Allowed:
    """One line of the table."""

    act: str
    roles: frozenset[str]
    standings: frozenset[str]
    states: frozenset[str]
    only: frozenset[str]


def lines() -> Iterator[Allowed]:
    for line in TABLE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        act, roles, standings, states, only = (
            [word for word in cell.split(",") if word != "-"] for cell in line.split("\t")
        )
        yield Allowed(
            act[0],
            frozenset(ROLES) if roles == ["*"] else _roles(roles),
            frozenset({*LEAVING, *ARRIVED}) if standings == ["*"] else frozenset(standings),
            EVERY_STATE if states == ["*"] else frozenset(states),
            frozenset(only),
        )


def _roles(words: list[str]) -> frozenset[str]:
    return frozenset(ROLES) - {CONTRACTOR} if words == ["insiders"] else frozenset(words)


def things() -> Iterator[tuple[str, str, Standing]]:
    """Standing, state and thing, in every combination."""
    flags = list(product((False, True), repeat=3))
    for (name, one), state, (pending, restricted, erased) in product(LEAVING.items(), State, flags):
        thing = replace(
            one,
            side=OUT,
            state=state,
            confirm=PENDING if pending else "none",
            restricted=restricted,
            erased=erased,
        )
        yield name, state, thing
    for (name, one), arrived, erased in product(ARRIVED.items(), ArrivalState, (False, True)):
        yield name, f"in:{arrived}", replace(one, state=arrived, erased=erased)


def fits(line: Allowed, role: str, standing: str, state: str, thing: Standing) -> bool:
    holds = {
        "kept": not thing.erased,
        "unrestricted": not thing.restricted,
        "pending": thing.confirm == PENDING,
    }
    placed = role in line.roles and standing in line.standings and state in line.states
    return placed and all(holds[word] for word in line.only)


@pytest.mark.parametrize("act", Act)
def test_role_standing_and_state_decide_as_the_table_says(act: Act) -> None:
    mine = [line for line in lines() if line.act == act]
    assert mine
    wrong = [
        (role, standing, state, thing)
        for role in ROLES
        for standing, state, thing in things()
        if may([role], act, thing) != any(fits(x, role, standing, state, thing) for x in mine)
    ]
    assert wrong == []


def test_the_table_speaks_of_nothing_that_is_not_there() -> None:
    for line in lines():
        assert line.act in set(Act)
        assert line.roles <= set(ROLES)
        assert line.standings <= {*LEAVING, *ARRIVED}
        assert line.states <= EVERY_STATE
        assert line.only <= {"kept", "unrestricted", "pending"}


def test_every_act_has_a_predicate_and_words() -> None:
    assert set(PREDICATES) == set(WORDS) == set(Act)


def test_several_roles_allow_what_one_of_them_allows() -> None:
    for act, (_, _, thing) in product(Act, things()):
        apart = may(["approver"], act, thing) or may(["auditor"], act, thing)
        assert may(["approver", "auditor"], act, thing) == apart


def mark(act: Act, role: str) -> str:
    """◎ whatever it is about, ○ as far as it concerns him and the state lets it, ─ never."""
    found = {may([role], act, thing) for _, _, thing in things()}
    return {(True,): "◎", (False,): "─"}.get(tuple(found), "○")


def guide_rows() -> list[str]:
    """The table of roles in the guide."""
    return [
        f"| {WORDS[act][0]} | " + " | ".join(mark(act, role) for role in ROLES) + " |"
        for act in Act
    ]


def state_rows() -> list[str]:
    """The table of states in the guide: in which of them the act is possible at all."""
    rows = []
    for act in (Act.DECIDE, Act.CONFIRM, Act.RESUBMIT, Act.WITHDRAW, Act.RESEND):
        able = {state for _, state, thing in things() if may(["admin"], act, thing)}
        words = "、".join(STATE_WORDS[state][0] for state in State if state in able)
        rows.append(f"| {WORDS[act][0]} | {words} |")
    return rows


def test_the_guide_shows_the_same() -> None:
    text = GUIDE.read_text("utf-8").splitlines()
    head = "| すること | " + " | ".join(ROLE_WORDS[role][0] for role in ROLES) + " |"
    assert head in text
    assert [row for row in (*guide_rows(), *state_rows()) if row not in text] == []


@pytest.mark.parametrize("act", [Act.ROUTES, Act.PEOPLE, Act.EXCEPTIONS, Act.FORGET, Act.AUDIT])
def test_administration_asks_for_the_role(sqlite_town: Town, act: Act) -> None:
    with sqlite_town.at("internet") as node:
        organise(node)
        require_right("admin", act)
        for login in ("sato", "suzuki", "gyosha"):
            with pytest.raises(Refused) as reason:
                require_right(login, act)
            assert reason.value.code == "SKS-T053"
            assert "情報システム担当" in reason.value.explain("ja").what
            assert "administrator" in reason.value.explain("en").what
