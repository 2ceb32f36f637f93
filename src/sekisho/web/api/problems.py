"""Failures as application/problem+json (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, HttpError, ValidationError

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.kernel.speech import language
from sekisho.web.failing import status_of

UNKNOWN_TOKEN = "SKS-M104"  # noqa: S105 - a code
STATUS = {
    UNKNOWN_TOKEN: HTTPStatus.UNAUTHORIZED,
    "SKS-M105": HTTPStatus.FORBIDDEN,
    "SKS-W003": HTTPStatus.NOT_FOUND,
    "SKS-W040": HTTPStatus.TOO_MANY_REQUESTS,
    "SKS-W042": HTTPStatus.METHOD_NOT_ALLOWED,
    "SKS-W043": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "SKS-T046": HTTPStatus.GONE,
    "SKS-T047": HTTPStatus.NOT_FOUND,
    "SKS-U020": HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
}
WAIT_SECONDS = 60


def problem(request: HttpRequest, error: SekishoError) -> HttpResponse:
    """The answer to a request that could not be done."""
    told = error.explain(language())
    status = STATUS.get(error.code) or status_of(error)
    value = {
        "type": f"urn:sekisho:{error.code}",
        "title": told.what,
        "status": int(status),
        "detail": told.next_step,
        "code": error.code,
        "ask": told.ask,
    }
    offset = error.params.get("offset")
    if isinstance(offset, int):
        value["offset"] = offset
    response = HttpResponse(
        json.dumps(value, ensure_ascii=False), "application/problem+json", int(status)
    )
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        response.headers["Retry-After"] = str(WAIT_SECONDS)
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        response.headers["Content-Range"] = f"bytes */{error.params['bytes']}"
    return response


def no_token(request: HttpRequest, failure: AuthenticationError | Exception) -> HttpResponse:
    """No token at all."""
    return problem(request, Refused(UNKNOWN_TOKEN))


def no_json(request: HttpRequest, failure: HttpError | Exception) -> HttpResponse:
    """A body that is no JSON."""
    return problem(request, InvalidInput("SKS-W021"))


def too_large(request: HttpRequest, failure: RequestDataTooBig | Exception) -> HttpResponse:
    """More JSON than anybody needs."""
    return problem(request, InvalidInput("SKS-W043", allowed=settings.DATA_UPLOAD_MAX_MEMORY_SIZE))


def wrong_shape(request: HttpRequest, failure: ValidationError | Exception) -> HttpResponse:
    """Fields that are missing, unknown, or of another kind."""
    errors = getattr(failure, "errors", [])
    places = sorted({".".join(map(str, one.get("loc", ()))) for one in errors})[:5]
    return problem(request, InvalidInput("SKS-W041", fields=", ".join(places) or "—"))
