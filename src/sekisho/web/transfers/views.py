"""The page of one transfer: seen by whoever has to do with it, acted on by whoever may."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from sekisho.kernel.errors import Refused
from sekisho.kernel.speech import both
from sekisho.node.previewing import previews_of
from sekisho.office.permissions import Act, may
from sekisho.office.transfers import queries
from sekisho.office.transfers.actions import deciding, sending
from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.web.request import node_of, person_of
from sekisho.web.transfers.showing import sheet_of

PREVIEW_SECONDS = 600


@dataclass(frozen=True)
class Able:
    """What the person who looks may do here."""

    decide: bool = False
    acting_for: str = ""
    confirm: bool = False
    read_after: bool = False
    withdraw: bool = False
    resubmit: bool = False
    resend: bool = False
    collect: bool = False
    hand_on: bool = False
    preview: bool = False
    export: bool = False
    copy: bool = False
    see_flow: bool = False


@require_GET
def show(request: HttpRequest, transfer_id: str) -> HttpResponse:
    """Everything about one transfer."""
    node, login = node_of(request), person_of(request).login
    row = seen_by(request, transfer_id)
    sheet = sheet_of(node, row, login=login)
    context = {"sheet": sheet, "able": able_to(request, row)}
    return render(request, "transfers/transfer.html", context)


def seen_by(request: HttpRequest, transfer_id: str) -> Transfer | Arrival:
    """The side that this person has to do with: what has arrived for him, else what leaves.

    Raises Refused SKS-T005 for whoever may not see it: he does not learn that it is there.
    """
    node, login = node_of(request), person_of(request).login
    sides = [queries.find_arrival(transfer_id), queries.find_transfer(transfer_id)]
    there = [one for one in sides if one is not None]
    for one in there:
        standing = queries.standing(node.desk, login, one)
        if may(person_of(request).roles, Act.SEE, standing):
            return one
    raise Refused("SKS-T005", transfer=transfer_id)


def able_to(request: HttpRequest, row: Transfer | Arrival) -> Able:
    """What the person who looks may do with this transfer."""
    node, person = node_of(request), person_of(request)
    standing = queries.standing(node.desk, person.login, row)
    roles = person.roles

    def allowed(act: Act) -> bool:
        return may(roles, act, standing)

    waiting = {one.transfer.pk: one for one in queries.waiting(node.desk, person.login)}
    open_now = waiting.get(row.transfer_id) if isinstance(row, Transfer) else None
    return Able(
        decide=open_now is not None and row.state == "waiting",
        confirm=open_now is not None and row.state != "waiting",
        acting_for=open_now.acting_for if open_now else "",
        read_after=allowed(Act.READ_AFTER),
        withdraw=allowed(Act.WITHDRAW),
        resubmit=allowed(Act.RESUBMIT),
        resend=allowed(Act.RESEND),
        collect=allowed(Act.COLLECT),
        hand_on=allowed(Act.HAND_ON),
        preview=allowed(Act.PREVIEW),
        export=allowed(Act.EXPORT),
        copy=standing.sender,
        see_flow=allowed(Act.SEE_FLOWS),
    )


@require_GET
def preview(request: HttpRequest, transfer_id: str, number: int, page: int) -> HttpResponse:
    """One page of one file as a picture, drawn in a child."""
    seen_by(request, transfer_id)
    pictures = previews_of(
        node_of(request), actor=person_of(request).login, transfer_id=transfer_id, number=number
    )
    if not 1 <= page <= len(pictures):
        raise Refused("SKS-T094", number=page, count=len(pictures))
    response = HttpResponse(pictures[page - 1], content_type="image/png")
    response.headers["Cache-Control"] = f"private, max-age={PREVIEW_SECONDS}"
    return response


@require_GET
def look(request: HttpRequest, transfer_id: str, number: int) -> HttpResponse:
    """The first pages of one file."""
    node, login = node_of(request), person_of(request).login
    row = seen_by(request, transfer_id)
    pictures = previews_of(node, actor=login, transfer_id=transfer_id, number=number)
    sheet = sheet_of(node, row, login=login)
    pages = range(1, len(pictures) + 1)
    context = {"sheet": sheet, "file": sheet.files[number - 1], "pages": pages}
    return render(request, "transfers/look.html", context)


@require_POST
def act(request: HttpRequest, transfer_id: str, verb: str) -> HttpResponse:
    """What the sender or the person who was away does, and back to the page."""
    desk, login = node_of(request).desk, person_of(request).login
    seen_by(request, transfer_id)
    reason = request.POST.get("reason", "").strip()
    if verb == "withdraw":
        sending.withdraw(desk, actor=login, transfer_id=transfer_id, reason=reason)
        said = both("取り下げました。", "Withdrawn.")
    elif verb == "resubmit":
        purpose = request.POST.get("purpose", "").strip()
        sending.submit_again(desk, actor=login, transfer_id=transfer_id, purpose=purpose)
        said = both("もう一度申請しました。", "Submitted again.")
    elif verb == "resend":
        sending.resend(desk, actor=login, transfer_id=transfer_id)
        said = both("もう一度送ります。", "It will be sent again.")
    else:
        deciding.read_after(desk, actor=login, transfer_id=transfer_id)
        said = both("後閲しました。", "Read afterwards.")
    messages.success(request, said)
    return redirect("transfer", transfer_id)
