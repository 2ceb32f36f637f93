"""The judgements of a review: values in, findings out. No clock, no database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import combinations

from sekisho.office.flows.days import in_japan
from sekisho.office.flows.review.facts import (
    Finding,
    Grade,
    Loose,
    Registered,
    Review,
    Unknown,
    folded,
)
from sekisho.office.flows.review.usage import judge_use
from sekisho.office.flows.states import REMOVABLE, Medium, State
from sekisho.office.flows.thresholds import Thresholds

NAMED_MAX = 20
"""So many names a reason lists; the number beside them counts all."""


def review(
    flows: Sequence[Registered],
    loose: Sequence[Loose],
    *,
    since: date,
    now: datetime,
    thresholds: Thresholds,
) -> Review:
    """Everything that follows from what is known, of flows that have not ended."""
    living = [one for one in flows if one.state != State.ENDED]
    findings: list[Finding] = []
    for one in living:
        found = (
            *_judge_register(one, in_japan(now), thresholds),
            *_judge_columns(one),
            *judge_use(one, since=since, now=now, thresholds=thresholds),
        )
        findings += [replace(each, flow=one.entry.code) for each in found]
    findings += _duplicates(living, thresholds)
    findings += _candidates(loose, thresholds)
    order = list(Grade)
    return Review(
        since=since,
        until=in_japan(now),
        flows=len(living),
        findings=tuple(sorted(findings, key=lambda one: order.index(one.grade))),
        unknown=tuple(_unknown(living)),
    )


def _judge_register(one: Registered, today: date, by: Thresholds) -> Iterator[Finding]:
    entry = one.entry
    if not entry.purpose.strip():
        yield Finding("purpose_missing", Grade.ACT)
    if not entry.items:
        yield Finding("items_missing", Grade.LOOK)
    if not entry.owner:
        yield Finding("owner_missing", Grade.ACT)
    elif not one.owner_active:
        yield Finding("owner_gone", Grade.ACT, reason={"owner": entry.owner})
    yield from _judge_basis(one, today, by)
    if entry.valid_until and entry.valid_until < today:
        days = (today - entry.valid_until).days
        yield Finding("past_its_end", Grade.ACT, reason={"day": entry.valid_until, "days": days})
    if entry.medium in REMOVABLE:
        reason = {"medium": entry.medium, "per_year": entry.times_a_year}
        yield Finding("by_medium", Grade.ACT, reason=reason)


def _judge_basis(one: Registered, today: date, by: Thresholds) -> Iterator[Finding]:
    entry = one.entry
    if not entry.basis.strip():
        personal = sum(item.personal or item.number for item in entry.items)
        grade = Grade.ACT if personal else Grade.LOOK
        yield Finding("basis_missing", grade, reason={"personal": personal})
    if entry.basis_until is None:
        return
    left = (entry.basis_until - today).days
    reason = {"basis": entry.basis, "day": entry.basis_until, "days": abs(left)}
    if left < 0:
        yield Finding("basis_expired", Grade.ACT, reason=reason)
    elif left <= by.basis_days:
        yield Finding("basis_ends", Grade.LOOK, reason=reason)


def _judge_columns(one: Registered) -> Iterator[Finding]:
    """Columns seen in the files against the items that are registered."""
    tables = sum(use.tables for use in one.passed)
    if not tables or not one.entry.items:
        return
    seen = {folded(name): name for use in one.passed for name in use.columns}
    items = {folded(item.name): item.name for item in one.entry.items}
    more = [name for key, name in seen.items() if key not in items]
    less = [name for key, name in items.items() if key not in seen]
    numbers = {"items": len(items), "columns": len(seen), "tables": tables}
    if more:
        yield Finding("wider", Grade.ACT, reason={**numbers, **_listed(more)})
    if less:
        yield Finding("items_unused", Grade.LOOK, reason={**numbers, **_listed(less)})


def _listed(names: Sequence[str]) -> dict[str, object]:
    return {"count": len(names), "names": list(names[:NAMED_MAX])}


def _duplicates(flows: Sequence[Registered], by: Thresholds) -> Iterator[Finding]:
    for one, other in combinations(flows, 2):
        if one.entry.ends != other.entry.ends:
            continue
        ours, theirs = ({folded(item.name) for item in each.entry.items} for each in (one, other))
        both = len(ours & theirs)
        percent = both * 100 // len(ours | theirs) if ours | theirs else 0
        same_name = folded(one.entry.name) == folded(other.entry.name)
        if percent >= by.similar_percent or same_name:
            reason = {"other": other.entry.code, "percent": percent, "items": both}
            yield Finding("duplicate", Grade.LOOK, one.entry.code, reason)


def _candidates(loose: Iterable[Loose], by: Thresholds) -> Iterator[Finding]:
    for one in sorted(loose, key=lambda each: -each.count):
        if one.count >= by.candidate_min:
            reason = {
                "from": one.from_node,
                "to": one.to_node,
                "unit": one.unit,
                "purpose": one.purpose,
                "count": one.count,
                "day": in_japan(one.newest),
            }
            yield Finding("unregistered", Grade.LOOK, reason=reason)


def _unknown(flows: Sequence[Registered]) -> Iterator[Unknown]:
    """What is known elsewhere or nowhere, so that silence is not taken for a good answer."""
    kinds = {
        "elsewhere": [one for one in flows if not one.here],
        "not_by_sekisho": [one for one in flows if one.here and not _by_sekisho(one)],
        "collection": [one for one in flows if any(not use.collection_known for use in one.passed)],
        "columns": [one for one in flows if any(not use.tables for use in one.passed)],
    }
    for kind, found in kinds.items():
        if found:
            yield Unknown(kind, tuple(one.entry.code for one in found))


def _by_sekisho(one: Registered) -> bool:
    return one.entry.medium == Medium.SEKISHO or bool(one.passed)


def window(now: datetime, days: int) -> date:
    """The first day of a review that looks back so many days."""
    return in_japan(now) - timedelta(days=days)
