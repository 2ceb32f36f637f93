"""What stands in the tables of units and of people: headers, and rows as values."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from sekisho.kernel.errors import InvalidInput, SekishoError
from sekisho.office.accounts.actions import PersonEntry, checked_entry
from sekisho.office.accounts.appointing import check_posting, check_unit
from sekisho.office.accounts.dates import read_day
from sekisho.office.accounts.organisation import Posting, UnitEntry
from sekisho.office.accounts.roles import ADMIN, WORDS
from sekisho.office.accounts.tables import Row, Sheet

E = TypeVar("E")

UNIT_HEADERS = ("所属コード", "所属名", "上位コード", "開始日", "終了日")
PERSON_HEADERS = (
    *("利用者名", "氏名", "役割", "メール", "所属コード", "役職", "所属長", "本務・兼務"),
    *("開始日", "終了日", "退職日"),
)
UNIT_SHEET, PERSON_SHEET = "組織", "人"

_ENGLISH = {
    "login": "利用者名",
    "name": "氏名",
    "roles": "役割",
    "email": "メール",
    "unit": "所属コード",
    "post": "役職",
    "head": "所属長",
    "main": "本務・兼務",
    "from": "開始日",
    "to": "終了日",
    "last day": "退職日",
    "unit code": "所属コード",
    "unit name": "所属名",
    "above": "上位コード",
}
_ROLES = {"管理者": ADMIN, **{japanese: role for role, (japanese, _) in WORDS.items()}}
_YES = frozenset({"○", "〇", "◯", "1", "はい", "yes", "true", "長"})
_NO = frozenset({"", "×", "0", "いいえ", "no", "false", "-"})
_MAIN = {"本務": True, "主務": True, "main": True, "": None, "兼務": False, "also": False}
HEAD_ENDINGS = ("部長", "課長", "係長", "室長", "局長", "所長", "館長", "園長", "場長")
_NOT_HEADS = ("副", "次")


@dataclass(frozen=True)
class Read(Generic[E]):
    """What one row says, or what is wrong with it."""

    row: int
    entry: E | None
    error: SekishoError | None = None


@dataclass(frozen=True)
class PersonRow:
    """A person, and the post that the row gives him, if it gives one.

    `main` is None where the table does not say.
    """

    person: PersonEntry
    posting: Posting | None = None
    main: bool | None = None


def units_of(sheet: Sheet, day: date) -> list[Read[UnitEntry]]:
    """The units of a table; a row without a first day begins on `day`."""
    return [_read(row, lambda row: _unit(row, day)) for row in _named(sheet)]


def people_of(sheet: Sheet, day: date) -> list[Read[PersonRow]]:
    """The people of a table; a post without a first day begins on `day`."""
    return [_read(row, lambda row: _person(row, day)) for row in _named(sheet)]


def is_units(sheet: Sheet) -> bool:
    """Whether this is a table of units."""
    return {"所属コード", "所属名"} <= _headers(sheet) and "利用者名" not in _headers(sheet)


def is_people(sheet: Sheet) -> bool:
    """Whether this is a table of people."""
    return {"利用者名", "氏名"} <= _headers(sheet)


def _headers(sheet: Sheet) -> set[str]:
    return {_header(one) for one in sheet.headers}


def _header(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip()
    return _ENGLISH.get(plain.lower(), plain)


def _named(sheet: Sheet) -> Iterable[Row]:
    for row in sheet.rows:
        yield Row(row.number, {_header(key): value for key, value in row.cells.items()})


def _read(row: Row, make: Callable[[Row], E]) -> Read[E]:
    try:
        return Read(row.number, make(row))
    except SekishoError as reason:
        return Read(row.number, None, reason)


def _unit(row: Row, day: date) -> UnitEntry:
    cells = row.cells
    entry = UnitEntry(
        cells.get("所属コード", ""),
        cells.get("所属名", ""),
        cells.get("上位コード", ""),
        _day(cells.get("開始日", "")) or day,
        _day(cells.get("終了日", "")),
    )
    check_unit(entry)
    return entry


def _person(row: Row, day: date) -> PersonRow:
    cells = row.cells
    person = checked_entry(
        PersonEntry(
            login=cells.get("利用者名", ""),
            name=cells.get("氏名", ""),
            roles=_roles(cells.get("役割", "")),
            email=cells.get("メール"),
            until=_day(cells.get("退職日", "")),
        )
    )
    main = _choice("本務・兼務", cells.get("本務・兼務", ""), _MAIN)
    if not cells.get("所属コード"):
        return PersonRow(person)
    posting = Posting(
        person.login,
        cells["所属コード"],
        cells.get("役職", ""),
        _head(cells.get("所属長", ""), cells.get("役職", ""), "所属長" in cells),
        main is not False,
        _day(cells.get("開始日", "")) or day,
        _day(cells.get("終了日", "")),
    )
    check_posting(posting)
    return PersonRow(person, posting, main)


def _day(text: str) -> date | None:
    return read_day(text) if text else None


def _roles(text: str) -> tuple[str, ...]:
    words = unicodedata.normalize("NFKC", text).replace("、", ",").replace("・", ",").split(",")
    return tuple(_ROLES.get(word.strip(), word.strip()) for word in words if word.strip())


def _choice(column: str, text: str, words: dict[str, bool | None]) -> bool | None:
    if text.lower() not in words:
        raise InvalidInput("SKS-H023", column=column, value=text[:40])
    return words[text.lower()]


def _head(text: str, post: str, said: bool) -> bool:
    """Whether the person heads the unit; where the table has no such column, by the post."""
    if not said:
        return is_head(post)
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise InvalidInput("SKS-H023", column="所属長", value=text[:40])


def is_head(post: str) -> bool:
    """Whether a post is by its name that of the head of a unit (not 副課長, not 課長補佐)."""
    return post.endswith(HEAD_ENDINGS) and not post.startswith(_NOT_HEADS)


def unit_rows(units: Iterable[UnitEntry]) -> list[Sequence[str]]:
    """Units as rows of the table."""
    return [(one.code, one.name, one.parent, *_days(one.starts, one.ends)) for one in units]


def person_rows(people: Iterable[tuple[PersonEntry, Sequence[Posting]]]) -> list[Sequence[str]]:
    """People as rows of the table: one for each post, or one without."""
    rows: list[Sequence[str]] = []
    for person, postings in people:
        roles = "、".join(WORDS[role][0] for role in person.roles)
        until = person.until.isoformat() if person.until else ""
        first = (person.login, person.name, roles, person.email or "")
        for one in postings:
            head, main = "○" if one.head else "", "本務" if one.main else "兼務"
            days = _days(one.starts, one.ends)
            rows.append((*first, one.unit, one.post, head, main, *days, until))
        if not postings:
            rows.append((*first, "", "", "", "", "", "", until))
    return rows


def _days(starts: date, ends: date | None) -> tuple[str, str]:
    return starts.isoformat(), ends.isoformat() if ends else ""
