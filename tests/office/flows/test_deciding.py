"""What is decided about flows, what it changes, and how much was stopped."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.office.flows.support import ITEMS, register
from tests.support import acts
from tests.support.town import Town

from sekisho.kernel.errors import SekishoError
from sekisho.office.evidence.models import Event
from sekisho.office.flows import queries
from sekisho.office.flows.actions.deciding import Ruling, decide
from sekisho.office.flows.models import Flow, FlowDecision
from sekisho.office.flows.states import Choice, State
from sekisho.office.flows.summary import summarize

TODAY = date(2026, 4, 1)


def ruling(choice: str, **changes: Any) -> Ruling:
    values: dict[str, Any] = {
        "choice": choice,
        "day": TODAY,
        "person": "税務課長",
        "reason": "標準化のため",
        **changes,
    }
    return Ruling(**values)


def decided(town: Town, one: Ruling, *, code: str = "ZEI-01", actor: str = "sato") -> Flow:
    with town.at("internet") as node:
        decide(node.desk, actor=actor, code=code, ruling=one)
        return queries.find_flow(code)


def test_a_flow_that_is_stopped_has_ended_and_the_evidence_hides_who_decided(town: Town) -> None:
    register(town)
    row = decided(town, ruling("stop"))
    assert (row.state, row.valid_until) == (State.ENDED, TODAY)
    with town.at("internet"):
        event = acts.last_event("flow.decided")
        assert event.data == {
            "choice": "stop",
            "day": "2026-04-01",
            "per_year": [12, 0],
            "medium": ["usb", ""],
            "sheet": "",
        }
        kept = FlowDecision.objects.get()
        assert (kept.person, kept.unit, kept.made_by) == ("税務課長", "税務課", "sato")


def test_a_flow_to_be_stopped_later_lives_until_then(town: Town) -> None:
    register(town)
    row = decided(town, ruling("stop", day=date(2026, 9, 30)))
    assert (row.state, row.valid_until) == (State.ACTIVE, date(2026, 9, 30))


def test_reduce_replace_and_continue(town: Town) -> None:
    register(town)
    row = decided(town, ruling("reduce", per_year=4, drop_items=("税額",)))
    assert [one.name for one in row.items.all()] == ["宛名番号", "氏名"]
    assert (row.per_year, row.edition) == (4, 2)
    assert decided(town, ruling("replace")).medium == "sekisho"
    row = decided(town, ruling("continue"), actor="admin")
    assert (row.edition, row.state) == (3, State.ACTIVE)
    with town.at("internet"):
        made = queries.totals(TODAY, TODAY)
        assert (made.flows, made.by_choice["continue"], made.per_year_stopped) == (1, 1, 8)
        assert (made.media_no_longer, made.items_no_longer) == ({"usb": 12}, 1)
        assert queries.totals(date(2026, 4, 2), date(2027, 3, 31)).flows == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"choice": "maybe"}, "SKS-F003"),
        ({"choice": "replace", "medium": "fax"}, "SKS-F003"),
        ({"choice": "reduce", "per_year": -1}, "SKS-F003"),
        ({"choice": "replace", "medium": "usb"}, "SKS-F015"),
        ({"choice": "reduce"}, "SKS-F015"),
        ({"choice": "reduce", "per_year": 12}, "SKS-F015"),
        ({"choice": "reduce", "drop_items": ("別の項目",)}, "SKS-F015"),
        ({"person": " "}, "SKS-F016"),
        ({"person": "長" * 101}, "SKS-F016"),
        ({"reason": ""}, "SKS-F014"),
    ],
)
def test_what_is_no_decision(sqlite_town: Town, changes: dict[str, Any], code: str) -> None:
    register(sqlite_town)
    with pytest.raises(SekishoError) as refused:
        decided(sqlite_town, replace(ruling("stop"), **changes))
    assert refused.value.code == code
    with sqlite_town.at("internet"):
        assert not Event.objects.filter(kind="flow.decided").exists()
        assert Flow.objects.get().edition == 1


def test_only_the_owner_and_administrators_decide_and_only_once_to_stop(sqlite_town: Town) -> None:
    register(sqlite_town)
    with pytest.raises(SekishoError) as refused:
        decided(sqlite_town, ruling("stop"), actor="suzuki")
    assert refused.value.code == "SKS-F013"
    decided(sqlite_town, ruling("stop"))
    with pytest.raises(SekishoError) as refused:
        decided(sqlite_town, ruling("continue"))
    assert refused.value.code == "SKS-F012"


def test_the_items_of_a_flow_without_them_cannot_be_fewer(sqlite_town: Town) -> None:
    register(sqlite_town, items=ITEMS[:1])
    assert list(decided(sqlite_town, ruling("reduce", drop_items=("宛名番号",))).items.all()) == []


ROWS = st.builds(
    FlowDecision,
    flow_id=st.sampled_from("AB"),
    choice=st.sampled_from(list(Choice)),
    per_year_before=st.integers(0, 300),
    per_year_after=st.integers(0, 300),
    medium_before=st.sampled_from(["usb", "disc"]),
    medium_after=st.sampled_from(["usb", "sekisho"]),
    items_before=st.integers(0, 9),
    items_after=st.integers(0, 9),
)


@given(st.lists(ROWS, max_size=6))
def test_each_flow_is_counted_once(rows: list[FlowDecision]) -> None:
    made = summarize(rows)
    assert made.flows == sum(made.by_choice.values()) == len({one.flow_id for one in rows})
    assert all(count >= 0 for count in made.media_no_longer.values())
