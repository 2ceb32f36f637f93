"""What people say of a study, and what the versions after answered."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.kernel.speech import both, language
from sekisho.office.risks import queries, rules
from sekisho.office.risks.actions import commenting
from sekisho.office.risks.models import Comment
from sekisho.office.risks.states import CHOICE_WORDS
from sekisho.web.naming import Names
from sekisho.web.request import node_of, person_of
from sekisho.web.risks.gate import edits, require
from sekisho.web.states import Badge

SHOWN_HERE = frozenset({"SKS-J001", "SKS-J013"})
_FORMS = {"": "wait", "taken": "good", "declined": "quiet"}


@dataclass(frozen=True)
class CommentShown:
    """One comment with its answer."""

    row: Comment
    number: int
    item: str
    person: str
    state: Badge
    answered_by: str


def shown_comments(rows: list[Comment], names: Names) -> list[CommentShown]:
    """Comments in words; items by what their own version calls them."""
    known: dict[int, dict[str, str]] = {}
    for row in rows:
        if row.version.number not in known:
            items = rules.items_of(row.version.text, row.version.number)
            known[row.version.number] = {key: both(*words) for key, words in items.items()}
    return [
        CommentShown(
            row=row,
            number=row.version.number,
            item=known[row.version.number].get(row.item, row.item),
            person=names.person(row.person),
            state=Badge(both(*CHOICE_WORDS[row.choice]), _FORMS[row.choice]),
            answered_by=names.person(row.answered_by) if row.answered_by else "",
        )
        for row in rows
    ]


@require_http_methods(["GET", "POST"])
def comments(request: HttpRequest, study: int, number: int) -> HttpResponse:
    """Every comment of a study, and the form of one about this version."""
    require(request)
    version = queries.version_of(study, number)
    if request.method == "GET":
        return _page(request, study, number)
    try:
        commenting.comment(
            node_of(request).desk,
            actor=person_of(request).login,
            study=study,
            number=version.number,
            item=request.POST.get("item", ""),
            text=request.POST.get("text", ""),
        )
    except (InvalidInput, Refused) as error:
        if error.code not in SHOWN_HERE:
            raise
        return _page(request, study, number, failure=error)
    messages.success(request, both("意見を記録しました。", "The comment is recorded."))
    return redirect("study_comments", study, number)


def _page(
    request: HttpRequest, study: int, number: int, *, failure: SekishoError | None = None
) -> HttpResponse:
    version, rows = queries.version_of(study, number), queries.comments(study)
    people = [name for one in rows for name in (one.person, one.answered_by) if name]
    if failure and "field" in failure.params:
        failure = type(failure)(
            failure.code, **{**failure.params, "field": both("意見", "comment")}
        )
    context = {
        "study": version.study,
        "edition": version,
        "rows": shown_comments(rows, Names(node_of(request), people)),
        "open": sum(not one.choice for one in rows),
        "items": [
            (key, both(*words)) for key, words in rules.items_of(version.text, number).items()
        ],
        "item": request.POST.get("item", request.GET.get("item", "")),
        "text": request.POST.get("text", "") if failure else "",
        "edits": edits(request),
        "failure": failure.explain(language()) if failure else None,
    }
    return render(request, "risks/comments.html", context, status=422 if failure else 200)
