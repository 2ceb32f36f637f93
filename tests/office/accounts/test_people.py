"""People: who may be registered, under which logins, in which roles."""

from __future__ import annotations

import pytest
from tests.support.town import Town

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.office.accounts.actions import (
    require_person,
    require_right,
    retire_person,
    save_person,
    unknown_logins,
)
from sekisho.office.accounts.models import Person
from sekisho.office.permissions import Act
from sekisho.office.transfers.rules import Who, matches


def test_a_person_is_staff_and_what_else_was_said(town: Town) -> None:
    with town.at("internet") as node:
        made = save_person(
            node.desk,
            actor="admin",
            login="ito",
            name="伊藤 美咲",
            division="財政課",
            roles=["approver"],
        )
        assert (made.roles, made.active) == (["approver", "staff"], True)
        assert require_person("ito") == made
        changed = save_person(
            node.desk, actor="admin", login="ito", name="伊藤 美咲", division="税務課"
        )
        assert (changed.roles, changed.division) == (["staff"], "税務課")
        assert Person.objects.filter(login="ito").count() == 1


def test_who_has_left_acts_no_more_until_registered_again(town: Town) -> None:
    with town.at("internet") as node:
        retire_person(node.desk, actor="admin", login="suzuki")
        with pytest.raises(Refused) as refused:
            require_person("suzuki")
        assert refused.value.code == "SKS-T051"
        with pytest.raises(Refused) as again:
            retire_person(node.desk, actor="admin", login="suzuki")
        assert again.value.code == "SKS-T051"
        assert unknown_logins(["sato", "suzuki", "who"]) == ["suzuki", "who"]
        save_person(node.desk, actor="admin", login="suzuki", name="鈴木 一郎")
        assert require_person("suzuki").roles == ["staff"]


def test_a_role_that_is_not_there_is_refused_with_those_that_are(sqlite_town: Town) -> None:
    with sqlite_town.at("internet") as node:
        with pytest.raises(InvalidInput) as refused:
            save_person(node.desk, actor="admin", login="ito", name="伊藤", roles=["boss"])
        assert refused.value.code == "SKS-T050"
        assert (
            refused.value.params["allowed"] == "admin, approver, auditor, ciso, contractor, staff"
        )
        with pytest.raises(Refused) as missing:
            require_right("sato", Act.ROUTES)
        assert missing.value.code == "SKS-T053"
        assert not Person.objects.filter(login="ito").exists()


LOGINS = ["ito", "伊藤", "ito@soumu.lg.jp", "DOMAIN\\ito", "i:t:o", "x" * 64]
NOT_LOGINS = [
    *("", " ito", "ito ", "i\tto", "i\nto", "i\x00to", "x" * 65, "ito\u202e"),
    *("*", "role:approver", "division:税務課", "role:", "line:2", "superior"),
]


@pytest.mark.parametrize("login", LOGINS)
def test_what_may_be_a_login(sqlite_town: Town, login: str) -> None:
    with sqlite_town.at("internet") as node:
        assert save_person(node.desk, actor="admin", login=login, name="伊藤").login == login


@pytest.mark.parametrize("login", NOT_LOGINS)
def test_what_may_not(sqlite_town: Town, login: str) -> None:
    with sqlite_town.at("internet") as node:
        with pytest.raises(InvalidInput) as refused:
            save_person(node.desk, actor="admin", login=login, name="伊藤")
        assert refused.value.code == "SKS-T052"


def test_no_login_stands_for_a_group_in_a_policy() -> None:
    """If one could, its owner would approve as everybody of that role."""
    for login in LOGINS:
        assert not matches(["role:approver", "division:税務課", "role:"], Who(login))


@pytest.mark.parametrize(
    ("name", "division"),
    [
        ("", ""),
        (" \u3000", ""),
        ("伊" * 101, ""),
        ("伊藤", "課" * 101),
        ("伊\n藤", ""),
        ("伊藤", "\x1b"),
    ],
)
def test_a_name_is_one_line_that_a_letter_can_carry(
    sqlite_town: Town, name: str, division: str
) -> None:
    with sqlite_town.at("internet") as node, pytest.raises(InvalidInput) as refused:
        save_person(node.desk, actor="admin", login="ito", name=name, division=division)
    assert refused.value.code == "SKS-T054"


def test_as_long_as_a_letter_can_carry_is_allowed(town: Town) -> None:
    with town.at("internet") as node:
        made = save_person(
            node.desk, actor="admin", login="x" * 64, name="伊" * 100, division="課" * 100
        )
        made.refresh_from_db()
        assert (made.name, made.division) == ("伊" * 100, "課" * 100)
