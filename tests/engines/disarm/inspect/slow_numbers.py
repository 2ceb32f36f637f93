"""An oracle for `find_numbers`: one expression over the whole text, written without its code.

Slow and plain on purpose: it takes what stands in `personal.toml` and the published formulas, and
looks at one number after another.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from importlib import resources

D = "[0-9０-９]"
JOIN = "[-‐-―−・ー－/() \u3000\xa0]"
CELL = '"? ?[,\t] ?"?'
CELLS = re.compile(
    f"(?<!{D}[,\t])(?<!{D})(?:{D}(?:{CELL}{D}){{11}}|{D}{{4}}{CELL}{D}{{4}}{CELL}{D}{{4}})"
    f'(?!{D})(?!"?[,\t]"?{D}(?!{D}))'
)
AMOUNT = re.compile(r"\s?[千百十]?[万億]?(?:円|％|%|ドル)|[A-Za-z_]|[.．][0-9０-９]")
STAMP = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d")

Row = tuple[str, int, str, bool, bool]


def _rules() -> list[dict[str, object]]:
    text = resources.files("sekisho.disarm.inspect").joinpath("personal.toml").read_text("utf-8")
    rows: list[dict[str, object]] = tomllib.loads(text)["number"]
    return rows


def _length(shape: str) -> int:
    return len("-".join("0" * int(part) for part in shape.split("-")))


def find(text: str) -> tuple[list[Row], Counter[str]]:
    """(thing, start, digits, is named, is doubtful) in order, and how many of each were tried."""
    rules = [rule for rule in _rules() if not rule.get("follows")]
    shapes = sorted(
        {shape: None for rule in rules for shape in rule["shapes"] if "*" not in shape},
        key=_length,
        reverse=True,
    )
    ways = "|".join(
        "(" + JOIN.join(f"{D}{{{part}}}" for part in shape.split("-")) + ")" for shape in shapes
    )
    whole = re.compile(f"(?<!{D})(?<!{D}[-－])(?:{ways})(?!{D})(?![-－]{D})")
    rows: list[Row] = []
    tried: Counter[str] = Counter()
    for found in whole.finditer(text):
        shape = shapes[(found.lastindex or 1) - 1]
        for rule in rules:
            if shape in rule["shapes"]:
                tried[rule["thing"]] += 1
                if row := _judged(text, found, rule):
                    rows.append(row)
                    break
    for found in CELLS.finditer(text):
        for rule in rules:
            if "1*12" in rule["shapes"] and _agrees(rule["check"], _digits(found[0])):
                named = _is_named(text, found.start(), rule)
                rows.append((rule["thing"], found.start(), _digits(found[0]), named, not named))
    return sorted(rows), tried


def _judged(text: str, found: re.Match[str], rule: dict[str, object]) -> Row | None:
    start, end, digits = found.start(), found.end(), _digits(found[0])
    if not _agrees(rule["check"], digits) or not _stands(text, start, end, rule["thing"]):
        return None
    named = bool(rule.get("chance") or not rule["alone"]) and _is_named(text, start, rule)
    if not rule["alone"] and not named:
        return None
    return rule["thing"], start, digits, named, not named and bool(STAMP.fullmatch(digits))


def _stands(text: str, start: int, end: int, thing: object) -> bool:
    before = text[max(0, start - 1) : start]
    if re.fullmatch("[A-Za-z_]", before) and not (before == "T" and thing == "corporate-number"):
        return False
    if before in (".", "．") and text[max(0, start - 2) : start - 1].isdigit():
        return False
    if AMOUNT.match(text[end:]):
        return False
    if end - start == 14 and text[start + 4].isspace():
        # Four groups of four are a card.
        if start >= 5 and text[start - 1].isspace() and text[start - 5 : start - 1].isdigit():
            return False
        behind = text[end : end + 5]
        return not (len(behind) == 5 and behind[0].isspace() and behind[1:].isdigit())
    return True


def _is_named(text: str, start: int, rule: dict[str, object]) -> bool:
    near = text[max(0, start - 48) : start]
    return any(word in near or word in text[:600] for word in rule["words"])


def _digits(written: str) -> str:
    return "".join(str(int(char)) for char in written if re.fullmatch(D, char))


def _agrees(check: object, digits: str) -> bool:
    numbers = [int(digit) for digit in digits]
    if check == "individual":
        rest = sum(n * w for n, w in zip(numbers, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=False))
        rest %= 11
        return any(numbers) and numbers[11] == (0 if rest <= 1 else 11 - rest)
    if check == "corporate":
        article = sum(n * (1, 3)[at % 2] for at, n in enumerate(numbers)) % 10 == 0
        if article and digits[:2] in ("45", "49"):
            return False
        return numbers[0] == 9 - sum(n * (2, 1)[at % 2] for at, n in enumerate(numbers[1:])) % 9
    if check == "telephone":
        home = "0" + digits[2:] if digits.startswith("81") else digits
        if len(home) == 11:
            return home[:3] in ("050", "060", "070", "080", "090", "020") or home[:4] == "0800"
        return len(home) == 10 and home[0] == "0" and home[1] != "0"
    if check == "date":
        return digits[:2] in ("19", "20")
    return len(set(digits)) > 1
