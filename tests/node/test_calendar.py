"""Everything that has an end, in one list, in a calendar file, and told in time."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.faults import desk
from tests.office.flows.support import register
from tests.support.organised import away
from tests.support.town import START, Town, days

from sekisho.node import calendar as ends
from sekisho.node import noticing
from sekisho.node.calendar import Entry, calendar, ics
from sekisho.node.certificates import authority
from sekisho.office.notices.actions import tokens
from sekisho.office.notices.models import Alert
from sekisho.office.transfers.actions.exceptions import grant


def _filled(town: Town) -> str:
    transfer_id = desk.release(town)
    desk.come_to_rest(town)
    with town.at("lgwan") as node:
        now = node.desk.now()
        grant(
            node.desk,
            actor="admin",
            from_node="internet",
            to_node="lgwan",
            kind="doc",
            owner="sato",
            reason="図面",
            until=now + days(10),
        )
        tokens.issue(
            node.desk,
            actor="admin",
            name="連携",
            owner="suzuki",
            acts=["list"],
            places=["*"],
            expires=now + days(40),
            secret=bytes(32),
        )
    return transfer_id


def test_absences_flows_and_a_given_certificate_end_too(sqlite_town: Town) -> None:
    register(sqlite_town, "lgwan", from_node="lgwan", to_node="internet")
    with sqlite_town.at("lgwan") as node:
        gone = away(node, "sato", "suzuki")
        given = authority(node.settings.keys_folder, "町", node.desk.now())
        web = replace(node.settings.web, certificate=given.certificate)
        node = replace(node, settings=replace(node.settings, web=web))
        found = {one.what: one for one in calendar(node)}
    assert (found["absence"].when, found["absence"].owner) == (gone.ends, "suzuki")
    # The last moment of the last day, in Japan.
    assert found["basis"].when == datetime(2029, 3, 31, 15, tzinfo=UTC)
    assert found["certificate"].when == given.until
    assert set(found) <= set(ends.WORDS)


def test_every_kind_of_end_is_there_by_date(town: Town) -> None:
    transfer_id = _filled(town)
    with town.at("lgwan") as node:
        found = calendar(node)
    assert [one.when for one in found] == sorted(one.when for one in found)
    assert {one.what for one in found} == {
        "directory",
        "exception",
        "keys",
        "machine-token",
        "uncollected",
    }
    (uncollected,) = [one for one in found if one.what == "uncollected"]
    assert (uncollected.subject, uncollected.owner) == (transfer_id, "sato")


def test_what_was_collected_or_is_over_is_not_there(sqlite_town: Town, tmp_path: Path) -> None:
    transfer_id = _filled(sqlite_town)
    desk.collect(sqlite_town, transfer_id, tmp_path / "out")
    sqlite_town.clock.advance(days(50))
    with sqlite_town.at("lgwan") as node:
        kinds = {one.what for one in calendar(node)}
    assert not kinds & {"exception", "machine-token", "uncollected"}


def test_other_rooms_give_their_own_lists(sqlite_town: Town) -> None:
    with sqlite_town.at("lgwan") as node:
        more = Entry("flow", "fl_1", node.desk.now(), "sato", "住民税の連携")
        assert calendar(node, [lambda at: [more]])[0] == more


def test_people_are_told_in_time_and_once(sqlite_town: Town) -> None:
    _filled(sqlite_town)
    with sqlite_town.at("lgwan") as node:
        for _ in range(2):
            noticing.notify_daily(node)
        told = Alert.objects.filter(kind="expiring")
        assert [(one.person, one.subject[:3]) for one in told] == [("sato", "ex_")]
    sqlite_town.clock.advance(days(28))
    with sqlite_town.at("lgwan") as node:
        noticing.notify_daily(node)
        people = set(Alert.objects.filter(kind="expiring").values_list("person", flat=True))
    assert people == {"sato", "suzuki"}
    sqlite_town.clock.advance(days(310))
    with sqlite_town.at("lgwan") as node:
        noticing.notify_daily(node)
        assert Alert.objects.filter(kind="expiring", person="admin").exists()


def test_the_file_is_one_that_calendars_read(sqlite_town: Town) -> None:
    _filled(sqlite_town)
    with sqlite_town.at("lgwan") as node:
        found = calendar(node)
        made = ics(node, found, {"directory": "ノード名簿の期限"})
    lines = made.decode().replace("\r\n ", "").split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == len(found)
    uids = [line for line in lines if line.startswith("UID:")]
    assert len(set(uids)) == len(uids)
    assert any("ノード名簿の期限" in line for line in lines if line.startswith("SUMMARY:"))
    assert all(re.fullmatch(r"DTSTART:\d{8}T\d{6}Z", x) for x in lines if x.startswith("DTSTART"))


@given(st.text(max_size=200))
def test_no_text_breaks_out_of_its_line(text: str) -> None:
    class Node:
        name = "internet"

    made = ics(Node(), [Entry("x", text, START, "", text)], {})  # type: ignore[arg-type]
    assert all(len(line) <= ends.LINE_BYTES_MAX for line in made.split(b"\r\n"))
    unfolded = made.replace(b"\r\n ", b"").decode()
    assert [line.partition(":")[0] for line in unfolded.split("\r\n")[3:-2]] == [
        "BEGIN",
        "UID",
        "DTSTAMP",
        "DTSTART",
        "DTEND",
        "SUMMARY",
        "TRANSP",
        "END",
    ]


@pytest.mark.parametrize("hours", [1, 25])
def test_the_same_list_gives_the_same_file(sqlite_town: Town, hours: int) -> None:
    with sqlite_town.at("lgwan") as node:
        first = ics(node, calendar(node), {})
        sqlite_town.clock.advance(timedelta(hours=hours))
        assert ics(node, calendar(node), {}) == first
