"""What a reply says about a question, as an `Answer`."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sekisho.dnscheck.answers import NOERROR, Answer, Outcome, Record
from sekisho.dnscheck.asking.flight import Flight
from sekisho.dnscheck.wire import Reply


class Heard(NamedTuple):
    """An answer with what the server told unasked."""

    answer: Answer
    additional: tuple[Record, ...] = ()
    """Addresses beside a referral; only what the parent says (RFC 1034, section 4.2.1)."""


def heard(flight: Flight, reply: Reply, at: datetime) -> Heard:
    """The reply to a question."""
    soa: str | None = None
    referral: tuple[str, ...] = ()
    if reply.authority and not reply.records:
        soa = next((one.name for one in reply.authority if one.type == "SOA"), None)
        if soa is None and not reply.authoritative and reply.rcode == NOERROR:
            referral = tuple(one.data for one in reply.authority if one.type == "NS")
    answer = Answer(
        flight.ask.question,
        rcode=reply.rcode,
        authoritative=reply.authoritative,
        records=reply.records,
        soa=soa,
        referral=referral,
        server=flight.server.shown,
        at=at,
    )
    return Heard(answer, reply.additional)


def unheard(flight: Flight, outcome: Outcome, at: datetime) -> Heard:
    """A question without a reply that can be read."""
    return Heard(Answer(flight.ask.question, outcome, server=flight.server.shown, at=at))
