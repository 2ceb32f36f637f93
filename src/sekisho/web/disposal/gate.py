"""Who may come in here, and the frame of every page."""

from __future__ import annotations

from django.http import HttpRequest

from sekisho.kernel.errors import Refused
from sekisho.office.disposal.models import Asset
from sekisho.office.disposal.queries import find_asset
from sekisho.office.permissions import Act, may
from sekisho.web.request import person_of


def allowed(request: HttpRequest, act: Act) -> bool:
    """Whether the person who asks may do this."""
    return may(person_of(request).roles, act)


def require(request: HttpRequest, act: Act) -> None:
    """Raise Refused SKS-W001 for whoever may not. A page that is not his says nothing else."""
    if not allowed(request, act):
        raise Refused("SKS-W001")


def asset_for(request: HttpRequest, code: str) -> Asset:
    """An asset for somebody who may see the register. Raises Refused SKS-W001, SKS-G005."""
    require(request, Act.SEE_DISPOSAL)
    return find_asset(code)


def frame(request: HttpRequest, here: str) -> dict[str, object]:
    """What every page shows around its content: the tabs, and whether changes are this person's."""
    return {"here": here, "may_run": allowed(request, Act.DISPOSAL)}
