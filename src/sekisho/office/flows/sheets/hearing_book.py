"""A hearing sheet as a workbook: instructions, one row for each flow, room for what is not in the
register. Everything is locked but the answers; what can be chosen is chosen from lists."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter

from sekisho.office.flows.entry import Entry
from sekisho.office.flows.sheets.exporting import BOOK_OPTIONS
from sekisho.office.flows.sheets.hearing import (
    ANSWERS,
    CHOICES,
    EDITION,
    QUESTIONS,
    SHEET_EDITION,
    SHEET_ID,
    SHOWN,
    UNLISTED,
    UNLISTED_COLUMNS,
)
from sekisho.office.flows.sheets.register import written
from sekisho.office.flows.states import FREQUENCY_WORDS, MEDIUM_WORDS

UNLISTED_ROWS = 30
_WIDTHS = {"name": 24, "purpose": 30, "basis": 30, "ends": 26, "items": 36, "findings": 50}
_ANSWER_WIDTHS = {"reason": 34, "drop_items": 28, "per_year": 14}
_HEAD_ROW = 2
_SORTING = {"sort": True, "autofilter": True, "format_columns": True, "format_rows": True}
_INSTRUCTIONS = (
    "定例連携の調査のお願い",
    "領域をまたいで定期的に渡しているデータについて、今も必要かどうかを伺います。"
    "渡さなくてよいデータを渡さないことが、いちばん確かな対策です。",
    f"1.「{QUESTIONS}」のシートで、1 行ずつ、黄色の欄に記入してください。白い欄は変えられません。",
    "2.「判断」は、続ける・やめる・減らす・置き換える から選びます。",
    "　・やめる: 「いつから」に、最後に渡す日を書きます。",
    "　・減らす: 減らした後の年間の回数か、渡さなくてよい項目（「項目」の欄の名前のまま、"
    "「、」で区切る）を書きます。",
    "　・置き換える: 置き換え先の媒体を選びます（空欄は Sekisho）。",
    "3. 判断したら、理由・いつから・決めた人も必ず記入してください。"
    "分からない行は空欄のままで構いません。",
    "4.「見直しで分かったこと」は、記録から自動で見つけたものです。判断の参考にしてください。",
    f"5. 表にないデータの受け渡しがあれば、「{UNLISTED}」のシートに書いてください"
    "（USBメモリ・紙・メールも含みます）。",
    "6. 並べ替えても、列の幅を変えても構いません。行を写して別のファイルにしないでください。",
    "7. 記入したら、このファイルを情報システム担当に返してください。",
)


@dataclass(frozen=True)
class Asked:
    """One flow to ask about, and what the review says of it."""

    entry: Entry
    state: str
    findings: tuple[str, ...] = ()


def hearing_book(sheet_id: str, unit: str, day: date, asked: Sequence[Asked]) -> bytes:
    """The workbook for one division."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, BOOK_OPTIONS) as book:
        book.set_properties({"title": f"{QUESTIONS}（{unit}）", "subject": sheet_id})
        forms = _formats(book)
        _instructions(book, forms, unit, day)
        _questions(book, forms, sheet_id, unit, asked)
        _unlisted(book, forms)
    return out.getvalue()


def _formats(book: Any) -> Mapping[str, Any]:
    cell = {"text_wrap": True, "valign": "top", "border": 1, "num_format": "@"}
    answer = {**cell, "bg_color": "#fff9d6", "locked": False}
    return {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "head": book.add_format({**cell, "bold": True, "bg_color": "#e8f1fe"}),
        "cell": book.add_format(cell),
        "answer": book.add_format(answer),
        "day": book.add_format({**answer, "num_format": "yyyy-mm-dd"}),
        "count": book.add_format({**answer, "num_format": "0"}),
    }


def _instructions(book: Any, forms: Mapping[str, Any], unit: str, day: date) -> None:
    sheet = book.add_worksheet("はじめに")
    sheet.set_column(0, 0, 100)
    sheet.hide_gridlines(2)
    title, *lines = _INSTRUCTIONS
    sheet.write_string(0, 0, title, forms["title"])
    sheet.write_string(1, 0, f"{unit} 御中　（作成日 {day.isoformat()}）", forms["text"])
    for number, line in enumerate(lines, 3):
        sheet.write_string(number, 0, line, forms["text"])
    sheet.protect()


