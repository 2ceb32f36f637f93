"""Tables that people give us, in every encoding, and what hostile hands make of them."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet
from tests.office.flows.support import entry, register
from tests.support import acts
from tests.support.town import Town

from sekisho.kernel.errors import InvalidInput, SekishoError
from sekisho.office.evidence.models import Event
from sekisho.office.flows import queries
from sekisho.office.flows.actions import importing, registering
from sekisho.office.flows.actions.importing import What
from sekisho.office.flows.entry import Entry, Item, entry_of, faults
from sekisho.office.flows.models import Flow
from sekisho.office.flows.sheets import reading
from sekisho.office.flows.sheets.exporting import register_csv, register_workbook
from sekisho.office.flows.sheets.reading import guarded, read_sheets, unguarded
from sekisho.office.flows.sheets.register import columns_of, read_entry, read_items
from sekisho.office.flows.states import Frequency, Medium, State

HEAD = ["番号", "名称", "渡す側", "受け取る側"]


def book(rows: list[list[Any]], change: Any = None) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    for row in rows:
        sheet.append(row)
    if change:
        change(sheet)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The workbook with another content for one part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for one in old.infolist():
            new.writestr(one.filename, content if one.filename == name else old.read(one))
    return out.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(InvalidInput) as reason:
        read_sheets(data)
    return reason.value.code


SHEET = "xl/worksheets/sheet1.xml"
TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=20).map(str.strip)
WORDS = st.text(st.characters(categories=("L", "Nd")), min_size=1, max_size=12)
ENTRIES = st.builds(
    lambda text, items, **more: entry(
        **text, items=tuple({one.name: one for one in items}.values()), **more
    ),
    st.fixed_dictionaries(dict.fromkeys(("purpose", "basis", "note"), TEXT)),
    st.lists(st.builds(Item, WORDS, st.booleans(), st.booleans()), max_size=5),
    medium=st.sampled_from(list(Medium)),
    frequency=st.sampled_from(list(Frequency)),
    due=st.just(""),
    per_year=st.integers(0, 100_000),
    basis_until=st.none() | st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    files=st.lists(WORDS, max_size=3, unique=True).map(tuple),
)


@given(ENTRIES, st.sampled_from(list(State)), st.sampled_from([register_csv, register_workbook]))
def test_what_was_exported_is_read_again(one: Entry, state: State, writer: Any) -> None:
    (head, row) = read_sheets(writer([(one, state)]))[0].rows
    cells = {
        name: row.cells[at] if at < len(row.cells) else ""
        for name, at in columns_of(head.cells).items()
    }
    again, said, problems = read_entry(cells, None)
    assert (again, said) == (one, state)
    assert [p.code for p in problems] == [f.code for f in faults(one)]


@given(st.text(max_size=30))
def test_a_guarded_text_is_no_formula_and_can_be_read_again(text: str) -> None:
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    if not text.startswith("'"):
        assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "euc_jp"])
def test_csv_in_every_encoding(encoding: str) -> None:
    data = "番号,名称\r\nZEI-01,所得情報の提供\r\n".encode(encoding)
    assert [row.cells for row in read_sheets(data)[0].rows] == [
        ("番号", "名称"),
        ("ZEI-01", "所得情報の提供"),
    ]


def test_days_numbers_and_merged_cells_of_a_workbook() -> None:
    rows = [
        ["番号", "名称", "根拠の期限"],
        ["A-1", "x", datetime(2029, 3, 31)],
        ["A-2", 12.0, 47208],
    ]
    made = book([*rows, ["A-3", "併合", "外"]], lambda sheet: sheet.merge_cells("B4:C5"))
    assert [row.cells for row in read_sheets(made)[0].rows][1:] == [
        ("A-1", "x", "2029-03-31"),
        ("A-2", "12", "47208"),
        ("A-3", "併合"),
    ]


def test_formulas_are_named_by_their_cell_and_not_believed() -> None:
    (_, row) = read_sheets(book([HEAD, ["A-1", "=1+1", "税務課", "=HYPERLINK(1)"]]))[0].rows
    assert [(one.code, one.params["cell"]) for one in row.faults] == [
        *(("SKS-F034", "B2"), ("SKS-F034", "D2")),
    ]
    assert row.cells == ("A-1", "", "税務課")


def test_declared_dimensions_are_not_believed() -> None:
    made = book([HEAD])
    content = zipfile.ZipFile(io.BytesIO(made)).read(SHEET)
    huge = content.replace(b'ref="A1:D1"', b'ref="A1:XFD1048576"')
    assert huge != content
    began = time.process_time()
    assert len(read_sheets(with_part(made, SHEET, huge))[0].rows) == 1
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("change", "within"),
    [
        ({b'<row r="1"': b'<row r="999999999"'}, 2),
        ({b'r="A1"': b'r="XFD1"'}, 1),
        ({b"<sheetData>": b"<sheetData>" + b"<row/>" * 200_000}, 8),
    ],
    ids=["far row", "far column", "many rows"],
)
def test_far_and_many_cells_cost_little(change: dict[bytes, bytes], within: float) -> None:
    made = book([HEAD])
    content = zipfile.ZipFile(io.BytesIO(made)).read(SHEET)
    for old, new in change.items():
        assert old in content
        content = content.replace(old, new)
    began = time.process_time()
    read_sheets(with_part(made, SHEET, content))
    assert time.process_time() - began < within


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", None),
        (b"PK\x03\x04 nothing", "SKS-F030"),
        (b"\x00\x01\x02\xff" * 50, "SKS-F030"),
        (b"a,b\n" * (reading.ROWS_MAX + 1), "SKS-F031"),
        (b"x," * 200 + b"x\n", "SKS-F031"),
        (b"x" * (reading.FILE_BYTES_MAX + 1), "SKS-F031"),
        (b'"' + b"x" * 200_000, "SKS-F030"),
    ],
    ids=["empty", "no zip", "binary", "rows", "columns", "bytes", "field"],
)
def test_what_is_no_table_or_too_large(data: bytes, code: str | None) -> None:
    if code is None:
        assert read_sheets(data)[0].rows == ()
    else:
        assert refused(data) == code


def test_bombs_and_entities_never_reach_the_parser() -> None:
    made = book([HEAD])
    assert refused(with_part(made, SHEET, b"<x>" + b" " * 70_000_000)) == "SKS-F031"
    lol = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
    assert refused(with_part(made, SHEET, lol)) == "SKS-F030"
    assert refused(with_part(made, SHEET, lol.decode().encode("utf-16"))) == "SKS-F030"
    assert refused(with_part(made, "xl/workbook.xml", b"<workbook/>")) == "SKS-F030"
    assert refused(book([[f"{n}"] for n in range(reading.ROWS_MAX + 1)])) == "SKS-F031"


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    for one in (data, b"PK" + data):
        try:
            assert read_sheets(one)
        except InvalidInput as error:
            assert error.code in ("SKS-F030", "SKS-F031")


@given(st.data())
def test_damaged_workbooks_are_refused_or_read(data: st.DataObject) -> None:
    made = book([HEAD, ["A-1", "x", "a", "b"]])
    content = bytearray(zipfile.ZipFile(io.BytesIO(made)).read(SHEET))
    for _ in range(4):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(1, 127))
    try:
        assert read_sheets(with_part(made, SHEET, bytes(content)))
    except InvalidInput as error:
        assert error.code in ("SKS-F030", "SKS-F031")


def test_items_with_their_marks() -> None:
    assert read_items("宛名番号、氏名（個人）\n個人番号(個人・番号),住所（旧）") == (
        Item("宛名番号"),
        Item("氏名", personal=True),
        Item("個人番号", personal=True, number=True),
        Item("住所（旧）"),
    )


def table(*rows: str) -> bytes:
    return "\r\n".join(["番号,名称,渡す側,受け取る側,頻度,状態", *rows]).encode("cp932")


def test_a_preview_says_what_each_row_would_do_and_changes_nothing(town: Town) -> None:
    register(town)
    same = "ZEI-01,所得情報の提供,税務課,こども課,毎月,有効"
    rows = (
        same.replace("ZEI", "ｚｅｉ"),
        "ZEI-02,新しい連携,税務課,県,毎年,有効",
        "zei-03,名称,税務課,,毎年度,",
        "ZEI-04,二つある,a,b,,",
        "ZEI-04,二つある,a,b,,",
        "ZEI-05,廃止のもの,a,b,,廃止",
    )
    with town.at("internet"):
        found = importing.preview(table("", *rows))
        assert [(one.row, one.code, one.what) for one in found] == [
            (3, "ZEI-01", What.SAME),
            (4, "ZEI-02", What.NEW),
            (5, "ZEI-03", What.WRONG),
            (6, "ZEI-04", What.WRONG),
            (7, "ZEI-04", What.WRONG),
            (8, "ZEI-05", What.WRONG),
        ]
        assert [[fault.code for fault in one.faults] for one in found][2:] == [
            *(["SKS-F033", "SKS-F004"], ["SKS-F036"], ["SKS-F036"], ["SKS-F033"]),
        ]
        assert Flow.objects.count() == 1


def test_an_import_is_done_whole_or_not_at_all(town: Town) -> None:
    register(town)
    changed = "ZEI-01,所得情報,税務課,こども課,毎月,停止"
    good = table(changed, "ZEI-02,新しい連携,税務課,県,毎年,有効", "ZEI-03,案,税務課,県,,")
    with town.at("internet") as node:
        with pytest.raises(SekishoError) as reason:
            importing.take(node.desk, actor="admin", untrusted=good + b"\r\nZEI-04,,a,b,,")
        assert reason.value.code == "SKS-F035"
        assert Flow.objects.count() == Event.objects.filter(kind__startswith="flow.").count() == 1
        with pytest.raises(SekishoError) as reason:
            importing.take(node.desk, actor="sato", untrusted=good)
        assert reason.value.code == "SKS-T053"
        importing.take(node.desk, actor="admin", untrusted=good)
        rows = {one.code: one for one in queries.flows()}
        assert {code: row.state for code, row in rows.items()} == {
            "ZEI-01": State.ACTIVE,
            "ZEI-02": State.ACTIVE,
            "ZEI-03": State.DRAFT,
        }
        # What has no column in the table is left as it was.
        assert entry_of(rows["ZEI-01"]) == entry(name="所得情報", due="10")
        again = importing.take(node.desk, actor="admin", untrusted=good)
        assert {one.what for one in again} == {What.SAME}


def test_a_flow_that_has_ended_is_not_changed_by_a_table(sqlite_town: Town) -> None:
    register(sqlite_town)
    with sqlite_town.at("internet") as node:
        registering.end(node.desk, actor="admin", code="ZEI-01", reason="不要")
        row = "ZEI-01,別の名前,税務課,こども課,毎月,廃止"
        (found,) = importing.preview(table(row))
        assert [one.code for one in found.faults] == ["SKS-F012"]


def test_the_whole_register_out_and_in_changes_nothing(town: Town) -> None:
    register(town)
    register(town, code="ZEI-02", name="=1+1", note="-x", items=(Item("個人番号", True, True),))
    with town.at("internet"):
        rows = [(entry_of(one), one.state) for one in queries.flows()]
        for writer in (register_csv, register_workbook):
            assert [one.what for one in importing.preview(writer(rows))] == [What.SAME, What.SAME]
    with town.at("lgwan") as node:
        importing.take(node.desk, actor="admin", untrusted=register_workbook(rows))
        assert [entry_of(one) for one in queries.flows()] == [one for one, _ in rows]
        assert acts.last_event("flow.registered").data["state"] == "active"


def test_a_table_without_its_headings_is_refused(sqlite_town: Town) -> None:
    with sqlite_town.at("internet"), pytest.raises(InvalidInput) as reason:
        importing.preview("番号,名前\r\nZEI-01,x\r\n".encode())
    assert reason.value.code == "SKS-F032"
