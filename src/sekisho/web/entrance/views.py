"""What people set for themselves: the language, a first password."""

from __future__ import annotations

from allauth.account import views as account
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from sekisho.kernel.errors import Refused
from sekisho.kernel.speech import JA, LANGUAGES
from sekisho.office.accounts.models import Person
from sekisho.web.entrance.stepup import stepped_up
from sekisho.web.request import node_of

YEAR_SECONDS = 365 * 86_400
KEYS_COOKIE = "sekisho_keys"


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language, with the person who is signed in or else with the browser."""
    untrusted = request.POST.get("language", JA)
    language = untrusted if untrusted in LANGUAGES else JA
    if isinstance(request.user, Person):
        request.user.language = language
        request.user.save(update_fields=["language"])
    return _remembering(request, settings.LANGUAGE_COOKIE_NAME, language)


@require_POST
def choose_keys(request: HttpRequest) -> HttpResponse:
    """Whether single letters act in this browser (WCAG 2.2, 2.1.4): who speaks to the machine, or
    whose hands slip, switches them off."""
    return _remembering(request, KEYS_COOKIE, "on" if request.POST.get("keys") == "on" else "off")


def _remembering(request: HttpRequest, name: str, value: str) -> HttpResponse:
    response = HttpResponseRedirect(back_from(request))
    response.set_cookie(
        name,
        value,
        max_age=YEAR_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@login_not_required
def sign_out(request: HttpRequest) -> HttpResponse:
    """The session ends, and the browser throws away what it keeps of these pages. The cookies of
    language and keys stay: they say how to show the next page, to whoever comes."""
    response: HttpResponse = account.logout(request)
    if request.method == "POST":
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@stepped_up
def set_password(request: HttpRequest) -> HttpResponse:
    """Who has none here gives himself a password, unless others keep it for him.

    Raises Refused SKS-W038.
    """
    around = node_of(request).settings
    if around.ldap is not None or around.oidc is not None:
        raise Refused("SKS-W038")
    response: HttpResponse = account.password_set(request)
    return response


@login_not_required
def absent(request: HttpRequest, **gaps: str) -> HttpResponse:
    """No such page."""
    raise Http404


def back_from(request: HttpRequest) -> str:
    """The page that a form was sent from, if it is one of ours."""
    untrusted = request.POST.get("back", "/")
    ours = url_has_allowed_host_and_scheme(untrusted, {request.get_host()})
    return untrusted if ours else "/"
