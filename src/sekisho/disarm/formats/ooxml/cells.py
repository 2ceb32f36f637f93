"""The text of a worksheet, cell by cell, read from the part as it is written."""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from sekisho.disarm.account import Account
from sekisho.disarm.formats.ooxml.tables import clark
from sekisho.disarm.work import Work

_BLOCK_ROWS = 200
_ENTITY = re.compile(r"&(#x?[0-9A-Fa-f]+|[a-z]+);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_SI, _T, _PHONETIC = clark("x:si"), clark("x:t"), clark("x:rPh")
_PLACE = re.compile("[0-9]{1,8}")
_INLINE = re.compile(r"<(?:\w+:)?t(?: [^>]*)?>([^<]*)</")
_AT = re.compile(r' r="([A-Z]+)([0-9]+)"')


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


class Cells:
    """Finds the cells of a row, in the prefix that a worksheet uses for its elements."""

    def __init__(self, prefix: str, strings: list[str]) -> None:
        p = re.escape(prefix)
        self._quick = re.compile(
            rf"<{p}c((?: [^>]*)?)>\s*(?:<{p}f(?: [^>]*)?/?>(?:[^<]*</{p}f>)?\s*)?"
            rf"(?:<{p}v(?: [^>]*)?>([^<]*)</{p}v>|<{p}is>(.*?)</{p}is>)",
            re.DOTALL,
        )
        self._block = re.compile(
            rf'<{p}c r="[A-Z]+[0-9]+"(?: s="[0-9]+")?+(?: t="([a-z]+)")?+>'
            rf"(?:<{p}f[^>]*>(?:[^<]*</{p}f>)?)?<{p}v>([^<]*)</{p}v>|(</{p}row>)"
        )
        self._values = f"<{prefix}v>", f"<{prefix}v "
        self._end = f"</{prefix}row>"
        self._strings = strings

    def rows(self, text: str) -> list[str]:
        """The XML of each row."""
        return text.split(self._end)

    def used(self, text: str) -> set[int]:
        """Which of the shared strings stand in cells."""
        found = self._quick.finditer(text)
        places = {one[2].strip() for one in found if one[2] and ' t="s"' in one[1]}
        return {int(place) for place in places if _PLACE.fullmatch(place)}

    def whole(self, rows: list[str]) -> str:
        """What these rows show: a tab between cells, a line for each row."""
        xml = self._end.join(rows) + self._end
        strings, found = self._strings, self._block.findall(xml)
        values = sum(xml.count(one) for one in self._values)
        if 't="inlineStr"' in xml or values != sum(not end for _, _, end in found):
            # Some cell has another shape than nearly all: attributes in another order, spaces.
            return "\n".join("\t".join(self.texts(row)) for row in rows)
        try:
            shown = [
                strings[int(value)]
                if kind == "s"
                else "\n"
                if end
                else value
                if value.isdecimal()
                else _number(value)
                for kind, value, end in found
            ]
        except (ValueError, IndexError):
            return "\n".join("\t".join(self.texts(row)) for row in rows)
        text = "\t".join(shown).replace("\t\n\t", "\n")
        return _plain(text) if "&" in text else text

    def texts(self, row: str) -> list[str]:
        """What the cells of a row show, from left to right."""
        found: list[str] = []
        for rest, value, inline in self._quick.findall(row):
            if value.isdecimal() and ' t="' not in rest:
                found.append(value)
            elif shown := self._shown(rest, value, inline):
                found.append(shown)
        return found

    def placed(self, row: str) -> list[tuple[str, str, str]]:
        """The same with column and row of each."""
        placed: list[tuple[str, str, str]] = []
        for rest, value, inline in self._quick.findall(row):
            at = _AT.search(rest)
            if shown := self._shown(rest, value, inline):
                placed.append((at[1] if at else "", at[2] if at else "", shown))
        return placed

    def _shown(self, rest: str, value: str, inline: str) -> str:
        if ' t="s"' in rest:
            place = value.strip()
            number = int(place) if _PLACE.fullmatch(place) else -1
            return self._strings[number] if 0 <= number < len(self._strings) else ""
        if inline:
            return _plain("".join(_INLINE.findall(inline)))
        return _plain(value) if "&" in value else _number(value)


class UsualCells(Cells):
    """The same for a sheet whose rows have the usual shape (`rows`), where every value stands in
    a cell and its kind right in front of it, unless a formula stands between."""

    def __init__(self, prefix: str, strings: list[str]) -> None:
        super().__init__(prefix, strings)
        self._places: set[str] = set()
        self._all_seen = True

    def used(self, text: str) -> set[int]:
        """Which of the shared strings stood in the cells that `whole` was asked for."""
        if not self._all_seen:
            return super().used(text)
        return {int(place) for place in self._places if _PLACE.fullmatch(place)}

    def whole(self, rows: list[str]) -> str:
        """What these rows show, as it is done for other sheets."""
        shown: list[str] = []
        try:
            for row in rows:
                self._show(row, shown.append)
        except (ValueError, IndexError):
            self._all_seen = False
            return super().whole(rows)
        text = "\t".join(shown).replace("\t\n\t", "\n")
        return _plain(text) if "&" in text else text

    def _show(self, row: str, show: Callable[[str], None]) -> None:
        strings, places = self._strings, self._places
        before, *values = row.split("<v>")
        for rest in values:
            value, _, behind = rest.partition("</v>")
            if before.endswith(' t="s">') or (
                before.endswith("</f>") and ' t="s">' in before.rpartition("<c ")[2]
            ):
                places.add(value)
                show(strings[int(value)])
            else:
                show(value if value.isdecimal() else _number(value))
            before = behind
        show("\n")


def look_at_cells(data: bytes, cells: Cells, work: Work, sheet: str) -> set[int]:
    """Have the cells looked at: many rows at once, and one by one where something was found.

    Returns which of the shared strings stand in cells.
    """
    text = data.decode("utf-8")
    rows = cells.rows(text)
    for start in range(0, len(rows), _BLOCK_ROWS):
        _look(rows[start : start + _BLOCK_ROWS], cells, work, sheet)
    return cells.used(text)


def _number(value: str) -> str:
    """`1.23456789012E+11` and `123456789012.0` as the digits that the cell shows."""
    if not (value.endswith(".0") or "E" in value or "e" in value):
        return value
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


def _look(rows: list[str], cells: Cells, work: Work, sheet: str) -> None:
    """One look at all of it; a second one for the places when there is something to be found."""
    whole = cells.whole(rows)
    if not whole.strip() or not _finds(work, whole):
        return
    lines = ["\t".join(cells.texts(row)) for row in rows]
    hits = [number for number, line in enumerate(lines) if line and _finds(work, line)]
    for number in hits:
        placed = cells.placed(rows[number])
        singly = [one for one in placed if _finds(work, one[2])]
        for column, line, shown in singly:
            work.look(shown, _where(sheet, column + line))
        if not singly:
            (first, line, _), (last, _, _) = placed[0], placed[-1]
            area = f"{first}{line}:{last}{line}" if first and last else ""
            work.look(lines[number], _where(sheet, area))
    if not hits:
        work.look(whole, f"シート「{sheet}」")


def _where(sheet: str, place: str) -> str:
    """Cells may stand without saying where; their row and sheet are known then, no more."""
    return f"シート「{sheet}」!{place}" if place else f"シート「{sheet}」"


def _finds(work: Work, text: str) -> bool:
    trial = Account()
    for look in work.looks:
        look(trial, text, "")
    return bool(trial.entries())
