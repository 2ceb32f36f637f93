"""The text of a worksheet, cell by cell, read from the part as it is written."""

from __future__ import annotations

import re

from lxml import etree

from sekisho.disarm.account import Account
from sekisho.disarm.formats.ooxml.tables import clark
from sekisho.disarm.work import Work

_BLOCK_ROWS = 200
_ENTITY = re.compile(r"&(#x?[0-9A-Fa-f]+|[a-z]+);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_SI, _T, _PHONETIC = clark("x:si"), clark("x:t"), clark("x:rPh")
_INLINE = re.compile(r"<(?:\w+:)?t(?: [^>]*)?>([^<]*)</")


def shared_strings(root: etree._Element) -> list[str]:
    """The texts of the table of strings; readings of names (ruby) stand behind them."""
    found: list[str] = []
    for item in root.iter(_SI):
        if len(item) == 1 and item[0].tag == _T:
            found.append(item[0].text or "")
            continue
        texts = list(item.iter(_T))
        plain = "".join(t.text or "" for t in texts if _is_plain(t))
        ruby = "".join(t.text or "" for t in texts if not _is_plain(t))
        found.append(f"{plain} {ruby}" if ruby else plain)
    return found


def _is_plain(text: etree._Element) -> bool:
    above = text.getparent()
    return above is None or above.tag != _PHONETIC


def look_at_cells(data: bytes, prefix: str, strings: list[str], work: Work, sheet: str) -> set[int]:
    """Have the cells looked at: some rows at once, and one by one where something was found.

    Returns which of the shared strings stand in cells.
    """
    used: set[int] = set()
    p = re.escape(prefix)
    cell = re.compile(
        rf'<{p}c(?: r="([A-Z]+)([0-9]+)")?([^>]*)>(?:<{p}f[^>]*>(?:[^<]*</{p}f>)?)?'
        rf"(?:<{p}v>([^<]*)</{p}v>|<{p}is>(.*?)</{p}is>)"
    )
    block: list[tuple[str, str, str]] = []
    first = ""
    text = data.decode("utf-8")
    for row in text.split(f"</{prefix}row>"):
        for column, line, rest, value, inline in cell.findall(row):
            shown = _shown(rest, value, inline, strings, used)
            if shown:
                first = first or line
                block.append((column, line, shown))
        if len(block) >= 10 * _BLOCK_ROWS:
            _look(block, work, sheet)
            block = []
    _look(block, work, sheet)
    return used


def _shown(rest: str, value: str, inline: str, strings: list[str], used: set[int]) -> str:
    if ' t="s"' in rest:
        number = int(value) if value.isdecimal() and len(value) < 9 else -1
        used.add(number)
        return strings[number] if 0 <= number < len(strings) else ""
    if inline:
        return _plain("".join(_INLINE.findall(inline)))
    if "&" in value:
        return _plain(value)
    if "E" in value or value.endswith(".0"):
        return _number(value)
    return value


def _number(value: str) -> str:
    """`1.23456789012E+11` as the digits that the cell shows."""
    try:
        number = float(value)
    except ValueError:
        return value
    return str(int(number)) if number.is_integer() and abs(number) < 1e16 else value


def _plain(text: str) -> str:
    return _ENTITY.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    name = match.group(1)
    if name[0] != "#":
        return _ENTITIES.get(name, "")
    digits = name[2:] if name[1] in "xX" else name[1:]
    number = int(digits, 16 if name[1] in "xX" else 10)
    return chr(number) if number < 0x110000 else ""


def _look(block: list[tuple[str, str, str]], work: Work, sheet: str) -> None:
    """One look at all of it; a second one for the places when there is something to be found."""
    if not block:
        return
    rows: dict[str, list[tuple[str, str]]] = {}
    for column, line, shown in block:
        rows.setdefault(line, []).append((column, shown))
    joined = {line: "\t".join(shown for _, shown in cells) for line, cells in rows.items()}
    trial = Account()
    whole = "\n".join(joined.values())
    for look in work.looks:
        look(trial, whole, sheet)
    if not trial.entries():
        return
    before = {line: _finds(work, text) for line, text in joined.items()}
    for line, cells in rows.items():
        if not before[line]:
            continue
        singly = [(column, shown) for column, shown in cells if _finds(work, shown)]
        for column, shown in singly:
            work.look(shown, f"シート「{sheet}」!{column}{line}")
        if not singly:
            work.look(joined[line], f"シート「{sheet}」!{cells[0][0]}{line}:{cells[-1][0]}{line}")
    if not any(before.values()):
        work.look(whole, f"シート「{sheet}」")


def _finds(work: Work, text: str) -> bool:
    trial = Account()
    for look in work.looks:
        look(trial, text, "")
    return bool(trial.entries())
