"""The frame of these pages: what stands at the side, and who may come in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sekisho.kernel.errors import Refused
from sekisho.kernel.speech import Pair
from sekisho.office.permissions import Act, may
from sekisho.web.request import person_of


@dataclass(frozen=True)
class Entry:
    """One page at the side: its view by name, its words, what one must be allowed to do."""

    view: str
    words: Pair
    act: Act


ENTRIES = (
    Entry("administration", ("概要", "Overview"), Act.SEE_ALL),
    Entry("checkup", ("点検", "Check-up"), Act.ROUTES),
    Entry("nodes", ("領域とノード", "Zones and nodes"), Act.SEE_ALL),
    Entry("routes", ("経路", "Routes"), Act.SEE_ALL),
    Entry("people", ("利用者", "People"), Act.PEOPLE),
    Entry("organisation", ("組織", "Organisation"), Act.PEOPLE),
    Entry("disarming", ("無害化", "Disarming"), Act.SEE_ALL),
    Entry("exceptions", ("無害化の例外", "Exceptions"), Act.SEE_ALL),
    Entry("crypto", ("暗号", "Cryptography"), Act.SEE_ALL),
    Entry("safekeeping", ("保存と控え", "Keeping and backups"), Act.SEE_ALL),
    Entry("calendar", ("期限", "Calendar"), Act.SEE_ALL),
    Entry("tokens", ("機械用トークン", "Tokens"), Act.ROUTES),
    Entry("watches", ("見張りフォルダー", "Watched folders"), Act.ROUTES),
)


def require(request: HttpRequest, act: Act) -> None:
    """Raise Refused SKS-W001 unless the person may do this."""
    if not allowed(request, act):
        raise Refused("SKS-W001")


def allowed(request: HttpRequest, act: Act) -> bool:
    """Whether the person may do this."""
    return may(person_of(request).roles, act)


def show(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page with the others at its side."""
    side = [_side(request.path, one) for one in ENTRIES if allowed(request, one.act)]
    return render(request, f"administration/{template}", {**context, "side": side}, status=status)


def _side(path: str, one: Entry) -> dict[str, Any]:
    address = reverse(one.view)
    whole = one.view == "administration"
    here = path == address if whole else path.startswith(address)
    return {"words": one.words, "address": address, "here": here}
