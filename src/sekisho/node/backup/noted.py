"""What a node remembers of its backups, in files of its folder: when the last one was made and
examined. Asked without looking at the places themselves, which may be away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sekisho.kernel import documents
from sekisho.kernel.clock import stamp
from sekisho.kernel.documents import Fields
from sekisho.node.opening import Node
from sekisho.node.settings import NodeSettings
from sekisho.seal import keyfiles

T = TypeVar("T")
MADE, LISTED, CHECKED = "backup-made.json", "backup-listed.json", "backup-checked.json"
PATH_CHARS_MAX = 4_096
LISTED_WITHIN = timedelta(hours=3)
"""The list of erasures is written every hour."""

CHECKED_WITHIN = timedelta(days=8)


@dataclass(frozen=True)
class Made:
    """The last backup that became whole: its two files, and how much is in it."""

    when: datetime
    data: Path
    keys: Path
    bytes: int
    objects: int
    ledger_size: int


@dataclass(frozen=True)
class Checked:
    """The last backup that was examined; `code` says what was wrong, or is empty."""

    when: datetime
    data: Path
    code: str


@dataclass(frozen=True)
class Noted:
    """All of it; None where it never happened."""

    made: Made | None
    listed: datetime | None
    checked: Checked | None


def note_made(node: Node, made: Made) -> None:
    """Remember a backup."""
    words = {
        "data": str(made.data),
        "keys": str(made.keys),
        "bytes": made.bytes,
        "objects": made.objects,
        "ledger": made.ledger_size,
    }
    _note(node, MADE, words, made.when)


def note_listed(node: Node) -> None:
    """Remember that the list of erasures was written now."""
    _note(node, LISTED, {}, node.desk.now())


def note_checked(node: Node, data: Path, code: str = "") -> None:
    """Remember how the examination of a backup came out now."""
    _note(node, CHECKED, {"data": str(data), "code": code}, node.desk.now())


def noted(node: Node) -> Noted:
    """What is remembered. Raises InvalidInput SKS-K001 to SKS-K003 for files that are no such
    notes, Unavailable SKS-N005."""
    folder = node.settings.folder
    return Noted(
        _read(folder / MADE, _made),
        _read(folder / LISTED, lambda fields: fields.moment("when")),
        _read(folder / CHECKED, _checked),
    )


def is_expected(settings: NodeSettings, found: Noted) -> bool:
    """Whether this node is to be backed up at all: a place is set, or it was done once."""
    return settings.backup.to is not None or found.made is not None


def is_late(settings: NodeSettings, found: Noted, now: datetime) -> bool:
    """Whether the last backup is older than the settings allow."""
    hours = settings.backup.late_hours
    if not hours or not is_expected(settings, found):
        return False
    return found.made is None or now - found.made.when > timedelta(hours=hours)


def _made(fields: Fields) -> Made:
    return Made(
        when=fields.moment("when"),
        data=Path(fields.text("data", chars_max=PATH_CHARS_MAX)),
        keys=Path(fields.text("keys", chars_max=PATH_CHARS_MAX)),
        bytes=fields.integer("bytes"),
        objects=fields.integer("objects"),
        ledger_size=fields.integer("ledger"),
    )


def _checked(fields: Fields) -> Checked:
    data = Path(fields.text("data", chars_max=PATH_CHARS_MAX))
    return Checked(fields.moment("when"), data, fields.text("code"))


def _note(node: Node, name: str, words: Mapping[str, Any], when: datetime) -> None:
    moment = stamp(when.replace(microsecond=0))
    keyfiles.replace(node.settings.folder / name, documents.write({**words, "when": moment}))


def _read(path: Path, take: Callable[[Fields], T]) -> T | None:
    if not path.exists():
        return None
    return take(documents.read(keyfiles.read(path), path.name))
