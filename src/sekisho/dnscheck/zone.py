"""A zone file as a source of answers: what its servers would say if they served this file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sekisho.dnscheck.answers import NXDOMAIN, ROOT, Answer, Question, Record, Source
from sekisho.dnscheck.zonefile.reader import Include, records


@dataclass(frozen=True)
class Zone:
    """One zone. `outside` counts records of the file that are not in it; servers ignore them."""

    name: str
    file: str
    owners: Mapping[str, tuple[Record, ...]]
    outside: int = 0

    def answers(self, question: Question) -> tuple[Answer, ...]:
        """As `Observations`. Nothing for what lies outside, below a cut, or at one server."""
        name = question.name
        if question.at or not is_below(name, self.name) or self.cut_above(name):
            return ()
        here = self.owners.get(name)
        if here is None:
            here = self._wildcard(name)
        if here is None:
            return (self._answer(question, (), 0 if name in self.between else NXDOMAIN),)
        wanted = tuple(one for one in here if one.type in (question.type, "CNAME"))
        return (self._answer(question, wanted, 0),)

    def records(self) -> Iterator[Record]:
        """All records, name by name."""
        for found in self.owners.values():
            yield from found

    def cut_above(self, name: str) -> str | None:
        """The delegated name that `name` is or lies below."""
        if not self.cuts:
            return None
        while name != self.name and name:
            if name in self.cuts:
                return name
            name = name.partition(".")[2]
        return None

    @cached_property
    def cuts(self) -> frozenset[str]:
        """Names handed to other servers."""
        return frozenset(
            name
            for name, found in self.owners.items()
            if name != self.name and any(one.type == "NS" for one in found)
        )

    @cached_property
    def between(self) -> frozenset[str]:
        """Names without records that exist because names below them do (RFC 8020)."""
        found: set[str] = set()
        for name in self.owners:
            above = name.partition(".")[2]
            while above and above != self.name and above not in found:
                found.add(above)
                above = above.partition(".")[2]
        return frozenset(found - self.owners.keys())

    def _wildcard(self, name: str) -> tuple[Record, ...] | None:
        """RFC 4592: the star below the closest name that exists."""
        if name in self.between:
            return None
        above = name.partition(".")[2]
        while above and above != self.name and above not in self.owners:
            if above in self.between:
                break
            above = above.partition(".")[2]
        found = self.owners.get(f"*.{above}")
        return found and tuple(Record(name, one.type, one.ttl, one.data) for one in found)

    def _answer(self, question: Question, found: tuple[Record, ...], rcode: int) -> Answer:
        return Answer(
            question,
            rcode=rcode,
            authoritative=True,
            records=found,
            soa=None if found else self.name,
            server=self.file,
            source=Source.ZONE,
        )


def is_below(name: str, zone: str) -> bool:
    """Whether `name` is `zone` or lies below it."""
    return zone == ROOT or name == zone or name.endswith("." + zone)


def read_zone(
    untrusted_bytes: bytes, *, file: str, origin: str | None = None, include: Include | None = None
) -> Zone:
    """The zone in a file. Its name is the owner of the SOA, else `origin`, else what all names
    end in. Raises InvalidInput SKS-Q010 to Q013."""
    owners: dict[str, list[Record]] = {}
    for record in records(untrusted_bytes, file=file, origin=origin, include=include):
        owners.setdefault(record.name, []).append(record)
    soa = [name for name, found in owners.items() if any(one.type == "SOA" for one in found)]
    name = soa[0] if soa else origin or common_end(owners)
    inside = {one: tuple(found) for one, found in owners.items() if is_below(one, name)}
    outside = sum(len(found) for one, found in owners.items() if one not in inside)
    return Zone(name, file, inside, outside)


def common_end(names: Iterable[str]) -> str:
    """The labels that all names end in; the root where there are none."""
    common: list[str] | None = None
    for name in names:
        labels = name.split(".")[::-1]
        if common is None:
            common = labels
            continue
        same = 0
        for one, other in zip(common, labels, strict=False):
            if one != other:
                break
            same += 1
        common = common[:same]
    return ".".join(reversed(common or [])) or ROOT


class Zones:
    """Many zones as one source: the deepest one that holds a name answers for it."""

    def __init__(self, zones: Iterable[Zone]) -> None:
        self.by_name = {zone.name: zone for zone in zones}

    def __iter__(self) -> Iterator[Zone]:
        return iter(self.by_name.values())

    def answers(self, question: Question) -> tuple[Answer, ...]:
        """As `Observations`."""
        zone = self.holding(question.name)
        return zone.answers(question) if zone else ()

    def holding(self, name: str) -> Zone | None:
        """The deepest zone at hand that `name` is in."""
        while name:
            if name in self.by_name:
                return self.by_name[name]
            name = name.partition(".")[2]
        return self.by_name.get(ROOT)
