"""Who has done nothing for a while is signed out (OWASP ASVS 5.0, V7.3)."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse

from sekisho.web.request import node_of

SEEN = "seen"
SEEN_EVERY_SECONDS = 60
"""How exactly the last act is remembered: not every page writes into the session."""


class IdleLimit:
    """Ends a session that nobody used for `web.idle_minutes`, and one older than its limit."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(node_of(request).desk.now().timestamp())
            began = request.session.setdefault("began", now)
            seen = request.session.get(SEEN, now)
            late = now - seen > settings.SEKISHO_IDLE_SECONDS
            if late or now - began > settings.SESSION_COOKIE_AGE:
                auth.logout(request)
            elif now - seen >= SEEN_EVERY_SECONDS or SEEN not in request.session:
                request.session[SEEN] = now
        return self._next(request)
