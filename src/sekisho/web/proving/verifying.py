"""検証: what an auditor would find, for a transfer of this node and for any package brought."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from sekisho.kernel.errors import InvalidInput, SekishoError, explanation
from sekisho.kernel.limits import MIB
from sekisho.kernel.speech import both, language
from sekisho.ledger.verdict import Line, State, Verdict
from sekisho.node.verifying import own_admins, verify_brought, verify_transfer
from sekisho.web.failing import status_of
from sekisho.web.request import node_of
from sekisho.web.small_files import InMemory, chosen_file
from sekisho.web.states import Badge
from sekisho.web.transfers.views import able_to, seen_by

PACKAGE_BYTES_MAX = 32 * MIB
"""Held in memory while it is judged; `sekisho verify` takes larger ones."""

FINGERPRINTS_MAX = 50
BADGES = {
    State.OK: ("良好", "ok", "good"),
    State.BAD: ("不正", "bad", "alarm"),
    State.UNKNOWN: ("不明", "open", "wait"),
    State.INFO: ("参考", "info", ""),
}


@dataclass(frozen=True)
class Told:
    """One line of a verdict as a page shows it; `next_step` only where something is to be done."""

    badge: Badge
    words: str
    code: str
    next_step: str


@require_GET
def verified(request: HttpRequest, transfer_id: str) -> HttpResponse:
    """The evidence of one transfer, put together and judged now."""
    row = seen_by(request, transfer_id)
    verdict = verify_transfer(node_of(request), transfer_id)
    context = {
        "row": row,
        "verdict": verdict,
        "lines": _told(verdict),
        "able": able_to(request, row),
        "admins": own_admins(node_of(request)),
    }
    return render(request, "proving/verified.html", context)


@csrf_exempt
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Judge a package that somebody brought; the token of the form is checked once the file has
    somewhere to go."""
    request.upload_handlers = [InMemory(request, PACKAGE_BYTES_MAX)]
    return _verify(request)


@csrf_protect
def _verify(request: HttpRequest) -> HttpResponse:
    typed = request.POST.get("admins")
    admins = "\n".join(own_admins(node_of(request))) if typed is None else typed
    context = {"typed": admins, "bytes_max": PACKAGE_BYTES_MAX}
    if request.method == "GET":
        return render(request, "proving/verify.html", context)
    try:
        verdict = verify_brought(node_of(request), _package(request), _fingerprints(admins))
    except SekishoError as error:
        failure = {"failure": error.explain(language())}
        status = status_of(error)
        return render(request, "proving/verify.html", {**context, **failure}, status=status)
    found = {"verdict": verdict, "lines": _told(verdict), "name": request.FILES["file"].name}
    return render(request, "proving/verify.html", {**context, **found})


def _package(request: HttpRequest) -> bytes:
    data = chosen_file(request)
    if not data:
        raise InvalidInput("SKS-W044")
    if len(data) > PACKAGE_BYTES_MAX:
        raise InvalidInput("SKS-W045", allowed=PACKAGE_BYTES_MAX // MIB)
    return data


def _fingerprints(typed: str) -> list[str]:
    lines = [line.strip() for line in typed.splitlines()]
    return [line for line in lines if line][:FINGERPRINTS_MAX]


def _told(verdict: Verdict) -> list[Told]:
    return [_line(one) for one in verdict.lines]


def _line(line: Line) -> Told:
    ja, en, form = BADGES[line.state]
    wanting = line.code and line.state in (State.BAD, State.UNKNOWN)
    return Told(
        badge=Badge(both(ja, en), form),
        words=both(line.words_ja, line.words_en),
        code=line.code or "",
        next_step=explanation(line.code, language()).next_step if line.code and wanting else "",
    )
