"""Assets as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sekisho.kernel.errors import SekishoError
from sekisho.kernel.speech import both, language
from sekisho.ledger.words import ACT_WORDS
from sekisho.office.disposal.kinds import KIND_WORDS, STATE_WORDS
from sekisho.office.disposal.models import Asset
from sekisho.office.disposal.queries import LEASE_DAYS, Deed
from sekisho.office.disposal.register.columns import (
    COLUMN_WORDS,
    UNACCOUNTED_WORDS,
    class_words,
)
from sekisho.web.states import Badge

FORMS = {
    "use": "good",
    "stored": "",
    "working": "go",
    "outside": "wait",
    "erased": "good",
    "destroyed": "over",
    "left": "over",
    "missing": "alarm",
    "lost": "alarm",
}


@dataclass(frozen=True)
class Row:
    """One asset in a list. `amiss` says why its media are not all accounted for, `lease` how its
    lease stands where it ends soon."""

    code: str
    kind: str
    model: str
    serial: str
    label: str
    unit: str
    place: str
    holder: str
    inside: str
    state: Badge
    amiss: Badge | None
    lease: Badge | None
    lease_until: date | None


@dataclass(frozen=True)
class Step:
    """One event of the evidence about an asset."""

    words: str
    form: str
    time: datetime
    place: int | None
    actor: str
    reason: str


def state_badge(state: str) -> Badge:
    """The badge of a state."""
    return Badge(both(*STATE_WORDS[state]), FORMS[state])


def amiss_badge(why: str) -> Badge | None:
    """The badge of what is not accounted for."""
    if not why:
        return None
    return Badge(both(*UNACCOUNTED_WORDS[why]), "alarm" if why == "missing" else "wait")


def lease_badge(until: date | None, today: date) -> Badge | None:
    """The badge of a lease that has ended or ends soon."""
    if until is None or until > today + timedelta(days=LEASE_DAYS):
        return None
    if until < today:
        return Badge(both("リース期限切れ", "lease over"), "alarm")
    return Badge(both("リース終了が近い", "lease ends soon"), "wait")


def rows_of(found: Iterable[Asset], amiss: Mapping[str, str], today: date) -> list[Row]:
    """Assets for a list."""
    return [_row(one, amiss.get(one.code, ""), today) for one in found]


def _row(one: Asset, why: str, today: date) -> Row:
    return Row(
        code=one.code,
        kind=both(*KIND_WORDS[one.kind]),
        model=one.model,
        serial=one.serial,
        label=both(*class_words(one.label)) if one.label else "",
        unit=one.unit,
        place=one.place,
        holder=one.holder,
        inside=one.inside_id or "",
        state=state_badge(one.state),
        amiss=amiss_badge(why),
        lease=lease_badge(one.lease_until, today),
        lease_until=one.lease_until,
    )


def told(faults: Iterable[SekishoError]) -> list[str]:
    """What is wrong, in sentences."""
    said = [worded(one).explain(language()) for one in faults]
    return [both(f"{one.what}（{one.code}）", f"{one.what} ({one.code})") for one in said]


def worded(error: SekishoError) -> SekishoError:
    """The error with the heading of the column in place of the name of a field."""
    field = str(error.params.get("field", ""))
    if field not in COLUMN_WORDS:
        return error
    return type(error)(error.code, **{**error.params, "field": both(*COLUMN_WORDS[field])})


def plain(name: str, value: object) -> str:
    """A value of a field as a preview shows it."""
    if value in (None, ""):
        return "—"
    if name == "kind":
        return both(*KIND_WORDS[str(value)])
    return both(*class_words(str(value))) if name == "label" else str(value)


def course_of(deeds: Iterable[Deed]) -> list[Step]:
    """What was done with an asset, in order; where something went missing stands out."""
    return [
        Step(
            words=both(*ACT_WORDS[one.kind]),
            form="stop" if one.kind == "asset.missing" else "done",
            time=one.time,
            place=one.place,
            actor=one.actor,
            reason=one.reason,
        )
        for one in deeds
    ]
