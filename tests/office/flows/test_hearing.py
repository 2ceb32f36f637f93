"""Hearing sheets: out, filled in by people in their ways, and in again."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.office.flows.support import entry, register
from tests.support import acts
from tests.support.town import Town

from sekisho.kernel.errors import SekishoError
from sekisho.office.evidence.models import Event
from sekisho.office.flows import queries
from sekisho.office.flows.actions import hearing, registering
from sekisho.office.flows.actions.hearing import Hearing
from sekisho.office.flows.models import Flow, FlowDecision, HearingSheet
from sekisho.office.flows.sheets.hearing import (
    ANSWERS,
    CHOICES,
    QUESTIONS,
    UNLISTED,
    UNLISTED_COLUMNS,
    identify,
    read_answers,
)
from sekisho.office.flows.sheets.hearing_book import Asked, hearing_book
from sekisho.office.flows.sheets.reading import read_sheets
from sekisho.office.flows.states import State

CODES = ("ZEI-01", "ZEI-02", "ZEI-03")
STOP = {
    "判断": "やめる",
    "理由": "照会に切り替えたため",
    "いつから": datetime(2026, 4, 1),
    "決めた人": "税務課長",
}
REDUCE = {**STOP, "判断": "減らす", "減らした後の年間の回数": 4, "渡さなくてよい項目": "税額"}


def asked(town: Town) -> bytes:
    for code in CODES:
        register(town, code=code, name=f"連携{code}")
    with town.at("internet") as node:
        findings = {"ZEI-01": ("一度も受け取られていません。",)}
        _, data = hearing.ask(node.desk, actor="admin", unit="税務課", findings=findings)
    return data


def filled(
    data: bytes,
    answers: Mapping[str, Mapping[str, Any]],
    *,
    unlisted: Sequence[Mapping[str, Any]] = (),
    change: Any = None,
) -> bytes:
    """The sheet as somebody filled it in with a spreadsheet program."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book[QUESTIONS]
    head = [cell.value for cell in sheet[3]]
    for row in sheet.iter_rows(min_row=4):
        for word, value in answers.get(str(row[0].value), {}).items():
            row[head.index(word)].value = value
    for number, one in enumerate(unlisted, 2):
        for word, value in one.items():
            column = list(UNLISTED_COLUMNS.values()).index(word) + 1
            book[UNLISTED].cell(number, column).value = value
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def taken(town: Town, data: bytes) -> Hearing:
    with town.at("internet") as node:
        return hearing.take(node.desk, actor="admin", untrusted=data)


def faults(town: Town, data: bytes) -> list[tuple[str, list[str]]]:
    with town.at("internet"):
        found = hearing.preview(data)
        return [(one.code, [f.code for f in one.faults]) for one in found.answers if one.faults]


def test_the_sheet_is_locked_but_for_the_answers_and_has_lists(sqlite_town: Town) -> None:
    book = openpyxl.load_workbook(io.BytesIO(asked(sqlite_town)))
    assert book.sheetnames == ["はじめに", QUESTIONS, UNLISTED]
    sheet = book[QUESTIONS]
    head = [cell.value for cell in sheet[3]]
    assert all(one.protection.sheet for one in book.worksheets)
    for cell in sheet[4]:
        assert cell.protection.locked == (head[cell.column - 1] not in ANSWERS.values())
    assert sheet["A4"].value == "ZEI-01"
    assert "一度も受け取られていません。" in [cell.value for cell in sheet[4]]
    lists = [one.formula1 for one in sheet.data_validations.dataValidation if one.type == "list"]
    assert f'"{",".join(CHOICES)}"' in lists
    assert "税務課 御中" in book["はじめに"]["A2"].value


