"""Whose a name is: the registrable domain, and in LG.JP and 地域型 the body that owns it.

The public suffix list ends one label too early for local governments: for city.osaka.lg.jp and
pref.osaka.lg.jp it answers osaka.lg.jp, but they are two bodies. `registry.toml` says where the
owner stands below the list's answer. Only the section of registries counts (`only_icann`): that
a provider lets customers make names below its own says nothing about registration.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

from publicsuffixlist import PublicSuffixList

from sekisho.dnscheck.names import to_ascii


class Kind(Enum):
    """Which rules of registration a name stands under."""

    LG = "lg"
    """LG.JP."""
    REGIONAL = "regional"
    """地域型 and 都道府県型: below a prefecture or a large city."""
    ORGANISATIONAL = "organisational"
    """属性型: CO.JP, GO.JP, OR.JP and their like."""
    GENERAL_JP = "general-jp"
    """汎用JP: right below JP."""
    OTHER = "other"
    """Every other registry."""


@dataclass(frozen=True)
class Holding:
    """A name and who holds it."""

    name: str
    suffix: str
    """Below this the registry registers names; empty where no registry is known."""
    registrable: str | None
    """What is registered and can run out; None where `name` is a suffix itself."""
    owner: str | None
    """The name of the body; `registrable` but for LG.JP and 地域型. None above every body."""
    kind: Kind
    certain: bool
    """False where the body does not follow from the name's own labels."""


@dataclass(frozen=True)
class _Table:
    bodies: frozenset[str]
    prefectures: frozenset[str]
    cities: frozenset[str]
    organisational: frozenset[str]


def holding(untrusted_name: str) -> Holding:
    """Who holds a name. Raises InvalidInput SKS-Q001."""
    name = to_ascii(untrusted_name)
    if name == "lg.jp" or name.endswith(".lg.jp"):
        return _lg(name)
    found = _suffixes()
    suffix = found.publicsuffix(name) or ""
    registrable = found.privatesuffix(name) if suffix else None
    kind = _kind(suffix)
    if kind is Kind.REGIONAL and registrable is not None:
        return _regional(name, suffix, registrable)
    return Holding(name, suffix, registrable, registrable, kind, bool(suffix))


def _lg(name: str) -> Holding:
    labels = _below(name, "lg.jp")
    owner, certain = _lg_owner(labels)
    whole = f"{owner}.lg.jp" if owner else None
    return Holding(name, "lg.jp", whole, whole, Kind.LG, certain)


def _lg_owner(labels: list[str]) -> tuple[str, bool]:
    """The body among the labels left of LG.JP, and whether they say so themselves.

    1. `city.osaka`, `union.chosei`: a word for a kind of body, left of the body's own name.
    2. `shinsei-xx`: a service that J-LIS has recognised stands right below LG.JP. By its labels
       alone it cannot be told from the level above a body.
    """
    if len(labels) >= 2 and labels[-2] in _table().bodies:
        return ".".join(labels[-2:]), True
    return ".".join(labels[-1:]), not labels


def _regional(name: str, suffix: str, registrable: str) -> Holding:
    """A municipality younger than the list: `city.young.aichi.jp` is the body, not `young`."""
    labels = _below(name, registrable)
    missing = suffix.count(".") == 1 and bool(labels) and labels[-1] in _table().bodies
    if missing:
        owner = f"{labels[-1]}.{registrable}"
        return Holding(name, registrable, owner, owner, Kind.REGIONAL, False)
    return Holding(name, suffix, registrable, registrable, Kind.REGIONAL, True)


def _kind(suffix: str) -> Kind:
    labels = suffix.split(".")
    if labels[-1] != "jp":
        return Kind.OTHER
    if len(labels) == 1:
        return Kind.GENERAL_JP
    table = _table()
    if labels[-2] in table.organisational:
        return Kind.ORGANISATIONAL
    regional = labels[-2] in table.prefectures or labels[-2] in table.cities
    return Kind.REGIONAL if regional else Kind.GENERAL_JP


def _below(name: str, top: str) -> list[str]:
    return [] if name == top else name.removesuffix("." + top).split(".")


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False, only_icann=True)


@cache
def _table() -> _Table:
    read = tomllib.loads((Path(__file__).parent / "registry.toml").read_text("utf-8"))
    words = {key: frozenset(section["labels"]) for key, section in read.items()}
    return _Table(**words)
