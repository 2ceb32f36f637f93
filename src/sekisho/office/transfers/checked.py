"""The evidence of how the files of an arrived parcel were disarmed again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

from sekisho.disarm.engine import RULES_VERSION
from sekisho.disarm.report import Report
from sekisho.kernel import dsse
from sekisho.kernel.documents import write
from sekisho.ledger.events import EVENT_TYPE, read_event
from sekisho.office.evidence.actions import Act, record_all
from sekisho.office.site.desk import Desk
from sekisho.office.transfers.letter import LetterFile
from sekisho.office.transfers.receipt import REDISARMED

RESULTS = "results"
"""The hidden field that lists the files of which this side kept its own result."""


class Checked(Protocol):
    """A file of a parcel that is kept."""

    file: LetterFile
    path: str
    sha256: str
    outcome: str
    found: int
    claim: Report | None
    own: Report | None


class Facts(Protocol):
    """What is known of a parcel."""

    parcel_id: str
    transfer_id: str


class Delivered(Protocol):
    """A parcel that is kept."""

    facts: Facts
    kept: Sequence[Checked]


def record_checked(desk: Desk, deliveries: Sequence[Delivered]) -> dict[str, tuple[int, str]]:
    """An event `parcel.disarmed` for each parcel of which a file was disarmed again.

    By parcel: how many files are kept as this side's own result, and the salted hash under which
    the list of them stands in that event; only where there are any.
    """
    wanted = [one for one in deliveries if any(file.outcome for file in one.kept)]
    recorded = record_all(desk, [_act(one) for one in wanted])
    found = {}
    for one, written in zip(wanted, recorded, strict=True):
        count = sum(file.outcome == REDISARMED for file in one.kept)
        if count:
            event = read_event(dsse.decode(written.envelope, EVENT_TYPE).payload)
            found[one.facts.parcel_id] = (count, event.hidden[RESULTS])
    return found


def _act(one: Delivered) -> Act:
    counts = Counter(file.outcome for file in one.kept)
    data: dict[str, Any] = {
        "parcel": one.facts.parcel_id,
        "files": len(one.kept),
        "same": counts["same"],
        "redisarmed": counts[REDISARMED],
        "excepted": counts["excepted"],
        "untouched": counts[""],
        "found": sum(file.found for file in one.kept),
        "rules": RULES_VERSION,
    }
    results = [
        _result(position, file)
        for position, file in enumerate(one.kept)
        if file.outcome == REDISARMED
    ]
    hidden = {RESULTS: write(results).decode()} if results else {}
    return Act("parcel.disarmed", one.facts.transfer_id, data, hidden)


def _result(position: int, file: Checked) -> dict[str, Any]:
    return {
        "position": position,
        "sent": file.file.sha256,
        "kept": file.sha256,
        "sent_by": _version(file.claim),
        "kept_by": _version(file.own),
    }


def _version(report: Report | None) -> dict[str, Any]:
    if report is None:
        return {}
    return {"profile": report.profile, "rules": report.rules, "tools": dict(report.tools)}
