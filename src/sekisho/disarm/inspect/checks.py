"""Check digits and number plans: whether digits can be a number of a certain sort."""

from __future__ import annotations

from collections.abc import Callable
from operator import mul

INDIVIDUAL_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
CORPORATE_WEIGHTS = (2, 1) * 6
ARTICLE_WEIGHTS = (1, 3) * 6
_MOBILE_PREFIXES = ("050", "060", "070", "080", "090", "020", "0800")


def is_individual_number(digits: str) -> bool:
    """Whether the last of 12 digits is the check digit of a 個人番号.

    Weights and remainder as published, checked against published test values. Twelve equal
    digits pass only as zeros, and those are how a form is filled that has no number: not one.
    """
    rest: int = sum(map(mul, map(int, digits), INDIVIDUAL_WEIGHTS)) % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest) and digits != "0" * 12


def is_corporate_number(digits: str) -> bool:
    """Whether the first of 13 digits is the check digit of a 法人番号.

    Japanese article codes (JAN) have 13 digits too, begin with 45 or 49, and end in their own
    check digit: those are not taken for one.
    """
    if _is_article_code(digits):
        return False
    total: int = sum(map(mul, map(int, digits[1:]), CORPORATE_WEIGHTS))
    return int(digits[0]) == 9 - total % 9


def is_telephone(digits: str) -> bool:
    """Whether digits are of the length and prefix of a Japanese telephone number."""
    if digits.startswith("81"):
        digits = "0" + digits[2:]
    if len(digits) == 11:
        return digits.startswith(_MOBILE_PREFIXES)
    return len(digits) == 10 and digits[0] == "0" and digits[1] != "0"


def is_date(digits: str) -> bool:
    """Whether digits begin with a year in which a living person may have been born."""
    return "1900" <= digits[:4] <= "2099"


def is_any(digits: str) -> bool:
    """Whether digits are not all the same: nothing more is known of such numbers."""
    return len(set(digits)) > 1


def _is_article_code(digits: str) -> bool:
    total: int = sum(map(mul, map(int, digits), ARTICLE_WEIGHTS))
    return digits.startswith(("45", "49")) and (10 - total % 10) % 10 == int(digits[12])


CHECKS: dict[str, Callable[[str], bool]] = {
    "individual": is_individual_number,
    "corporate": is_corporate_number,
    "telephone": is_telephone,
    "date": is_date,
    "any": is_any,
}
"""The rules that `personal.toml` may name."""
