"""Personal data in text: 個人番号 and the like, with their check digits, masked samples only."""

from __future__ import annotations

import re
from collections import Counter

from sekisho.disarm.account import Account, Act
from sekisho.disarm.inspect.checks import is_individual_number
from sekisho.disarm.inspect.numbers import Found, find_numbers, reader
from sekisho.disarm.inspect.patterns import numbers
from sekisho.disarm.inspect.people import count_people, find_mail_addresses
from sekisho.disarm.limits import SAMPLES_MAX

__all__ = ["is_individual_number", "look_for_personal_data"]

CHARS_MIN = 6
"""No personal data that is looked for is shorter."""

CELL_CHARS_MAX = 200
"""Of texts as short as a cell most hold nothing, and that is seen first."""

_HINT = re.compile("[0-9０-９]{4}|@|\n|[0-9０-９][,\t]")

CHANCE_CANDIDATES_MIN = 12
"""From so many numbers of a length on, it is asked whether check digits agree by chance."""

# Read now: a child that is locked down can read no more files.
_READER = reader()
_CHANCES = {number.thing: number.chance for number in numbers()}

_VISIBLE_DIGITS = {"telephone": 3, "bank-account": 1}
_UNREPORTED = frozenset({"date"})


def look_for_personal_data(account: Account, text: str, where: str) -> None:
    """Note what looks like personal data in `text`: how often, and where.

    A sample shows at most the first four characters. What agrees with a check digit where no word
    speaks of it is called possible when chance explains it.
    """
    if len(text) < CHARS_MIN or (len(text) < CELL_CHARS_MAX and not _HINT.search(text)):
        return
    found = find_numbers(text, _READER)
    _note_numbers(account, where, found)
    for address in find_mail_addresses(text):
        account.add(Act.FOUND, "mail-address", where, sample=f"{address[:2]}***")
    if "\n" in text:
        dates = [hit.start for hit in found.hits if hit.thing == "date"]
        if rows := count_people(text, dates):
            account.add(Act.FOUND, "list-of-people", where, count=rows)


def _note_numbers(account: Account, where: str, found: Found) -> None:
    unnamed = Counter(hit.thing for hit in found.hits if not hit.is_named)
    by_chance = {
        thing
        for thing, agreed in unnamed.items()
        if (tried := found.tried[thing]) >= CHANCE_CANDIDATES_MIN
        and agreed < _CHANCES[thing] * tried
    }
    counts: Counter[str] = Counter()
    samples: dict[str, list[str]] = {}
    for hit in found.hits:
        doubtful = not hit.is_named and (hit.is_doubtful or hit.thing in by_chance)
        name = f"{hit.thing}-possible" if doubtful else hit.thing
        counts[name] += 1
        if counts[name] <= SAMPLES_MAX:
            visible = _VISIBLE_DIGITS.get(hit.thing, 2)
            sample = hit.digits[:visible] + "*" * (len(hit.digits) - visible)
            samples.setdefault(name, []).append(sample)
    for name, count in counts.items():
        if name not in _UNREPORTED:
            first, *more = samples[name]
            account.add(Act.FOUND, name, where, count=count, sample=first)
            for sample in more:
                account.add(Act.FOUND, name, where, count=0, sample=sample)
