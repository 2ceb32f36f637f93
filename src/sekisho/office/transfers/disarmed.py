"""What is stated about disarming: in the evidence, and in the open part of a parcel.

Leaves of the log hold counts, versions and salted hashes; reports name files and show samples, so
they stay out of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import Protocol

from sekisho.disarm.report import Report
from sekisho.kernel.documents import write
from sekisho.office.evidence.actions import record
from sekisho.office.site.desk import Desk
from sekisho.office.transfers.models import Transfer

CONTEXT_PREFIX = "disarm."
CONTEXT_CHARS_MAX = 300
"""So long that 1,000 bytes of UTF-8, all that a parcel's context allows, are never reached."""


class Described(Protocol):
    """A file with what its report says in short."""

    outcome: str
    found: int
    report: Report | None
    report_sha256: str


def disarmed_by(reports: Sequence[Report | None]) -> dict[str, str]:
    """Rules, profiles and programs that made these reports, as a parcel states them in the open.

    A list of programs that is too long is stated by its digest.
    """
    made = [one for one in reports if one is not None]
    tools = sorted({f"{name} {version}" for one in made for name, version in one.tools.items()})
    found = {
        "rules": ",".join(sorted({one.rules for one in made})),
        "profiles": ",".join(sorted({one.profile for one in made})),
        "tools": ", ".join(tools),
    }
    return {key: _bounded(value) for key, value in found.items() if value}


def _bounded(value: str) -> str:
    plain = value.isprintable() and len(value) <= CONTEXT_CHARS_MAX
    return value if plain else f"sha256:{sha256(value.encode()).hexdigest()}"


def context_of(transfer: Transfer) -> dict[str, str]:
    """What the parcel of a transfer states in the open about disarming."""
    return {CONTEXT_PREFIX + key: value for key, value in transfer.disarmed_by.items()}


def record_disarmed(desk: Desk, transfer: Transfer, files: Sequence[Described]) -> None:
    """The evidence of how the files of a transfer were disarmed, in the caller's transaction."""
    counts = Counter(one.outcome for one in files)
    data = {
        "files": len(files),
        "rebuilt": counts["rebuilt"],
        "same": counts["same"],
        "excepted": counts["excepted"],
        "untouched": counts[""],
        "found": sum(one.found for one in files),
    }
    hidden = {
        "reports": write([one.report_sha256 for one in files]).decode(),
        "by": write(transfer.disarmed_by).decode(),
    }
    record(desk, "transfer.disarmed", transfer.transfer_id, data, hidden)
