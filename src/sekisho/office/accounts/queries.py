"""Questions about people; nothing is changed."""

from __future__ import annotations

from sekisho.office.accounts.models import Person


def everybody() -> list[Person]:
    """Everybody registered here, retired people last."""
    return list(Person.objects.order_by("-active", "login"))
