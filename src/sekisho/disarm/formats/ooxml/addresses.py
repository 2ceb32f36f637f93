"""Where links lead to, and which formulas reach outside."""

from __future__ import annotations

import re

from sekisho.disarm.formats.ooxml.tables import words

_CLICKABLE = re.compile(r"(?:https?://[^\s\\/]|mailto:[^\s])[^\x00-\x1f]{0,2000}", re.IGNORECASE)
_INSIDE = re.compile(r"#[^\x00-\x1f]{0,400}")


def is_clickable(untrusted_address: str) -> bool:
    """Whether a link leads to a web page or a mail, or to a place inside the document."""
    return bool(_CLICKABLE.fullmatch(untrusted_address) or _INSIDE.fullmatch(untrusted_address))


_OUTSIDE = re.compile(
    r"(?<![A-Z0-9_.])(?:_XLFN\.|_XLWS\.|_XLL\.|_XLUDF\.)*(?:"
    + "|".join(re.escape(name) for name in words("formulas", "calls"))
    + r")\s*\(|(?<![\w\[\].])\[\s*[0-9]+\s*\](?![\],:\[])|"
    + r"\[[^\]\[]{1,200}\.(?:XL|CSV|ODS|XML|TXT)[^\]\[]{0,8}\]|\||_XLL\.|\\\\|FILE:",
    re.IGNORECASE,
)
_HYPERLINK = re.compile(r"(?<![A-Z0-9_.])HYPERLINK\s*\(\s*([^,)]*)", re.IGNORECASE)
_PLAIN_ADDRESS = re.compile(r'"((?:https?://|mailto:|#)[^"]*)"', re.IGNORECASE)
_TEXT = re.compile(r'"(?:[^"]|"")*"')


def reaches_outside(untrusted_formula: str, *, links: bool) -> bool:
    """Whether a formula refers to another file, asks another program or the network, or links
    to something that is no web page."""
    formula = untrusted_formula.replace("\n", " ")
    # What stands in quotes is no call; it may be the name of a sheet or file in single quotes.
    if _OUTSIDE.search(_TEXT.sub('""', formula)):
        return True
    for address in _HYPERLINK.findall(formula):
        found = _PLAIN_ADDRESS.fullmatch(address.strip())
        if not links or found is None or not is_clickable(found.group(1)):
            return True
    return False


_FIELDS = frozenset(words("fields", "stay"))
_FIELD = re.compile(r"\s*(=|[A-Za-z]+)(?=[\s\\\"]|\Z|[^A-Za-z])(.*)", re.DOTALL)
NESTED = "\x00"
"""Stands where a field stood inside the instruction of another."""


def field_stays(untrusted_instruction: str, *, links: bool) -> bool:
    """Whether Word may go on calculating a field."""
    found = _FIELD.fullmatch(untrusted_instruction)
    if found is None or found.group(1).upper() not in _FIELDS:
        return False
    rest = found.group(2)
    if rest.startswith(NESTED):
        return False
    if found.group(1).upper() != "HYPERLINK":
        return True
    return NESTED not in rest and _hyperlink_stays(rest, links=links)


def _hyperlink_stays(rest: str, *, links: bool) -> bool:
    """`HYPERLINK "address" \\l "place"`: the address is the argument that follows no switch."""
    parts = re.findall(r'\\[A-Za-z]|"[^"]*"|[^\s"]+', rest)
    addresses: list[str] = []
    before = ""
    for part in parts:
        if part[0] != "\\" and before.lower() not in ("\\l", "\\o", "\\t"):
            addresses.append(part.strip('"'))
        before = part
    if any("\\" in part and len(part) > 2 for part in parts):
        return False
    return not addresses or (links and all(is_clickable(one) for one in addresses))
