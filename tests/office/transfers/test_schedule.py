"""When a route lets something leave: days and hours in Japan's time, whatever the machine says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.office.transfers import rules
from sekisho.office.transfers.policy import Policy
from sekisho.office.transfers.rules import JAPAN

WORKDAYS = (1, 2, 3, 4, 5)
OFFICE = Policy(schedule_days=WORKDAYS, schedule_hours=(9, 17))
NIGHT = Policy(schedule_hours=(22, 24))
WEDNESDAY = Policy(schedule_days=(3,), schedule_hours=(9, 10))


def japan(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("policy", "now", "opens"),
    [
        (Policy(), "2026-04-04T03:00", "2026-04-04T03:00"),
        (OFFICE, "2026-04-01T09:00", "2026-04-01T09:00"),
        (OFFICE, "2026-04-01T08:59:59", "2026-04-01T09:00"),
        (OFFICE, "2026-04-01T16:59:59", "2026-04-01T16:59:59"),
        (OFFICE, "2026-04-01T17:00", "2026-04-02T09:00"),
        (OFFICE, "2026-04-03T17:00", "2026-04-06T09:00"),
        (OFFICE, "2026-04-04T12:00", "2026-04-06T09:00"),
        (OFFICE, "2026-04-05T23:59:59", "2026-04-06T09:00"),
        (Policy(schedule_hours=(0, 6)), "2026-04-01T23:59:59", "2026-04-02T00:00"),
        (
            Policy(schedule_hours=(22, 24)),
            "2026-04-01T23:59:59.999999",
            "2026-04-01T23:59:59.999999",
        ),
        (NIGHT, "2026-04-02T00:00", "2026-04-02T22:00"),
        (
            Policy(schedule_days=(3,), schedule_hours=(9, 10)),
            "2026-04-01T10:00",
            "2026-04-08T09:00",
        ),
        (Policy(schedule_days=(7,)), "2026-04-05T00:00", "2026-04-05T00:00"),
        (Policy(schedule_days=(6,)), "2026-12-31T12:00", "2027-01-02T00:00"),
        (Policy(schedule_days=(2,)), "2028-02-28T12:00", "2028-02-29T00:00"),
    ],
)
def test_the_next_opening(policy: Policy, now: str, opens: str) -> None:
    assert rules.opens_at(policy, japan(now)) == japan(opens)


def test_the_day_is_that_of_japan_and_not_of_utc() -> None:
    sunday_in_utc = datetime(2026, 4, 5, 15, 30, tzinfo=UTC)
    monday = Policy(schedule_days=(1,))
    assert rules.opens_at(monday, sunday_in_utc) == sunday_in_utc
    assert rules.opens_at(OFFICE, sunday_in_utc) == datetime(2026, 4, 6, 0, 0, tzinfo=UTC)


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
HOURS = st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda pair: pair[0] < pair[1])
DAYS = st.sets(st.integers(1, 7), min_size=1).map(lambda found: tuple(sorted(found)))


def is_open(policy: Policy, moment: datetime) -> bool:
    """The schedule read the plain way."""
    local = moment.astimezone(JAPAN)
    start, end = policy.schedule_hours
    return local.isoweekday() in policy.schedule_days and start <= local.hour < end


@given(MOMENTS, HOURS, DAYS)
def test_it_opens_inside_the_schedule_and_never_in_the_past(
    now: datetime, hours: tuple[int, int], days: tuple[int, ...]
) -> None:
    policy = Policy(schedule_hours=hours, schedule_days=days)
    opens = rules.opens_at(policy, now)
    assert now <= opens < now + timedelta(days=8)
    assert is_open(policy, opens)
    assert opens == now or not is_open(policy, now)


@given(MOMENTS, HOURS, DAYS)
def test_it_opens_at_the_first_moment_there_is(
    now: datetime, hours: tuple[int, int], days: tuple[int, ...]
) -> None:
    policy = Policy(schedule_hours=hours, schedule_days=days)
    opens = rules.opens_at(policy, now)
    hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    while hour < opens:
        assert not is_open(policy, hour)
        hour += timedelta(hours=1)
