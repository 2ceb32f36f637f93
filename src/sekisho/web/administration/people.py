"""利用者: who may act at this node."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.speech import Pair, both, language
from sekisho.office.accounts.actions import retire_person, save_person, shown_of
from sekisho.office.accounts.models import Person
from sekisho.office.accounts.queries import everybody
from sekisho.office.accounts.roles import ROLES, WORDS
from sekisho.office.permissions import Act
from sekisho.office.site.seen import seen
from sekisho.web.administration.fields import Field, differing, filled, typed
from sekisho.web.administration.framing import require, show
from sekisho.web.administration.person import VERBS, card_of, fields_now, let_in_again, standing
from sekisho.web.administration.values import day_of
from sekisho.web.entrance.stepup import stepped_up
from sekisho.web.request import node_of, person_of

FIELDS = (
    Field("login", ("利用者名", "User name"), required=True),
    Field("name", ("氏名", "Name"), required=True),
    Field(
        "division",
        ("所属（組織に載せない人）", "Division"),
        hint=("組織に役職のある人は、その所属になります。", "Who has a post is in its unit."),
    ),
    Field("email", ("メールアドレス", "Mail address")),
    Field("until", ("退職日（翌日から操作できない）", "Last day at work"), "date"),
    Field(
        "roles",
        ("役割", "Roles"),
        "checks",
        choices=tuple((role, WORDS[role]) for role in ROLES),
    ),
)

STATES = {True: "active", False: "retired"}


@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Everybody; and one person to be registered or changed."""
    require(request, Act.PEOPLE)
    if request.method == "GET":
        return page(request, values_of(request.GET.get("change", "")))
    return _let_in(request) if request.POST.get("verb") in VERBS else _save(request)


def _let_in(request: HttpRequest) -> HttpResponse:
    try:
        return let_in_again(request)
    except (InvalidInput, Refused) as failure:
        login, reason = request.POST.get("login", ""), request.POST.get("reason", "")
        return page(request, values_of(login), failure, login=login, reason=reason)


@stepped_up
def _save(request: HttpRequest) -> HttpResponse:
    values = typed(FIELDS, request.POST)
    try:
        saved = save_person(
            node_of(request).desk,
            actor=person_of(request).login,
            login=str(values["login"]),
            name=str(values["name"]),
            division=str(values["division"]),
            roles=values["roles"],
            email=str(values["email"]),
            until=day_of(str(values["until"])),
            seen_before=request.POST.get("seen", ""),
        )
    except (InvalidInput, Refused) as failure:
        return page(request, values, failure)
    said = both(f"{saved.name} さんを登録しました。", f"{saved.name} is registered.")
    messages.success(request, said)
    return redirect(card_of(saved.login))


def values_of(login: str) -> dict[str, Any]:
    """What is registered of a person, as the form shows it; of nobody: a new one."""
    found = Person.objects.filter(login=login).first() if login else None
    if found is None:
        return {"roles": ["staff"]}
    return {
        "login": found.login,
        "name": found.name,
        "division": found.division,
        "email": found.email,
        "until": found.until.isoformat() if found.until else "",
        "roles": list(found.roles),
    }


def _in_force(values: dict[str, Any]) -> tuple[tuple[Pair, str, str], ...]:
    return differing(FIELDS, values_of(str(values["login"])), values)


def _meant(one: Person, q: str, role: str, state: str) -> bool:
    """Whether the filters leave this person in the list: words by parts, letters large or small."""
    text = f"{one.name} {one.login} {one.division} {one.email}".casefold()
    words = all(word in text for word in q.casefold().split())
    return words and (not role or role in one.roles) and state in ("", STATES[one.active])


def page(
    request: HttpRequest,
    values: dict[str, Any],
    failure: InvalidInput | Refused | None = None,
    *,
    login: str = "",
    **more: Any,
) -> HttpResponse:
    """The list, one person (`login`, else whom the address names), and the form with `values`;
    `more` is what the card of the person shows besides."""
    filters = {name: request.GET.get(name, "").strip() for name in ("q", "role", "state")}
    rows = [
        (one, "、".join(both(*WORDS.get(role, (role, role))) for role in one.roles))
        for one in everybody()
        if _meant(one, **filters)
    ]
    node = node_of(request)
    chosen = Person.objects.filter(login=login or request.GET.get("change", ""))
    context = {
        "rows": rows,
        "filters": filters,
        "roles": [(role, both(*WORDS[role])) for role in ROLES],
        "standing": standing(node, chosen[0]) if chosen else None,
        "fields": filled(FIELDS, values),
        "seen": seen(shown_of(Person.objects.filter(login=values.get("login", "")).first())),
        "in_force": _in_force(values) if failure and failure.code == "SKS-H071" else (),
        "changing": "login" in values and failure is None,
        "failure": failure.explain(language()) if failure else None,
        "posting": filled(fields_now(node), {}),
        **more,
    }
    return show(request, "people.html", context, status=422 if failure else 200)


@require_POST
@stepped_up
def retire(request: HttpRequest) -> HttpResponse:
    """A person acts no more; the evidence stays."""
    require(request, Act.PEOPLE)
    login = request.POST.get("login", "")
    retire_person(node_of(request).desk, actor=person_of(request).login, login=login)
    messages.success(
        request, both(f"{login} さんの操作を止めました。", f"{login} can act no more.")
    )
    return redirect("people")
