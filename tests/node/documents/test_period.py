"""The report on a period: figures that were counted by hand, on paper and in a spreadsheet."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from tests.support.acts import RECEIVER, SENDER, approve, collect, deliver, end, set_route, submit
from tests.support.papers import pages, sound, standards, told
from tests.support.town import START, Town, days

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.node.documents import removed
from sekisho.node.documents.period import PeriodReport, as_pdf, as_xlsx, report_on
from sekisho.office.transfers.actions import deciding, sending
from sekisho.office.transfers.actions.exceptions import grant

MACRO = "税の通知\nMACRO x\n個人番号 123456789018\n".encode()
MIDNIGHT = START - timedelta(hours=9)
"""Of the first of April in Japan."""

MONTH = (MIDNIGHT, MIDNIGHT + days(30))


def report(town: Town, side: str, language: str = "ja") -> PeriodReport:
    with town.at(side) as node:
        return report_on(node, *MONTH, language=language)


def rows(made: PeriodReport, heading: str) -> dict[object, object]:
    """First column to last of the table of that heading."""
    (grid,) = [one for one in made.grids if one.heading == heading]
    return {row[0]: row[-1] for row in grid.rows}


@pytest.fixture
def busy(town: Town) -> Town:
    """A town in which much has happened in April, and something in May."""
    first = deliver(town, {"通知.txt": MACRO, "二.txt": b"12345678"})
    collect(town, first)
    town.clock.advance(days(1))
    second = submit(town, label="機密性1")
    town.clock.advance(timedelta(minutes=30))
    with town.at(SENDER) as node:
        deciding.send_back(node.desk, actor="suzuki", transfer_id=second, reason="直す")
        town.clock.advance(timedelta(hours=5))
        sending.submit_again(node.desk, actor="sato", transfer_id=second)
    town.clock.advance(timedelta(minutes=10))
    approve(town, second)
    with pytest.raises(Refused):
        submit(town, {"罠.txt": b"TRAP"})
    set_route(town, SENDER, disarm={"*": "standard"}, timing="after")
    third = submit(town)
    with town.at(SENDER) as node:
        deciding.confirm(node.desk, actor="suzuki", transfer_id=third, objection="宛先が違う")
        grant(
            node.desk,
            actor="admin",
            from_node=SENDER,
            to_node=RECEIVER,
            kind="csv",
            owner="sato",
            reason="基幹システムの取込み",
            until=town.clock.now() + days(20),
        )
    town.clock.advance(days(60))
    submit(town)
    end(town, RECEIVER)
    return town


def test_the_figures_are_those_of_the_period(busy: Town) -> None:
    made = report(busy, SENDER)
    whole = rows(made, "全体")
    assert whole["送った受け渡し"] == 3 and whole["　ファイル"] == 0
    assert whole["受け付けなかった申請（経路の条件、無害化）"] == 1
    assert whole["申請から承認まで（中央値）"] == "5 分（最長 10 分）"
    assert (whole["先に送った受け渡し（事後確認）"], whole["　うち異議"]) == (1, 1)
    assert whole["　うち個人番号と見られるもの"] == 1
    assert rows(made, "日ごと") == {
        "令和8年4月1日 (2026-04-01)": 1,
        "令和8年4月2日 (2026-04-02)": 2,
    }
    assert rows(made, "機密性の区分別（送った）") == {"機密性1": 1, "機密性2": 2}
    assert rows(made, "送信者の課別") == {"税務課": 3}
    assert rows(made, "決裁") == {"承認": 2, "差戻し": 1, "事後確認": 1, "事後確認で異議あり": 1}
    assert list(rows(made, "無害化の例外")) == ["internet → lgwan"]
    (grid,) = [one for one in made.grids if one.heading == "経路別"]
    assert grid.rows == [("送った", RECEIVER, 3, 4, 39 + 8 + 25 + 25)]


def test_the_receiving_side_counts_what_came_and_what_was_destroyed(busy: Town) -> None:
    made = report(busy, RECEIVER)
    (grid,) = [one for one in made.grids if one.heading == "経路別"]
    assert grid.rows == [("届いた", SENDER, 1, 2, 39 + 8)]
    assert rows(made, "状態別") == {"届いた: 消去済み": 1}
    assert rows(made, "全体")["だれも受け取らずに消去"] == 0
    with busy.at(RECEIVER) as node:
        later = report_on(node, MONTH[1], MONTH[1] + days(90), language="ja")
    assert rows(later, "消去と鍵")["保存期間の終了"] == 1
    assert rows(later, "月ごと").keys() >= {"令和8年5月 (2026-05)"}


def test_it_is_pdf_a_in_both_languages(busy: Town, tmp_path: Path) -> None:
    for language, words in (("ja", "受け渡し定期報告"), ("en", "Report on transfers")):
        pdf = as_pdf(report(busy, SENDER, language))
        said = told(pdf, tmp_path)
        assert words in said and "2026-04-01" in said and "2026-04-30" in said
        assert "No syntax" in sound(pdf, tmp_path)
        found = standards(pdf, tmp_path)
        assert (found["pdfaid:part"], found["pdfuaid:part"]) == ("2", "1")
        assert 2 <= pages(pdf, tmp_path) <= 5
        assert pdf == as_pdf(report(busy, SENDER, language))


def test_the_spreadsheet_holds_the_same_tables(busy: Town) -> None:
    made = report(busy, SENDER)
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(made)))
    assert [re.sub(r"^\d+ ", "", one) for one in book.sheetnames] == [
        one.heading[: 31 - len(f"{n} ")] for n, one in enumerate(made.grids, 1)
    ]
    for page, grid in zip(book.worksheets, made.grids, strict=True):
        found = list(page.iter_rows(values_only=True))
        assert found[0] == tuple(title for title, _ in grid.columns)
        assert found[1 : 1 + len(grid.rows)] == [tuple(row) for row in grid.rows]


def test_an_empty_period_says_so(town: Town) -> None:
    with town.at("mynumber") as node:
        made = report_on(node, MIDNIGHT - days(60), MIDNIGHT - days(30), language="ja")
        assert "この期間に受け渡しはありません。" in told(as_pdf(made), town.folder)


def test_only_so_many_reports_are_read(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removed, "TRANSFERS_READ_MAX", 2)
    for _ in range(3):
        submit(town, {"通知.txt": MACRO})
    seen: list[tuple[int, ...]] = []
    with town.at(SENDER) as node:
        found = removed.count_things(
            node, *MONTH, lambda _, done, total: seen.append((done, total))
        )
    assert (found.read, found.rest) == (2, 1) and seen == [(1, 2), (2, 2)]
    assert found.removed == {"macro": 2} and found.found == {"individual-number": 2}


def test_a_period_that_ends_before_it_begins_is_refused(town: Town) -> None:
    with town.at(SENDER) as node, pytest.raises(InvalidInput) as refused:
        report_on(node, MONTH[1], MONTH[0], language="ja")
    assert refused.value.code == "SKS-E012"
