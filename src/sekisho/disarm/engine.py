"""Disarm one file in this process. Untrusted files are handed to a child: see `sandbox`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from sekisho.disarm import limits
from sekisho.disarm.account import Account, Entry
from sekisho.disarm.handlers import handler, looks, previewer
from sekisho.disarm.identify import HEAD_BYTES, TAIL_BYTES, identify
from sekisho.disarm.inspect.names import disarmed_name, judge_name
from sekisho.disarm.inspect.polyglots import judge_content
from sekisho.disarm.kinds import label
from sekisho.disarm.profile import Form, Profile
from sekisho.disarm.work import Budget, Source, Stopped, Work

RULES_VERSION = "2"
"""Raised whenever the same file could come out with other bytes than before."""


@dataclass(frozen=True, slots=True)
class Disarmed:
    """What the engine says of one file. `stopped` is None when the sink holds the rebuilt file."""

    kind: str
    name: str
    kind_out: str
    entries: tuple[Entry, ...]
    left_out: int
    stopped: Stopped | None = None


def disarm(
    source: Source, sink: BinaryIO, profile: Profile, password: str | None = None
) -> Disarmed:
    """Rebuild `source` into `sink`. Never raises Stopped: it stands in what is returned.

    Anything else that a format raises is a fault of ours or a trap of the file; the child that
    runs this dies of it, and the file is stopped.
    """
    account = Account()
    kind = kind_of(source)
    work = Work(
        profile, Budget(source.bytes), account, _disarm_inner, looks(), depth=0, password=password
    )
    try:
        name, kind_out = _disarm_inner(source, sink, work)
    except Stopped as stopped:
        return Disarmed(kind, "", "", account.entries(), account.left_out, stopped)
    return Disarmed(kind, name, kind_out, account.entries(), account.left_out)


def kind_of(source: Source) -> str:
    """The kind by content."""
    return _identified(source).kind


def name_for(untrusted_name: str, kind_out: str, profile: Profile) -> str:
    """The name that `disarm` gives to what it wrote. Raises KeyError for a kind not ours."""
    work = Work(profile, Budget(0), Account(), _disarm_inner)
    return disarmed_name(untrusted_name, kind_out, work)


def _identified(source: Source) -> Source:
    head, tail = source.content[:HEAD_BYTES], source.content[-TAIL_BYTES:]
    found = identify(bytes(head), bytes(tail), size=source.bytes)
    return Source(source.content, source.untrusted_name, found.name, found.encoding)


def _disarm_inner(source: Source, sink: BinaryIO, work: Work) -> tuple[str, str]:
    if source.bytes > limits.INPUT_BYTES_MAX:
        raise Stopped("SKS-D003", bytes=source.bytes, allowed=limits.INPUT_BYTES_MAX)
    known = _identified(source)
    judge_name(known, work)
    judge_content(known, work)
    rebuild = previewer() if work.profile.form is Form.PREVIEW else handler(known.kind)
    if rebuild is None:
        raise Stopped("SKS-D001", type=label(known.kind, "ja"), type_en=label(known.kind, "en"))
    kind_out = rebuild(known, sink, work)
    return disarmed_name(source.untrusted_name, kind_out, work), kind_out
