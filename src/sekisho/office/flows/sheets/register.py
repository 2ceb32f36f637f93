"""The register as a table: its columns, an entry as a row of text, a row as an entry."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sekisho.kernel.dates import read_day
from sekisho.kernel.errors import InvalidInput, SekishoError
from sekisho.office.flows.days import read_due
from sekisho.office.flows.entry import PER_YEAR_MAX, Entry, Item, faults
from sekisho.office.flows.states import FREQUENCY_WORDS, MEDIUM_WORDS, STATE_WORDS, Frequency, State

COLUMN_WORDS: dict[str, tuple[str, str]] = {
    "code": ("番号", "code"),
    "name": ("名称", "name"),
    "purpose": ("目的", "purpose"),
    "basis": ("根拠法令", "legal basis"),
    "basis_until": ("根拠の期限", "basis until"),
    "from_node": ("渡す側のノード", "from node"),
    "from_body": ("渡す側", "from"),
    "to_node": ("受け取る側のノード", "to node"),
    "to_body": ("受け取る側", "to"),
    "owner": ("責任者", "owner"),
    "unit": ("所管", "unit"),
    "frequency": ("頻度", "frequency"),
    "due": ("予定日", "expected day"),
    "per_year": ("年間の回数", "times a year"),
    "label": ("機密性の区分", "class"),
    "medium": ("今の媒体", "medium"),
    "addressees": ("宛先の人", "addressees"),
    "files": ("ファイル名", "file names"),
    "items": ("項目", "items"),
    "valid_from": ("開始日", "from day"),
    "valid_until": ("終了日", "until day"),
    "note": ("備考", "note"),
    "state": ("状態", "state"),
}
"""Field → heading in Japanese and English, in the order of the table; both are read."""

NEEDED = ("code", "name")
PERSONAL, NUMBER = "個人", "番号"
_EDGES = re.compile(r"[、,\n;；]")
_MARKED = re.compile(r"(.*?)[（(]((?:個人|番号|・)+)[）)]", re.DOTALL)
_DAYS = ("basis_until", "valid_from", "valid_until")
_CHOICES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "frequency": FREQUENCY_WORDS,
    "medium": MEDIUM_WORDS,
    "state": STATE_WORDS,
}


def written(entry: Entry, state: str) -> dict[str, str]:
    """Field → text, as it stands in the table."""
    values = {name: getattr(entry, name) for name in COLUMN_WORDS if name != "state"}
    return {name: _written(name, value) for name, value in {**values, "state": state}.items()}


def _written(name: str, value: Any) -> str:
    if name in _CHOICES:
        return _CHOICES[name][value][0]
    if name == "items":
        return "、".join(_item_written(one) for one in value)
    if name == "per_year":
        return str(value) if value else ""
    if isinstance(value, date):
        return value.isoformat()
    return "、".join(value) if isinstance(value, tuple) else str(value or "")


def _item_written(item: Item) -> str:
    marks = [word for word, holds in ((PERSONAL, item.personal), (NUMBER, item.number)) if holds]
    return f"{item.name}（{'・'.join(marks)}）" if marks else item.name


def read_items(untrusted: str) -> tuple[Item, ...]:
    """Items from `氏名（個人）、個人番号（個人・番号）、税額`."""
    found = []
    for word in map(str.strip, _EDGES.split(untrusted)):
        marked = _MARKED.fullmatch(word)
        if marked:
            found.append(Item(marked[1].strip(), PERSONAL in marked[2], NUMBER in marked[2]))
        elif word:
            found.append(Item(word))
    return tuple(found)


def read_words(untrusted: str) -> tuple[str, ...]:
    """Words between commas or lines, Japanese or not."""
    return tuple(word for one in _EDGES.split(untrusted) if (word := one.strip()))


def columns_of(header: tuple[str, ...]) -> dict[str, int]:
    """Field → place of its column. Raises InvalidInput SKS-F032 when one that is needed is not
    there."""
    names = {word: field for field, words in COLUMN_WORDS.items() for word in (*words, field)}
    found: dict[str, int] = {}
    for at, word in enumerate(header):
        if word in names:
            found.setdefault(names[word], at)
    for field in NEEDED:
        if field not in found:
            raise InvalidInput("SKS-F032", column=COLUMN_WORDS[field][0])
    return found


def read_entry(
    cells: Mapping[str, str], old: Entry | None
) -> tuple[Entry, str, list[SekishoError]]:
    """An entry from a row, its state, and all that is wrong with it. A column that is not in the
    table leaves the field as it was."""
    problems: list[SekishoError] = []
    values: dict[str, Any] = {}
    for name, text in cells.items():
        try:
            values[name] = _READERS.get(name, _same)(name, text)
        except InvalidInput as error:
            problems.append(error)
    state = values.pop("state", "") or ""
    base = old or Entry(code="", name="")
    entry = replace(base, **values)
    if "due" in cells:
        due = read_due(entry.frequency, cells["due"])
        if due is None:
            problems.append(InvalidInput("SKS-F005", value=cells["due"][:40]))
        entry = replace(entry, due=due or "")
    return entry, state, [*problems, *faults(entry)]


def _same(_: str, text: str) -> str:
    return text


def _read_day(name: str, text: str) -> date | None:
    found = read_day(text)
    if text and found is None:
        raise _unreadable(name, text)
    return found


def _read_count(name: str, text: str) -> int:
    digits = text.removesuffix("回")
    if not digits:
        return 0
    if not digits.isdecimal() or len(digits) > 6 or int(digits) > PER_YEAR_MAX:
        raise _unreadable(name, text)
    return int(digits)


def _read_choice(name: str, text: str) -> str:
    if not text:
        return "" if name == "state" else ("other" if name == "medium" else Frequency.AS_NEEDED)
    for value, words in _CHOICES[name].items():
        if text in (value, *words):
            return str(value)
    raise _unreadable(name, text)


def _unreadable(name: str, text: str) -> InvalidInput:
    return InvalidInput("SKS-F033", column=COLUMN_WORDS[name][0], value=text[:40])


_READERS: dict[str, Callable[[str, str], Any]] = {
    **dict.fromkeys(_DAYS, _read_day),
    **dict.fromkeys(_CHOICES, _read_choice),
    **dict.fromkeys(("addressees", "files"), lambda _, text: read_words(text)),
    "items": lambda _, text: read_items(text),
    "per_year": _read_count,
}
STATES_OF_NEW = (State.DRAFT, State.ACTIVE)
"""What a row may say of a flow that is not registered yet."""
