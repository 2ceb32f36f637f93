"""The form, the draft, handing in, and how far it is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.speech import both, language
from sekisho.node.copying import copy_as_new
from sekisho.node.sending_limits import destinations
from sekisho.office.transfers.letter import PURPOSE_CHARS_MAX
from sekisho.office.uploads import queries
from sekisho.office.uploads.actions import drafting, submitting
from sekisho.office.uploads.models import Draft
from sekisho.office.uploads.rules import Texts
from sekisho.web.request import node_of, person_of, runners
from sekisho.web.sending.flows import offered, with_flow
from sekisho.web.sending.forms import begin_with, texts_of, values_of
from sekisho.web.sending.intake import IntoTheVault, Taken
from sekisho.web.sending.showing import lines_of, places_of, stage_words

HANDED_IN = frozenset({"SKS-U003", "SKS-U004"})
"""It is being submitted, or has been: a second click on the button goes to where the first led."""


@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """送る: an empty form, or one with what a flow says; and what was begun before."""
    code = request.GET.get("flow", "")
    if not code:
        return _form(request, None)
    texts = with_flow(person_of(request), node_of(request), Texts(flow=code), anew=True)
    return _form(request, None, values=values_of(texts))


@require_GET
def draft(request: HttpRequest, draft_id: str) -> HttpResponse:
    """A draft: the form, or how far its submission is, or on to the transfer."""
    found = _own(request, draft_id)
    polled = bool(request.headers.get("HX-Request"))
    if found.state == "queued":
        context = {"draft": found, "stage": stage_words(found.stage)}
        page = "sending/progress_part.html" if polled else "sending/progress.html"
        return render(request, page, context)
    if polled:
        # It has ended: the whole page is loaded anew.
        return HttpResponse(headers={"HX-Refresh": "true"})
    if found.state == "submitted":
        return redirect("transfer", found.transfer_id)
    return _form(request, found)


def _form(
    request: HttpRequest,
    found: Draft | None,
    *,
    failure: Refused | InvalidInput | None = None,
    values: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    node, person = node_of(request), person_of(request)
    limits = destinations(node, actor=person.login)
    lines, general = lines_of(node, person.login, found) if found else ([], [])
    first = values or begin_with(found, person, limits)
    flows = offered(person, node, [one.to_node for one in limits])
    others = [one for one in queries.drafts_of(person.login) if one.state != "submitted"]
    context = {
        "draft": found,
        "destinations": places_of(node, limits),
        "values": first,
        "flows": flows,
        "flow": next((one for one in flows if one.code == first.get("flow")), None),
        "labels": list(dict.fromkeys(label for one in limits for label in one.labels)),
        "files": lines,
        "general": general,
        "refused": any(one.reason for one in lines),
        "failure": failure.explain(language()) if failure else None,
        "drafts": [one for one in others if found is None or one.pk != found.pk],
        "purpose_max": PURPOSE_CHARS_MAX,
        "emergency": any(one.emergency for one in limits),
        "quota": min((one.quota_left for one in limits), default=0),
    }
    return render(request, "sending/form.html", context, status=status)


def _own(request: HttpRequest, draft_id: str) -> Draft:
    found = queries.find_draft(person_of(request).login, draft_id)
    if found is None:
        raise Refused("SKS-U001", draft=draft_id)
    return found


@csrf_exempt
@require_POST
def save(request: HttpRequest, draft_id: str = "") -> HttpResponse:
    """Keep the draft, with the files of the form; hand it in if that was asked for.

    The files have to have somewhere to go before the form's token can be read, so the token is
    checked inside; without a session, which no other site can use, nobody comes so far.
    """
    request.upload_handlers = [IntoTheVault(request, node_of(request))]  # type: ignore[assignment]
    return _save(request, draft_id)


@csrf_protect
def _save(request: HttpRequest, draft_id: str) -> HttpResponse:
    node, person = node_of(request), person_of(request)
    desk, login = node.desk, person.login
    taken = [one for one in request.FILES.getlist("files") if isinstance(one, Taken)]
    found = _own(request, draft_id) if draft_id else None
    try:
        anew = request.POST.get("verb") == "fill"
        texts = with_flow(person, node, texts_of(request.POST), anew=anew)
        if found is None:
            found = drafting.create_draft(desk, actor=login, texts=texts)
        else:
            found = drafting.change_draft(desk, actor=login, draft_id=draft_id, texts=texts)
        while taken:
            one = taken.pop(0)
            one.incoming.keep(actor=login, draft_id=found.draft_id, path=str(one.name))
    except (Refused, InvalidInput) as failure:
        for one in taken:
            one.incoming.drop()
        if failure.code in HANDED_IN:
            return redirect("draft", draft_id)
        values = {**request.POST.dict(), "emergency": bool(request.POST.get("emergency"))}
        return _form(request, found, failure=failure, values=values, status=422)
    if request.POST.get("verb") == "submit":
        return _submit(request, found)
    if request.headers.get("Accept") != "application/json":
        messages.success(request, both("下書きを保存しました。", "The draft is kept."))
    return redirect("draft", found.draft_id)


def _submit(request: HttpRequest, found: Draft) -> HttpResponse:
    login = person_of(request).login
    if not queries.uploads_of(found):
        failure = Refused("SKS-W020")
        return _form(request, found, failure=failure, status=422)
    try:
        runners().start_submission(
            actor=login, draft_id=found.draft_id, password=request.POST.get("password") or None
        )
    except (Refused, InvalidInput) as failure:
        if failure.code not in HANDED_IN:
            return _form(request, _own(request, found.draft_id), failure=failure, status=422)
    return redirect("draft", found.draft_id)


@require_POST
def act(request: HttpRequest, draft_id: str, verb: str) -> HttpResponse:
    """Stop a submission, take out what was refused, delete the draft."""
    desk, login = node_of(request).desk, person_of(request).login
    if verb == "stop":
        submitting.stop(desk, actor=login, draft_id=draft_id)
        messages.success(request, both("送信を取りやめました。", "Stopped."))
        return redirect("draft", draft_id)
    if verb == "without-refused":
        count = _take_out(request, draft_id)
        messages.success(
            request, both(f"{count} 件を外しました。", f"{count} files were taken out.")
        )
        return redirect("draft", draft_id)
    drafting.delete_draft(desk, actor=login, draft_id=draft_id)
    messages.success(request, both("下書きを消しました。", "The draft is deleted."))
    return redirect("sending")


def _take_out(request: HttpRequest, draft_id: str) -> int:
    """Take every file out that the page says may not be sent; how many."""
    node, login = node_of(request), person_of(request).login
    lines, _ = lines_of(node, login, _own(request, draft_id))
    wrong = [one.upload_id for one in lines if one.reason]
    for upload_id in wrong:
        drafting.remove_upload(node.desk, actor=login, upload_id=upload_id)
    return len(wrong)


@require_POST
def copy(request: HttpRequest, transfer_id: str) -> HttpResponse:
    """The texts of an earlier transfer as a new draft."""
    made = copy_as_new(node_of(request), actor=person_of(request).login, transfer_id=transfer_id)
    return redirect("draft", made.draft_id)
