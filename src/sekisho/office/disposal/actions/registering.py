"""Verbs about the register: register, change, move between shelf and use, miss and find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from hashlib import sha256
from typing import Any

from sekisho.kernel.documents import write
from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.office.accounts.actions import require_right
from sekisho.office.disposal.entry import COLUMNS, Entry, changes, entry_of, faults, write_row
from sekisho.office.disposal.kinds import ENDED, MEDIA, PREFIXES, State, Verb, after
from sekisho.office.disposal.models import Asset, Numbering
from sekisho.office.evidence.actions import Act as Evidence
from sekisho.office.evidence.actions import record, record_all
from sekisho.office.flows.entry import is_line
from sekisho.office.permissions import Act
from sekisho.office.site.database import atomic, locked_wait
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import find, insert_many, update_many
from sekisho.office.site.seen import require_unchanged

REASON_CHARS_MAX = 400
AT_ONCE_MAX = 500
MOVES = (Verb.USE, Verb.STORE, Verb.MISS, Verb.FIND)
"""What is done to an asset outside a disposal."""


def register(
    desk: Desk, *, actor: str, entries: Sequence[Entry], stored: bool = False
) -> list[Asset]:
    """Keep new assets, all of them or none; `stored` are on the shelf, others in use.

    For administrators. Raises InvalidInput SKS-G001 to SKS-G004, Refused SKS-G006 (serial taken),
    SKS-G007 (code taken), SKS-G013 (twice), SKS-G014 (not a device), SKS-T051, SKS-T053.
    """
    require_right(actor, Act.DISPOSAL)
    if not entries:
        raise InvalidInput("SKS-G004", field="serial")
    if len(entries) > AT_ONCE_MAX:
        raise InvalidInput("SKS-G003", field="serial", value=len(entries), allowed=AT_ONCE_MAX)
    for one in entries:
        _require_sound(one)
    _require_single([one.serial for one in entries if one.serial])
    now = desk.now()
    state = State.STORED if stored else State.USE
    with atomic():
        entries = _numbered(entries)
        _require_single([one.code for one in entries])
        for one in entries:
            require_free(one)
        rows = [Asset(state=state, edition=1, created=now, changed=now) for _ in entries]
        for row, one in zip(rows, entries, strict=True):
            write_row(row, one)
        insert_many(rows)
        record_all(desk, [_registered(actor, one, state) for one in entries])
    return rows


def _registered(actor: str, one: Entry, state: str) -> Evidence:
    data = {"kind": one.kind, "state": state, "label": one.label}
    hidden = {"actor": actor, "serial": one.serial, "entry": digest(one)}
    return Evidence("asset.registered", one.code, data, hidden)


def change(desk: Desk, *, actor: str, entry: Entry, seen_before: str = "") -> tuple[str, ...]:
    """Let an asset be registered as `entry` says; the names of what differs, none if nothing does.

    `seen_before` is `seen(shown_of(asset))` of what was changed, if it was shown. For
    administrators. Raises as `register` does, and Refused SKS-G005, SKS-G008 (it has ended),
    SKS-G009 (somebody changed it meanwhile).
    """
    require_right(actor, Act.DISPOSAL)
    _require_sound(entry)
    with atomic():
        row = require_asset(entry.code)
        if row.state in ENDED:
            after(row.state, Verb.STORE)
        require_unchanged("SKS-G009", seen_before, shown_of(row))
        differing = tuple(changes(entry_of(row), entry))
        if differing:
            require_free(entry)
            write_row(row, entry)
            row.edition += 1
            row.changed = desk.now()
            update_many([row], [*(one for one in COLUMNS if one != "code"), "edition", "changed"])
            record(
                desk,
                "asset.changed",
                row.code,
                {"edition": row.edition, "fields": list(differing)},
                {"actor": actor, "serial": entry.serial, "entry": digest(entry)},
            )
    return differing


def move(desk: Desk, *, actor: str, code: str, verb: Verb, reason: str = "") -> Asset:
    """Put an asset on the shelf or into use, or say that it is missing or found, with a reason.

    For administrators. Raises Refused SKS-G005, SKS-G008, SKS-G016 (reason), SKS-T053.
    """
    require_right(actor, Act.DISPOSAL)
    if verb in (Verb.MISS, Verb.FIND):
        require_reason(reason)
    with atomic():
        row = require_asset(code)
        if verb not in MOVES or row.state == State.WORKING:
            after(row.state, Verb.USE)
        settle(desk, [row], verb)
        kind = {Verb.MISS: "asset.missing", Verb.FIND: "asset.found"}.get(verb, "asset.moved")
        record(desk, kind, code, {"state": row.state}, {"actor": actor, "reason": reason})
    return row


def settle(desk: Desk, rows: Sequence[Asset], verb: Verb) -> None:
    """Let assets go on to their next state, in the transaction of a verb. Raises SKS-G008."""
    for row in rows:
        row.state = after(row.state, verb)
        row.changed = desk.now()
    update_many(rows, ["state", "changed"])


def shown_of(row: Asset) -> dict[str, Any]:
    """An asset as its form shows it; changed and changed back is another one too."""
    return {"edition": row.edition, "entry": digest(entry_of(row))}


def require_asset(code: str) -> Asset:
    """The asset, held by this transaction. Raises Refused SKS-G005."""
    row = find(Asset, lock=True, code=code)
    if row is None:
        raise Refused("SKS-G005", asset=code[:40])
    return row


def require_reason(text: str) -> None:
    """Raise Refused SKS-G016 for a reason that is missing or cannot be kept and shown."""
    if not text.strip() or not is_line(text, REASON_CHARS_MAX):
        raise Refused("SKS-G016", allowed=REASON_CHARS_MAX)


def require_free(entry: Entry) -> None:
    """Raise where another asset has this serial number, or it cannot stand where it says."""
    if entry.serial:
        taken = Asset.objects.filter(serial=entry.serial).exclude(code=entry.code).first()
        if taken is not None:
            raise Refused("SKS-G006", serial=entry.serial, asset=taken.code)
    if entry.inside:
        device = find(Asset, code=entry.inside)
        if device is None:
            raise Refused("SKS-G005", asset=entry.inside[:40])
        if device.kind in MEDIA or not entry.is_medium:
            raise Refused("SKS-G014", asset=device.code)


def _numbered(entries: Sequence[Entry]) -> list[Entry]:
    """Each with a code: its own, which must be free, or the next number of its kind."""
    taken = Asset.objects.filter(code__in=[one.code for one in entries if one.code]).first()
    if taken is not None:
        raise Refused("SKS-G007", asset=taken.code)
    return [one if one.code else replace(one, code=_next_code(one.kind)) for one in entries]


def _next_code(kind: str) -> str:
    prefix = PREFIXES[kind]
    Numbering.objects.get_or_create(name=prefix)
    row = locked_wait(Numbering.objects.filter(name=prefix)).get()
    while True:
        row.last += 1
        code = f"{prefix}-{row.last:05d}"
        if find(Asset, code=code) is None:
            row.save(update_fields=["last"])
            return code


def _require_single(words: Sequence[str]) -> None:
    for one in words:
        if words.count(one) > 1:
            raise Refused("SKS-G013", value=one)


def _require_sound(entry: Entry) -> None:
    for fault in faults(entry):
        raise fault


def digest(entry: Entry) -> str:
    """SHA-256 of an entry, by which evidence names it without its words."""
    values = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(entry).items()
    }
    return sha256(write(values)).hexdigest()
