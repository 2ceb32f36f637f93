"""The card of one person: a post given or ended, and a temporary password that is shown once."""

from __future__ import annotations

import os

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.speech import both
from sekisho.office.accounts import appointing, passwords
from sekisho.office.accounts.organisation import Posting
from sekisho.office.accounts.periods import day_of as in_japan
from sekisho.office.permissions import Act
from sekisho.web.administration.fields import filled, typed
from sekisho.web.administration.framing import require
from sekisho.web.administration.people import page, values_of
from sekisho.web.administration.person import card_of, fields_now
from sekisho.web.administration.values import day_of
from sekisho.web.entrance.stepup import stepped_up
from sekisho.web.request import node_of, person_of


@require_POST
@stepped_up
def appoint(request: HttpRequest) -> HttpResponse:
    """A post from its first day on, which may lie ahead; a main post ends the one before."""
    require(request, Act.PEOPLE)
    node, login = node_of(request), request.POST.get("login", "")
    fields = fields_now(node)
    values = typed(fields, request.POST)
    words = {name: str(value) for name, value in values.items()}
    try:
        posting = Posting(
            login=login,
            unit=words["unit"],
            post=words["post"],
            head=bool(words["head"]),
            main=not words["also"],
            starts=day_of(words["starts"]) or in_japan(node.desk.now()),
            ends=day_of(words["ends"]),
        )
        appointing.appoint(node.desk, actor=person_of(request).login, posting=posting)
    except (InvalidInput, Refused) as failure:
        posts = filled(fields, values)
        return page(request, values_of(login), failure, login=login, posting=posts, open=True)
    said = f"{login} さんの役職を {posting.starts} から登録しました。"
    messages.success(request, both(said, f"{login} has the post from {posting.starts} on."))
    return redirect(card_of(login))


@require_POST
@stepped_up
def release(request: HttpRequest) -> HttpResponse:
    """The post is held until the end of a day."""
    require(request, Act.PEOPLE)
    node, login = node_of(request), request.POST.get("login", "")
    unit = request.POST.get("of", "")
    try:
        last = day_of(request.POST.get("last", "")) or in_japan(node.desk.now())
        appointing.release(
            node.desk, actor=person_of(request).login, login=login, unit=unit, last=last
        )
    except (InvalidInput, Refused) as failure:
        return page(request, values_of(login), failure, login=login)
    said = both(f"{login} さんの役職は {last} までです。", f"{login} has the post until {last}.")
    messages.success(request, said)
    return redirect(card_of(login))


@require_POST
@stepped_up
def issue_password(request: HttpRequest) -> HttpResponse:
    """A temporary password, which only the answer to this form shows."""
    require(request, Act.PEOPLE)
    login = request.POST.get("login", "")
    fresh = passwords.temporary_password(os.urandom(passwords.RANDOM_BYTES))
    try:
        passwords.issue_password(
            node_of(request).desk, actor=person_of(request).login, login=login, password=fresh
        )
    except (InvalidInput, Refused) as failure:
        return page(request, values_of(login), failure, login=login)
    days = passwords.TEMPORARY_DAYS
    return page(request, values_of(login), login=login, fresh=fresh, days=days)
