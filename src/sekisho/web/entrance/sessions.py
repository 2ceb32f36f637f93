"""The sessions of one person: where he is signed in, and ending them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from sekisho.kernel.speech import both
from sekisho.web.request import node_of, person_of

BROWSERS = (
    ("Edg/", "Microsoft Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class Session:
    """One browser in which a person is signed in."""

    number: int
    began: datetime
    address: str
    browser: str
    here: bool


def sessions_of(request: HttpRequest) -> list[Session]:
    """The sessions of who asks, this one first, then the newest."""
    rows = UserSession.objects.purge_and_list(person_of(request))
    found = [
        Session(row.pk, row.created_at, row.ip, browser_words(row.user_agent), row.is_current())
        for row in rows
    ]
    return sorted(found, key=lambda one: (not one.here, -one.began.timestamp()))


def browser_words(untrusted_agent: str) -> str:
    """`Chrome (Windows)`, from what the browser says of itself."""
    browser = next((word for mark, word in BROWSERS if mark in untrusted_agent), "")
    system = next((word for mark, word in SYSTEMS if mark in untrusted_agent), "")
    if not browser:
        return both("不明なブラウザー", "Unknown browser")
    return f"{browser} ({system})" if system else browser


def keep_newest(request: HttpRequest, person: Any) -> None:
    """End the oldest sessions of this person beyond the limit; the one that begins counts too."""
    most = node_of(request).settings.sign_in.sessions
    rows = sorted(
        UserSession.objects.purge_and_list(person), key=lambda row: row.created_at, reverse=True
    )
    for row in rows[most - 1 :]:
        row.end()


@require_GET
def sessions(request: HttpRequest) -> HttpResponse:
    """サインイン中の端末."""
    limit = node_of(request).settings.sign_in.sessions
    context = {"sessions": sessions_of(request), "limit": limit}
    return render(request, "entrance/sessions.html", context)


@require_POST
def end_session(request: HttpRequest, number: int) -> HttpResponse:
    """End one of one's own sessions."""
    _end(request, [row for row in _others(request) if row.pk == number])
    return redirect("sessions")


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End every session but this one."""
    _end(request, _others(request))
    return redirect("sessions")


def _others(request: HttpRequest) -> list[UserSession]:
    rows = UserSession.objects.filter(user_id=person_of(request).pk)
    return [row for row in rows if not row.is_current()]


def _end(request: HttpRequest, rows: list[UserSession]) -> None:
    if not rows:
        raise Http404
    for row in rows:
        row.end()
    said = both(f"{len(rows)} 件を終了しました。", f"{len(rows)} ended.")
    messages.success(request, said)
