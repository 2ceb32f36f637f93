"""Personal data in text: 個人番号 and the like, with their check digits, masked samples only."""

from __future__ import annotations

import re

from sekisho.disarm.account import Account, Act

_TWELVE = re.compile(r"(?<!\d)\d{12}(?!\d)")
_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def look_for_personal_data(account: Account, text: str, where: str) -> None:
    """Note what looks like personal data in `text`."""
    for match in _TWELVE.finditer(text):
        if is_individual_number(match.group()):
            account.add(Act.FOUND, "individual-number", where, sample=match.group()[:4] + "*" * 8)


def is_individual_number(digits: str) -> bool:
    """Whether the last of 12 digits is the check digit of a 個人番号.

    Weights and remainder: the ordinance on 通知カード及び個人番号カード, article 5.
    """
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    rest = total % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)
