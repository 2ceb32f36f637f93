"""The register in: what a table would change, row by row, and then the change."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError, SeveralRefused
from sekisho.office.accounts.actions import require_right
from sekisho.office.flows.actions.registering import change, register
from sekisho.office.flows.entry import Entry, changes, entry_of
from sekisho.office.flows.models import Flow
from sekisho.office.flows.queries import flows
from sekisho.office.flows.sheets.reading import Row, find_header, read_sheets
from sekisho.office.flows.sheets.register import (
    COLUMN_WORDS,
    NEEDED,
    STATES_OF_NEW,
    columns_of,
    read_entry,
)
from sekisho.office.flows.states import STATE_WORDS, State
from sekisho.office.permissions import Act
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk


class What(StrEnum):
    """What a row would do."""

    NEW = "new"
    CHANGE = "change"
    SAME = "same"
    WRONG = "wrong"


@dataclass(frozen=True)
class Change:
    """One row of a table: its number there, what it would do, the fields before and after, or
    what is wrong with it."""

    row: int
    code: str
    what: What
    entry: Entry
    start: bool = False
    fields: dict[str, tuple[object, object]] = field(default_factory=dict)
    faults: tuple[SekishoError, ...] = ()


def preview(untrusted: bytes) -> list[Change]:
    """What importing a table would do; nothing is changed.

    Raises InvalidInput SKS-F030 to SKS-F032 for what is no such table.
    """
    sheet = read_sheets(untrusted)[0]
    named = [find_header(sheet.rows, [COLUMN_WORDS[one][at] for one in NEEDED]) for at in (0, 1)]
    header = named[0] or named[1]
    columns = columns_of(header.cells if header else ())
    below = [one for one in sheet.rows if header and one.number > header.number]
    known = {row.code: row for row in flows()}
    return _without_doubles([_change(row, columns, known) for row in below])


def _change(row: Row, columns: dict[str, int], known: Mapping[str, Flow]) -> Change:
    cells = {name: row.cells[at] if at < len(row.cells) else "" for name, at in columns.items()}
    cells["code"] = unicodedata.normalize("NFKC", cells["code"]).upper()
    registered = known.get(cells["code"])
    old = entry_of(registered) if registered else None
    entry, state, faults = read_entry(cells, old)
    problems = [*row.faults, *faults]
    if old is None and state and state not in STATES_OF_NEW:
        word = COLUMN_WORDS["state"][0]
        problems.append(InvalidInput("SKS-F033", column=word, value=cells["state"][:40]))
    fields = changes(old or Entry(code=entry.code, name=""), entry)
    if registered and fields and registered.state == State.ENDED:
        ja, en = STATE_WORDS[State.ENDED]
        problems.append(Refused("SKS-F012", state=ja, state_en=en))
    if problems:
        return Change(row.number, entry.code[:40], What.WRONG, entry, faults=tuple(problems))
    if old is None:
        return Change(row.number, entry.code, What.NEW, entry, state == State.ACTIVE, fields)
    what = What.CHANGE if fields else What.SAME
    return Change(row.number, entry.code, what, entry, fields=fields)


def _without_doubles(found: Sequence[Change]) -> list[Change]:
    times = Counter(one.code for one in found if one.what is not What.WRONG)
    return [
        one
        if times[one.code] < 2 or one.what is What.WRONG
        else Change(
            *(one.row, one.code, What.WRONG, one.entry),
            faults=(Refused("SKS-F036", flow=one.code),),
        )
        for one in found
    ]


def take(desk: Desk, *, actor: str, untrusted: bytes) -> list[Change]:
    """Do what `preview` says, all of it or nothing; for administrators.

    The state of a flow that is registered already is not changed by a table. Raises as `preview`
    does, and SeveralRefused SKS-F035 (rows have to be corrected), Refused SKS-T053.
    """
    require_right(actor, Act.FLOWS)
    with atomic():
        found = preview(untrusted)
        wrong = [one for one in found if one.what is What.WRONG]
        if wrong:
            reasons = [(f"{one.row}: {one.code}", fault) for one in wrong for fault in one.faults]
            raise SeveralRefused("SKS-F035", reasons, count=len(wrong))
        for one in found:
            if one.what is What.NEW:
                register(desk, actor=actor, entry=one.entry, start=one.start)
            elif one.what is What.CHANGE:
                change(desk, actor=actor, entry=one.entry)
    return found
