"""The organisation on a day: units above units, main posts and others, whose line is whose."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.support.town import Town

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.office.accounts import appointing
from sekisho.office.accounts.actions import retire_due, retire_person, save_person
from sekisho.office.accounts.models import Person, Unit
from sekisho.office.accounts.organisation import Organisation, Posting, UnitEntry
from sekisho.office.accounts.queries import organisation, postings_of
from sekisho.office.evidence.models import Event

APRIL = date(2026, 4, 1)
MARCH = date(2026, 3, 31)
NEXT_APRIL = date(2027, 4, 1)
BUREAU = UnitEntry("01", "総務部", "", APRIL)
SECTION = UnitEntry("0101", "税務課", "01", APRIL)
TEAM = UnitEntry("010101", "資産税係", "0101", APRIL)
UNITS = [BUREAU, SECTION, TEAM]


def post(login: str, unit: str, *, head: bool = False, main: bool = True, **more: date) -> Posting:
    return Posting(login, unit, "長" if head else "主事", head, main, more.pop("at", APRIL), **more)


STAFFED = [
    post("sato", "010101"),
    post("kakari", "010101", head=True),
    post("kacho", "0101", head=True),
    post("bucho", "01", head=True),
]


def test_units_are_known_by_their_own_names_and_those_above() -> None:
    known = Organisation(UNITS, STAFFED, APRIL)
    assert known.division("sato") == "資産税係"
    assert known.unit_names("sato") == {"資産税係", "税務課", "総務部"}
    assert known.unit_names("bucho") == {"総務部"}
    assert (known.division("who"), known.unit_names("who"), known.knows("who")) == (
        *("", frozenset()),
        False,
    )


def test_the_line_goes_up_head_by_head() -> None:
    known = Organisation(UNITS, STAFFED, APRIL)
    assert known.line("sato") == [("kakari",), ("kacho",), ("bucho",)]
    assert known.line("kacho") == [("bucho",)]
    assert known.line("bucho") == []
    assert known.line("who") == []


def test_who_does_not_work_is_left_out_of_the_line() -> None:
    known = Organisation(UNITS, STAFFED, APRIL)
    assert known.line("sato", {"kacho", "bucho"}) == [("kacho",), ("bucho",)]


def test_one_person_is_one_level_whatever_he_heads() -> None:
    both = [*STAFFED[:1], post("kacho", "0101", head=True), post("bucho", "01", head=True)]
    both.append(post("kacho", "010101", head=True, main=False))
    assert Organisation(UNITS, both, APRIL).line("sato") == [("kacho",), ("bucho",)]


def test_the_line_is_that_of_the_main_post() -> None:
    also = [post("sato", "01", main=False), *STAFFED]
    known = Organisation(UNITS, also, APRIL)
    assert known.line("sato")[0] == ("kakari",)
    assert known.division("sato") == "資産税係"
    assert known.unit_names("sato") == {"資産税係", "税務課", "総務部"}


def test_days_are_counted_with_both_ends() -> None:
    once = post("sato", "0101", at=APRIL, ends=date(2026, 4, 30))
    for day, there in ((MARCH, ""), (APRIL, "税務課"), (date(2026, 4, 30), "税務課")):
        units = [replace(one, starts=date(2020, 4, 1)) for one in UNITS]
        assert Organisation(units, [once], day).division("sato") == there
    assert Organisation(UNITS, [once], date(2026, 5, 1)).division("sato") == ""


def test_a_circle_of_units_ends() -> None:
    circle = [UnitEntry("a", "甲", "b", APRIL), UnitEntry("b", "乙", "a", APRIL)]
    known = Organisation(circle, [post("sato", "a")], APRIL)
    assert known.unit_names("sato") == {"甲", "乙"}


def settle(node: object) -> None:
    """The units and posts above, registered."""
    desk = node.desk  # type: ignore[attr-defined]
    for unit in UNITS:
        appointing.save_unit(desk, actor="admin", entry=unit)
    for one in STAFFED[1:]:
        save_person(desk, actor="admin", login=one.login, name=one.login)
    for one in STAFFED:
        appointing.appoint(desk, actor="admin", posting=one)


def test_registering_leaves_evidence_and_moves_the_division(town: Town) -> None:
    with town.at("internet") as node:
        settle(node)
        assert Person.objects.get(login="sato").division == "資産税係"
        kinds = list(Event.objects.order_by("-id").values_list("kind", flat=True)[:10])
        assert kinds.count("person.appointed") == 4
        assert kinds.count("unit.saved") == 3
        assert kinds.count("person.saved") == 3
        assert Event.objects.latest("id").subject.startswith("pe_")


def test_what_is_entered_ahead_counts_from_its_day(town: Town) -> None:
    with town.at("internet") as node:
        settle(node)
        renamed = UnitEntry("0101", "課税課", "01", NEXT_APRIL)
        appointing.save_unit(node.desk, actor="admin", entry=renamed)
        moved = Posting("sato", "01", "課長補佐", False, True, NEXT_APRIL)
        appointing.appoint(node.desk, actor="admin", posting=moved)
        assert organisation(date(2027, 3, 31)).unit_names("sato") == {
            *("資産税係", "税務課"),
            "総務部",
        }
        assert organisation(NEXT_APRIL).unit_names("sato") == {"総務部"}
        assert organisation(NEXT_APRIL).units["010101"].parent == "0101"
        assert organisation(NEXT_APRIL).units["0101"].name == "課税課"
        assert Person.objects.get(login="sato").division == "資産税係"
        ahead = NEXT_APRIL - town.clock.now().date()
        town.clock.advance(ahead)
        assert appointing.settle_divisions(node.desk) == 2
        assert Person.objects.get(login="sato").division == "総務部"
        assert Person.objects.get(login="kacho").division == "課税課"


def test_what_begins_before_something_entered_ahead_ends_before_it(town: Town) -> None:
    with town.at("internet") as node:
        for starts, name in ((NEXT_APRIL, "課税課"), (APRIL, "税務課")):
            entry = UnitEntry("0101", name, "", starts)
            appointing.save_unit(node.desk, actor="admin", entry=entry)
        rows = Unit.objects.order_by("starts").values_list("name", "ends")
        assert list(rows) == [("税務課", date(2027, 3, 31)), ("課税課", None)]


def test_a_post_is_released(town: Town) -> None:
    with town.at("internet") as node:
        settle(node)
        appointing.release(node.desk, actor="admin", login="kakari", unit="010101", last=APRIL)
        assert organisation(date(2026, 4, 2)).line("sato") == [("kacho",), ("bucho",)]
        assert [one.ends for one in postings_of("kakari")] == [APRIL]
        with pytest.raises(Refused) as reason:
            appointing.release(
                node.desk, actor="admin", login="kakari", unit="0101", last=NEXT_APRIL
            )
        assert reason.value.code == "SKS-H014"


BAD_UNITS = {
    "SKS-H010": UnitEntry("税務", "税務課", "", APRIL),
    "SKS-H011": UnitEntry("02", "税務課", "", APRIL, MARCH),
    "SKS-H012": UnitEntry("02", "税務課", "99", APRIL),
    "SKS-H013": UnitEntry("01", "総務部", "010101", APRIL),
    "SKS-T054": UnitEntry("02", "", "", APRIL),
}


@pytest.mark.parametrize("code", BAD_UNITS)
def test_a_unit_that_cannot_be_is_refused(sqlite_town: Town, code: str) -> None:
    with sqlite_town.at("internet") as node:
        settle(node)
        with pytest.raises(InvalidInput) as reason:
            appointing.save_unit(node.desk, actor="admin", entry=BAD_UNITS[code])
        assert reason.value.code == code


BAD_POSTS = {
    "SKS-H011": post("sato", "0101", ends=MARCH),
    "SKS-H012": post("sato", "0101", at=MARCH),
    "SKS-T051": post("who", "0101"),
    "SKS-T054": replace(post("sato", "0101"), post="課\n長"),
}


@pytest.mark.parametrize("code", BAD_POSTS)
def test_a_post_that_cannot_be_is_refused(sqlite_town: Town, code: str) -> None:
    with sqlite_town.at("internet") as node:
        settle(node)
        with pytest.raises(SekishoError) as reason:
            appointing.appoint(node.desk, actor="admin", posting=BAD_POSTS[code])
        assert reason.value.code == code


def test_only_administrators_register_once_there_is_one(town: Town) -> None:
    with town.at("internet") as node:
        for actor, code in (("sato", "SKS-T053"), ("", "SKS-T051")):
            with pytest.raises(Refused) as reason:
                save_person(node.desk, actor=actor, login="ito", name="伊藤")
            assert reason.value.code == code
            with pytest.raises(Refused) as reason:
                appointing.save_unit(node.desk, actor=actor, entry=BUREAU)
            assert reason.value.code == code


def test_who_retires_on_a_day_acts_until_its_end(town: Town) -> None:
    with town.at("internet") as node:
        save_person(node.desk, actor="admin", login="sato", name="佐藤", until=APRIL)
        assert retire_due(node.desk) == 0
        town.clock.advance(NEXT_APRIL - APRIL)
        assert retire_due(node.desk) == 1
        assert not Person.objects.get(login="sato").active
        assert Event.objects.latest("id").kind == "person.retired"


def test_the_last_administrator_stays(town: Town) -> None:
    with town.at("internet") as node:
        with pytest.raises(Refused) as reason:
            retire_person(node.desk, actor="admin", login="admin")
        assert reason.value.code == "SKS-H003"
        save_person(
            node.desk, actor="admin", login="admin", name="情報", roles=["admin"], until=MARCH
        )
        assert retire_due(node.desk) == 0
