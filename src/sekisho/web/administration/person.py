"""One person of 利用者: the posts, how the sign-in stands, and letting somebody in again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from sekisho.kernel.speech import both
from sekisho.node.opening import Node
from sekisho.office.accounts import signing_in
from sekisho.office.accounts.models import Person
from sekisho.office.accounts.organisation import Posting
from sekisho.office.accounts.periods import day_of as in_japan
from sekisho.office.accounts.queries import postings_of, unit_entries
from sekisho.office.flows.queries import flows
from sekisho.office.flows.states import State as FlowState
from sekisho.office.transfers.actions.collecting import arrivals_for
from sekisho.office.transfers.queries import waiting
from sekisho.office.uploads.queries import drafts_of
from sekisho.web.entrance.mfa import factors_of, is_factor_required, reset_factors
from sekisho.web.entrance.stepup import stepped_up
from sekisho.web.request import node_of, person_of

UNLOCK, RESET = "unlock", "reset"
VERBS = (UNLOCK, RESET)
"""What the page of one person does besides registering."""

LIVING = (FlowState.DRAFT, FlowState.ACTIVE, FlowState.SUSPENDED)


@dataclass(frozen=True)
class Post:
    """One post, of any time; `when`: past, now or ahead."""

    unit: str
    post: str
    head: bool
    main: bool
    starts: date
    ends: date | None
    when: str


@dataclass(frozen=True)
class Standing:
    """How somebody's sign-in stands. `registered`: recovery codes counted too, as they are taken
    away together; `factors`: second factors alone."""

    person: Person
    posts: list[Post]
    locked_until: datetime | None
    factors: int
    registered: int
    required: bool
    left_behind: list[tuple[str, int]]
    """What would wait for nobody if this person acted no more."""


def standing(node: Node, person: Person) -> Standing:
    """All of it, now."""
    today = in_japan(node.desk.now())
    units = {one.code: one.name for one in unit_entries()}
    return Standing(
        person=person,
        posts=[_post(one, units, today) for one in postings_of(person.login)],
        locked_until=signing_in.locked_until(node.desk, person.login),
        factors=factors_of(person).count(),
        registered=Authenticator.objects.filter(user_id=person.pk).count(),
        required=is_factor_required(node, person),
        left_behind=_left_behind(node, person.login) if person.active else [],
    )


def _left_behind(node: Node, login: str) -> list[tuple[str, int]]:
    arrived = [one for one in arrivals_for(login, erased=False) if one.state == "received"]
    found = [
        (both("承認・確認を待つ受け渡し", "transfers to decide"), len(waiting(node.desk, login))),
        (both("まだ受け取っていないもの", "arrivals not collected"), len(arrived)),
        (both("下書き", "drafts"), sum(one.state != "submitted" for one in drafts_of(login))),
        (both("担当する定例連携", "flows owned"), len(flows(owner=login, states=LIVING))),
    ]
    return [(words, count) for words, count in found if count]


def _post(one: Posting, units: dict[str, str], today: date) -> Post:
    when = "now"
    if one.starts > today:
        when = "ahead"
    elif one.ends is not None and one.ends < today:
        when = "past"
    unit = units.get(one.unit, one.unit)
    return Post(unit, one.post, one.head, one.main, one.starts, one.ends, when)


@stepped_up
def let_in_again(request: HttpRequest) -> HttpResponse:
    """Unlock a login, or take lost factors away."""
    node, actor = node_of(request), person_of(request).login
    login = request.POST.get("login", "")
    if request.POST.get("verb") == RESET:
        count = reset_factors(node, actor=actor, login=login)
        said = both(
            f"{login} さんの登録 {count} 件を取り消しました。サインイン中の端末は終了します。",
            f"{count} registrations of {login} are taken away. Sessions have ended.",
        )
    elif signing_in.unlock(node.desk, actor=actor, login=login):
        said = both(f"{login} さんのロックを解除しました。", f"{login} is unlocked.")
    else:
        said = both(f"{login} さんはロックされていません。", f"{login} is not locked.")
    messages.success(request, said)
    return redirect(f"{reverse('people')}?{urlencode({'change': login})}")
