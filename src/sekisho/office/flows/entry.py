"""What is registered of a flow, as one value, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date

from sekisho.kernel.errors import InvalidInput, SekishoError
from sekisho.kernel.ids import check_node_name
from sekisho.office.flows.days import read_due
from sekisho.office.flows.models import Flow, FlowItem
from sekisho.office.flows.states import PER_YEAR, Frequency, Medium
from sekisho.office.transfers.letter import has_control

CODE_PATTERN = r"[A-Z0-9](?:[A-Z0-9-]{0,22}[A-Z0-9])?"
"""What stands in evidence and in purposes: capital letters, digits and hyphens."""

TEXT_CHARS_MAX = {
    "name": 100,
    "purpose": 300,
    "basis": 300,
    "from_body": 100,
    "to_body": 100,
    "owner": 64,
    "unit": 100,
    "label": 40,
    "note": 400,
}
ITEMS_MAX = 500
ADDRESSEES_MAX = 50
FILES_MAX = 50
WORD_CHARS_MAX = 100
PER_YEAR_MAX = 100_000
_CODE = re.compile(CODE_PATTERN)


@dataclass(frozen=True)
class Item:
    """A data item: its name, whether it tells of a person, whether it is a 個人番号 or alike."""

    name: str
    personal: bool = False
    number: bool = False


@dataclass(frozen=True)
class Entry:
    """Everything that is registered of a flow, but its state.

    Each end is a node, a body (a division or somebody outside) or both. `due` is the expected day
    as `days.read_due` gives it; `per_year` is 0 where the frequency says it.
    """

    code: str
    name: str
    purpose: str = ""
    basis: str = ""
    basis_until: date | None = None
    from_node: str = ""
    from_body: str = ""
    to_node: str = ""
    to_body: str = ""
    owner: str = ""
    unit: str = ""
    frequency: str = Frequency.AS_NEEDED
    due: str = ""
    per_year: int = 0
    label: str = ""
    medium: str = Medium.OTHER
    addressees: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    note: str = ""

    @property
    def times_a_year(self) -> int:
        """How often it is passed in a year, as far as anybody has said."""
        return self.per_year or PER_YEAR[self.frequency]

    @property
    def ends(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """From where to where."""
        return (self.from_node, self.from_body), (self.to_node, self.to_body)


COLUMNS = tuple(one.name for one in fields(Entry) if one.name != "items")
"""What stands in the row of a flow itself."""


def entry_of(row: Flow) -> Entry:
    """What a row says."""
    values = {name: getattr(row, name) for name in COLUMNS}
    values["addressees"] = tuple(row.addressees)
    values["files"] = tuple(row.files)
    items = tuple(Item(one.name, one.personal, one.number) for one in row.items.all())
    return Entry(**values, items=items)


def write_row(row: Flow, entry: Entry) -> None:
    """Let a row say what the entry says; its items are rows of their own."""
    for name in COLUMNS:
        value = getattr(entry, name)
        setattr(row, name, list(value) if isinstance(value, tuple) else value)


def item_rows(row: Flow, entry: Entry) -> list[FlowItem]:
    """Rows for the items of an entry."""
    return [
        FlowItem(flow=row, position=at, name=one.name, personal=one.personal, number=one.number)
        for at, one in enumerate(entry.items)
    ]


def changes(old: Entry, new: Entry) -> dict[str, tuple[object, object]]:
    """Field → before and after, of what differs."""
    pairs = ((one.name, getattr(old, one.name), getattr(new, one.name)) for one in fields(Entry))
    return {name: (before, after) for name, before, after in pairs if before != after}


def faults(entry: Entry) -> Iterator[SekishoError]:
    """Everything that keeps an entry from being registered."""
    if not _CODE.fullmatch(entry.code):
        yield InvalidInput("SKS-F001", code=entry.code[:40])
    if not entry.name.strip():
        yield InvalidInput("SKS-F004", field="name")
    for field, most in TEXT_CHARS_MAX.items():
        if not is_line(getattr(entry, field), most):
            yield InvalidInput("SKS-F002", field=field, allowed=most)
    yield from _choice_faults(entry)
    yield from _end_faults(entry)
    yield from _list_faults(entry)


def is_line(text: str, chars_max: int) -> bool:
    """Whether a text is one line that can be shown and is not longer than that."""
    return len(text) <= chars_max and not has_control(text)


def _choice_faults(entry: Entry) -> Iterator[SekishoError]:
    known = entry.frequency in list(Frequency)
    if not known:
        yield _not_among("frequency", entry.frequency, list(Frequency))
    if entry.medium not in list(Medium):
        yield _not_among("medium", entry.medium, list(Medium))
    if known and read_due(entry.frequency, entry.due) != entry.due:
        yield InvalidInput("SKS-F005", value=entry.due[:40])
    if not 0 <= entry.per_year <= PER_YEAR_MAX:
        yield InvalidInput("SKS-F003", field="per_year", value=entry.per_year, allowed="0–100000")


def _not_among(field: str, value: str, allowed: list[str]) -> InvalidInput:
    return InvalidInput("SKS-F003", field=field, value=value[:40], allowed=", ".join(allowed))


def _end_faults(entry: Entry) -> Iterator[SekishoError]:
    for which, (node, body) in zip(("from", "to"), entry.ends, strict=True):
        if not node and not body.strip():
            yield InvalidInput("SKS-F004", field=f"{which}_node, {which}_body")
        try:
            check_node_name(node or "x")
        except InvalidInput as error:
            yield error
    if entry.valid_from and entry.valid_until and entry.valid_until < entry.valid_from:
        yield InvalidInput("SKS-F006")


def _list_faults(entry: Entry) -> Iterator[SekishoError]:
    lists = (
        ("items", [one.name for one in entry.items], ITEMS_MAX),
        ("addressees", list(entry.addressees), ADDRESSEES_MAX),
        ("files", list(entry.files), FILES_MAX),
    )
    for field, words, most in lists:
        if len(words) > most or len(set(words)) < len(words):
            yield InvalidInput("SKS-F007", field=field, allowed=most)
        if any(not one.strip() or not is_line(one, WORD_CHARS_MAX) for one in words):
            yield InvalidInput("SKS-F002", field=field, allowed=WORD_CHARS_MAX)
