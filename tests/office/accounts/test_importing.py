"""The organisation from tables: what would change is shown, then done as a whole or not at all."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from tests.support.town import Town

from sekisho.kernel.errors import InvalidInput, Refused, SeveralRefused
from sekisho.node.opening import Node
from sekisho.office.accounts import importing
from sekisho.office.accounts.columns import is_head
from sekisho.office.accounts.dates import read_day
from sekisho.office.accounts.models import Person, Unit
from sekisho.office.accounts.queries import organisation, unit_entries
from sekisho.office.accounts.reshuffle import Plan
from sekisho.office.accounts.tables import read_sheets, write_csv
from sekisho.office.evidence.models import Event

APRIL = date(2026, 4, 1)
UNITS = [
    ("所属コード", "所属名", "上位コード", "開始日", "終了日"),
    ("01", "総務部", "", "令和8年4月1日", ""),
    ("0101", "税務課", "01", "R8.4.1", ""),
]
PEOPLE = [
    ("利用者名", "氏名", "役割", "所属コード", "役職", "本務・兼務"),
    ("sato", "佐藤 花子", "", "0101", "主事", ""),
    ("kato", "加藤 進", "承認者", "0101", "課長", "本務"),
    ("kato", "加藤 進", "承認者", "01", "副部長", "兼務"),
    ("ito", "伊藤 美咲", "委託先", "", "", ""),
]


def book(*tables: list[tuple[object, ...]]) -> bytes:
    made = Workbook()
    made.remove(made.active)
    for number, table in enumerate(tables):
        sheet = made.create_sheet(f"表{number}")
        for row in table:
            sheet.append(row)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def csv(table: list[tuple[str, ...]], encoding: str = "utf-8") -> bytes:
    return "\r\n".join(",".join(row) for row in table).encode(encoding)


def kinds(made: Plan) -> list[str]:
    return [f"{one.kind} {type(one.entry).__name__}" for one in made.changes]


def take(node: Node, data: bytes, **more: object) -> Plan:
    return importing.take_over(node.desk, actor="admin", untrusted=data, day=APRIL, **more)


def test_a_workbook_is_looked_at_and_then_taken_over(town: Town) -> None:
    data = book(UNITS, PEOPLE)
    with town.at("internet") as node:
        before = Event.objects.count()
        looked = importing.preview(node.desk, actor="admin", untrusted=data, day=APRIL)
        assert (looked.errors, Unit.objects.count(), Event.objects.count()) == ([], 0, before)
        done = take(node, data, digest=looked.digest())
        assert kinds(done) == kinds(looked)
        known = organisation(APRIL)
        assert known.unit_names("sato") == {"税務課", "総務部"}
        assert known.line("sato") == [("kato",)]
        assert [one.main for one in known.postings["kato"]] == [True, False]
        assert Person.objects.get(login="ito").roles == ["contractor"]
        assert Person.objects.get(login="sato").division == "税務課"
        assert Event.objects.latest("id").kind == "organisation.imported"
        again = importing.preview(node.desk, actor="admin", untrusted=data, day=APRIL)
        assert {one.kind.value for one in again.changes} == {"same"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_csv_in_either_encoding(sqlite_town: Town, encoding: str) -> None:
    with sqlite_town.at("internet") as node:
        take(node, csv(UNITS, encoding))
        take(node, csv(PEOPLE, encoding))
        assert organisation(APRIL).division("sato") == "税務課"


def test_the_april_reshuffle_ends_what_a_complete_table_does_not_name(town: Town) -> None:
    with town.at("internet") as node:
        take(node, book(UNITS, PEOPLE))
        units = [*UNITS[:2], ("02", "市民部", "", "", "")]
        moved = [PEOPLE[0], ("sato", "佐藤 花子", "", "02", "係長", "")]
        day = date(2027, 4, 1)
        made = importing.take_over(
            node.desk, actor="admin", untrusted=book(units, moved), day=day, complete=True
        )
        assert made.errors == []
        last = date(2027, 3, 31)
        assert organisation(last).division("sato") == "税務課"
        assert organisation(day).division("sato") == "市民部"
        assert organisation(day).postings.keys() == {"sato"}
        assert set(organisation(day).units) == {"01", "02"}
        assert set(organisation(last).units) == {"01", "0101"}


def test_another_main_post_ends_the_one_before(town: Town) -> None:
    with town.at("internet") as node:
        take(node, book(UNITS, PEOPLE))
        moved = [(*PEOPLE[0], "開始日"), ("sato", "佐藤 花子", "", "01", "係長", "", "2026-10-01")]
        made = take(node, book(moved))
        assert kinds(made)[-2:] == ["added Posting", "ended Posting"]
        assert organisation(date(2026, 9, 30)).division("sato") == "税務課"
        assert organisation(date(2026, 10, 1)).division("sato") == "総務部"


def test_a_promotion_in_the_same_unit_goes_on_in_a_new_row(town: Town) -> None:
    with town.at("internet") as node:
        take(node, book(UNITS, PEOPLE))
        up = [(*PEOPLE[0], "開始日"), ("sato", "佐藤 花子", "", "0101", "課長", "", "2026/10/1")]
        assert "changed Posting" in kinds(take(node, book(up)))
        assert organisation(date(2026, 9, 30)).postings["sato"][0].post == "主事"
        assert organisation(date(2026, 10, 1)).postings["sato"][0].post == "課長"


WRONG = {
    "SKS-T052": ("role:x", "某", "", "", "", ""),
    "SKS-T054": ("x", "", "", "", "", ""),
    "SKS-T050": ("x", "某", "王様", "", "", ""),
    "SKS-H001": ("x", "某", "委託先、承認者", "", "", ""),
    "SKS-H012": ("x", "某", "", "9999", "", ""),
    "SKS-H023": ("x", "某", "", "0101", "", "たぶん"),
    "SKS-H024": ("sato", "佐藤 花子", "", "0101", "主事", ""),
    "SKS-H025": ("sato", "佐藤 太郎", "", "01", "主事", "兼務"),
    "SKS-H026": ("kato", "加藤 進", "承認者", "02", "課長", "本務"),
}


@pytest.mark.parametrize("code", WRONG)
def test_one_wrong_row_and_nothing_is_changed(sqlite_town: Town, code: str) -> None:
    units = [*UNITS, ("02", "市民部", "", "2026-04-01", "")]
    data = book(units, [*PEOPLE, WRONG[code]])
    with sqlite_town.at("internet") as node:
        looked = importing.preview(node.desk, actor="admin", untrusted=data, day=APRIL)
        assert [(row, reason.code) for _, row, reason in looked.errors] == [(6, code)]
        events = Event.objects.count()
        with pytest.raises(SeveralRefused) as refused:
            take(node, data)
        assert refused.value.code == "SKS-H028"
        assert [reason.code for _, reason in refused.value.reasons] == [code]
        assert (Unit.objects.count(), Event.objects.count()) == (0, events)


WRONG_UNITS = {
    "SKS-H010": ("税務", "税務課", "", "", ""),
    "SKS-H011": ("03", "市民部", "", "2026-04-01", "2026-03-31"),
    "SKS-H012": ("03", "市民部", "9", "", ""),
    "SKS-H013": ("03", "市民部", "03", "", ""),
    "SKS-H020": ("03", "市民部", "", "四月", ""),
    "SKS-H024": ("01", "総務部", "", "2026-04-01", ""),
}


@pytest.mark.parametrize("code", WRONG_UNITS)
def test_a_wrong_row_of_units(sqlite_town: Town, code: str) -> None:
    with sqlite_town.at("internet") as node:
        data = book([*UNITS, WRONG_UNITS[code]])
        looked = importing.preview(node.desk, actor="admin", untrusted=data, day=APRIL)
        assert [(row, reason.code) for _, row, reason in looked.errors] == [(4, code)]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04 no book", "SKS-H021"),
        (b"\x81\xff\xff", "SKS-H021"),
        ("氏名,年齢\r\n某,40\r\n".encode(), "SKS-H027"),
        (b"", "SKS-H027"),
    ],
)
def test_what_is_no_table_is_refused(sqlite_town: Town, data: bytes, code: str) -> None:
    with sqlite_town.at("internet") as node:
        with pytest.raises(InvalidInput) as reason:
            importing.preview(node.desk, actor="admin", untrusted=data)
        assert reason.value.code == code


def test_a_table_without_end_is_refused() -> None:
    long = "利用者名,氏名\r\n" + "x,某\r\n" * 20_001
    with pytest.raises(InvalidInput) as reason:
        read_sheets(long.encode())
    assert reason.value.code == "SKS-H022"


def test_only_administrators_look_and_take_over(sqlite_town: Town) -> None:
    with sqlite_town.at("internet") as node:
        for act in (importing.preview, importing.take_over):
            with pytest.raises(Refused) as reason:
                act(node.desk, actor="sato", untrusted=book(UNITS))
            assert reason.value.code == "SKS-T053"


def test_what_was_looked_at_and_has_changed_since_is_refused(town: Town) -> None:
    with town.at("internet") as node:
        looked = importing.preview(
            node.desk, actor="admin", untrusted=book(UNITS, PEOPLE), day=APRIL
        )
        take(node, book(UNITS))
        with pytest.raises(Refused) as reason:
            take(node, book(UNITS, PEOPLE), digest=looked.digest())
        assert reason.value.code == "SKS-H029"


def test_what_is_written_out_reads_back_without_a_change(town: Town) -> None:
    with town.at("internet") as node:
        take(node, book(UNITS, PEOPLE))
        for data in (
            importing.export(APRIL),
            importing.export_csv(APRIL, units=True),
            importing.export_csv(APRIL, units=False),
        ):
            made = importing.preview(node.desk, actor="admin", untrusted=data, day=APRIL)
            assert made.errors == []
            assert {one.kind.value for one in made.changes} == {"same"}
        assert len(unit_entries()) == 2


def test_the_template_has_the_headers_and_nothing_else(sqlite_town: Town) -> None:
    sheets = load_workbook(BytesIO(importing.template())).worksheets
    assert [(one.title, one.max_row) for one in sheets] == [("組織", 1), ("人", 1)]


def test_csv_does_not_compute() -> None:
    assert write_csv(["氏名"], [["=1+1"]]).decode("utf-8-sig") == "氏名\r\n'=1+1\r\n"


@pytest.mark.parametrize(
    "text", ["2026-04-01", "2026/4/1", "2026年4月1日", "令和8年4月1日", "R8.4.1", "R8/4/1"]
)
def test_days_as_staff_write_them(text: str) -> None:
    assert read_day(text) == APRIL


def test_the_first_year_of_an_era() -> None:
    assert read_day("令和元年5月1日") == date(2019, 5, 1)


@pytest.mark.parametrize("text", ["", "4月1日", "2026-13-01", "2026-02-30", "令和8年2月30日"])
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(InvalidInput) as reason:
        read_day(text)
    assert reason.value.code == "SKS-H020"


@pytest.mark.parametrize(
    ("post", "head"),
    [("課長", True), ("資産税係長", True), ("副課長", False), ("課長補佐", False), ("次長", False)],
)
def test_heads_by_the_name_of_the_post(post: str, head: bool) -> None:
    assert is_head(post) is head
