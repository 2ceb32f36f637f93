"""What stands on a hearing sheet: its columns, and an answer read from a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sekisho.kernel.dates import read_day
from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.office.flows.actions.deciding import Ruling, outcome, require_sound
from sekisho.office.flows.entry import Entry
from sekisho.office.flows.sheets.reading import Row, Sheet, find_header
from sekisho.office.flows.sheets.register import read_entry, read_words
from sekisho.office.flows.states import CHOICE_WORDS, MEDIUM_WORDS, Choice

EDITION = "1"
"""Of the sheet: raise it when a column changes its meaning."""

SHEET_ID, SHEET_EDITION = "調査票番号", "調査票の版"
QUESTIONS, UNLISTED = "定例連携の調査", "台帳にない連携"
CODE, FINDINGS = "番号", "見直しで分かったこと"
SHOWN: Mapping[str, str] = {
    "code": CODE,
    "name": "名称",
    "purpose": "目的",
    "basis": "根拠法令",
    "ends": "渡す側 → 受け取る側",
    "items": "項目",
    "frequency": "頻度",
    "per_year": "年間の回数",
    "medium": "今の媒体",
    "findings": FINDINGS,
}
ANSWERS: Mapping[str, str] = {
    "choice": "判断",
    "reason": "理由",
    "day": "いつから",
    "person": "決めた人",
    "per_year": "減らした後の年間の回数",
    "drop_items": "渡さなくてよい項目",
    "medium": "置き換え先",
}
NEEDED_ANSWERS = ("choice", "reason", "day", "person")
UNLISTED_COLUMNS: Mapping[str, str] = {
    "name": "名称",
    "purpose": "目的",
    "basis": "根拠法令",
    "from_body": "渡す側",
    "to_body": "受け取る側",
    "items": "項目",
    "frequency": "頻度",
    "per_year": "年間の回数",
    "medium": "今の媒体",
    "note": "備考",
}


@dataclass(frozen=True)
class Answer:
    """One row that was answered: what it says of a flow, or what is wrong with it."""

    row: int
    code: str
    ruling: Ruling | None
    faults: tuple[SekishoError, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """An exchange that stands in no register: an entry to be kept as a draft."""

    row: int
    entry: Entry
    faults: tuple[SekishoError, ...] = ()


def identify(sheets: Sequence[Sheet]) -> tuple[str, Sheet]:
    """The id of a hearing sheet and the part with its questions, wherever it was moved.

    Raises InvalidInput SKS-F041 (another edition), SKS-F030 (no hearing sheet).
    """
    for sheet in sheets:
        for row in sheet.rows[:10]:
            if SHEET_ID in row.cells:
                edition = _beside(row, SHEET_EDITION)
                if edition != EDITION:
                    raise InvalidInput("SKS-F041", edition=edition[:20])
                return _beside(row, SHEET_ID), sheet
    raise InvalidInput("SKS-F030", reason=SHEET_ID)


def _beside(row: Row, word: str) -> str:
    at = row.cells.index(word) + 1 if word in row.cells else len(row.cells)
    return row.cells[at] if at < len(row.cells) else ""


def read_answers(sheet: Sheet, sheet_id: str) -> list[Answer]:
    """Every row with an answer, in whatever order, as far as it can be read by itself.

    Raises InvalidInput SKS-F032 for a column that is missing.
    """
    header = find_header(sheet.rows, [CODE, ANSWERS["choice"]])
    places = _places(header, [CODE, *ANSWERS.values()])
    found = []
    for row in sheet.rows:
        if header is None or row.number <= header.number:
            continue
        cells = {name: _cell(row, places[word]) for name, word in ANSWERS.items()}
        if any(cells.values()) or row.faults:
            found.append(_answer(row, _cell(row, places[CODE]), cells, sheet_id))
    return found


def _places(header: Row | None, words: Sequence[str]) -> dict[str, int]:
    cells = header.cells if header else ()
    for word in words:
        if word not in cells:
            raise InvalidInput("SKS-F032", column=word)
    return {word: cells.index(word) for word in words}


def _cell(row: Row, at: int) -> str:
    return row.cells[at] if at < len(row.cells) else ""


def _answer(row: Row, code: str, cells: Mapping[str, str], sheet_id: str) -> Answer:
    problems: list[SekishoError] = list(row.faults)
    missing = [ANSWERS[name] for name in NEEDED_ANSWERS if not cells[name]]
    if missing:
        problems.append(Refused("SKS-F044", field="、".join(missing)))
    if problems:
        return Answer(row.number, code, None, tuple(problems))
    try:
        ruling = _ruling(cells, sheet_id)
        require_sound(ruling)
    except SekishoError as error:
        return Answer(row.number, code, None, (error,))
    return Answer(row.number, code, ruling)


def require_fitting(ruling: Ruling, entry: Entry) -> None:
    """Raise for an answer that does not fit what is registered: InvalidInput SKS-F033 for an item
    that the flow does not have, Refused SKS-F015."""
    names = {item.name for item in entry.items}
    for word in ruling.drop_items:
        if word not in names:
            raise _unreadable("drop_items", word)
    outcome(entry, ruling)


def _ruling(cells: Mapping[str, str], sheet_id: str) -> Ruling:
    return Ruling(
        choice=_closed("choice", cells, CHOICE_WORDS),
        day=_day(cells["day"]),
        person=cells["person"],
        reason=" ".join(cells["reason"].split("\n")),
        per_year=_count(cells["per_year"]),
        medium=_closed("medium", cells, MEDIUM_WORDS),
        drop_items=read_words(cells["drop_items"]),
        sheet_id=sheet_id,
    )


def _closed(name: str, cells: Mapping[str, str], words: Mapping[str, tuple[str, str]]) -> str:
    text = cells[name]
    for value, known in words.items():
        if text in (value, *known):
            return str(value)
    if text:
        raise _unreadable(name, text)
    return ""


def _day(text: str) -> date:
    found = read_day(text)
    if found is None:
        raise _unreadable("day", text)
    return found


def _count(text: str) -> int | None:
    digits = text.removesuffix("回")
    if not digits:
        return None
    if not digits.isdecimal() or len(digits) > 6:
        raise _unreadable("per_year", text)
    return int(digits)


def _unreadable(name: str, text: str) -> InvalidInput:
    return InvalidInput("SKS-F033", column=ANSWERS[name], value=text[:40])


def read_proposals(sheets: Sequence[Sheet], sheet_id: str, unit: str) -> list[Proposal]:
    """What was written on the sheet of unregistered exchanges; each gets a code made from the
    sheet's id and its row, so that a sheet read twice proposes nothing twice."""
    sheet = next((one for one in sheets if one.title == UNLISTED), None)
    header = find_header(sheet.rows, UNLISTED_COLUMNS.values()) if sheet else None
    if sheet is None or header is None:
        return []
    places = _places(header, list(UNLISTED_COLUMNS.values()))
    found = []
    for row in sheet.rows:
        cells = {name: _cell(row, places[word]) for name, word in UNLISTED_COLUMNS.items()}
        if row.number > header.number and (any(cells.values()) or row.faults):
            code = f"HS-{sheet_id[3:9].upper()}-{row.number}"
            found.append(_proposal(row, cells, Entry(code=code, name="", unit=unit)))
    return found


def _proposal(row: Row, cells: Mapping[str, Any], blank: Entry) -> Proposal:
    lines = {name: " ".join(text.split("\n")) for name, text in cells.items() if name != "items"}
    entry, _, problems = read_entry({**lines, "items": cells["items"]}, blank)
    return Proposal(row.number, entry, (*row.faults, *problems))


CHOICES = [CHOICE_WORDS[one][0] for one in Choice]
"""What can be chosen, as it stands on the sheet."""
