"""What a program asks about transfers that leave, and does to them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from sekisho.kernel.errors import Refused
from sekisho.node import packages
from sekisho.node.reports import reports_of
from sekisho.office.accounts.actions import require_person
from sekisho.office.flows.queries import flow_of_sent
from sekisho.office.notices.models import MachineToken
from sekisho.office.permissions import Act, may
from sekisho.office.transfers import queries
from sekisho.office.transfers.actions import sending
from sekisho.office.transfers.models import Transfer
from sekisho.office.transfers.states import State
from sekisho.web.answers import file_answer
from sekisho.web.api import shapes
from sekisho.web.api.bearer import needs, require_place, token_of
from sekisho.web.api.once import once
from sekisho.web.request import node_of

router = Router()


@router.get(
    "/transfers",
    response={200: list[shapes.TransferOut], **shapes.PROBLEMS},
    summary="送った受け渡し / transfers that leave",
    openapi_extra=needs("list"),
)
def transfers(request: HttpRequest, state: State | None = None, limit: shapes.Limit = 100) -> Any:
    """Those of the owner, newest first."""
    row = token_of(request, "list")
    states = [state] if state else ()
    found = queries.transfers(sender=row.owner, states=states, limit=limit)
    return [shapes.transfer_out(one) for one in found]


def _own(row: MachineToken, transfer_id: str) -> Transfer:
    found = queries.find_transfer(transfer_id)
    if found is None or found.sender != row.owner:
        raise Refused("SKS-T005", transfer=transfer_id)
    return found


def _own_to_act_on(row: MachineToken, transfer_id: str) -> None:
    found, flow = _own(row, transfer_id), flow_of_sent(transfer_id)
    require_place(row, found.to_node, flow.code if flow else "")


@router.get(
    "/transfers/{transfer_id}",
    response={200: shapes.TransferOut, **shapes.PROBLEMS},
    summary="送った受け渡し1件 / one transfer that leaves",
    openapi_extra=needs("show"),
)
def transfer(request: HttpRequest, transfer_id: shapes.Id) -> Any:
    """One of the owner's: its state, what was decided and why, what stands against it."""
    return shapes.transfer_out(_own(token_of(request, "show"), transfer_id))


@router.get(
    "/transfers/{transfer_id}/report",
    response={200: list[shapes.ToldOut], **shapes.PROBLEMS},
    summary="無害化の報告 / the report of disarming",
    openapi_extra=needs("show"),
)
def report(request: HttpRequest, transfer_id: shapes.Id) -> Any:
    """For each file, in the form of `sekisho disarm --json`; without reports once erased."""
    row = _own(token_of(request, "show"), transfer_id)
    return [shapes.told_out(one) for one in reports_of(node_of(request), row)]


@router.post(
    "/transfers/{transfer_id}/withdraw",
    response={200: shapes.TransferOut, **shapes.PROBLEMS},
    summary="取り下げる / withdraw",
    openapi_extra=needs("send"),
)
def withdraw(request: HttpRequest, transfer_id: shapes.Id, given: shapes.ReasonIn) -> Any:
    """As long as nothing has left."""
    row = token_of(request, "send")

    def work() -> Any:
        _own_to_act_on(row, transfer_id)
        desk = node_of(request).desk
        sending.withdraw(desk, actor=row.owner, transfer_id=transfer_id, reason=given.reason)
        return shapes.transfer_out(_own(row, transfer_id))

    return once(request, row, work)


@router.post(
    "/transfers/{transfer_id}/resend",
    response={200: shapes.TransferOut, **shapes.PROBLEMS},
    summary="もう一度送る / send again",
    openapi_extra=needs("send"),
)
def resend(request: HttpRequest, transfer_id: shapes.Id) -> Any:
    """What was refused there, or never answered, in a new parcel."""
    row = token_of(request, "send")

    def work() -> Any:
        _own_to_act_on(row, transfer_id)
        sending.resend(node_of(request).desk, actor=row.owner, transfer_id=transfer_id)
        return shapes.transfer_out(_own(row, transfer_id))

    return once(request, row, work)


@router.get(
    "/transfers/{transfer_id}/evidence",
    response={200: None, **shapes.PROBLEMS},
    summary="証跡一式 / the evidence package",
    openapi_extra=needs("evidence"),
)
def evidence(request: HttpRequest, transfer_id: shapes.Id) -> Any:
    """A ZIP that `sekisho verify` takes, of what leaves or has arrived."""
    row = token_of(request, "evidence")
    node = node_of(request)
    sides = (queries.find_transfer(transfer_id), queries.find_arrival(transfer_id))
    there = [one for one in sides if one is not None]
    roles = require_person(row.owner).roles
    if not any(may(roles, Act.SEE, queries.standing(node.desk, row.owner, one)) for one in there):
        raise Refused("SKS-T005", transfer=transfer_id)
    queries.require_may(node.desk, row.owner, Act.EXPORT, *there)
    return file_answer(packages.export_transfer(node, transfer_id), f"{transfer_id}.zip")
