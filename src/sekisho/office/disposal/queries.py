"""Questions about assets; nothing is changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from sekisho.kernel.errors import Refused
from sekisho.office.disposal.entry import normal_code, normal_serial
from sekisho.office.disposal.kinds import ENDED
from sekisho.office.disposal.models import Asset
from sekisho.office.disposal.rules import Standing, unaccounted
from sekisho.office.evidence.models import Event

LEASE_DAYS = 90
_WORDS = ("code", "serial", "model", "place", "holder", "lease", "note")


@dataclass(frozen=True)
class Terms:
    """Which assets; empty terms ask for nothing. Without `states` those that have not ended."""

    states: Collection[str] = ()
    kinds: Collection[str] = ()
    unit: str = ""
    text: str = ""
    lease_before: date | None = None
    ended_too: bool = False


@dataclass(frozen=True)
class Deed:
    """Something that was done with an asset, as the ledger has it. `actor` and `reason` are empty
    once what was disclosed beside the ledger is erased; `place` is None before a checkpoint."""

    kind: str
    time: datetime
    place: int | None
    actor: str
    reason: str


def assets(terms: Terms) -> list[Asset]:
    """Assets by code, with what is built into them."""
    rows = Asset.objects.order_by("code").prefetch_related("contents")
    if terms.states:
        rows = rows.filter(state__in=list(terms.states))
    elif not terms.ended_too:
        rows = rows.exclude(state__in=list(ENDED))
    if terms.kinds:
        rows = rows.filter(kind__in=list(terms.kinds))
    if terms.unit:
        rows = rows.filter(unit=terms.unit)
    if terms.lease_before:
        rows = rows.filter(lease_until__lte=terms.lease_before)
    if terms.text:
        found = Q(serial__icontains=normal_serial(terms.text))
        for name in _WORDS:
            found |= Q(**{f"{name}__icontains": terms.text})
        rows = rows.filter(found)
    return list(rows)


def find_asset(code: str) -> Asset:
    """One asset. Raises Refused SKS-G005."""
    row = Asset.objects.filter(code=code).select_related("inside").first()
    if row is None:
        raise Refused("SKS-G005", asset=code[:40])
    return row


def scanned(untrusted: str) -> Asset | None:
    """The asset whose serial number or code a reader has read."""
    serial, code = normal_serial(untrusted), normal_code(untrusted)
    if not serial:
        return None
    return Asset.objects.filter(Q(serial=serial) | Q(code=code)).first()


def standing_of(row: Asset) -> Standing:
    """An asset as the rules see one. What has left or was destroyed is not in it any more."""
    contents = [one.state for one in row.contents.all()]
    return Standing(row.kind, row.state, row.media, contents)


def unaccounted_of(rows: Iterable[Asset]) -> dict[str, str]:
    """Code → why, for those of the assets whose media are not all accounted for."""
    judged = ((row.code, unaccounted(standing_of(row))) for row in rows)
    return {code: why for code, why in judged if why}


def leases_ending(today: date, days: int = LEASE_DAYS) -> list[Asset]:
    """Assets whose lease ends within so many days or has ended, the nearest first."""
    rows = Asset.objects.filter(lease_until__lte=today + timedelta(days=days))
    return list(rows.exclude(state__in=list(ENDED)).order_by("lease_until", "code"))


def units() -> list[str]:
    """The divisions that own assets which have not ended."""
    rows = Asset.objects.exclude(state__in=list(ENDED)).exclude(unit="")
    return sorted(set(rows.values_list("unit", flat=True)))


def deeds(code: str) -> list[Deed]:
    """Everything that was done with an asset, in order."""
    events = Event.objects.filter(subject=code, kind__startswith="asset.").order_by("id")
    return [_deed(one) for one in events.prefetch_related("disclosures")]


def _deed(event: Event) -> Deed:
    told = {one.field: str(one.value) for one in event.disclosures.all()}
    actor, reason = told.get("actor", ""), told.get("reason", "")
    return Deed(event.kind, event.time, event.leaf_index, actor, reason)
