"""Models of a version compared: asked, watched, seen, taken along."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from sekisho.assess.assessing import DRAWS
from sekisho.assess.result import BUDGET_YEN
from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.kernel.speech import Pair, both, language
from sekisho.node.assessing import start_run, taken
from sekisho.office.permissions import Act
from sekisho.office.risks import queries, rules
from sekisho.office.risks.actions import running
from sekisho.office.risks.models import Run
from sekisho.office.risks.states import State
from sekisho.web.answers import file_answer
from sekisho.web.naming import Names
from sekisho.web.request import node_of, person_of, runners
from sekisho.web.risks.gate import edits, require
from sekisho.web.risks.showing import model_words, of_engine, state_badge

FIELD_WORDS: dict[str, Pair] = {
    "budget": ("対策の年間の予算（円）", "Yen a year for measures"),
    "seed": ("乱数の種", "Seed of the draws"),
    "draws": ("入力の標本の数", "Draws of the inputs"),
}
FIRST = {"budget": BUDGET_YEN, "seed": 1, "draws": DRAWS}


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, study: int, number: int) -> HttpResponse:
    """The form that asks which models are compared; then the run, waited for a moment."""
    require(request, Act.RISKS)
    version = queries.version_of(study, number)
    if request.method == "GET":
        return _form(request, study, number)
    node = node_of(request)
    try:
        run = running.ask(
            node.desk,
            actor=person_of(request).login,
            study=study,
            number=version.number,
            names=_names(request),
            **{field: _count(field, request.POST.get(field, "")) for field in FIELD_WORDS},
        )
    except (InvalidInput, Refused) as error:
        if error.code not in ("SKS-J007", "SKS-J008", "SKS-A004"):
            raise
        return _form(request, study, number, failure=error)
    start_run(node, run, runners())
    return redirect("run", run.pk)


def _names(request: HttpRequest) -> list[str]:
    """The chosen models, the one that the others are held against first."""
    first, chosen = request.POST.get("first", ""), request.POST.getlist("model")
    return list(dict.fromkeys([*filter(None, [first]), *chosen]))


def _count(field: str, text: str) -> int:
    """A whole number as it was typed. Raises InvalidInput SKS-J008."""
    plain = text.replace(",", "").strip() or str(FIRST[field])
    if not (plain.isascii() and plain.isdigit() and len(plain) < 12):
        raise InvalidInput("SKS-J008", field=both(*FIELD_WORDS[field]), allowed="0–")
    return int(plain)


def _form(
    request: HttpRequest, study: int, number: int, *, failure: SekishoError | None = None
) -> HttpResponse:
    version = queries.version_of(study, number)
    known = rules.read_models(version.text, number)
    own = list(rules.own_models(version.text, number))
    typed = request.POST if failure else {}
    context: dict[str, Any] = {
        "study": version.study,
        "edition": version,
        "own": [(name, both(*known[name].words)) for name in own],
        "others": [(name, both(*known[name].words)) for name in known if name not in own],
        "first": typed.get("first", rules.HELD_AGAINST),
        "chosen": request.POST.getlist("model") if failure else own[: rules.MODELS_MAX - 1],
        "numbers": [
            (name, both(*words), typed.get(name, FIRST[name]))
            for name, words in FIELD_WORDS.items()
        ],
        "models_max": rules.MODELS_MAX,
        "failure": _worded(failure).explain(language()) if failure else None,
    }
    return render(request, "risks/ask.html", context, status=422 if failure else 200)


def _worded(error: SekishoError) -> SekishoError:
    field = str(error.params.get("field", ""))
    if field not in FIELD_WORDS:
        return error
    return type(error)(error.code, **{**error.params, "field": both(*FIELD_WORDS[field])})


@require_GET
def show(request: HttpRequest, run: int) -> HttpResponse:
    """How far a run is, or what it found."""
    require(request)
    row = queries.find_run(run)
    context = _about(request, row)
    if row.state == State.QUEUED:
        part = "risks/progress_part.html" if _asks_for_part(request) else "risks/progress.html"
        return render(request, part, context)
    if _asks_for_part(request):
        return HttpResponse(headers={"HX-Refresh": "true"})
    if row.state == State.FAILED:
        failure = queries.failure_of(row)
        context["failure"] = failure.explain(language()) if failure else None
        return render(request, "risks/failed.html", context)
    context["content"] = of_engine(_told(row, "body"))
    context["foot"] = _told(row, "foot")
    return render(request, "risks/result.html", context)


def _about(request: HttpRequest, row: Run) -> dict[str, Any]:
    known = rules.read_models(row.version.text, row.version.number)
    return {
        "run": row,
        "edition": row.version,
        "study": row.version.study,
        "models": model_words(row.names, known),
        "person": Names(node_of(request), [row.person]).person(row.person),
        "state": state_badge(row),
        "total": len(row.names),
        "edits": edits(request),
    }


def _asks_for_part(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def _told(row: Run, form: str) -> str:
    return queries.outcome(row, form, language()).decode()


@require_GET
def take(request: HttpRequest, run: str, kind: str) -> HttpResponse:
    """What a run found, as a file."""
    require(request)
    row = queries.find_run(int(run))
    name = f"risk-run-{row.pk}.{kind}"
    return file_answer(taken(row, kind, language()), name)
