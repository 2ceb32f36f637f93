"""Days as staff write them, and the periods in which a flow is expected."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.dates import read_day
from sekisho.office.flows.days import periods, read_due
from sekisho.office.flows.states import Frequency

DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-01",
        "2026/4/1",
        "2026年4月1日",
        "令和8年4月1日",
        "R8.4.1",
        "r8/4/1",
        "Ｒ８．４．１",
        "2026-04-01 00:00:00",
        "2026-04-01T09:00",
        "46113",
        "46113.0",
    ],
)
def test_one_day_in_many_forms(text: str) -> None:
    assert read_day(text) == date(2026, 4, 1)


def test_the_first_year_of_an_era_and_what_is_no_day() -> None:
    assert read_day("令和元年5月1日") == date(2019, 5, 1)
    assert read_day("H31.4.30") == date(2019, 4, 30)
    for text in ("", "4月1日", "2026-02-30", "0", "99999999", "明治1年1月1日", "来月", "-1", "nan"):
        assert read_day(text) is None


@given(DAYS)
def test_what_excel_writes_is_read(day: date) -> None:
    assert read_day(str((day - date(1899, 12, 30)).days)) == day
    assert read_day(day.isoformat()) == day


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert read_day(text) is None or isinstance(read_day(text), date)
    for frequency in Frequency:
        due = read_due(frequency, text)
        assert due is None or read_due(frequency, due) == due


@pytest.mark.parametrize(
    ("frequency", "text", "due"),
    [
        ("weekly", "7", "7"),
        ("weekly", "8", None),
        ("monthly", "２５日", "25"),
        ("monthly", "0", None),
        ("yearly", "6月10日", "06-10"),
        ("yearly", "2/29", "02-29"),
        ("yearly", "13-1", None),
        ("daily", "1", None),
        ("as_needed", "", ""),
    ],
)
def test_expected_days(frequency: str, text: str, due: str | None) -> None:
    assert read_due(frequency, text) == due


def test_months_quarters_and_years_are_those_of_the_fiscal_year() -> None:
    since, until = date(2025, 4, 1), date(2026, 3, 31)
    months = list(periods("monthly", "31", since, until))
    assert [one.due for one in months][:3] == [
        *(date(2025, 4, 30), date(2025, 5, 31), date(2025, 6, 30)),
    ]
    assert len(months) == 12
    quarters = list(periods("quarterly", "", since, until))
    assert [(one.first.month, one.last.month) for one in quarters] == [
        *((4, 6), (7, 9), (10, 12), (1, 3)),
    ]
    (year,) = periods("yearly", "02-29", since, until)
    assert (year.first, year.last, year.due) == (since, until, date(2026, 2, 28))
    weeks = list(periods("weekly", "5", since, until))
    assert len(weeks) == 51
    assert weeks[0].due == date(2025, 4, 11)
    assert len(list(periods("daily", "", since, until))) == 261
    assert list(periods("as_needed", "", since, until)) == []


@given(st.sampled_from(list(Frequency)), DAYS, st.integers(0, 800))
def test_periods_are_whole_in_order_and_apart(frequency: str, since: date, days: int) -> None:
    until = since + timedelta(days=days)
    found = list(periods(frequency, "", since, until))
    assert all(since <= one.first <= one.last <= until for one in found)
    assert all(a.last < b.first for a, b in pairwise(found))
