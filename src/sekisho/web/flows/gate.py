"""Who may come in here, and what he may do with a flow."""

from __future__ import annotations

from django.http import HttpRequest

from sekisho.kernel.errors import Refused
from sekisho.office.flows.models import Flow
from sekisho.office.flows.queries import find_flow
from sekisho.office.permissions import Act, may
from sekisho.web.request import person_of


def allowed(request: HttpRequest, act: Act) -> bool:
    """Whether the person who asks may do this."""
    return may(person_of(request).roles, act)


def require(request: HttpRequest, act: Act) -> None:
    """Raise Refused SKS-W001 for whoever may not. A page that is not his says nothing else."""
    if not allowed(request, act):
        raise Refused("SKS-W001")


def flow_for(request: HttpRequest, code: str) -> Flow:
    """A flow for somebody who may see the register. Raises Refused SKS-W001, SKS-F010."""
    require(request, Act.SEE_FLOWS)
    return find_flow(code)


def keeps(request: HttpRequest, row: Flow) -> bool:
    """Whether this person may change the flow and decide about it: its owner, and who runs the
    register."""
    return allowed(request, Act.FLOWS) or person_of(request).login == row.owner


def frame(request: HttpRequest, here: str) -> dict[str, object]:
    """What every page of the register shows around its content: the tabs that are this person's."""
    return {
        "here": here,
        "may_run": allowed(request, Act.FLOWS),
        "oversees": allowed(request, Act.SEE_ALL),
    }
