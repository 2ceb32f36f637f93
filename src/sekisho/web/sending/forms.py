"""What the sender says of a transfer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sekisho.node.sending_limits import Limits
from sekisho.office.accounts.models import Person
from sekisho.office.transfers.queries import transfers
from sekisho.office.uploads.models import Draft
from sekisho.office.uploads.rules import Texts

_BETWEEN = re.compile(r"[,、，;；\s]+")
DIVISION = "division:"


def texts_of(untrusted: Mapping[str, Any]) -> Texts:
    """The fields of the form; whether they may be so says the office."""
    more: dict[str, Any] = {}
    if untrusted.get("emergency"):
        more["emergency"] = str(untrusted.get("emergency_reason", "")).strip()
    approvers = _BETWEEN.split(str(untrusted.get("approvers", "")).strip())
    if any(approvers):
        more["approvers"] = [one for one in approvers if one]
    return Texts(
        to_node=str(untrusted.get("to_node", "")),
        addressees=addressees_of(str(untrusted.get("addressees", ""))),
        purpose=str(untrusted.get("purpose", "")).strip(),
        label=str(untrusted.get("label", "")),
        flow=str(untrusted.get("flow", "")),
        more=more,
    )


def addressees_of(untrusted: str) -> tuple[str, ...]:
    """Logins from what was typed: logins, names of people (`佐藤 花子`, blanks do not matter) or
    divisions (`税務課`: everybody in it), one per line or with commas between."""
    people = list(Person.objects.filter(active=True).order_by("login"))
    by_name: dict[str, list[str]] = {}
    for one in people:
        by_name.setdefault(_plain(one.name), []).append(one.login)
    found: list[str] = []
    for entry in re.split(r"[,、，;；\r\n]+", untrusted):
        wanted = entry.strip()
        if not wanted:
            continue
        named = by_name.get(_plain(wanted), [])
        members = [one.login for one in people if one.division == wanted]
        if len(named) == 1:
            found += named
        elif members:
            found += members
        else:
            found += [one for one in _BETWEEN.split(wanted) if one]
    return tuple(dict.fromkeys(found))


def _plain(name: str) -> str:
    return "".join(name.split())


def values_of(texts: Texts) -> dict[str, Any]:
    """Texts as they stand in the fields."""
    return {
        "to_node": texts.to_node,
        "addressees": "、".join(texts.addressees),
        "purpose": texts.purpose,
        "label": texts.label,
        "flow": texts.flow,
    }


def begin_with(draft: Draft | None, person: Person, places: Sequence[Limits]) -> dict[str, Any]:
    """What stands in the fields at first: the draft's, else where and to whom this person sent
    last. The class is never remembered: it is to be judged anew for every transfer."""
    if draft is not None:
        return {
            "to_node": draft.to_node or _only(places),
            "addressees": "、".join(draft.addressees),
            "purpose": draft.purpose,
            "label": draft.label,
            "flow": draft.flow,
            "emergency": "emergency" in draft.more,
            "emergency_reason": draft.more.get("emergency", ""),
            "approvers": "、".join(draft.more.get("approvers", ())),
        }
    last = next(iter(transfers(sender=person.login, limit=1)), None)
    if last is None or last.to_node not in {one.to_node for one in places}:
        return {"to_node": _only(places), "addressees": person.login, "purpose": "", "label": ""}
    addressees = "、".join(one.login for one in last.addressees.all())
    return {"to_node": last.to_node, "addressees": addressees, "purpose": "", "label": ""}


def _only(places: Sequence[Limits]) -> str:
    return places[0].to_node if len(places) == 1 else ""
