"""The judgements of a review, each at its threshold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.office.flows.support import ITEMS, entry

from sekisho.office.flows.entry import Item
from sekisho.office.flows.review import words
from sekisho.office.flows.review.facts import (
    Finding,
    Grade,
    Loose,
    Passed,
    Registered,
    Review,
    folded,
)
from sekisho.office.flows.review.rules import review
from sekisho.office.flows.states import Frequency, State
from sekisho.office.flows.thresholds import Thresholds

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
SINCE = date(2025, 4, 1)


def flow(*passed: Passed, **changes: Any) -> Registered:
    """A flow with nothing to be said of it but what a test changes."""
    known = {
        name: changes.pop(name)
        for name in ("state", "here", "owner_active", "since")
        if name in changes
    }
    sound: dict[str, Any] = {"medium": "sekisho", "frequency": "as_needed", "due": "", **changes}
    values: dict[str, Any] = {
        "state": State.ACTIVE,
        "since": SINCE,
        "here": True,
        "owner_active": True,
        **known,
    }
    return Registered(entry=entry(**sound), passed=passed, **values)


def judged(*flows: Registered, loose: tuple[Loose, ...] = (), **by: int) -> Review:
    return review(flows, loose, since=SINCE, now=NOW, thresholds=Thresholds(**by))


def found(*flows: Registered, **by: int) -> dict[str, dict[str, Any]]:
    return {one.kind: dict(one.reason) for one in judged(*flows, **by).findings}


def passed(day: date, **more: Any) -> Passed:
    return Passed(f"tr_{day}", datetime(day.year, day.month, day.day, 1, tzinfo=UTC), **more)


def test_of_a_sound_flow_there_is_nothing_to_say() -> None:
    assert found(flow()) == {}
    assert judged(flow()).unknown == ()


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"purpose": " "}, "purpose_missing"),
        ({"items": ()}, "items_missing"),
        ({"owner": ""}, "owner_missing"),
        ({"owner_active": False}, "owner_gone"),
        ({"basis": ""}, "basis_missing"),
        ({"basis_until": date(2026, 3, 31)}, "basis_expired"),
        ({"basis_until": date(2026, 4, 1)}, "basis_ends"),
        ({"basis_until": date(2026, 6, 30)}, "basis_ends"),
        ({"basis_until": date(2026, 7, 1)}, None),
        ({"valid_until": date(2026, 3, 31)}, "past_its_end"),
        ({"valid_until": date(2026, 4, 1)}, None),
        ({"medium": "usb"}, "by_medium"),
        ({"medium": "disc"}, "by_medium"),
        ({"medium": "paper"}, None),
        ({"state": State.ENDED, "purpose": "", "owner": ""}, None),
    ],
)
def test_what_the_register_shows(changes: dict[str, Any], kind: str | None) -> None:
    assert list(found(flow(**changes))) == ([kind] if kind else [])


def test_expected_months_without_a_transfer_are_counted() -> None:
    monthly: dict[str, Any] = {"frequency": "monthly", "due": "10"}
    months = [date(2025, m, 9) for m in range(4, 13)] + [date(2026, m, 9) for m in (1, 2)]
    every = [passed(day) for day in months]
    assert found(flow(*every, **monthly)) == {}
    assert found(flow(*every[2:], **monthly))["not_used"] == {
        "count": 2,
        "expected": 11,
        "day": date(2025, 5, 1),
    }
    assert found(flow(**monthly))["never_used"]["expected"] == 11
    assert found(flow(since=date(2026, 3, 2), **monthly)) == {}
    assert found(flow(state=State.SUSPENDED, **monthly)) == {}
    assert found(flow(valid_until=date(2025, 4, 15), **monthly)).keys() == {"past_its_end"}


def test_after_the_expected_day_it_is_late_from_the_day_after_the_grace() -> None:
    monthly: dict[str, Any] = {"frequency": "monthly", "due": "10", "since": date(2026, 2, 1)}
    assert found(flow(passed(date(2026, 2, 13)), **monthly)) == {}
    late = found(flow(passed(date(2026, 2, 14)), **monthly))
    assert late == {"sent_late": {"count": 1, "expected": 1, "days": 3}}
    assert found(flow(passed(date(2026, 2, 14)), **monthly), late_days=4) == {}
    assert found(flow(passed(date(2026, 3, 2)), **{**monthly, "due": "28"})) == {}


def test_holidays_are_allowed_for_in_daily_flows() -> None:
    days = [SINCE + timedelta(days=n) for n in range(361)]
    worked = [passed(day) for day in days if day.weekday() < 5 and day.isocalendar().week % 6]
    assert found(flow(*worked, frequency="daily")) == {}
    assert found(flow(*worked, frequency="daily"), daily_missed_percent=10).keys() == {"not_used"}
    assert found(flow(*worked[:100], frequency="daily")).keys() == {"not_used"}


def test_what_goes_by_usb_is_not_said_to_be_unused() -> None:
    made = judged(flow(frequency="monthly", medium="usb"))
    assert [one.kind for one in made.findings] == ["by_medium"]
    assert [(one.kind, one.flows) for one in made.unknown] == [("not_by_sekisho", ("ZEI-01",))]


def test_columns_against_items() -> None:
    seen = passed(
        date(2026, 3, 1), tables=1, columns=("宛名番号", "氏　名", "税額（円）", "個人番号")
    )
    wide = found(flow(seen, items=(*ITEMS[:2], Item("税額(円)"))))
    assert wide == {
        "wider": {"items": 3, "columns": 4, "tables": 1, "count": 1, "names": ["個人番号"]}
    }
    narrow = found(flow(seen, items=(*ITEMS[:2], Item("税額円"), Item("個人番号"), Item("住所"))))
    assert narrow["items_unused"]["names"] == ["住所"]
    assert found(flow(replace(seen, tables=0))) == {}
    assert [one.kind for one in judged(flow(replace(seen, tables=0))).unknown] == [
        *("collection", "columns"),
    ]


def received(day: date, collected: date | None) -> Passed:
    later = (
        datetime(collected.year, collected.month, collected.day, 1, tzinfo=UTC)
        if collected
        else None
    )
    return passed(day, arrived=True, collection_known=True, collected=later, tables=1)


def test_what_nobody_collects() -> None:
    old, new = received(date(2026, 3, 1), None), received(date(2026, 3, 30), None)
    taken = received(date(2026, 3, 1), date(2026, 3, 8))
    never = found(flow(old, new, items=()))
    assert never["never_collected"] == {"all": 1, "limit": 7, "count": 1, "days": 31}
    part = found(flow(old, taken, items=()))
    assert part["not_collected"] == {"all": 2, "limit": 7, "count": 1, "days": 31}
    assert found(flow(new, taken, items=())).keys() == {"items_missing"}
    assert "not_collected" not in found(flow(old, taken, items=()), collect_days=32)


def test_what_is_collected_late() -> None:
    late = received(date(2026, 3, 1), date(2026, 3, 9))
    assert found(flow(late, items=()))["collected_late"] == {
        "all": 1,
        "limit": 7,
        "count": 1,
        "days": 8,
    }
    assert "collected_late" not in found(flow(late, items=()), collect_days=8)


def test_what_has_no_receipt() -> None:
    sent = passed(date(2026, 3, 29), arrived=False)
    assert found(flow(sent))["not_arrived"] == {"count": 1, "all": 1, "days": 2}
    assert "not_arrived" not in found(flow(replace(sent, arrived=None)))
    assert "not_arrived" not in found(flow(sent), receipt_days=4)


def test_two_flows_of_the_same_ends_with_like_items_may_be_one() -> None:
    one = flow()
    other = flow(code="ZEI-02", name="所得の写し", items=(*ITEMS, Item("住所")))
    assert found(one, other) == {"duplicate": {"other": "ZEI-02", "percent": 75, "items": 3}}
    assert found(one, other, similar_percent=76) == {}
    assert found(one, flow(code="ZEI-02", to_body="別の課")) == {}
    named = flow(code="ZEI-02", name="所得・情報 の提供", items=(Item("別"),))
    assert found(one, named)["duplicate"]["percent"] == 0


def test_transfers_without_a_flow_are_candidates() -> None:
    loose = Loose("internet", "lgwan", "税務課", "月報", 2, NOW)
    (one,) = judged(loose=(loose, replace(loose, count=1))).findings
    assert (one.kind, one.flow, one.reason["count"]) == ("unregistered", "", 2)
    assert judged(loose=(loose,), candidate_min=3).findings == ()


def test_what_has_to_be_done_stands_first() -> None:
    grades = [one.grade for one in judged(flow(items=()), flow(purpose="", code="B")).findings]
    assert grades == sorted(grades)
    assert len(set(grades)) == 2


def test_every_finding_has_words_with_gaps_that_it_fills() -> None:
    assert words.TITLES.keys() == words.SENTENCES.keys()
    for ja, en in words.SENTENCES.values():
        gaps = [{name for _, name, _, _ in Formatter().parse(one) if name} for one in (ja, en)]
        assert gaps[0] == gaps[1]


FLOWS = st.builds(
    lambda days, changes: flow(*[received(d, c) for d, c in days], **changes),
    st.lists(
        st.tuples(
            st.dates(SINCE, NOW.date()), st.none() | st.dates(date(2026, 4, 1), date(2026, 5, 1))
        ),
        max_size=6,
    ),
    st.fixed_dictionaries(
        {},
        optional={
            "purpose": st.sampled_from(["", "算定"]),
            "owner": st.sampled_from(["", "sato"]),
            "medium": st.sampled_from(["usb", "paper", "sekisho"]),
            "frequency": st.sampled_from(list(Frequency)),
            "basis_until": st.none() | st.dates(date(2025, 1, 1), date(2027, 1, 1)),
            "valid_until": st.none() | st.dates(date(2025, 1, 1), date(2027, 1, 1)),
            "owner_active": st.booleans(),
            "here": st.booleans(),
            "state": st.sampled_from(list(State)),
        },
    ),
)


@given(st.lists(FLOWS, max_size=4))
def test_every_reason_can_be_said_in_both_languages(flows: list[Registered]) -> None:
    for one in judged(*flows).findings:
        for language in ("ja", "en"):
            said = words.reason_of(one, language)
            assert "{" not in said and said
        assert words.plain(one.reason).keys() == one.reason.keys()


def test_a_reason_in_words() -> None:
    made = Finding("by_medium", Grade.ACT, reason={"medium": "usb", "per_year": 12})
    assert words.reason_of(made, "ja").startswith("今もUSBメモリで運んでいます（年 12 回）")
    assert "USB memory (12 times a year)" in words.reason_of(made, "en")
    assert folded("Ａ・ｂ (円)") == "ab円"
