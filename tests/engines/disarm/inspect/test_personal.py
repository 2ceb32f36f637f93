"""Personal data: what is found, what is not, and that it is quick and bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.disarm.account import Account
from sekisho.disarm.inspect import runs
from sekisho.disarm.inspect.checks import (
    is_corporate_number,
    is_individual_number,
    is_telephone,
)
from sekisho.disarm.inspect.numbers import LONG_CHARS_MIN
from sekisho.disarm.inspect.patterns import numbers
from sekisho.disarm.inspect.personal import look_for_personal_data
from sekisho.disarm.words import things

MY_NUMBERS = ["123456789018", "987654321093", "525246130014"]
WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")


def seen(text: str) -> dict[str, int]:
    account = Account()
    look_for_personal_data(account, text, "本文")
    return {entry.what: entry.count for entry in account.entries()}


def test_check_digits_against_published_numbers() -> None:
    assert all(map(is_individual_number, MY_NUMBERS))
    assert not any(is_individual_number(number[:11] + str((int(number[11]) + 1) % 10))
                   for number in MY_NUMBERS)  # fmt: skip
    corporate = ["7000012050002", "7010705000725", "2010401059681", "8040001079502"]
    assert all(map(is_corporate_number, corporate))
    assert not any(is_corporate_number(str((int(one[0]) + 1) % 10) + one[1:]) for one in corporate)
    assert (
        is_telephone("0312345678") and is_telephone("09012345678") and is_telephone("81312345678")
    )
    assert not is_telephone("1234567890") and not is_telephone("0012345678")


SHAPES = {
    "plain": "{0}{1}{2}",
    "hyphens": "{0}-{1}-{2}",
    "blanks": "{0} {1} {2}",
    "wide blanks": "{0}　{1}　{2}",
    "middle dots": "{0}・{1}・{2}",
    "minus": "{0}−{1}−{2}",
    "long vowel": "{0}ー{1}ー{2}",
    "dashes": "{0}‐{1}‐{2}",
}


@pytest.mark.parametrize("number", MY_NUMBERS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize(
    "around",
    ["{}", "番号は{}です。", "a {} b", "𠮷野{}", "{}\n", ",{},", "「{}」", "é {}", "x\r\n{}\r\n"],
)
def test_an_individual_number_however_it_is_written(
    number: str, shape: str, wide: bool, around: str
) -> None:
    written = SHAPES[shape].format(number[:4], number[4:8], number[8:])
    text = around.format(written.translate(WIDE) if wide else written)
    assert seen(text) == {"individual-number": 1}, text


@pytest.mark.parametrize("edge", [",", "\t", '","', '"\t"', ", "])
def test_a_number_that_is_split_over_cells(edge: str) -> None:
    number = MY_NUMBERS[0]
    single = edge.join(number)
    fours = edge.join((number[:4], number[4:8], number[8:]))
    for cells in (single, fours):
        for text in (cells, cells.translate(WIDE)):
            row = f'"{text}"' if '"' in edge else text
            assert seen(f"個人番号\n山田,{row},男\n") == {"individual-number": 1}, row
            assert seen(f"山田,{row},男\n") == {"individual-number-possible": 1}, row


NEGATIVES = [
    "令和8年4月1日から令和9年3月31日まで",
    "2026-04-01 12:34:56 2026/04/01",
    "金額は 123,456,789,018 円、123456789018円です",
    "1234567890180",  # one digit too many, and no corporate number
    "4901234567894",  # an article code
    "1234-5678-9018-2345",  # a card
    "1234 5678 9018 2345",
    "2345 1234 5678 9018",
    "0.123456789018",
    "123456789018.5",
    "SN123456789018",
    "123456789018A",
    "id_123456789018",
    "123456789019",  # wrong check digit
    "000000000000",
    "12-34-56-78-90-18",
    "2024,0401,1235",
    "ISBN 978-4-00-310101-8",
    "郵便番号 100-0001 と 1000001",
    "100,200,300,400",
    "--------------------------",
    "                                ",
    "・・・・・・・・・・・・・・・・・・",
]


@pytest.mark.parametrize("text", NEGATIVES)
def test_what_is_no_personal_data(text: str) -> None:
    assert seen(text) == {}


def test_a_time_stamp_that_agrees_by_chance_is_only_possible() -> None:
    stamps = (f"2026040112{n:02}" for n in range(60))
    chance = next(stamp for stamp in stamps if is_individual_number(stamp))
    assert seen(f"記録 {chance}") == {"individual-number-possible": 1}
    assert seen(f"個人番号 {chance}") == {"individual-number": 1}


def test_serial_numbers_that_agree_by_chance_are_only_possible() -> None:
    lines = "\n".join(f"{n * 7919 + 100_000_000_000}" for n in range(1_000))
    found = seen(lines)
    assert found.keys() == {"individual-number-possible"}
    assert 60 < found["individual-number-possible"] < 130
    real = "\n".join(MY_NUMBERS * 10)
    assert seen(real) == {"individual-number": 30}


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("法人番号 7000012050002", "corporate-number"),
        ("登録番号 T7000012050002", "corporate-number"),
        ("T7000012050002", "corporate-number"),
        ("7-0000-1205-0002", "corporate-number"),
        ("基礎年金番号 1234-567890", "pension-number"),
        ("年金番号：１２３４−５６７８９０", "pension-number"),
        ("住民票コード 12345678901", "resident-code"),
        ("〇〇銀行 本店 普通 1234567", "bank-account"),
        ("口座番号：１２３４５６７", "bank-account"),
        ("電話 03-1234-5678", "telephone"),
        ("(03)1234-5678", "telephone"),
        ("０９０－１２３４－５６７８", "telephone"),
        ("090 1234 5678", "telephone"),
        ("09012345678", "telephone"),
        ("0120-123-456", "telephone"),
        ("taro.yamada@city.example.lg.jp", "mail-address"),
        ("メール：taro@example.jp。", "mail-address"),
    ],
)
def test_other_numbers_and_addresses(text: str, thing: str) -> None:
    assert seen(text) == {thing: 1}


def test_numbers_without_their_words_are_nothing() -> None:
    assert seen("1234-567890 と 12345678901 と 1234567") == {}


def test_a_heading_counts_for_the_whole_table() -> None:
    rows = "\n".join(f"山田{n},1234-5678{n:02}" for n in range(50))
    assert seen(f"氏名,基礎年金番号\n{rows}\n")["pension-number"] == 50


def test_lists_of_people_by_headings_and_by_pattern() -> None:
    rows = "\n".join(f"山田{n},東京都千代田区{n}番,1980-01-{n + 10}" for n in range(20))
    assert seen(f"氏名,住所,生年月日\n{rows}\n\n以上")["list-of-people"] == 20
    loose = "\n".join(f"{n}　山田　神奈川県横浜市{n}番　昭和55年1月{n}日生" for n in range(1, 9))
    assert seen(loose)["list-of-people"] == 8
    assert "list-of-people" not in seen("東京都千代田区 昭和55年1月1日\n大阪府大阪市\n")


def test_samples_show_four_characters_at_most() -> None:
    account = Account()
    text = (
        "個人番号 123456789018 電話 090-1234-5678 口座 1234567 taro@example.jp "
        "年金番号 1234-567890 法人番号 7000012050002"
    )
    look_for_personal_data(account, text, "本文")
    for entry in account.entries():
        for sample in entry.samples:
            assert len(sample.replace("*", "")) <= 4
            assert "*" in sample
        assert entry.where == "本文"


def test_every_thing_has_words_and_every_pattern_a_source() -> None:
    names = {number.thing for number in numbers()} - {"date"}
    names |= {"individual-number-possible", "corporate-number-possible"}
    assert names <= things().keys()


@pytest.mark.parametrize("filler", ["あ", "a", "é", "𠮷", " "])
@pytest.mark.parametrize("number", ["1234-5678-9018", "1234,5678,9018", "1,2,3,4,5,6,7,8,9,0,1,8"])
def test_numbers_at_the_edges_of_blocks_are_found_once(
    monkeypatch: pytest.MonkeyPatch, filler: str, number: str
) -> None:
    monkeypatch.setattr(runs, "BLOCK_CHARS", 200)
    for shift in range(380, 420):
        text = f"個人番号{filler * shift}、{number}、{filler * LONG_CHARS_MIN}"
        assert seen(text) == {"individual-number": 1}, shift


@given(st.text(max_size=300))
def test_any_text_is_looked_at_without_fault(text: str) -> None:
    seen(text)
    seen(text + "1" * 12)


@pytest.mark.parametrize(
    "text",
    ["0-" * 500_000, "1," * 500_000, "1" * 1_000_000, "a@" * 300_000, "@" * 500_000,
     "氏名" * 300_000,
     "昭和" * 300_000, "口座" * 300_000, "昭和55年1月1日" * 100_000, " " * 1_000_000],
)  # fmt: skip
def test_hostile_text_takes_linear_time(text: str) -> None:
    seen(text)
