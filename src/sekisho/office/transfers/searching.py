"""Finding transfers (探す) that leave or have arrived, newest first, page after page.

A page goes on from where the one before ended, not from a number of rows: what is added meanwhile
neither repeats nor hides anything. What somebody may not see is left out before anything else.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from sekisho.kernel.clock import parse_stamp, stamp
from sekisho.kernel.errors import InvalidInput
from sekisho.office.accounts.models import Person
from sekisho.office.transfers.hits import ARRIVED, SENT, SIDES, Hit, Side, read_hits, with_names
from sekisho.office.transfers.models import Collection, Decision

PAGE_ROWS = 50
PAGE_ROWS_MAX = 500
EXPORT_ROWS = 2_000
"""At once: each page of an export sorts all that was found anew where no index helps."""

WORDS_MAX = 8
PEOPLE_MAX = 200


@dataclass(frozen=True)
class Sight:
    """What a person may see: conditions on transfers that leave and on those that have arrived."""

    transfers: Q
    arrivals: Q


EVERYTHING = Sight(Q(), Q())


@dataclass(frozen=True)
class SearchTerms:
    """What to look for; empty terms ask for nothing.

    `text` is words, all of which must stand in the id, the purpose, a name of a file or of a
    person. `person` is a login or a part of a name: sender, addressee, approver or collector.
    `since` counts, `until` does not any more; `division` is that of the person of this node.
    """

    text: str = ""
    person: str = ""
    since: datetime | None = None
    until: datetime | None = None
    direction: str = ""
    states: tuple[str, ...] = ()
    peer: str = ""
    label: str = ""
    division: str = ""

    def __post_init__(self) -> None:
        if self.since and self.until and self.until < self.since:
            raise InvalidInput("SKS-E012", since=stamp(self.since), until=stamp(self.until))


@dataclass(frozen=True)
class Found:
    """One page, where the next one goes on (empty when there is none), and how many in all."""

    hits: tuple[Hit, ...]
    next_place: str
    sent: int
    arrived: int

    @property
    def total(self) -> int:
        return self.sent + self.arrived


def search(
    terms: SearchTerms, *, sight: Sight = EVERYTHING, after: str = "", limit: int = PAGE_ROWS
) -> Found:
    """A page of what was found, after the place where the one before ended.

    Raises InvalidInput SKS-E011 for a place that is none.
    """
    rows = {side.direction: _matching(side, terms, sight) for side in SIDES}
    hits = _page(rows, after, min(limit, PAGE_ROWS_MAX) + 1)
    page = hits[: min(limit, PAGE_ROWS_MAX)]
    more = len(hits) > len(page)
    return Found(
        hits=tuple(page),
        next_place=page[-1].place if more else "",
        sent=rows[SENT].count(),
        arrived=rows[ARRIVED].count(),
    )


def search_all(terms: SearchTerms, *, sight: Sight = EVERYTHING) -> Iterator[Hit]:
    """Everything that is found, page by page, for an export; memory does not grow with it."""
    rows = {side.direction: _matching(side, terms, sight) for side in SIDES}
    place = ""
    while page := _page(rows, place, EXPORT_ROWS):
        yield from page
        place = page[-1].place


def _page(rows: dict[str, QuerySet[Any]], after: str, limit: int) -> list[Hit]:
    found: list[Hit] = []
    for side in SIDES:
        some = rows[side.direction]
        if after:
            some = some.filter(_behind(side, after))
        found += read_hits(side, list(some.order_by(f"-{side.when}", "-transfer_id")[:limit]))
    found.sort(key=lambda one: (one.when, one.transfer_id, one.direction), reverse=True)
    return with_names(found[:limit])


def _behind(side: Side, place: str) -> Q:
    moment, transfer_id, direction = _read_place(place)
    same = Q(**{side.when: moment})
    later = Q(transfer_id__lt=transfer_id)
    if side.direction < direction:
        later |= Q(transfer_id=transfer_id)
    return Q(**{f"{side.when}__lt": moment}) | (same & later)


def _read_place(untrusted: str) -> tuple[datetime, str, str]:
    parts = untrusted.split("~")
    try:
        second, _, fraction = parts[0].partition(".")
        moment = parse_stamp(second).replace(microsecond=int(fraction))
        _, transfer_id, direction = parts
    except (InvalidInput, ValueError):
        raise InvalidInput("SKS-E011", value=untrusted[:40]) from None
    return moment, transfer_id, direction


def _matching(side: Side, terms: SearchTerms, sight: Sight) -> QuerySet[Any]:
    may = sight.transfers if side.direction == SENT else sight.arrivals
    rows = side.model.objects.filter(may)
    if terms.direction not in ("", side.direction):
        return rows.none()
    if terms.since:
        rows = rows.filter(**{f"{side.when}__gte": terms.since})
    if terms.until:
        rows = rows.filter(**{f"{side.when}__lt": terms.until})
    if terms.states:
        rows = rows.filter(state__in=terms.states)
    if terms.peer:
        rows = rows.filter(**{side.peer: terms.peer})
    if terms.label:
        rows = rows.filter(label=terms.label)
    if terms.division:
        rows = rows.filter(_of_division(side, terms.division))
    if terms.person:
        rows = rows.filter(_of_person(side, terms.person))
    for word in terms.text.split()[:WORDS_MAX]:
        rows = rows.filter(_with_word(side, word))
    return rows


def _of_division(side: Side, division: str) -> Q:
    logins = Person.objects.filter(division=division).values("login")
    if side.direction == SENT:
        return Q(sender__in=logins)
    return _with(side.addressee, side.link, Q(login__in=logins))


def _of_person(side: Side, person: str) -> Q:
    logins = _logins(person)
    either = Q(sender__in=logins) | _with(side.addressee, side.link, Q(login__in=logins))
    if side.direction == SENT:
        decided = Q(person__in=logins) | Q(acting_for__in=logins)
        return either | _with(Decision, side.link, decided)
    collected = _with(Collection, "file__arrival", Q(person__in=logins))
    return either | collected | _contains("sender_name", person)


def _with_word(side: Side, word: str) -> Q:
    file = _with(side.file, side.link, _contains("path", word))
    found = _contains("purpose", word) | file | Q(transfer_id__startswith=word.lower())
    person = _of_person(side, word)
    return found | person


def _logins(person: str) -> list[str]:
    """Logins of people of this node whose login it is or whose name holds it, and itself: the
    other side's people are known by login only."""
    rows = Person.objects.filter(_contains("name", person)).exclude(login=person)
    return [person, *rows.order_by("login").values_list("login", flat=True)[:PEOPLE_MAX]]


def _contains(field: str, text: str) -> Q:
    """The text as it was typed, or in its usual width (ＡＢＣ as ABC, ｶﾅ as カナ)."""
    usual = unicodedata.normalize("NFKC", text)
    found = Q(**{f"{field}__icontains": text})
    return found if usual == text else found | Q(**{f"{field}__icontains": usual})


def _with(model: Any, link: str, condition: Q) -> Q:
    """Rows that have such a one beside them. As a list that is asked for once: with an EXISTS for
    each row SQLite goes through everything of a person again and again (7 s, not 0.06 s, with
    50,000 transfers)."""
    return Q(pk__in=model.objects.filter(condition).values(link))
