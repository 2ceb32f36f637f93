"""What a review knows and what it says: values only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sekisho.office.flows.entry import Entry


@dataclass(frozen=True)
class Passed:
    """One transfer that has left under a flow, or has arrived under it.

    `arrived` is None where that is not known yet; `collected` counts only where
    `collection_known`, which is at the receiving node. `tables` is in how many files headings
    were seen.
    """

    transfer_id: str
    moment: datetime
    tables: int = 0
    columns: tuple[str, ...] = ()
    arrived: bool | None = None
    collection_known: bool = False
    collected: datetime | None = None


@dataclass(frozen=True)
class Registered:
    """A flow with what is known of it; `since` is the first day on which it may be expected.

    `here` says whether this node is at one of its ends; `owner_active` whether its owner is
    somebody who works here.
    """

    entry: Entry
    state: str
    since: date
    here: bool
    owner_active: bool
    passed: tuple[Passed, ...] = ()


@dataclass(frozen=True)
class Loose:
    """Transfers of one purpose between two nodes that belong to no flow."""

    from_node: str
    to_node: str
    unit: str
    purpose: str
    count: int
    newest: datetime


class Grade(StrEnum):
    """What a finding asks for."""

    ACT = "act"
    LOOK = "look"


@dataclass(frozen=True)
class Finding:
    """One thing that a review says: of which flow (none for what is not registered), and the
    numbers and words that its reason is made of."""

    kind: str
    grade: Grade
    flow: str = ""
    reason: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Unknown:
    """What this node cannot know, and of which flows."""

    kind: str
    flows: tuple[str, ...]


@dataclass(frozen=True)
class Review:
    """Everything found, what has to be done first; and what is not known here."""

    since: date
    until: date
    flows: int
    findings: tuple[Finding, ...]
    unknown: tuple[Unknown, ...]


_MARKS = re.compile(r"[\s・.,，、。_\-‐ー()（）\[\]【】「」/]+")


def folded(text: str) -> str:
    """A name or heading as it is compared: widths, cases, spaces and marks make no difference."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", text).casefold())