def test_names_that_look_like_formulas_stay_text() -> None:
    data = hearing_book(
        "hs_x", "課", datetime(2026, 4, 1).date(), [Asked(entry(name="=1+1"), "draft")]
    )
    cell = openpyxl.load_workbook(io.BytesIO(data))[QUESTIONS]["B4"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_answers_become_decisions_and_what_was_not_listed_a_draft(town: Town) -> None:
    data = asked(town)
    unlisted = [
        {"名称": "住登外の一覧", "渡す側": "税務課", "受け取る側": "県", "今の媒体": "光ディスク"}
    ]
    done = taken(town, filled(data, {"ZEI-01": STOP, "ZEI-02": REDUCE}, unlisted=unlisted))
    assert (len(done.answers), len(done.proposals), done.unanswered) == (2, 1, 1)
    with town.at("internet"):
        rows = {one.code: one for one in queries.flows()}
        assert rows["ZEI-01"].state == State.ENDED
        assert (rows["ZEI-02"].per_year, rows["ZEI-02"].items.count()) == (4, 2)
        (draft,) = queries.flows(states=[State.DRAFT])
        assert (draft.name, draft.medium, draft.unit) == ("住登外の一覧", "disc", "税務課")
        assert draft.code.startswith("HS-")
        event = acts.last_event("flow.answered")
        assert event.data == {"decisions": 2, "proposals": 1}
        sheet = HearingSheet.objects.get()
        assert (event.subject, sheet.asked, sheet.unit) == (
            *(sheet.sheet_id, dict.fromkeys(CODES, 1), "税務課"),
        )
        assert sheet.taken is not None
        assert {one.sheet_id for one in FlowDecision.objects.all()} == {sheet.sheet_id}


def test_a_sheet_that_comes_back_twice_decides_nothing_twice(town: Town) -> None:
    data = asked(town)
    unlisted = [{"名称": "一覧", "渡す側": "税務課", "受け取る側": "県"}]
    first = filled(data, {"ZEI-01": STOP, "ZEI-02": REDUCE}, unlisted=unlisted)
    taken(town, first)
    later = filled(first, {"ZEI-03": {**STOP, "判断": "続ける"}})
    done = taken(town, later)
    assert ([one.code for one in done.answers], done.taken_before) == (["ZEI-03"], 2)
    assert (done.proposals, done.unanswered) == ((), 0)
    with town.at("internet"):
        assert FlowDecision.objects.count() == 3
        assert Flow.objects.count() == 4


def sort_rows(book: Any) -> None:
    sheet = book[QUESTIONS]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4, max_row=6)]
    for number, row in enumerate(reversed(rows), 4):
        for column, value in enumerate(row, 1):
            sheet.cell(number, column).value = value


def move_columns(book: Any) -> None:
    book[QUESTIONS].move_range("K3:Q6", cols=3)


def first_of_all(book: Any) -> None:
    book.move_sheet(QUESTIONS, -1)
    book[QUESTIONS].title = "回答"


def insert_rows(book: Any) -> None:
    book[QUESTIONS].insert_rows(2, 2)


@pytest.mark.parametrize("change", [sort_rows, move_columns, first_of_all, insert_rows])
def test_rows_and_columns_may_be_moved(sqlite_town: Town, change: Any) -> None:
    data = filled(asked(sqlite_town), {"ZEI-01": STOP, "ZEI-02": REDUCE}, change=change)
    taken(sqlite_town, data)
    with sqlite_town.at("internet"):
        made = {one.flow_id: one.choice for one in FlowDecision.objects.all()}
        assert made == {"ZEI-01": "stop", "ZEI-02": "reduce"}


def with_code(code: str) -> Any:
    def change(book: Any) -> None:
        book[QUESTIONS]["A4"].value = code

    return change


@pytest.mark.parametrize(
    ("answer", "change", "wanted"),
    [
        ({"判断": "やめる"}, None, ("ZEI-01", ["SKS-F044"])),
        ({"備考": None, **STOP, "判断": "保留"}, None, ("ZEI-01", ["SKS-F033"])),
        ({**STOP, "いつから": "来月"}, None, ("ZEI-01", ["SKS-F033"])),
        ({**STOP, "判断": "減らす"}, None, ("ZEI-01", ["SKS-F015"])),
        ({**REDUCE, "渡さなくてよい項目": "電話番号"}, None, ("ZEI-01", ["SKS-F033"])),
        ({**REDUCE, "減らした後の年間の回数": "半分"}, None, ("ZEI-01", ["SKS-F033"])),
        ({**STOP, "理由": "=1+1"}, None, ("ZEI-01", ["SKS-F034", "SKS-F044"])),
        (STOP, with_code("NAI-1"), ("NAI-1", ["SKS-F042"])),
        (STOP, with_code(""), ("", ["SKS-F042"])),
    ],
)
def test_each_row_says_what_has_to_be_corrected(
    sqlite_town: Town, answer: dict[str, Any], change: Any, wanted: tuple[str, list[str]]
) -> None:
    answer.pop("備考", None)
    data = filled(asked(sqlite_town), {"ZEI-01": answer, "ZEI-02": STOP}, change=change)
    assert faults(sqlite_town, data) == [wanted]
    with pytest.raises(SekishoError) as reason:
        taken(sqlite_town, data)
    assert reason.value.code == "SKS-F035"
    with sqlite_town.at("internet"):
        assert FlowDecision.objects.count() == 0
        assert not Event.objects.filter(kind="flow.answered").exists()


