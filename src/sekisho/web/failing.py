"""Pages for what went wrong."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sekisho.kernel.errors import Broken, InvalidInput, Refused, SekishoError, Unavailable
from sekisho.kernel.speech import language

STATUS: tuple[tuple[type[SekishoError], HTTPStatus], ...] = (
    (Refused, HTTPStatus.CONFLICT),
    (InvalidInput, HTTPStatus.BAD_REQUEST),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (Broken, HTTPStatus.INTERNAL_SERVER_ERROR),
)
FORBIDDEN = frozenset(
    {
        "SKS-F013",
        "SKS-H072",
        "SKS-T030",
        "SKS-T031",
        "SKS-T033",
        "SKS-T040",
        "SKS-T051",
        "SKS-T053",
        "SKS-T093",
        "SKS-W001",
        "SKS-W002",
        "SKS-W033",
    }
)
ABSENT = frozenset(
    {
        "SKS-F010",
        "SKS-G005",
        "SKS-H052",
        "SKS-J002",
        "SKS-J003",
        "SKS-J009",
        "SKS-T005",
        "SKS-U001",
        "SKS-U002",
        "SKS-W038",
    },
)
LOCKED = frozenset({"SKS-W030", "SKS-W031"})


def status_of(failure: SekishoError) -> HTTPStatus:
    """The HTTP status that a coded failure is answered with."""
    if failure.code in FORBIDDEN:
        return HTTPStatus.FORBIDDEN
    if failure.code in LOCKED:
        return HTTPStatus.TOO_MANY_REQUESTS
    if failure.code in ABSENT:
        return HTTPStatus.NOT_FOUND
    found = (status for kind, status in STATUS if isinstance(failure, kind))
    return next(found, HTTPStatus.INTERNAL_SERVER_ERROR)


def failure_page(request: HttpRequest, failure: SekishoError) -> HttpResponse:
    """The whole page, or for htmx the note alone."""
    status = status_of(failure)
    told = failure.explain(language())
    if getattr(request, "htmx", False):
        response = render(request, "web/failure_note.html", {"failure": told}, status=status)
        response.headers["HX-Retarget"] = "#notes"
        response.headers["HX-Reswap"] = "innerHTML"
        return response
    back = request.headers.get("Referer", "")
    return render(request, "web/failure.html", {"failure": told, "back": back}, status=status)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was not sent from our own page, or from one that is too old."""
    return failure_page(request, Refused("SKS-W002"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page."""
    told = Refused("SKS-W003").explain(language())
    return render(request, "web/failure.html", {"failure": told}, status=HTTPStatus.NOT_FOUND)


def crashed(request: HttpRequest) -> HttpResponse:
    """Something that should be impossible; the log has it."""
    told = Broken("SKS-W004").explain(language())
    return render(
        request, "web/failure.html", {"failure": told}, status=HTTPStatus.INTERNAL_SERVER_ERROR
    )
