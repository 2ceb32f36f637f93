"""Finding transfers: terms, pages, and what somebody may not see."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connections
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from tests.support.acts import RECEIVER, SENDER, approve, collect, deliver, submit
from tests.support.town import START, Town

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.office.accounts.actions import save_person
from sekisho.office.transfers.hits import ARRIVED, SENT
from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.office.transfers.searching import (
    Found,
    SearchTerms,
    Sight,
    search,
    search_all,
)
from sekisho.office.transfers.sights import sight_of

EVERY = SearchTerms()


def ids(found: Found) -> list[str]:
    return [one.transfer_id for one in found.hits]


def test_words_are_looked_for_in_ids_purposes_files_and_names(town: Town) -> None:
    one = submit(town, {"台帳/課税一覧.csv": b"a,b\n"}, purpose="固定資産税 ABC")
    town.clock.advance(timedelta(minutes=1))
    two = submit(town, purpose="住民税の照会")
    with town.at(SENDER):
        for text, found in (
            ("", [two, one]),
            ("資産", [one]),
            ("ａｂｃ", [one]),
            ("課税 資産", [one]),
            ("課税　照会", []),
            ("一覧.CSV", [one]),
            ("花子", [two, one]),
            (one[:10], [one]),
            (two.upper(), [two]),
            ("100%", []),
            ("課_一", []),
        ):
            assert ids(search(replace(EVERY, text=text))) == found, text


def test_terms_narrow_it_down(town: Town) -> None:
    with town.at(SENDER) as node:
        save_person(node.desk, actor="admin", login="yamada", name="山田 太郎", division="市民課")
    one = submit(town)
    town.clock.advance(timedelta(days=1))
    two = submit(town, actor="yamada", label="機密性1")
    approve(town, two)
    with town.at(SENDER):
        midnight = START + timedelta(days=1)
        for terms, found in (
            (SearchTerms(person="yamada"), [two]),
            (SearchTerms(person="山田"), [two]),
            (SearchTerms(person="鈴木"), [two]),
            (SearchTerms(person="だれも"), []),
            (SearchTerms(since=midnight), [two]),
            (SearchTerms(until=midnight), [one]),
            (SearchTerms(since=START, until=START), []),
            (SearchTerms(direction=ARRIVED), []),
            (SearchTerms(direction=SENT), [two, one]),
            (SearchTerms(states=("waiting",)), [one]),
            (SearchTerms(states=("waiting", "ready")), [two, one]),
            (SearchTerms(peer="lgwan"), [two, one]),
            (SearchTerms(peer="mynumber"), []),
            (SearchTerms(label="機密性1"), [two]),
            (SearchTerms(division="税務課"), [one]),
        ):
            assert ids(search(terms)) == found, terms


def test_what_arrived_is_found_too_and_both_are_counted(town: Town) -> None:
    transfer_id = deliver(town)
    collect(town, transfer_id)
    with town.at(RECEIVER):
        (hit,) = search(EVERY).hits
        assert (hit.direction, hit.peer, hit.sender_name) == (ARRIVED, SENDER, "佐藤 花子")
        assert (hit.files, hit.state, hit.addressees) == (1, "collected", ("sato",))
        for terms in (
            SearchTerms(person="花子"),
            SearchTerms(division="税務課"),
            SearchTerms(text="通知"),
            SearchTerms(direction=ARRIVED),
        ):
            found = search(terms)
            assert (ids(found), found.sent, found.arrived, found.total) == ([transfer_id], 0, 1, 1)
        assert search(SearchTerms(person="takahashi")).total == 0


def _many(town: Town, count: int) -> list[str]:
    """Transfers on both sides of the current node, three at one moment each; newest first."""
    made = []
    for number in range(count):
        when = START + timedelta(seconds=number // 3, microseconds=number // 3)
        word = f"tr_{'abcdefghij'[number % 10]}{number:025}"
        if number % 2:
            Transfer.objects.create(
                transfer_id=word,
                to_node=RECEIVER,
                sender="sato",
                purpose="p",
                label="l",
                state="waiting",
                created=when,
                changed=when,
                erase_after=when,
            )
        else:
            Arrival.objects.create(
                transfer_id=word,
                from_node=RECEIVER,
                sender="x",
                sender_name="",
                purpose="p",
                label="l",
                state="received",
                received=when,
                erase_after=when,
                parcel_id="",
            )
        made.append((when, word))
    return [word for _, word in sorted(made, reverse=True)]


def test_pages_follow_one_another_without_gap_or_double(town: Town) -> None:
    with town.at(SENDER):
        wanted = _many(town, 40)
        place, got = "", []
        while True:
            found = search(EVERY, after=place, limit=7)
            assert (found.sent, found.arrived) == (20, 20)
            got += ids(found)
            if not found.next_place:
                break
            place = found.next_place
        assert got == wanted
        assert [one.transfer_id for one in search_all(EVERY)] == wanted


def test_a_page_goes_on_where_the_last_one_ended_whatever_is_added(town: Town) -> None:
    with town.at(SENDER):
        wanted = _many(town, 20)
        first = search(EVERY, limit=5)
        town.clock.advance(timedelta(hours=1))
    new = submit(town)
    with town.at(SENDER):
        second = search(EVERY, after=first.next_place, limit=5)
        assert ids(first) + ids(second) == wanted[:10]
        assert ids(search(EVERY, limit=1)) == [new]


def test_a_page_asks_the_same_few_questions_however_many_rows(sqlite_town: Town) -> None:
    town = sqlite_town
    with town.at(SENDER) as node:
        _many(town, 10)
        with CaptureQueriesContext(connections[node.alias]) as few:
            search(EVERY, limit=5)
        with CaptureQueriesContext(connections[node.alias]) as many:
            search(EVERY, limit=10)
        assert len(few) == len(many) <= 9


@pytest.mark.parametrize("place", ["x", "~~", "2026-04-01T00:00:00Z.0~tr_a", "2026~1~2", "a.b~c~d"])
def test_a_place_that_is_none_is_refused(sqlite_town: Town, place: str) -> None:
    with sqlite_town.at(SENDER), pytest.raises(InvalidInput) as refused:
        search(EVERY, after=place)
    assert refused.value.code == "SKS-E011"


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        SearchTerms(since=START, until=START - timedelta(seconds=1))
    assert refused.value.code == "SKS-E012"


def test_people_see_what_concerns_them(town: Town) -> None:
    with town.at(SENDER) as node:
        save_person(node.desk, actor="admin", login="yamada", name="山田 太郎", division="市民課")
        save_person(
            node.desk,
            actor="admin",
            login="kansa",
            name="監査 一",
            division="監査",
            roles=["auditor"],
        )
    transfer_id = deliver(town)
    other = submit(town, actor="yamada")
    with town.at(SENDER) as node:
        for login, found in (
            ("sato", {transfer_id}),
            ("yamada", {other}),
            ("suzuki", {transfer_id, other}),
            ("admin", {transfer_id, other}),
            ("kansa", {transfer_id, other}),
        ):
            assert set(ids(search(EVERY, sight=sight_of(node.desk, login)))) == found, login
        with pytest.raises(Refused):
            sight_of(node.desk, "nobody")
    with town.at(RECEIVER) as node:
        assert ids(search(EVERY, sight=sight_of(node.desk, "sato"))) == [transfer_id]
        assert ids(search(EVERY, sight=sight_of(node.desk, "suzuki"))) == []


def test_a_sight_also_hides_from_counts_and_exports(town: Town) -> None:
    submit(town)
    with town.at(SENDER):
        blind = Sight(Q(pk=""), Q(pk=""))
        assert search(EVERY, sight=blind).total == 0
        assert list(search_all(EVERY, sight=blind)) == []
