"""Before something that matters: is it still the person who signed in?

`stepped_up` stands on every view that approves, exports or administers. Whoever has signed in, or
has confirmed, within `sign_in.step_up_minutes` notices nothing. Otherwise one confirms by password,
code or passkey first; what was posted is kept in the session meanwhile and can be gone on with by
one press, from a page that shows where it leads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sekisho.kernel.errors import Refused
from sekisho.web.request import node_of, person_of

View = Callable[..., HttpResponse]
CONFIRMED, WAITING = "confirmed", "waiting_post"
KEPT_CHARS_MAX = 64 * 1024
KEPT_SECONDS = 900
OWN_MINUTES_MAX = 15
SECRET_WORDS = ("password", "secret", "code", "credential")
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - a field's name


@dataclass(frozen=True)
class Kept:
    """A form that waits for its sender to confirm: where it goes, its fields in order."""

    path: str
    fields: tuple[tuple[str, str], ...]


def stepped_up(view: View) -> View:
    """Decorator: this view asks for a sign-in or a confirmation not older than
    `sign_in.step_up_minutes` (0: for none). Below `require_POST`, above everything of the view:

        @require_POST
        @stepped_up
        def decide(request, transfer_id): ...

    Fields that look like secrets, and forms over 64 Ki characters, are not kept: they are filled
    in again. Files are not kept either.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_fresh(request):
            return view(request, *args, **kwargs)
        return ask_to_confirm(request)

    return wrapped


def is_fresh(request: HttpRequest) -> bool:
    """Whether somebody has signed in or confirmed recently enough."""
    minutes = node_of(request).settings.sign_in.step_up_minutes
    return minutes == 0 or _was_here(request, minutes)


def may_change_factors(request: HttpRequest) -> bool:
    """The same for one's own second factors, which are never changed by whoever finds a terminal
    that somebody has left."""
    minutes = node_of(request).settings.sign_in.step_up_minutes
    return _was_here(request, min(minutes or OWN_MINUTES_MAX, OWN_MINUTES_MAX))


def _was_here(request: HttpRequest, minutes: int) -> bool:
    last = max(request.session.get(CONFIRMED, 0), request.session.get("began", 0))
    return int(node_of(request).desk.now().timestamp()) - last <= minutes * 60


def note_confirmed(request: HttpRequest) -> None:
    """Somebody has just shown once more who he is."""
    request.session[CONFIRMED] = int(node_of(request).desk.now().timestamp())


def ask_to_confirm(request: HttpRequest) -> HttpResponse:
    """To the page of confirming, with what was posted kept."""
    after = request.get_full_path()
    if request.method == "POST":
        after = reverse("go_on") if _keep(request) else _page_before(request)
    methods = get_adapter().get_reauthentication_methods(person_of(request))
    # Who has nothing to confirm with signs in again.
    address = methods[0]["url"] if methods else reverse("account_logout")
    target = f"{address}?{urlencode({'next': after})}"
    response = HttpResponseRedirect(target)
    if getattr(request, "htmx", False):
        response = HttpResponse(status=204)  # type: ignore[assignment]
        response.headers["HX-Redirect"] = target
    return response


def _keep(request: HttpRequest) -> bool:
    fields = [
        (name, value) for name, values in request.POST.lists() if name != TOKEN for value in values
    ]
    secret = any(word in name.lower() for name, _ in fields for word in SECRET_WORDS)
    if secret or sum(len(name) + len(value) for name, value in fields) > KEPT_CHARS_MAX:
        return False
    request.session[WAITING] = {
        "path": request.path,
        "fields": fields,
        "at": int(node_of(request).desk.now().timestamp()),
        "person": person_of(request).login,
    }
    return True


def _page_before(request: HttpRequest) -> str:
    """The page that the form stood on, if it is one of ours."""
    origin = f"{request.scheme}://{request.get_host()}/"
    before = request.headers.get("Referer", "")
    return before[len(origin) - 1 :] if before.startswith(origin) else "/"


def kept_by(request: HttpRequest) -> Kept:
    """What waits. Raises Refused SKS-W036 where nothing does, or for too long."""
    found = request.session.get(WAITING)
    now = int(node_of(request).desk.now().timestamp())
    if not found or now - found["at"] > KEPT_SECONDS:
        raise Refused("SKS-W036")
    if found["person"] != person_of(request).login:
        raise Refused("SKS-W036")
    return Kept(found["path"], tuple((name, value) for name, value in found["fields"]))


@require_GET
def go_on(request: HttpRequest) -> HttpResponse:
    """A page with one button that posts what was kept. It can be posted once from here."""
    if not is_fresh(request):
        return ask_to_confirm(request)
    kept = kept_by(request)
    del request.session[WAITING]
    return render(request, "entrance/go_on.html", {"kept": kept, "shown": _shown(kept)})


def _shown(kept: Kept) -> list[str]:
    """What somebody typed, so that he recognises it."""
    return [value for name, value in kept.fields if name in ("reason", "purpose") and value]
