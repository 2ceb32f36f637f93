"""The register in: what a table would change, row by row, and then the change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError, SeveralRefused
from sekisho.office.accounts.actions import require_right
from sekisho.office.accounts.tables import Row, Sheet, read_sheets
from sekisho.office.disposal.actions.registering import change, register
from sekisho.office.disposal.entry import Entry, changes, entry_of
from sekisho.office.disposal.kinds import ENDED, MEDIA, STATE_WORDS
from sekisho.office.disposal.models import Asset
from sekisho.office.disposal.register.columns import COLUMN_WORDS, field_of, read_entry
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
    what: What
    entry: Entry
    fields: dict[str, tuple[object, object]] = field(default_factory=dict)
    faults: tuple[SekishoError, ...] = ()


def preview(untrusted: bytes) -> list[Change]:
    """What importing a table would do; nothing is changed.

    A row is known again by its code, else by its serial number. Raises InvalidInput SKS-H021,
    SKS-H022 (the file), SKS-G010 (no such table in it).
    """
    sheet = _table(read_sheets(untrusted))
    known = list(Asset.objects.all())
    by_code = {row.code: row for row in known}
    by_serial = {row.serial: row for row in known if row.serial}
    found = [_change(row, by_code, by_serial) for row in sheet.rows]
    return _placed(_without_doubles(found), by_code)


def _table(sheets: Sequence[Sheet]) -> Sheet:
    for one in sheets:
        fields = {field_of(header) for header in one.headers}
        if "kind" in fields and not fields.isdisjoint({"code", "serial"}):
            return one
    raise InvalidInput("SKS-G010", column=COLUMN_WORDS["kind"][0])


def _change(row: Row, by_code: Mapping[str, Asset], by_serial: Mapping[str, Asset]) -> Change:
    cells = {name: text for header, text in row.cells.items() if (name := field_of(header))}
    entry, _ = read_entry(cells, None)
    there = by_code.get(entry.code) if entry.code else by_serial.get(entry.serial)
    old = entry_of(there) if there else None
    if old is not None:
        cells["code"] = old.code
    entry, problems = read_entry(cells, old)
    other = by_serial.get(entry.serial)
    if other is not None and other.code != entry.code:
        problems.append(Refused("SKS-G006", serial=entry.serial, asset=other.code))
    fields = changes(old or Entry(kind=""), entry)
    if there is not None and fields and there.state in ENDED:
        ja, en = STATE_WORDS[there.state]
        problems.append(Refused("SKS-G008", state=ja, state_en=en))
    if problems:
        return Change(row.number, What.WRONG, entry, faults=tuple(problems))
    if old is None:
        return Change(row.number, What.NEW, entry, fields)
    return Change(row.number, What.CHANGE if fields else What.SAME, entry, fields)


def _without_doubles(found: Sequence[Change]) -> list[Change]:
    sound = [one.entry for one in found if one.what is not What.WRONG]
    times = Counter(word for one in sound for word in (one.code, one.serial) if word)
    return [_but_once(one, times) for one in found]


def _but_once(one: Change, times: Counter[str]) -> Change:
    twice = [word for word in (one.entry.code, one.entry.serial) if times[word] > 1]
    if one.what is What.WRONG or not twice:
        return one
    return replace(one, what=What.WRONG, faults=(Refused("SKS-G013", value=twice[0]),))


def _placed(found: Sequence[Change], by_code: Mapping[str, Asset]) -> list[Change]:
    """What is built into a device needs it: in the register, or in the same table."""
    devices = {code for code, row in by_code.items() if row.kind not in MEDIA}
    devices |= {one.entry.code for one in found if not one.entry.is_medium and one.entry.code}
    return [_in_its_device(one, devices) for one in found]


def _in_its_device(one: Change, devices: set[str]) -> Change:
    inside = one.entry.inside
    if one.what is What.WRONG or not inside or (inside in devices and one.entry.is_medium):
        return one
    return replace(one, what=What.WRONG, faults=(Refused("SKS-G014", asset=inside[:40]),))


def take(desk: Desk, *, actor: str, untrusted: bytes) -> list[Change]:
    """Do what `preview` says, all of it or nothing; for administrators.

    The state of what is registered already is not changed by a table. Raises as `preview` does,
    and SeveralRefused SKS-G012 (rows have to be corrected), Refused SKS-T053.
    """
    require_right(actor, Act.DISPOSAL)
    with atomic():
        found = preview(untrusted)
        wrong = [one for one in found if one.what is What.WRONG]
        if wrong:
            reasons = [
                (f"{one.row}: {one.entry.serial or one.entry.code}", fault)
                for one in wrong
                for fault in one.faults
            ]
            raise SeveralRefused("SKS-G012", reasons, count=len(wrong))
        # Devices first: what is built into them names them.
        for one in sorted(found, key=lambda one: one.entry.is_medium):
            if one.what is What.NEW:
                register(desk, actor=actor, entries=[one.entry])
            elif one.what is What.CHANGE:
                change(desk, actor=actor, entry=one.entry)
    return found
