"""Judgements about moments that other nodes wrote, whose clocks are not ours."""

from __future__ import annotations

from datetime import datetime, timedelta

from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import Refused

CLOCK_SKEW_MAX = timedelta(hours=1)
"""How far ahead another node's clock may be before we call its documents wrong."""


def refuse_future(what: str, untrusted_issued: datetime, now: datetime) -> None:
    """Refused SKS-N033 when a document says that it was made after now and the skew."""
    # Never arithmetic on the untrusted side: a year 9999 would overflow it.
    if untrusted_issued > now + CLOCK_SKEW_MAX:
        raise Refused("SKS-N033", what=what, issued=stamp(untrusted_issued), now=stamp(now))
