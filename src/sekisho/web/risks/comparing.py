"""Two versions, or two models, held against each other."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.speech import both, language
from sekisho.node.assessing import Side, differences
from sekisho.office.risks import queries, rules
from sekisho.office.risks.models import Version
from sekisho.web.risks.gate import require
from sekisho.web.risks.showing import of_engine


@require_GET
def compare(request: HttpRequest, study: int) -> HttpResponse:
    """The form, and what was chosen in it: figures with their difference, and what was changed."""
    require(request)
    row, kept = queries.find_study(study), queries.versions(study)
    own = rules.own_models(kept[0].text, kept[0].number)
    usual = next(iter(own), rules.USUAL)
    earlier = kept[1] if len(kept) > 1 else kept[0]
    chosen = {
        "one": request.GET.get("one", str(earlier.number)),
        "first": request.GET.get("first", usual if len(kept) > 1 else rules.HELD_AGAINST),
        "other": request.GET.get("other", str(kept[0].number)),
        "second": request.GET.get("second", usual),
    }
    context: dict[str, Any] = {"study": row, "versions": kept, "chosen": chosen}
    context["models"] = _models(kept)
    try:
        one = Side(_version(study, chosen["one"]), chosen["first"])
        other = Side(_version(study, chosen["other"]), chosen["second"])
        context["told"] = of_engine(differences(one, other, language=language()))
    except (InvalidInput, Refused) as error:
        context["failure"] = error.explain(language())
        return render(request, "risks/compare.html", context, status=422)
    return render(request, "risks/compare.html", context)


def _models(kept: list[Version]) -> list[tuple[str, str]]:
    """Every model that some version has, in the words of the newest that has it."""
    found: dict[str, str] = {}
    for one in kept:
        for name, model in rules.read_models(one.text, one.number).items():
            found.setdefault(name, both(*model.words))
    return list(found.items())


def _version(study: int, number: str) -> Version:
    plain = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    return queries.version_of(study, plain)
