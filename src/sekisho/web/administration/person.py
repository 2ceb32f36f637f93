"""One person of 利用者: the posts, how the sign-in stands, and letting somebody in again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from sekisho.kernel.speech import both
from sekisho.node.opening import Node
from sekisho.office.accounts import passwords, signing_in
from sekisho.office.accounts.models import Person
from sekisho.office.accounts.organisation import Posting
from sekisho.office.accounts.periods import day_of as in_japan
from sekisho.office.accounts.queries import postings_of, unit_entries
from sekisho.office.accounts.roles import ADMIN
from sekisho.office.flows.queries import flows
from sekisho.office.flows.states import State as FlowState
from sekisho.office.transfers.actions.collecting import arrivals_for
from sekisho.office.transfers.queries import waiting
from sekisho.office.uploads.queries import drafts_of
from sekisho.web.administration.fields import Field
from sekisho.web.entrance.mfa import factors_of, is_factor_required, reset_factors
from sekisho.web.entrance.stepup import stepped_up
from sekisho.web.request import node_of, person_of

UNLOCK, RESET, SIGN_OUT = "unlock", "reset", "sign-out"
VERBS = (UNLOCK, RESET, SIGN_OUT)
"""What the page of one person does besides registering."""

POSTING = (
    Field("unit", ("組織", "Unit"), "select", required=True),
    Field("post", ("役職", "Post"), hint=("例: 課長、主事", "as it is called there")),
    Field("starts", ("初日（なければ今日）", "First day (else today)"), "date"),
    Field("ends", ("末日（決まっていれば）", "Last day, if known"), "date"),
    Field("head", ("この組織の長（上長として承認する）", "Heads the unit"), "flag"),
    Field("also", ("兼務（本務はそのまま）", "Besides the main post"), "flag"),
)
"""What is asked of a post."""

LIVING = (FlowState.DRAFT, FlowState.ACTIVE, FlowState.SUSPENDED)


@dataclass(frozen=True)
class Post:
    """One post, of any time; `when`: past, now or ahead."""

    code: str
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
    own_password: bool
    """Whether this node would let the person in by a password of its own."""
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
        own_password=node.settings.sign_in.password or ADMIN in person.roles,
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
    return Post(one.unit, unit, one.post, one.head, one.main, one.starts, one.ends, when)


def fields_now(node: Node) -> tuple[Field, ...]:
    """The questions about a post, with every unit that is there today or will be."""
    today = in_japan(node.desk.now())
    units = {one.code: one.name for one in unit_entries() if not one.ends or one.ends >= today}
    words = ((code, (f"{name}（{code}）", f"{name} ({code})")) for code, name in units.items())
    choices = (("", ("選んでください", "choose")), *words)
    return tuple(replace(one, choices=choices) if one.name == "unit" else one for one in POSTING)


def card_of(login: str) -> str:
    """The address of a person's card."""
    return f"{reverse('people')}?{urlencode({'change': login})}#person"


@stepped_up
def let_in_again(request: HttpRequest) -> HttpResponse:
    """Unlock a login, take lost factors away, or end the sessions of somebody.

    Raises InvalidInput SKS-H073 (no reason); Refused SKS-T051, SKS-T053.
    """
    node, actor = node_of(request), person_of(request).login
    login = request.POST.get("login", "")
    if request.POST.get("verb") == RESET:
        reason = request.POST.get("reason", "")
        count = reset_factors(node, actor=actor, login=login, reason=reason)
        said = both(
            f"{login} さんの登録 {count} 件を取り消しました。サインイン中の端末は終了します。",
            f"{count} registrations of {login} are taken away. Sessions have ended.",
        )
    elif request.POST.get("verb") == SIGN_OUT:
        passwords.sign_out(node.desk, actor=actor, login=login)
        said = both(
            f"{login} さんのサインイン中の端末を終了しました。",
            f"The sessions of {login} have ended.",
        )
    elif signing_in.unlock(node.desk, actor=actor, login=login):
        said = both(f"{login} さんのロックを解除しました。", f"{login} is unlocked.")
    else:
        said = both(f"{login} さんはロックされていません。", f"{login} is not locked.")
    messages.success(request, said)
    return redirect(card_of(login))
