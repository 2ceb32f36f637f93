"""What somebody has to do before anything else: choose an own password, set up a second factor."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from sekisho.kernel.speech import both
from sekisho.office.accounts.models import Person
from sekisho.web.entrance.mfa import factors_of, is_factor_required
from sekisho.web.request import node_of

FREE = ("/account/", "/entrance/")
"""Where one signs in and out and sets these things up."""


class Duties:
    """Leads there from everywhere else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, Person) or request.path.startswith(FREE):
            return self._next(request)
        place = duty_of(request, request.user)
        if not place:
            return self._next(request)
        if getattr(request, "htmx", False):
            response = HttpResponse(status=204)
            response.headers["HX-Redirect"] = place
            return response
        return HttpResponseRedirect(place)


def duty_of(request: HttpRequest, person: Person) -> str:
    """The address of what has to be done first; empty when there is nothing."""
    if person.temporary and person.has_usable_password():
        messages.warning(
            request,
            both(
                "仮のパスワードです。自分だけが知るパスワードに変えてください。",
                "This password is temporary. Choose one that only you know.",
            ),
        )
        return reverse("account_change_password")
    if is_factor_required(node_of(request), person) and not factors_of(person).exists():
        messages.warning(
            request,
            both(
                "このノードでは、二つめの要素（認証アプリかパスキー）の登録が必要です。",
                "This node asks you to set up a second factor: an app or a passkey.",
            ),
        )
        return reverse("mfa_index")
    return ""
