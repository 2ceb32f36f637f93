"""Where links lead: to a page of this document, or where a person has to click to go."""

from __future__ import annotations

import re
from typing import Any

from sekisho.disarm.formats.pdf.builder import Builder
from sekisho.disarm.formats.pdf.rules import DROP, NAME_BYTES_MAX, number
from sekisho.disarm.formats.pdf.values import Ref, Value

ADDRESS_BYTES_MAX = 2_000
_ADDRESS = re.compile(rb"(?:https?://[!-~]+|mailto:[!-~]+)", re.IGNORECASE)
_FITS = {"XYZ": 3, "Fit": 0, "FitH": 1, "FitV": 1, "FitR": 4, "FitB": 0, "FitBH": 1, "FitBV": 1}
_NAMED = frozenset({"NextPage", "PrevPage", "FirstPage", "LastPage"})
_POSITION = number(-1e6, 1e6)


def destination(builder: Builder, value: Value) -> Any:
    """A place in this document: its name, or a page and what part of it to show."""
    found = builder.resolve(value)
    if type(found) is dict:
        found = builder.resolve(found.get("D"))
    if type(found) is bytes:
        return found if len(found) <= 1_000 else DROP
    if type(found) is str:
        return found if 0 < len(found) <= NAME_BYTES_MAX else DROP
    return explicit(builder, found)


def explicit(builder: Builder, value: Value) -> Any:
    """A page and what part of it to show."""
    found = builder.resolve(value)
    if type(found) is dict:
        found = builder.resolve(found.get("D"))
    if type(found) is not list or not 1 <= len(found) <= 6:
        return DROP
    page = page_of(builder, found[0])
    if page is DROP:
        return DROP
    fit = builder.resolve(found[1]) if len(found) > 1 else "Fit"
    if type(fit) is not str or fit not in _FITS:
        return [page, "Fit"]
    rest = []
    for one in (found[2:] + [None] * 4)[: _FITS[fit]]:
        passed = _POSITION(builder, one)
        rest.append(None if passed is DROP else passed)
    return [page, fit, *rest]


def page_of(builder: Builder, value: Value) -> Any:
    """The page that a value refers to (by number only where it comes from elsewhere), or DROP."""
    if type(value) is Ref:
        return builder.pages.get(value.key, DROP)
    if type(value) is int and 0 <= value < len(builder.page_list):
        return builder.page_list[value]
    return DROP


def action(builder: Builder, value: Value) -> Any:
    """What a click does, if it is one of the few things that a click may do."""
    found = builder.resolve(value)
    if type(found) is not dict:
        return DROP
    kind = builder.resolve(found.get("S"))
    if kind == "GoTo":
        place = destination(builder, found.get("D"))
        out: Any = DROP if place is DROP else {"S": "GoTo", "D": place}
    elif kind == "URI":
        out = _address(builder, builder.resolve(found.get("URI")))
    elif kind == "Named":
        name = builder.resolve(found.get("N"))
        is_known = type(name) is str and name in _NAMED
        out = {"S": "Named", "N": name} if is_known else DROP
    else:
        return DROP
    if out is not DROP and "Next" in found:
        builder.left_out("A", found["Next"])
    return out


def _address(builder: Builder, value: Value) -> Any:
    if type(value) is not bytes or len(value) > ADDRESS_BYTES_MAX or not builder.profile.links:
        return DROP
    if not _ADDRESS.fullmatch(value):
        return DROP
    builder.work.kept("pdf-link", builder.place)
    builder.look(value)
    return {"S": "URI", "URI": value}
