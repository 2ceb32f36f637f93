"""Locks, and passwords that somebody else sets: on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.support.town import Town

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.office.accounts import passwords, signing_in
from sekisho.office.accounts.from_directory import take_over
from sekisho.office.accounts.models import Person, SignInTally
from sekisho.office.accounts.sign_in_rules import (
    FOR_APPROVERS,
    OPTIONAL,
    REQUIRED,
    Lock,
    Tally,
    after_failure,
    needs_factor,
)
from sekisho.office.evidence.models import Event

LOCK = Lock(after=3, minutes=10)
NOW = datetime(2026, 4, 1, tzinfo=UTC)
GOOD = "Kawara-ban-7"


def test_failures_add_up_only_while_they_are_near() -> None:
    near = after_failure(Tally(1, NOW), LOCK, NOW + timedelta(minutes=10))
    far = after_failure(Tally(2, NOW), LOCK, NOW + timedelta(minutes=11))
    assert (near.count, far.count) == (2, 1)
    assert not near.is_locked(NOW) and not far.is_locked(NOW)


def test_the_last_failure_locks_until_its_time() -> None:
    tally = after_failure(Tally(2, NOW), LOCK, NOW)
    assert tally.locked_until == NOW + timedelta(minutes=10)
    assert tally.is_locked(NOW + timedelta(minutes=9))
    assert not tally.is_locked(NOW + timedelta(minutes=10))


@pytest.mark.parametrize(
    ("mode", "roles", "heads", "needed"),
    [
        (OPTIONAL, ["admin", "approver"], True, False),
        (FOR_APPROVERS, ["staff"], False, False),
        (FOR_APPROVERS, ["staff"], True, True),
        (FOR_APPROVERS, ["staff", "approver"], False, True),
        (FOR_APPROVERS, ["admin", "staff"], False, True),
        (FOR_APPROVERS, ["contractor"], False, False),
        (REQUIRED, ["contractor"], False, True),
    ],
)
def test_who_needs_a_second_factor(mode: str, roles: list[str], heads: bool, needed: bool) -> None:
    assert needs_factor(mode, roles, heads) is needed


def test_a_lock_stands_in_the_database_and_ends(town: Town) -> None:
    with town.at("lgwan") as node:
        for _ in range(3):
            signing_in.require_unlocked(node.desk, login="sato", address="10.0.0.1")
            signing_in.note_failure(node.desk, LOCK, login="Sato ", address="10.0.0.1")
        with pytest.raises(Refused) as refused:
            signing_in.require_unlocked(node.desk, login="sato", address="10.0.0.2")
        assert refused.value.code == "SKS-W030"
        assert Event.objects.filter(kind="sign_in.locked").count() == 1
        town.clock.advance(timedelta(minutes=10))
        signing_in.require_unlocked(node.desk, login="sato", address="10.0.0.2")


def test_old_failures_leave_no_rows(town: Town) -> None:
    with town.at("lgwan") as node:
        signing_in.note_failure(node.desk, LOCK, login="sato", address="10.0.0.1")
        town.clock.advance(timedelta(days=3))
        signing_in.note_failure(node.desk, LOCK, login="suzuki", address="10.0.0.2")
        assert SignInTally.objects.count() == 2


@pytest.mark.parametrize("typed", ["sato\x00", "SATO\x00x", "%", "s_to", "", "sato\u200b", "*"])
def test_nothing_else_means_a_person(town: Town, typed: str) -> None:
    with town.at("lgwan"):
        assert signing_in.person_named(typed) is None
        named = signing_in.person_named(" Sato ")
        assert named is not None and named.login == "sato"


def test_an_administrator_sets_a_password(town: Town) -> None:
    with town.at("lgwan") as node:
        passwords.issue_password(node.desk, actor="admin", login="sato", password=GOOD)
        sato = Person.objects.get(login="sato")
        assert sato.check_password(GOOD) and sato.temporary and sato.epoch == 1
        passwords.change_password(node.desk, person=sato, password="Toki-no-kane-9")
        assert not Person.objects.get(login="sato").temporary
        found = Event.objects.filter(kind__startswith="password.").order_by("id")
        assert [one.kind for one in found] == ["password.issued", "password.changed"]


@pytest.mark.parametrize("weak", ["", "short-1", "password1234", "12345678901"])
def test_weak_passwords_are_refused(town: Town, weak: str) -> None:
    with town.at("lgwan") as node:
        with pytest.raises(InvalidInput) as refused:
            passwords.issue_password(node.desk, actor="admin", login="sato", password=weak)
        assert refused.value.code == "SKS-H070"
        assert not Person.objects.get(login="sato").has_usable_password()


def test_only_administrators_set_passwords(town: Town) -> None:
    with town.at("lgwan") as node:
        for actor, login, code in (
            ("suzuki", "sato", "SKS-T053"),
            ("admin", "nobody", "SKS-T051"),
            ("nobody", "sato", "SKS-T051"),
        ):
            with pytest.raises(Refused) as refused:
                passwords.issue_password(node.desk, actor=actor, login=login, password=GOOD)
            assert refused.value.code == code


def test_a_group_that_is_empty_leaves_the_last_administrator(town: Town) -> None:
    with town.at("lgwan") as node:
        admin = Person.objects.get(login="admin")
        kept = take_over(
            node.desk, person=admin, login="admin", name="", email="", roles=(), managed=("admin",)
        )
        assert "admin" in kept.roles
        approver = Person.objects.get(login="suzuki")
        changed = take_over(
            node.desk,
            person=approver,
            login="suzuki",
            name="鈴木 一郎",
            email="",
            roles=(),
            managed=("approver",),
        )
        assert changed.roles == ["staff"]
