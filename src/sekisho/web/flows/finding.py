"""The review as pages ask for it: anew where it is read, kept for a moment where it is counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sekisho.node.opening import Node
from sekisho.office.flows import queries
from sekisho.office.flows.review.facts import Finding, Review
from sekisho.office.flows.review.rules import window

REVIEW_DAYS = 365
FRESH = timedelta(seconds=60)


@dataclass(frozen=True)
class _Kept:
    edition: tuple[int, datetime | None]
    made: datetime
    findings: tuple[Finding, ...]


_kept: dict[str, _Kept] = {}


def reviewed(node: Node, days: int = REVIEW_DAYS) -> Review:
    """The review of so many days, made now."""
    since = window(node.desk.now(), days)
    return queries.review(node.desk, since=since, thresholds=node.settings.flows)


def counted(node: Node) -> tuple[Finding, ...]:
    """What was found in a year, for the register. A change of the register shows at once;
    transfers, of which a node has many thousands, within a minute."""
    now, edition = node.desk.now(), queries.edition()
    kept = _kept.get(node.alias)
    if kept is None or kept.edition != edition or not timedelta() <= now - kept.made < FRESH:
        kept = _kept[node.alias] = _Kept(edition, now, reviewed(node).findings)
    return kept.findings
