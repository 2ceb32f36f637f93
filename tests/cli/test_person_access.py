"""Letting somebody in again, at the command line."""

from __future__ import annotations

from tests.support.commands import Commands

AS = ("--as", "admin")


def test_a_temporary_password_is_shown_once(town: Commands) -> None:
    made = town.value("lgwan", "person", "password", "sato", "--generate", *AS)
    assert made["temporary"] and len(made["password"]) == 19
    other = town.value("lgwan", "person", "password", "sato", "--generate", *AS)
    assert other["password"] != made["password"]
    shown = town.at("lgwan", "person", "password", "sato", "--generate", *AS).stdout
    assert "ここでしか表示しません" in shown


def test_a_password_is_asked_for_twice(town: Commands) -> None:
    given = "Kawara-ban-7\nKawara-ban-7\n"
    answer = town.value("lgwan", "person", "password", "sato", "--keep", *AS, given=given)
    assert answer == {"login": "sato", "temporary": False}


def test_a_weak_password_is_refused_in_words(town: Commands) -> None:
    error = town.call(
        *("--node", town.folder / "lgwan", "person", "password", "sato", *AS, "--json"),
        given="short\nshort\n",
    )
    assert error.exit_code != 0 and "SKS-H070" in error.stderr


def test_others_may_not(town: Commands) -> None:
    for verb in (
        ("password", "sato", "--generate"),
        ("unlock", "sato"),
        ("reset-factors", "sato", "--reason", "紛失"),
        ("sign-out", "sato"),
    ):
        error = town.fails("lgwan", "person", *verb, "--as", "suzuki")
        assert error["code"] == "SKS-T053"


def test_unlocking_says_whether_there_was_a_lock(town: Commands) -> None:
    assert not town.value("lgwan", "person", "unlock", "sato", *AS)["unlocked"]


def test_resetting_factors_works_before_any_page_was_served(town: Commands) -> None:
    reset = ("person", "reset-factors", "sato", "--reason", "紛失", *AS)
    assert town.value("lgwan", *reset)["removed"] == 0


def test_sessions_are_ended(town: Commands) -> None:
    assert town.value("lgwan", "person", "sign-out", "sato", *AS)["signed_out"]
