"""Who may come in here."""

from __future__ import annotations

from django.http import HttpRequest

from sekisho.kernel.errors import Refused
from sekisho.office.permissions import Act, may
from sekisho.web.request import person_of


def require(request: HttpRequest, act: Act = Act.SEE_RISKS) -> None:
    """Raise Refused SKS-W001 for whoever may not. A page that is not his says nothing else."""
    if not may(person_of(request).roles, act):
        raise Refused("SKS-W001")


def edits(request: HttpRequest) -> bool:
    """Whether the person who asks may save and run models."""
    return may(person_of(request).roles, Act.RISKS)