def _questions(
    book: Any, forms: Mapping[str, Any], sheet_id: str, unit: str, asked: Sequence[Asked]
) -> None:
    sheet = book.add_worksheet(QUESTIONS)
    marks = (SHEET_ID, sheet_id, SHEET_EDITION, EDITION, "所管", unit)
    for at, text in enumerate(marks):
        sheet.write_string(0, at, text)
    for at, (name, word) in enumerate(SHOWN.items()):
        sheet.set_column(at, at, _WIDTHS.get(name, 12))
        sheet.write_string(_HEAD_ROW, at, word, forms["head"])
    for at, (name, word) in enumerate(ANSWERS.items(), len(SHOWN)):
        sheet.set_column(at, at, _ANSWER_WIDTHS.get(name, 13))
        sheet.write_string(_HEAD_ROW, at, word, forms["head"])
    first, last = _HEAD_ROW + 1, _HEAD_ROW + max(1, len(asked))
    for number, one in enumerate(asked, first):
        _question(sheet, forms, number, one)
    _rules(sheet, first, last)
    sheet.autofilter(_HEAD_ROW, 0, last, len(SHOWN) + len(ANSWERS) - 1)
    sheet.freeze_panes(_HEAD_ROW + 1, 2)
    sheet.protect("", _SORTING)


def _question(sheet: Any, forms: Mapping[str, Any], number: int, one: Asked) -> None:
    texts = written(one.entry, one.state)
    ends = " → ".join("・".join(part for part in end if part) for end in one.entry.ends)
    shown = {
        **texts,
        "ends": ends,
        "per_year": str(one.entry.times_a_year or ""),
        "findings": "\n".join(one.findings),
    }
    for at, name in enumerate(SHOWN):
        sheet.write_string(number, at, shown[name], forms["cell"])
    for at, name in enumerate(ANSWERS, len(SHOWN)):
        form = {"day": "day", "per_year": "count"}.get(name, "answer")
        sheet.write_blank(number, at, None, forms[form])


def _rules(sheet: Any, first: int, last: int) -> None:
    places = {name: at for at, name in enumerate(ANSWERS, len(SHOWN))}
    lists = {"choice": CHOICES, "medium": [words[0] for words in MEDIUM_WORDS.values()]}
    for name, words in lists.items():
        rule = {"validate": "list", "source": words, "error_message": "一覧から選んでください。"}
        sheet.data_validation(first, places[name], last, places[name], rule)
    day = {
        "validate": "date",
        "criteria": ">",
        "value": date(2000, 1, 1),
        "error_message": "日付を入れてください（例: 2026/4/1）。",
    }
    sheet.data_validation(first, places["day"], last, places["day"], day)
    count = {
        "validate": "integer",
        "criteria": "between",
        "minimum": 0,
        "maximum": 100_000,
        "error_message": "回数を数字で入れてください。",
    }
    sheet.data_validation(first, places["per_year"], last, places["per_year"], count)


def _unlisted(book: Any, forms: Mapping[str, Any]) -> None:
    sheet = book.add_worksheet(UNLISTED)
    lists = {"frequency": FREQUENCY_WORDS, "medium": MEDIUM_WORDS}
    for at, (name, word) in enumerate(UNLISTED_COLUMNS.items()):
        sheet.set_column(at, at, _WIDTHS.get(name, 16))
        sheet.write_string(0, at, word, forms["head"])
        for number in range(1, UNLISTED_ROWS + 1):
            sheet.write_blank(number, at, None, forms["answer"])
        if name in lists:
            rule = {"validate": "list", "source": [words[0] for words in lists[name].values()]}
            sheet.data_validation(1, at, UNLISTED_ROWS, at, rule)
    sheet.freeze_panes(1, 0)
    sheet.protect("", _SORTING)
