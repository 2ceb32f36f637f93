"""The register of devices and media: who may do what, and that each act is evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.office.disposal.support import device, medium, registered
from tests.support import acts
from tests.support.town import Town

from sekisho.kernel.errors import SekishoError
from sekisho.office.accounts.actions import save_person
from sekisho.office.disposal import queries
from sekisho.office.disposal.actions import registering
from sekisho.office.disposal.actions.registering import shown_of
from sekisho.office.disposal.entry import entry_of, faults, normal_serial
from sekisho.office.disposal.kinds import ENDED, State, Verb, able, after
from sekisho.office.disposal.models import Asset
from sekisho.office.evidence.models import Disclosure, Event
from sekisho.office.site.seen import seen


def test_what_is_registered_can_be_read_again_and_is_evidence_without_serials(town: Town) -> None:
    leased = medium(code="HDD-7", lease="R5-12", lease_until=date(2028, 3, 31))
    registered(town, leased, stored=True)
    with town.at("internet"):
        row = Asset.objects.get()
        assert (entry_of(row), row.state) == (leased, State.STORED)
        event = acts.last_event("asset.registered")
        assert (event.subject, event.data["kind"]) == ("HDD-7", "hdd")
        assert "WD-0001" not in str(event.data)
        kept = Disclosure.objects.filter(event__kind="asset.registered")
        assert {one.field for one in kept} == {"actor", "serial", "entry"}


def test_what_has_no_code_is_given_the_next_one_of_its_kind_that_is_free(town: Town) -> None:
    assert registered(town, medium("A"), medium("B")) == ["HDD-00001", "HDD-00002"]
    registered(town, medium("C", code="HDD-00003"))
    assert registered(town, medium("D"), device("", serial="X")) == ["HDD-00004", "PC-00001"]
    assert registered(town, medium("", kind="optical"), medium("", kind="optical")) == [
        "DISC-00001",
        "DISC-00002",
    ]


def test_a_change_says_which_fields_and_the_second_of_two_is_told(town: Town) -> None:
    registered(town, device(), medium(code="HDD-1"))
    new = medium(code="HDD-1", inside="PC-101", place="税務課")
    with town.at("internet") as node:
        before = seen(shown_of(Asset.objects.get(pk="HDD-1")))
        assert registering.change(node.desk, actor="admin", entry=new, seen_before=before) == (
            *("place", "inside"),
        )
        row = Asset.objects.get(pk="HDD-1")
        assert (row.inside_id, row.edition) == ("PC-101", 2)
        assert acts.last_event("asset.changed").data["fields"] == ["place", "inside"]
        assert registering.change(node.desk, actor="admin", entry=new) == ()
        with pytest.raises(SekishoError) as refused:
            registering.change(
                node.desk, actor="admin", entry=medium(code="HDD-1"), seen_before=before
            )
        assert refused.value.code == "SKS-G009"
        assert Event.objects.filter(kind="asset.changed").count() == 1


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (medium(code="媒体1"), "SKS-G001"),
        (medium(place="あ" * 101), "SKS-G002"),
        (medium(note="1行目\n2行目"), "SKS-G002"),
        (medium(kind="tape"), "SKS-G003"),
        (medium(label="ひみつ"), "SKS-G003"),
        (medium(media=1), "SKS-G003"),
        (device(media=1000), "SKS-G003"),
        (medium(""), "SKS-G004"),
        (medium(label=""), "SKS-G004"),
    ],
)
def test_what_cannot_be_registered_is_told_by_its_code(entry: Any, code: str) -> None:
    assert [one.code for one in faults(entry)] == [code]


def test_a_disc_needs_no_serial_number_and_a_device_no_class() -> None:
    assert not list(faults(medium("", kind="usb")))
    assert not list(faults(device(serial="")))


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], "SKS-G004"),
        ([medium("N1"), medium("WD-0001")], "SKS-G006"),
        ([medium("N1", code="HDD-1")], "SKS-G007"),
        ([medium("N1"), medium("N1")], "SKS-G013"),
        ([medium("N1", code="X-1"), medium("N2", code="X-1")], "SKS-G013"),
        ([medium("N1", inside="NAI-1")], "SKS-G005"),
        ([medium("N1", inside="HDD-1")], "SKS-G014"),
        ([device("PC-102", inside="PC-101")], "SKS-G014"),
        ([medium(f"M{n}") for n in range(501)], "SKS-G003"),
    ],
)
def test_all_are_registered_or_none(town: Town, entries: list[Any], code: str) -> None:
    registered(town, device(), medium(code="HDD-1"))
    with town.at("internet") as node:
        with pytest.raises(SekishoError) as refused:
            registering.register(node.desk, actor="admin", entries=entries)
        assert refused.value.code == code
        assert Asset.objects.count() == 2


def test_only_the_it_office_keeps_the_register(town: Town) -> None:
    registered(town, device())
    with town.at("internet") as node:
        desk = node.desk
        save_person(desk, actor="admin", login="gyosha", name="業者", roles=["contractor"])
        for login in ("sato", "suzuki", "gyosha"):
            for act in (
                lambda who: registering.register(desk, actor=who, entries=[medium()]),
                lambda who: registering.change(desk, actor=who, entry=device(place="外")),
                lambda who: registering.move(desk, actor=who, code="PC-101", verb=Verb.STORE),
            ):
                with pytest.raises(SekishoError) as refused:
                    act(login)
                assert refused.value.code == "SKS-T053"


def test_from_use_to_the_shelf_missing_and_found(town: Town) -> None:
    registered(town, medium(code="HDD-1"))
    with town.at("internet") as node:
        for verb, reason, state, kind in (
            (Verb.STORE, "", State.STORED, "asset.moved"),
            (Verb.MISS, "棚卸しで見つからない", State.MISSING, "asset.missing"),
            (Verb.FIND, "別の棚にあった", State.STORED, "asset.found"),
            (Verb.USE, "", State.USE, "asset.moved"),
        ):
            row = registering.move(node.desk, actor="admin", code="HDD-1", verb=verb, reason=reason)
            assert row.state == state == Asset.objects.get().state
            assert acts.last_event(kind).data["state"] == state
        for verb, reason, code in (
            (Verb.USE, "", "SKS-G008"),
            (Verb.MISS, " ", "SKS-G016"),
            (Verb.DESTROY, "", "SKS-G008"),
        ):
            with pytest.raises(SekishoError) as refused:
                registering.move(node.desk, actor="admin", code="HDD-1", verb=verb, reason=reason)
            assert refused.value.code == code


def test_what_has_ended_stays_as_it_ended() -> None:
    ways = {(state, verb) for state in ENDED for verb in Verb if able(state, verb)}
    assert ways == set()
    with pytest.raises(SekishoError) as refused:
        after(State.DESTROYED, Verb.STORE)
    assert "破壊済み" in refused.value.explain("ja").what


def test_every_state_is_reached_and_every_living_one_can_go_missing() -> None:
    reached = {after(state, verb) for state in State for verb in Verb if able(state, verb)}
    assert reached == set(State)
    assert all(able(state, Verb.MISS) for state in set(State) - ENDED)


@pytest.mark.parametrize(
    "typed", ["wd-wx1a 2b3c", "S/N: WD-WX1A2B3C", "ＷＤ－ＷＸ１Ａ２Ｂ３Ｃ", "SN.WD-WX1A2B3C\r\n"]
)
def test_a_serial_number_is_known_however_it_is_typed_or_read(typed: str) -> None:
    assert normal_serial(typed) == "WD-WX1A2B3C"


def test_what_a_reader_reads_is_found_by_serial_number_or_code(town: Town) -> None:
    registered(town, medium("WD-WX1A2B3C", code="HDD-1"))
    with town.at("internet"):
        for typed in ("wd-wx1a2b3c", "hdd-1", "S/N: WD-WX1A2B3C"):
            found = queries.scanned(typed)
            assert found is not None and found.code == "HDD-1"
        assert queries.scanned("WD-WX1A2B3") is None
        assert queries.scanned("  ") is None


def test_lists_leave_out_what_has_ended_unless_it_is_asked_for(town: Town) -> None:
    registered(town, medium("A", code="HDD-1"), medium("B", code="HDD-2", unit="福祉課"))
    registered(town, device(lease="R5-12", lease_until=date(2026, 6, 30)))
    with town.at("internet"):
        Asset.objects.filter(pk="HDD-1").update(state=State.DESTROYED)

        def codes(**terms: Any) -> list[str]:
            return [one.code for one in queries.assets(queries.Terms(**terms))]

        assert codes() == ["HDD-2", "PC-101"]
        assert codes(states=[State.DESTROYED]) == ["HDD-1"]
        assert codes(ended_too=True, kinds=["hdd"]) == ["HDD-1", "HDD-2"]
        assert codes(unit="福祉課") == codes(text="b") == ["HDD-2"]
        assert codes(lease_before=date(2026, 7, 1)) == ["PC-101"]
        assert queries.units() == ["福祉課", "税務課"]
        assert [one.code for one in queries.leases_ending(date(2026, 4, 1))] == ["PC-101"]
        assert queries.leases_ending(date(2026, 3, 1), days=30) == []


def test_a_device_is_accounted_for_when_what_is_inside_is_what_was_counted(town: Town) -> None:
    registered(town, device(), medium("A", code="HDD-1"))

    def why(**changes: Any) -> str:
        with town.at("internet") as node:
            registering.change(node.desk, actor="admin", entry=replace(device(), **changes))
            rows = queries.assets(queries.Terms())
            return queries.unaccounted_of(rows).get("PC-101", "")

    assert why() == "uncounted"
    assert why(media=1) == "fewer"
    with town.at("internet") as node:
        inner = medium("A", code="HDD-1", inside="PC-101")
        registering.change(node.desk, actor="admin", entry=inner)
    assert why(media=1) == ""
    assert why(media=0) == "more"
    with town.at("internet") as node:
        registering.move(node.desk, actor="admin", code="HDD-1", verb=Verb.MISS, reason="ない")
    assert why(media=1) == "missing"
