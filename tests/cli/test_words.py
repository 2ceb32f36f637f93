"""Languages, dates, sizes and widths of the command line."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click
import pytest

from sekisho.cli import words
from sekisho.cli.dates import MOMENT, day, moment
from sekisho.cli.sizes import SIZE
from sekisho.cli.width import pad, table, width, wrap
from sekisho.kernel.dates import wareki
from sekisho.kernel.sizes import shown_bytes


@pytest.fixture(autouse=True)
def japanese() -> None:
    words.use("ja")


@pytest.mark.parametrize(
    ("args", "environment", "language"),
    [
        ([], {}, "ja"),
        ([], {"LANG": "C.UTF-8"}, "ja"),
        ([], {"LANG": "en_US.UTF-8"}, "en"),
        ([], {"LANG": "en"}, "en"),
        ([], {"LANG": "en_US.UTF-8", "LC_ALL": "ja_JP.UTF-8"}, "ja"),
        ([], {"LC_MESSAGES": "en_GB.UTF-8", "LANG": "ja_JP.UTF-8"}, "en"),
        ([], {"SEKISHO_LANG": "ja", "LANG": "en_US.UTF-8"}, "ja"),
        (["--lang", "en"], {"SEKISHO_LANG": "ja"}, "en"),
        (["send", "x", "--lang=en"], {}, "en"),
        (["send", "--", "--lang=en"], {}, "ja"),
        (["--lang", "xx"], {"LANG": "en_US.UTF-8"}, "en"),
        (["--lang"], {}, "ja"),
    ],
)
def test_the_language_of_a_call(
    args: list[str], environment: dict[str, str], language: str
) -> None:
    assert words.choose(args, environment) == language


@pytest.mark.parametrize(
    ("when", "shown"),
    [
        (date(2026, 4, 1), "令和8年4月1日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1900, 1, 1), "1900年1月1日"),
    ],
)
def test_days_stand_in_the_japanese_calendar(when: date, shown: str) -> None:
    assert wareki(when) == shown


def test_moments_are_shown_in_japans_time() -> None:
    when = datetime(2026, 3, 31, 15, 0, tzinfo=UTC)
    assert moment(when) == "令和8年4月1日 (2026-04-01) 00:00"
    assert day(when) == "令和8年4月1日 (2026-04-01)"
    assert moment(None) == "—"
    words.use("en")
    assert moment(when) == "2026-04-01 00:00 JST"


def test_moments_are_read_in_japans_time() -> None:
    for text in ("2026-04-01T09:00", "2026-04-01 09:00", "2026-04-01T00:00:00Z"):
        assert MOMENT.convert(text, None, None) == datetime(2026, 4, 1, tzinfo=UTC)
    with pytest.raises(click.BadParameter):
        MOMENT.convert("4月1日", None, None)


def test_sizes() -> None:
    assert SIZE.convert("500", None, None) == 500
    assert SIZE.convert("10M", None, None) == SIZE.convert("10MiB", None, None) == 10 * 1024**2
    assert shown_bytes(1536) == "1.5 KiB"
    assert shown_bytes(3 * 1024**3) == "3 GiB"
    assert shown_bytes(7) == "7 B"
    with pytest.raises(click.BadParameter):
        SIZE.convert("一つ", None, None)


def test_japanese_takes_two_columns_and_marks_none() -> None:
    assert width("税 通知.txt") == 11
    assert width("か\u3099") == 2
    assert pad("税務課", 8) == "税務課  "
    assert table(("名前", "x"), [("a", "1"), ("税務課", "2")]) == [
        "名前    x",
        "a       1",
        "税務課  2",
    ]


def test_lines_break_where_japanese_may_break() -> None:
    lines = wrap("承認してください。次に、送信します。", 18)
    assert lines == ["承認してください。", "次に、送信します。"]
    assert wrap("one two three", 8) == ["one two", "three"]
    assert all(width(line) <= 10 for line in wrap("ノードのフォルダを指定します。", 10))
    assert wrap("", 10) == [""]
