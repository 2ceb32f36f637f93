"""The register of flows: who may do what, which steps there are, and that each is evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.office.flows.support import ITEMS, entry, register
from tests.support import acts
from tests.support.town import Town

from sekisho.kernel.errors import SekishoError
from sekisho.office.accounts.actions import save_person
from sekisho.office.evidence.models import Disclosure, Event
from sekisho.office.flows.actions import registering
from sekisho.office.flows.entry import Item, entry_of, faults
from sekisho.office.flows.models import Flow
from sekisho.office.flows.states import State


def test_what_is_registered_can_be_read_again_and_is_evidence_without_names(town: Town) -> None:
    with town.at("internet") as node:
        registering.register(node.desk, actor="sato", entry=entry())
        row = Flow.objects.get()
        assert entry_of(row) == entry()
        assert row.state == State.DRAFT
        event = acts.last_event("flow.registered")
        assert (event.subject, event.data["items"]) == ("ZEI-01", 3)
        kept = Disclosure.objects.filter(event__kind="flow.registered")
        assert {one.field for one in kept} == {"actor", "entry"}
        assert "sato" not in str(event.data)


def test_a_change_says_which_fields_and_the_items_are_replaced(town: Town) -> None:
    register(town)
    fewer = replace(entry(), items=(*ITEMS[:2], Item("個人番号", True, True)), medium="sekisho")
    with town.at("internet") as node:
        assert registering.change(node.desk, actor="sato", entry=fewer) == ("medium", "items")
        row = Flow.objects.get()
        assert (entry_of(row), row.edition) == (fewer, 2)
        assert acts.last_event("flow.changed").data["fields"] == ["medium", "items"]
        assert registering.change(node.desk, actor="sato", entry=fewer) == ()
        assert Event.objects.filter(kind="flow.changed").count() == 1


def test_the_course_of_a_flow(town: Town) -> None:
    register(town, start=False)
    with town.at("internet") as node:
        desk = node.desk
        assert registering.start(desk, actor="admin", code="ZEI-01").state == State.ACTIVE
        paused = registering.suspend(desk, actor="sato", code="ZEI-01", reason="様式の変更中")
        assert paused.state == State.SUSPENDED
        assert registering.start(desk, actor="admin", code="ZEI-01").state == State.ACTIVE
        over = registering.end(desk, actor="admin", code="ZEI-01", reason="標準化で不要")
        assert (over.state, over.valid_until) == (State.ENDED, date(2026, 4, 1))
        assert Flow.objects.get().valid_until == date(2026, 4, 1)
        for act in (
            lambda: registering.start(desk, actor="admin", code="ZEI-01"),
            lambda: registering.end(desk, actor="admin", code="ZEI-01", reason="もう一度"),
            lambda: registering.change(desk, actor="admin", entry=entry(name="別の名前")),
        ):
            with pytest.raises(SekishoError) as refused:
                act()
            assert refused.value.code == "SKS-F012"
        kinds = Event.objects.filter(subject="ZEI-01").order_by("id")
        assert list(kinds.values_list("kind", flat=True)) == [
            "flow.registered",
            "flow.started",
            "flow.suspended",
            "flow.started",
            "flow.ended",
        ]


@pytest.mark.parametrize(
    ("who", "what", "code"),
    [
        ("sato", "start", "SKS-T053"),
        ("nobody", "register", "SKS-T051"),
        ("suzuki", "change", "SKS-F013"),
        ("suzuki", "suspend", "SKS-F013"),
        ("suzuki", "end", "SKS-F013"),
        ("admin", "register", "SKS-F011"),
        ("admin", "no reason", "SKS-F014"),
        ("admin", "other", "SKS-F010"),
    ],
)
def test_who_may_do_what(sqlite_town: Town, who: str, what: str, code: str) -> None:
    town = sqlite_town
    register(town)
    with town.at("internet") as node:
        desk = node.desk
        before = Event.objects.count()
        verbs: dict[str, Any] = {
            "start": lambda: registering.start(desk, actor=who, code="ZEI-01"),
            "register": lambda: registering.register(desk, actor=who, entry=entry()),
            "change": lambda: registering.change(desk, actor=who, entry=entry(name="別")),
            "suspend": lambda: registering.suspend(desk, actor=who, code="ZEI-01", reason="試験"),
            "end": lambda: registering.end(desk, actor=who, code="ZEI-01", reason="試験"),
            "no reason": lambda: registering.end(desk, actor=who, code="ZEI-01", reason=" "),
            "other": lambda: registering.end(desk, actor=who, code="NAI-1", reason="試験"),
        }
        with pytest.raises(SekishoError) as refused:
            verbs[what]()
        assert refused.value.code == code
        assert Event.objects.count() == before
        assert entry_of(Flow.objects.get()) == entry()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "zei"}, "SKS-F001"),
        ({"code": "-A"}, "SKS-F001"),
        ({"code": "A" * 25}, "SKS-F001"),
        ({"name": "  "}, "SKS-F004"),
        ({"name": "長" * 101}, "SKS-F002"),
        ({"note": "二行\nある"}, "SKS-F002"),
        ({"medium": "fax"}, "SKS-F003"),
        ({"frequency": "sometimes"}, "SKS-F003"),
        ({"per_year": -1}, "SKS-F003"),
        ({"due": "32"}, "SKS-F005"),
        ({"frequency": "yearly", "due": "02-30"}, "SKS-F005"),
        ({"frequency": "as_needed"}, "SKS-F005"),
        ({"to_node": "", "to_body": ""}, "SKS-F004"),
        ({"from_node": "ノード"}, "SKS-K004"),
        ({"valid_until": date(2025, 3, 31)}, "SKS-F006"),
        ({"items": (Item("氏名"), Item("氏名"))}, "SKS-F007"),
        ({"files": ("",)}, "SKS-F002"),
        ({"addressees": tuple(f"u{n}" for n in range(51))}, "SKS-F007"),
    ],
)
def test_what_cannot_be_registered(changes: dict[str, Any], code: str) -> None:
    assert [one.code for one in faults(entry(**changes))] == [code]


def test_a_sound_entry_has_no_faults() -> None:
    assert list(faults(entry())) == []
    assert list(faults(entry(name="所得　情報", from_node="", to_node="", due=""))) == []


def test_a_contractor_proposes_nothing(sqlite_town: Town) -> None:
    with sqlite_town.at("internet") as node:
        save_person(
            node.desk, actor="admin", login="gyosha", name="業者 三郎", roles=["contractor"]
        )
        with pytest.raises(SekishoError) as refused:
            registering.register(node.desk, actor="gyosha", entry=entry())
        assert refused.value.code == "SKS-F013"
        assert Flow.objects.count() == 0
