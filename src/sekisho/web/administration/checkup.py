"""点検: is the node sound, and what keeps the children that disarm away from everything."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from sekisho.disarm.kinds import label
from sekisho.disarm.sandbox.lockdown import Level as SandboxLevel
from sekisho.disarm.telling import sentences
from sekisho.kernel.clock import SystemClock
from sekisho.kernel.errors import Explanation, SekishoError
from sekisho.kernel.speech import both, language
from sekisho.node.checkup import Finding, examine
from sekisho.node.checkup_words import CARE_WORDS, CHECK_WORDS, FIGURE_WORDS, LEVEL_WORDS
from sekisho.node.children import look_at_disarming
from sekisho.node.mailing import send_test
from sekisho.office.permissions import Act
from sekisho.store.doctor import doctor
from sekisho.store.report import Level as StoreLevel
from sekisho.web.administration.framing import require, show
from sekisho.web.entrance.stepup import stepped_up
from sekisho.web.request import node_of, person_of
from sekisho.web.states import Badge

FORMS = {"ok": "good", "info": "", "care": "wait", "bad": "alarm"}
STORE_WORDS = {**LEVEL_WORDS, "info": ("参考", "info")}


@dataclass(frozen=True)
class Told:
    """One check in words: how it came out, figures or the reason, and what to do."""

    name: str
    badge: Badge
    words: str
    reason: Explanation | None = None
    care: str = ""


@require_GET
def checkup(request: HttpRequest) -> HttpResponse:
    """Every check that changes nothing and takes no long time."""
    require(request, Act.ROUTES)
    return _page(request)


def _page(request: HttpRequest, failure: SekishoError | None = None) -> HttpResponse:
    found = [_told(one) for one in examine(node_of(request))]
    worst = max((list(FORMS.values()).index(one.badge.form) for one in found), default=0)
    context = {
        "rows": found,
        "sound": worst < 3,
        "whole": worst == 0,
        "failure": failure.explain(language()) if failure else None,
    }
    return show(request, "checkup.html", context, status=422 if failure else 200)


@require_POST
@stepped_up
def mail(request: HttpRequest) -> HttpResponse:
    """One mail to whoever asks, through the server that the settings name."""
    require(request, Act.ROUTES)
    person = person_of(request)
    try:
        send_test(node_of(request), person)
    except SekishoError as failure:
        return _page(request, failure)
    said = f"メールサーバーは、{person.email} あてのテストメールを受け付けました。"
    more = "数分待っても届かないときは、迷惑メールの扱いと差出人を確かめてください。"
    en = f"The server has taken a mail for {person.email}; if it does not come, see what is junk."
    messages.success(request, both(said + more, en))
    return redirect("checkup")


@require_POST
@stepped_up
def store(request: HttpRequest) -> HttpResponse:
    """Try the store out: some MiB are written there and taken away again."""
    require(request, Act.ROUTES)
    node = node_of(request)
    report = doctor(node.store, under=f"nodes/{node.name}", clock=SystemClock())
    rows = [
        (_badge(one.level, STORE_WORDS), both(one.ja, one.en))
        for one in report.findings
        if one.level is not StoreLevel.INFO or one.ja
    ]
    return show(request, "store.html", {"report": report, "rows": rows})


@require_GET
def disarming(request: HttpRequest) -> HttpResponse:
    """What holds the children in, which kinds they rebuild and with what, asked of one now."""
    require(request, Act.SEE_ALL)
    node, spoken = node_of(request), language()
    try:
        state = look_at_disarming(node.settings.disarm)
    except SekishoError as reason:
        return show(request, "disarming.html", {"failure": reason.explain(spoken)})
    there = {
        one.split("-")[0] if one.startswith("landlock") else one for one in state.sandbox.parts
    }
    level = SandboxLevel(state.sandbox.level)
    context = {
        "level": sentences.pick(sentences.LEVELS[level], spoken),
        "full": level == SandboxLevel.FULL,
        "parts": [(one in there, sentences.part_words(one, spoken)) for one in sentences.PARTS],
        "kinds": [label(kind, spoken) for kind in state.hello.kinds],
        "tools": sorted(state.hello.tools.items()),
        "rules": state.hello.rules,
        "settings": node.settings.disarm,
    }
    return show(request, "disarming.html", context)


def _told(one: Finding) -> Told:
    explained = one.reason.explain(language()) if one.reason else None
    figures = both(*FIGURE_WORDS.get(one.check, ("{}", "{}")))
    care = one.check in CARE_WORDS and one.level != "ok" and explained is None
    return Told(
        name=both(*CHECK_WORDS[one.check]),
        badge=_badge(one.level, LEVEL_WORDS),
        words=explained.what if explained else figures.format(*one.figures),
        reason=explained,
        care=both(*CARE_WORDS[one.check]) if care else "",
    )


def _badge(level: str, words: dict[str, tuple[str, str]]) -> Badge:
    return Badge(both(*words[str(level)]), FORMS[str(level)])
