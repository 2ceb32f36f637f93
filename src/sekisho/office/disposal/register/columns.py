"""An asset as a row of text, and a row as an asset."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sekisho.erase.planning.rules import shipped_rules
from sekisho.kernel.errors import InvalidInput, SekishoError
from sekisho.kernel.speech import Pair
from sekisho.office.accounts.dates import read_day
from sekisho.office.accounts.tables import write_csv, write_workbook
from sekisho.office.disposal.entry import Entry, faults, normal_code, normal_serial
from sekisho.office.disposal.kinds import KIND_WORDS, STATE_WORDS

COLUMN_WORDS: dict[str, Pair] = {
    "code": ("管理番号", "code"),
    "serial": ("シリアル番号", "serial number"),
    "kind": ("種類", "kind"),
    "model": ("メーカー・型番", "model"),
    "size": ("容量", "size"),
    "label": ("機密性の区分", "class"),
    "unit": ("所管", "division"),
    "place": ("置き場所", "place"),
    "holder": ("使用者", "holder"),
    "inside": ("組み込まれた機器", "inside"),
    "media": ("中の媒体の数", "media inside"),
    "lease": ("リース契約", "lease contract"),
    "lease_until": ("リース終了日", "lease until"),
    "note": ("備考", "note"),
    "state": ("状態", "state"),
}
"""Field → heading in Japanese and English, in the order of the table; both are read."""

UNACCOUNTED_WORDS: dict[str, Pair] = {
    "": ("そろっている", "all accounted for"),
    "uncounted": ("中の媒体を数えていない", "media inside not counted"),
    "fewer": ("登録された媒体が足りない", "fewer media registered than counted"),
    "more": ("登録された媒体が多い", "more media registered than counted"),
    "missing": ("所在不明のものがある", "something is missing"),
}
"""Why not every medium is accounted for (`rules.unaccounted`)."""

SHEET = "機器・媒体"


def class_words(label: str) -> Pair:
    """A class in words; what an earlier edition of the rules knew stays as it is."""
    known = shipped_rules().classes
    return known[label].words if label in known else (label, label)


def written(entry: Entry, state: str) -> dict[str, str]:
    """Field → text, as it stands in the table."""
    values: dict[str, Any] = {name: getattr(entry, name, "") for name in COLUMN_WORDS}
    values["kind"] = KIND_WORDS[entry.kind][0] if entry.kind in KIND_WORDS else entry.kind
    values["label"] = _label_word(entry.label)
    values["state"] = STATE_WORDS[state][0]
    return {name: _text(value) for name, value in values.items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _label_word(label: str) -> str:
    """The first of the labels that municipalities use."""
    known = shipped_rules().classes
    return known[label].labels[-1] if label in known else label


Rows = Sequence[tuple[Entry, str]]
"""Assets with their states."""


def register_csv(rows: Rows) -> bytes:
    """The register as CSV that Excel opens rightly."""
    return write_csv(_headers(), [list(written(*row).values()) for row in rows])


def register_workbook(rows: Rows) -> bytes:
    """The register as a workbook in which every cell is text: serial numbers keep their zeros."""
    return write_workbook([(SHEET, _headers(), [list(written(*row).values()) for row in rows])])


def _headers() -> list[str]:
    return [words[0] for words in COLUMN_WORDS.values()]


def field_of(header: str) -> str:
    """The field that a heading names, in either language; empty for another column."""
    plain = unicodedata.normalize("NFKC", header).strip().lower()
    for field, words in COLUMN_WORDS.items():
        if plain in (field, *(one.lower() for one in words)):
            return field
    return ""


def read_entry(cells: Mapping[str, str], old: Entry | None) -> tuple[Entry, list[SekishoError]]:
    """An asset from texts, and all that is wrong with it. A field that is not among them stays as
    it was."""
    problems: list[SekishoError] = []
    values: dict[str, Any] = {}
    for name, text in cells.items():
        if name == "state":
            continue
        try:
            values[name] = _READERS.get(name, _plain)(name, text.strip())
        except InvalidInput as error:
            problems.append(error)
    entry = replace(old or Entry(kind=""), **values)
    if any(one.params.get("field") == "kind" for one in problems):
        return entry, problems
    return entry, [*problems, *faults(entry)]


def _plain(_: str, text: str) -> str:
    return text


def _read_kind(name: str, text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower()
    for kind, words in KIND_WORDS.items():
        if folded in (kind, *(unicodedata.normalize("NFKC", one).lower() for one in words)):
            return str(kind)
    raise _unreadable(name, text, "、".join(words[0] for words in KIND_WORDS.values()))


def _read_label(name: str, text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).replace("自治体", "").replace("機密性", "")
    if not plain:
        return ""
    for one in shipped_rules().classes.values():
        if plain in (one.id, *one.labels, *one.words):
            return one.id
    allowed = "、".join(label for one in shipped_rules().classes.values() for label in one.labels)
    raise _unreadable(name, text, allowed)


def _read_day(name: str, text: str) -> date | None:
    try:
        return read_day(text) if text else None
    except InvalidInput:
        raise _unreadable(name, text, "2029-03-31、R11.3.31") from None


def _read_count(name: str, text: str) -> int | None:
    digits = unicodedata.normalize("NFKC", text)
    if digits and not (digits.isascii() and digits.isdecimal() and len(digits) <= 3):
        raise _unreadable(name, text, "0–999")
    return int(digits) if digits else None


def _unreadable(name: str, text: str, allowed: str) -> InvalidInput:
    return InvalidInput("SKS-G003", field=name, value=text[:40], allowed=allowed)


_READERS: dict[str, Callable[[str, str], Any]] = {
    "code": lambda _, text: normal_code(text),
    "inside": lambda _, text: normal_code(text),
    "serial": lambda _, text: normal_serial(text),
    "kind": _read_kind,
    "label": _read_label,
    "lease_until": _read_day,
    "media": _read_count,
}
