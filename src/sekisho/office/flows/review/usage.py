"""Judgements about when a flow was used and whether anybody has collected what it brought."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from sekisho.office.flows.days import Period, in_japan, periods
from sekisho.office.flows.review.facts import Finding, Grade, Passed, Registered
from sekisho.office.flows.states import Frequency, Medium, State
from sekisho.office.flows.thresholds import Thresholds

DAY = timedelta(days=1)


def judge_use(
    one: Registered, *, since: date, now: datetime, thresholds: Thresholds
) -> Iterator[Finding]:
    """What is to be said of the use of one flow."""
    yield from _judge_times(one, since, in_japan(now), thresholds)
    yield from _judge_arrival(one.passed, now, thresholds)
    yield from _judge_collection(one.passed, now, thresholds)


def _judge_times(one: Registered, since: date, today: date, by: Thresholds) -> Iterator[Finding]:
    """Expected periods without a transfer, and transfers after the expected day.

    Only of what goes by Sekisho: of a USB memory nobody tells us when it was carried.
    """
    entry = one.entry
    known = one.here and (one.passed or entry.medium == Medium.SEKISHO)
    if one.state != State.ACTIVE or not known:
        return
    first, last = max(since, one.since), today - timedelta(days=by.late_days + 1)
    if entry.valid_until:
        last = min(last, entry.valid_until)
    expected = list(periods(entry.frequency, entry.due, first, last))
    days = sorted(in_japan(use.moment) for use in one.passed)
    missed = [each for each in expected if not _within(days, each, by)]
    if missed and _counts(entry.frequency, len(missed), len(expected), by):
        reason = {"count": len(missed), "expected": len(expected), "day": missed[-1].first}
        never = len(missed) == len(expected)
        yield Finding("never_used" if never else "not_used", Grade.LOOK, reason=reason)
    late = [each for each in expected if _is_late(days, each, by)]
    if late:
        reason = {"count": len(late), "expected": len(expected), "days": by.late_days}
        yield Finding("sent_late", Grade.LOOK, reason=reason)


def _within(days: Sequence[date], each: Period, by: Thresholds) -> list[date]:
    """The days of use that count for a period: those in it; one that was late belongs to it
    still. A working day has no time to be late in."""
    grace = by.late_days if each.due and each.first < each.last else 0
    return [day for day in days if each.first <= day <= each.last + timedelta(days=grace)]


def _is_late(days: Sequence[date], each: Period, by: Thresholds) -> bool:
    used = _within(days, each, by)
    within = each.due is not None and each.first < each.last
    return bool(within and each.due and used and min(used) > each.due + by.late_days * DAY)


def _counts(frequency: str, missed: int, expected: int, by: Thresholds) -> bool:
    """Holidays are working days to us: a few missed ones say nothing."""
    return frequency != Frequency.DAILY or missed * 100 > by.daily_missed_percent * expected


def _judge_arrival(passed: Sequence[Passed], now: datetime, by: Thresholds) -> Iterator[Finding]:
    waiting = [use for use in passed if use.arrived is False]
    old = [use for use in waiting if now - use.moment > by.receipt_days * DAY]
    if old:
        reason = {"count": len(old), "all": len(passed), "days": by.receipt_days}
        yield Finding("not_arrived", Grade.ACT, reason=reason)


def _judge_collection(passed: Sequence[Passed], now: datetime, by: Thresholds) -> Iterator[Finding]:
    limit = by.collect_days * DAY
    known = [use for use in passed if use.collection_known]
    due = [use for use in known if use.collected or now - use.moment > limit]
    left = [use for use in due if use.collected is None]
    late = [
        (use.collected - use.moment).days
        for use in due
        if use.collected and use.collected - use.moment > limit
    ]
    numbers = {"all": len(due), "limit": by.collect_days}
    if left:
        oldest = max((now - use.moment).days for use in left)
        kind = "never_collected" if len(left) == len(due) else "not_collected"
        grade = Grade.ACT if len(left) == len(due) else Grade.LOOK
        yield Finding(kind, grade, reason={**numbers, "count": len(left), "days": oldest})
    if late:
        reason = {**numbers, "count": len(late), "days": max(late)}
        yield Finding("collected_late", Grade.LOOK, reason=reason)
