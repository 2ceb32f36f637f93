"""How fast text is searched for personal numbers, beside `re` with the obvious pattern.

    python bench/disarm_scan.py [--size 100] [--rounds 5]

Texts are made here: minutes and notices with a telephone number or a date in figures now and then,
the same with many numbers, a register in CSV, and a log in ASCII. Both searches run in turns in
one process over the same text; medians of processor time are printed, with the lowest and highest,
and the ratio of the medians. `everything` is all that the engine looks for in a text (telephone
numbers, mail addresses, lists of people, …), beside the same single pattern. How many
numbers each finds in a twentieth of the text is printed first: they should agree.
"""

from __future__ import annotations

import argparse
import platform
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator

from sekisho.disarm.account import Account
from sekisho.disarm.inspect.checks import is_individual_number
from sekisho.disarm.inspect.numbers import find_numbers, reader
from sekisho.disarm.inspect.personal import look_for_personal_data

MB = 1_000_000
SENTENCES = (
    "本日の会議では、窓口の混雑を減らすための方策について担当から説明があった。",
    "申請書の受付は市民課で行い、内容の確認は翌日までに終えるものとする。",
    "予算の執行に当たっては、前年度の実績を踏まえて計画を見直すことが望ましい。",
    "なお、詳しいことは各課の担当者までお問い合わせください。",
    "地域の防災訓練は、自治会と協力して年に二回行うこととされている。",
    "パスワードの管理とファイルの持出しについては、別に定める要領による。",
)
OBVIOUS = re.compile(r"(?<!\d)\d{4}[-\s]?\d{4}[-\s]?\d{4}(?!\d)")


def digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(count))


def prose(chance: random.Random, seldom: int) -> Iterator[str]:
    """Sentences; one in `seldom` ends in twelve digits, fifteen times as many in others."""
    while True:
        parts = [chance.choice(SENTENCES) for _ in range(8)]
        for at in range(len(parts)):
            draw = chance.randrange(seldom)
            if draw == 0:
                parts[at] += f"（番号 {digits(chance, 4)}-{digits(chance, 4)}-{digits(chance, 4)}）"
            elif draw < 4:
                parts[at] += f"（電話 03-{digits(chance, 4)}-{digits(chance, 4)}）"
            elif draw < 6:
                parts[at] += f"金額は {chance.randrange(1, 999)},{digits(chance, 3)} 円。"
            elif draw < 16:
                day = f"令和{chance.randrange(1, 9)}年{chance.randrange(1, 13)}月"
                parts[at] += f"{day}{chance.randrange(1, 29)}日。"
        yield "".join(parts) + "\r\n"


def register(chance: random.Random) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield (
            f"{number},山田{number},東京都千代田区丸の内{number % 9}-{number % 20},"
            f"19{digits(chance, 2)}/0{chance.randrange(1, 10)}/1{chance.randrange(10)},"
            f"090-{digits(chance, 4)}-{digits(chance, 4)},{digits(chance, 12)}\r\n"
        )


def log(chance: random.Random) -> Iterator[str]:
    while True:
        yield (
            f"2026-04-01 12:{digits(chance, 2)}:{digits(chance, 2)} app[{digits(chance, 4)}]: INFO"
            f" request {digits(chance, 8)} took {digits(chance, 3)} ms, status 200, user taro\n"
        )


def text_of(lines: Iterator[str], size: int) -> str:
    """A text of about `size` bytes of UTF-8: one megabyte of lines, again and again."""
    piece, length = [], 0
    while length < MB:
        line = next(lines)
        piece.append(line)
        length += len(line.encode())
    block = "".join(piece)
    return block * max(1, size // length)


def obvious(text: str) -> int:
    """What somebody would write first: the pattern, and the check digit of what it finds."""
    found = 0
    for match in OBVIOUS.finditer(text):
        found += is_individual_number(re.sub(r"\D", "", match[0]))
    return found


def ours(text: str) -> int:
    return len(find_numbers(text, reader(frozenset({"individual-number"}))).hits)


def everything(text: str) -> int:
    account = Account()
    look_for_personal_data(account, text, "")
    return len(account.entries())


def in_turns(
    text: str, works: dict[str, Callable[[str], int]], rounds: int
) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            start = time.process_time()
            work(text)
            seconds[name].append(time.process_time() - start)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=100, help="megabytes of each text")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(
        f"Python {platform.python_version()}, {platform.machine()}, {options.size} MB of UTF-8 each"
    )
    chance = random.Random(20260401)
    texts = {
        "prose": prose(chance, 200),
        "prose with many numbers": prose(chance, 30),
        "register (CSV)": register(chance),
        "log (ASCII)": log(chance),
    }
    for name, lines in texts.items():
        text = text_of(lines, options.size * MB)
        sample = text[: len(text) // 20]
        print(
            f"\n{name}: by the pattern {obvious(sample)}, by us {ours(sample)} in a twentieth of it"
        )
        works = {
            "re, obvious pattern": obvious,
            "ours, personal numbers": ours,
            "everything": everything,
        }
        seconds = in_turns(text, works, options.rounds)
        base = statistics.median(seconds["re, obvious pattern"])
        for work, times in seconds.items():
            middle = statistics.median(times)
            print(
                f"  {work:24} {middle:7.3f} s ({min(times):.3f}–{max(times):.3f})"
                f" {options.size / middle:8.0f} MB/s  {base / middle:5.1f}×"
            )


if __name__ == "__main__":
    main()
