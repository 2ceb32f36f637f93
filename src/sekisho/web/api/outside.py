"""What no operation answers: addresses that are not there, methods, crashes. Programs get a
problem, browsers a page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from sekisho.kernel.errors import Broken, InvalidInput, Refused
from sekisho.web import failing
from sekisho.web.api.problems import problem

HERE = "/api/"
View = Callable[..., HttpResponseBase]


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such address."""
    if request.path.startswith(HERE):
        return problem(request, Refused("SKS-W003"))
    return failing.not_found(request, exception)


def crashed(request: HttpRequest) -> HttpResponse:
    """Something that should be impossible; the log has it."""
    if request.path.startswith(HERE):
        return problem(request, Broken("SKS-W004"))
    return failing.crashed(request)


def for_programs(view: View) -> View:
    """The view without a sign-in (a token is asked for instead), its refusal of a method as a
    problem."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        response = view(request, *args, **named)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return response
        told = problem(request, InvalidInput("SKS-W042", method=str(request.method)[:20]))
        told.headers["Allow"] = response.headers["Allow"]
        return told

    shown.login_required = False  # type: ignore[attr-defined]
    return shown
