"""What every page shows around its content."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from sekisho import __version__
from sekisho.kernel.speech import EN, JA, language
from sekisho.office.accounts.models import Person
from sekisho.office.notices.queries import unread_count
from sekisho.web.entrance.views import KEYS_COOKIE
from sekisho.web.navigation import PLACES, Place
from sekisho.web.request import serving


def page(request: HttpRequest) -> dict[str, Any]:
    """For Django's templates: the node, where one can go, the language."""
    settings = serving().settings
    person = getattr(request, "user", None)
    return {
        "node_title": settings.title,
        "node_zone": settings.zone,
        "version": __version__,
        "language": language(),
        "other_language": EN if language() == JA else JA,
        "places": _places(request, person) if isinstance(person, Person) else [],
        "unread": unread_count(person.login) if isinstance(person, Person) else 0,
        "keys": request.COOKIES.get(KEYS_COOKIE) != "off",
        "nonce": getattr(request, "csp_nonce", ""),
    }


def _places(request: HttpRequest, person: Person) -> list[dict[str, Any]]:
    return [
        {"words": place.words, "address": address, "here": _is_here(request.path, address)}
        for place in PLACES
        if place.is_for(person) and (address := _address(place))
    ]


def _address(place: Place) -> str:
    try:
        return reverse(place.view)
    except NoReverseMatch:
        return ""


def _is_here(path: str, address: str) -> bool:
    return path == address if address == "/" else path.startswith(address)