def test_days_are_read_in_every_form(sqlite_town: Town) -> None:
    days = ("令和8年4月1日", "R8.4.1", 46113)
    answers = {code: {**STOP, "いつから": day} for code, day in zip(CODES, days, strict=True)}
    taken(sqlite_town, filled(asked(sqlite_town), answers))
    with sqlite_town.at("internet"):
        assert {str(one.day) for one in FlowDecision.objects.all()} == {"2026-04-01"}


def test_a_flow_that_was_changed_since_is_asked_about_anew(sqlite_town: Town) -> None:
    data = filled(asked(sqlite_town), {"ZEI-01": STOP})
    with sqlite_town.at("internet") as node:
        changed = entry(name="連携ZEI-01", medium="sekisho")
        registering.change(node.desk, actor="admin", entry=changed)
    assert faults(sqlite_town, data) == [("ZEI-01", ["SKS-F043"])]


def test_one_flow_answered_twice_is_answered_by_neither(sqlite_town: Town) -> None:
    def twice(book: Any) -> None:
        book[QUESTIONS]["A5"].value = "ZEI-01"

    data = filled(asked(sqlite_town), {"ZEI-01": STOP, "ZEI-02": REDUCE}, change=twice)
    assert faults(sqlite_town, data) == [("ZEI-01", ["SKS-F036"])] * 2


def test_only_our_own_sheets_of_this_edition_are_taken(sqlite_town: Town) -> None:
    data = asked(sqlite_town)

    def other_id(book: Any) -> None:
        book[QUESTIONS]["B1"].value = "hs_other"

    def other_edition(book: Any) -> None:
        book[QUESTIONS]["D1"].value = "2"

    def no_mark(book: Any) -> None:
        book[QUESTIONS]["A1"].value = ""

    def no_column(book: Any) -> None:
        book[QUESTIONS]["K3"].value = ""

    for change, code in (
        (other_id, "SKS-F040"),
        (other_edition, "SKS-F041"),
        (no_mark, "SKS-F030"),
        (no_column, "SKS-F032"),
    ):
        with pytest.raises(SekishoError) as reason:
            taken(sqlite_town, filled(data, {}, change=change))
        assert reason.value.code == code
    with sqlite_town.at("internet") as node, pytest.raises(SekishoError) as reason:
        hearing.take(node.desk, actor="sato", untrusted=data)
    assert reason.value.code == "SKS-T053"


def test_a_unit_without_flows_can_be_asked_too(sqlite_town: Town) -> None:
    with sqlite_town.at("internet") as node:
        made, data = hearing.ask(node.desk, actor="admin", unit="福祉課", findings={})
        assert (made.asked, made.unit) == ({}, "福祉課")
        assert hearing.preview(data).answers == ()


BLANK = hearing_book("hs_x", "課", datetime(2026, 4, 1).date(), [Asked(entry(), "active")])
CELLS = st.one_of(
    st.none(),
    st.integers(),
    st.floats(allow_nan=False),
    st.booleans(),
    st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=20),
    st.sampled_from([*CHOICES, "=A1", "令和8年4月1日"]),
)


@given(st.fixed_dictionaries(dict.fromkeys(ANSWERS.values(), CELLS)))
def test_whatever_stands_in_the_answers_gives_a_reason_or_a_ruling(answer: dict[str, Any]) -> None:
    sheet_id, questions = identify(read_sheets(filled(BLANK, {"ZEI-01": answer})))
    assert sheet_id == "hs_x"
    for one in read_answers(questions, sheet_id):
        assert one.code == "ZEI-01"
        assert (one.ruling is None) == bool(one.faults)
