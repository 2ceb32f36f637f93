"""Questions about people and their units; nothing is changed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Q, QuerySet

from sekisho.office.accounts.models import Appointment, Person, Unit
from sekisho.office.accounts.organisation import Organisation, Posting, UnitEntry


def everybody() -> list[Person]:
    """Everybody registered here, retired people last."""
    return list(Person.objects.order_by("-active", "login"))


def working_logins() -> set[str]:
    """The logins of everybody who may act."""
    return set(Person.objects.filter(active=True).values_list("login", flat=True))


def names_of(logins: Collection[str]) -> dict[str, str]:
    """Login → name, of those who are registered."""
    return dict(Person.objects.filter(login__in=logins).values_list("login", "name"))


def organisation(day: date) -> Organisation:
    """The whole organisation as it stands on one day."""
    return Organisation(unit_entries(), postings(), day)


def organisation_around(login: str, day: date) -> Organisation:
    """The organisation as far as it concerns one person: all units and their heads, and his own
    posts."""
    wanted = Q(person=login) | Q(head=True)
    return Organisation(unit_entries(), _postings(Appointment.objects.filter(wanted)), day)


def unit_entries() -> list[UnitEntry]:
    """Every unit of every time."""
    return [
        UnitEntry(*row)
        for row in Unit.objects.order_by("code", "starts").values_list(
            "code", "name", "parent", "starts", "ends"
        )
    ]


def postings() -> list[Posting]:
    """Every post of every time."""
    return _postings(Appointment.objects.all())


def postings_of(login: str) -> list[Posting]:
    """Every post of one person, the newest first."""
    return _postings(Appointment.objects.filter(person=login).order_by("-starts", "unit"))


def _postings(rows: QuerySet[Appointment]) -> list[Posting]:
    fields = ("person_id", "unit", "post", "head", "main", "starts", "ends")
    return [Posting(*row) for row in rows.values_list(*fields)]


def holders_of(role: str) -> list[str]:
    """The logins of active people who have the role."""
    people = Person.objects.filter(active=True).order_by("login")
    return [one.login for one in people if role in one.roles]
