"""What was asked of DNS and what came back, as values; and the port through which rules see it.

Zone files, live servers and observation bundles all give the same values, so that the same rules
judge them. A name is written as `names.to_ascii` writes it (lower case, no root dot); the root
itself is `.`; bytes that no host name has are written `\\DDD` (RFC 1035, section 5.1).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

ROOT = "."
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)
"""Response codes, RFC 1035, section 4.1.1. Others stay numbers."""

NO_SUCH_PLACE = "sekisho-probe.invalid"
"""Nothing exists here (RFC 6761, section 6.4). A resolver that answers with records rewrites."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question. Equal questions are asked once."""

    name: str
    type: str
    """`A`, `CNAME`, …; unknown ones `TYPE65280` (RFC 3597)."""
    at: str = ""
    """Host name of the name server that is asked itself; empty: resolved in the usual way."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record."""

    name: str
    type: str
    ttl: int
    data: str
    """As in a zone file, names in full without the root dot: `10 mx.example.jp`. The strings of
    TXT are joined without quotes (as RFC 7208, section 3.3, reads them); beyond printable ASCII
    they are written `\\DDD`, and a backslash `\\\\`. CAA is `flags tag value`, without quotes;
    AAAA as `ipaddress` writes it."""


class Source(Enum):
    """Where an answer comes from."""

    ZONE = "zone"
    """A zone file: what its servers would say if they served this file."""
    LIVE = "live"
    """A server, asked now."""
    BUNDLE = "bundle"
    """A server, asked elsewhere; read from an observation bundle."""


class Outcome(Enum):
    """What became of a question."""

    ANSWERED = "answered"
    SILENT = "silent"
    """Nothing came in the time given, at every try."""
    UNREACHABLE = "unreachable"
    """The network or the host said that nobody is there."""
    NO_ADDRESS = "no-address"
    """The server that was to be asked has no address."""
    GARBLED = "garbled"
    """Something came that is no answer to the question."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back once. Two moments or two servers are two answers."""

    question: Question
    outcome: Outcome = Outcome.ANSWERED
    rcode: int = NOERROR
    """Means something only where `outcome` is ANSWERED."""
    authoritative: bool = False
    records: tuple[Record, ...] = ()
    """The answer section, the whole chain of aliases where the server gave it."""
    soa: str | None = None
    """Owner of the SOA in the authority section: the zone that says no."""
    referral: tuple[str, ...] = ()
    """Hosts in the NS of the authority section where the server only points elsewhere."""
    server: str = ""
    """Address and port that answered, or the name of the zone file."""
    at: datetime | None = None
    """When, in UTC; None for a zone file without a date."""
    source: Source = Source.LIVE

    def of_type(self, kind: str) -> tuple[Record, ...]:
        """The records of one type in the answer section."""
        return tuple(record for record in self.records if record.type == kind)

    @property
    def is_empty(self) -> bool:
        """The name is there, nothing of the type is."""
        return (
            self.outcome is Outcome.ANSWERED
            and self.rcode == NOERROR
            and not self.records
            and not self.referral
        )


class Observations(Protocol):
    """What is known. Implemented by zones, by `Collected`, by a live client and by a bundle."""

    def answers(self, question: Question) -> tuple[Answer, ...]:
        """Everything known about a question, oldest first; empty where it was never asked."""


class Collected:
    """Answers at hand, found by their question."""

    def __init__(self, answers: Iterable[Answer] = ()) -> None:
        self._found: dict[Question, tuple[Answer, ...]] = {}
        for answer in answers:
            known = self._found.get(answer.question, ())
            self._found[answer.question] = (*known, answer)

    def answers(self, question: Question) -> tuple[Answer, ...]:
        """As `Observations`."""
        return self._found.get(question, ())


class Several:
    """Several sources as one: zone files beside a bundle."""

    def __init__(self, *sources: Observations) -> None:
        self._sources = sources

    def answers(self, question: Question) -> tuple[Answer, ...]:
        """As `Observations`."""
        return tuple(one for source in self._sources for one in source.answers(question))


def absent_below(name: str) -> Question:
    """A question for a name that nobody would make below `name`; records say: a wildcard.

    The label follows from `name`, so that who asks and who reads the answer agree on it.
    """
    label = hashlib.sha256(name.encode()).hexdigest()[:12]
    return Question(f"sekisho-probe-{label}.{name}", "A")


def rewriting(observations: Observations) -> bool:
    """Whether the resolver that was asked gives addresses to what does not exist."""
    return any(one.records for one in observations.answers(Question(NO_SUCH_PLACE, "A")))
