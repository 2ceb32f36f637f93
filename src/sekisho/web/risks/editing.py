"""The form of a model file: begun anew, or its next version."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sekisho.assess.model import study as read_study
from sekisho.assess.writing import written
from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.kernel.speech import Pair, both, language
from sekisho.node.running_model import running_model
from sekisho.office.permissions import Act
from sekisho.office.risks import queries
from sekisho.office.risks.actions import saving
from sekisho.office.risks.actions.commenting import Answer
from sekisho.office.risks.models import Study, Version
from sekisho.office.risks.states import CHOICE_WORDS, Choice
from sekisho.web.naming import Names
from sekisho.web.request import node_of, person_of
from sekisho.web.risks.commenting import CommentShown, shown_comments
from sekisho.web.risks.gate import require
from sekisho.web.risks.showing import lines_around

RUNNING = "running"
FIELDS = ("title", "note", "text")
FIELD_WORDS: dict[str, Pair] = {
    "title": ("題名", "title"),
    "note": ("この版の説明", "note"),
    "answer": ("回答", "answer"),
}
SHOWN_HERE = frozenset({"SKS-J004", "SKS-J006", "SKS-J014", "SKS-J015"})
REMARKS: Pair = (
    "変える数字は、付属のモデルの表を書き足して置き換えます（docs/assess.md）。",
    "To change a figure, add the table of the shipped models that has it (docs/assess.md).",
)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A study from the running configuration, from a shipped model, or from nothing."""
    require(request, Act.RISKS)
    if request.method == "GET":
        return _form(request, _begun(request))
    typed = _typed(request)
    try:
        made = saving.begin(node_of(request).desk, actor=person_of(request).login, **typed)
    except InvalidInput as error:
        return _form(request, typed, failure=error)
    return _saved(request, made)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, study: int) -> HttpResponse:
    """The next version of a study."""
    require(request, Act.RISKS)
    row = queries.find_study(study)
    if request.method == "GET":
        text = queries.version_of(study, row.newest).text
        return _form(request, {"text": text}, study=row, upon=row.newest)
    typed, upon = _typed(request), _number(request.POST.get("upon", ""))
    try:
        made = saving.save(
            node_of(request).desk,
            actor=person_of(request).login,
            study=study,
            upon=upon,
            text=typed["text"],
            note=typed["note"],
            answers=_answers(request),
        )
    except InvalidInput as error:
        return _form(request, typed, study=row, upon=upon, failure=error)
    except Refused as error:
        if error.code not in SHOWN_HERE:
            raise
        # Who has seen the refusal may save over the newer version by pressing once more.
        return _form(request, typed, study=row, upon=row.newest, failure=error)
    return _saved(request, made)


def _saved(request: HttpRequest, made: Version) -> HttpResponse:
    said = both(f"第 {made.number} 版を保存しました。", f"Version {made.number} is saved.")
    messages.success(request, said)
    return redirect("study_version", made.study_id, made.number)


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in FIELDS}


def _answers(request: HttpRequest) -> list[Answer]:
    """What was chosen about each comment that the form showed."""
    return [
        Answer(
            _number(one), request.POST.get(f"choice-{one}", ""), request.POST.get(f"say-{one}", "")
        )
        for one in request.POST.getlist("comment")
    ]


def _opened(request: HttpRequest, study: Study | None) -> list[tuple[CommentShown, str, str]]:
    """The comments that wait for an answer, with what was chosen and typed about each."""
    rows = queries.open_comments(study.pk) if study else []
    names = Names(node_of(request), [one.person for one in rows])
    typed = request.POST
    return [
        (one, typed.get(f"choice-{one.row.pk}", ""), typed.get(f"say-{one.row.pk}", ""))
        for one in shown_comments(rows, names)
    ]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _begun(request: HttpRequest) -> dict[str, str]:
    """What stands in the form at first, by what the person wants to start from."""
    start, node = request.GET.get("start", ""), node_of(request)
    shipped = read_study().models
    if start == RUNNING:
        title = both(f"{node.settings.title}の今の構成", f"{node.name} as it runs")
        note = both("動いている構成から", "from the running configuration")
        return {"title": title, "text": running_model(node).text, "note": note}
    if start in shipped:
        return {"text": _like(start), "note": both(f"付属の {start} から", f"from {start}")}
    return {"text": f"# {both(*REMARKS)}\n"}


def _like(name: str) -> str:
    """A model of one's own that is like a shipped one."""
    model = read_study().models[name]
    table = {
        "ja": f"{model.words[0]}をもとにした案",
        "en": f"like {model.words[1]}",
        "network": model.network,
        "channel": model.channel,
        "measures": model.measures,
        "source": f"like {name}",
    }
    return written({"model": {"ours": table}}, remarks=REMARKS)


def _form(
    request: HttpRequest,
    values: dict[str, str],
    *,
    study: Study | None = None,
    upon: int = 0,
    failure: SekishoError | None = None,
) -> HttpResponse:
    shipped = read_study().models
    context: dict[str, Any] = {
        "study": study,
        "upon": upon,
        "values": values,
        "failure": _worded(failure).explain(language()) if failure else None,
        "around": lines_around(values.get("text", ""), failure) if failure else (),
        "shipped": [(name, both(*one.words)) for name, one in shipped.items()],
        "opened": _opened(request, study),
        "choices": [(str(one), both(*CHOICE_WORDS[one])) for one in Choice],
        "start": request.GET.get("start", ""),
    }
    return render(request, "risks/form.html", context, status=422 if failure else 200)


def _worded(error: SekishoError) -> SekishoError:
    """The error with the words of the screen in place of the name of a field."""
    field = str(error.params.get("field", ""))
    if field not in FIELD_WORDS:
        return error
    return type(error)(error.code, **{**error.params, "field": both(*FIELD_WORDS[field])})
