"""Studies and their versions, to be read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sekisho.office.risks import queries, rules
from sekisho.web.answers import file_answer
from sekisho.web.naming import Names
from sekisho.web.request import node_of
from sekisho.web.risks.gate import edits, require
from sekisho.web.risks.showing import people_of, shown_runs


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Every study."""
    require(request)
    context = {"rows": queries.studies(), "edits": edits(request)}
    return render(request, "risks/list.html", context)


@require_GET
def show(request: HttpRequest, study: int) -> HttpResponse:
    """One study: its history and what was run."""
    require(request)
    row = queries.find_study(study)
    versions, runs = queries.versions(study), queries.runs(study)
    names = Names(node_of(request), people_of(versions, runs))
    known = {one.number: rules.read_models(one.text, one.number) for one in versions}
    context = {
        "study": row,
        "versions": [(one, names.person(one.person)) for one in versions],
        "runs": shown_runs(runs, known, names),
        "waiting": len(queries.open_comments(study)),
        "edits": edits(request),
    }
    return render(request, "risks/study.html", context)


@require_GET
def version(request: HttpRequest, study: int, number: int) -> HttpResponse:
    """One version as it was saved."""
    require(request)
    row = queries.version_of(study, number)
    context = {
        "study": row.study,
        "edition": row,
        "person": Names(node_of(request), [row.person]).person(row.person),
        "lines": row.text.splitlines(),
        "edits": edits(request),
    }
    return render(request, "risks/version.html", context)


@require_GET
def model_file(request: HttpRequest, study: int, number: int) -> HttpResponse:
    """The text of a version, to be kept as a file."""
    require(request)
    row = queries.version_of(study, number)
    return file_answer(row.text.encode(), f"risk-{study}-{rules.file_of(number)}")
