"""The policy of a route: who, to whom, what, how large, how approved, how long."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from sekisho.disarm.kinds import families, kinds
from sekisho.disarm.profile import PROFILES
from sekisho.kernel import limits
from sekisho.kernel.errors import InvalidInput
from sekisho.office.accounts.who import EVERYBODY

BEFORE, AFTER = "before", "after"
NOT_DISARMED = "none"
"""The profile of what passes as it is."""
DISARM_ALL: Mapping[str, str] = {"*": "standard"}
"""What a route into any zone but the Internet's is opened with, when nothing else is said."""

INTERNET_ZONE = "internet"
WORD_CHARS_MAX = 100
LABEL_CHARS_MAX = 40


LEVELS_MAX, LEVEL_APPROVALS_MAX = 5, 6
"""Together no more than a letter has room for."""

SUPERIOR, LINE = "superior", "line:"
_LINE = re.compile(r"line:(?:[1-9])?", re.ASCII)


@dataclass(frozen=True)
class Level:
    """One step of approval: who may approve in it, and how many of them have to."""

    approvers: tuple[str, ...]
    approvals: int = 1


@dataclass(frozen=True)
class Policy:
    """One route's rules. Lists of people hold logins, `division:NAME`, `role:NAME` or `*`.

    A list of approvers may also hold words for the heads above the sender: `line:1` (or
    `superior`) the nearest, `line:2` the next, `line:` any of them.
    """

    senders: tuple[str, ...] = (EVERYBODY,)
    recipients: tuple[str, ...] = (EVERYBODY,)
    approvers: tuple[str, ...] = ("role:approver",)
    approvals: int = 1
    timing: str = BEFORE
    labels: tuple[str, ...] = ("機密性1", "機密性2", "機密性3C", "機密性3B", "機密性3A")
    types: tuple[str, ...] = (EVERYBODY,)
    files_max: int = 1_000
    file_bytes_max: int = 100 * limits.GIB
    transfer_bytes_max: int = 100 * limits.GIB
    retention_days: int = 30
    label_days: Mapping[str, int] = field(default_factory=dict)
    """Class → days, where files of a class are kept shorter or longer than the others."""
    parcel_days: int = 14
    collect_limit: int = 0
    decide_days: int = 14
    schedule_days: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    schedule_hours: tuple[int, int] = (0, 24)
    rescan_hours: int = 0
    """So long after its release a transfer waits and is scanned again for malware; 0: not."""
    disarm: Mapping[str, str] = field(default_factory=dict)
    """Kind, family or `*` → profile or `none`; the most exact counts, nothing said is `none`."""
    levels: tuple[Level, ...] = ()
    """Steps of approval in order, in place of `approvers` and `approvals`."""
    after_for: tuple[str, ...] = ()
    """Senders whose transfers leave first and are confirmed after, whatever `timing` says."""
    emergency: bool = False
    """Whether a sender may let a transfer leave at once, with a reason; confirmed after."""
    restricted: bool = False
    """Whether approvers see report and preview, but not the file."""
    bulk: bool = False
    """Whether several transfers may be approved at once."""

    def profile_for(self, kind: str, family: str) -> str:
        """The name of the profile by which files of this kind are disarmed, or `none`."""
        for key in (kind, family, EVERYBODY):
            if key in self.disarm:
                return self.disarm[key]
        return NOT_DISARMED

    def days_kept(self, label: str) -> int:
        """For how many days files of this class are kept."""
        return self.label_days.get(label, self.retention_days)

    @property
    def steps(self) -> tuple[Level, ...]:
        """The steps of approval in order; at least one."""
        return self.levels or (Level(self.approvers, self.approvals),)

    @property
    def needed(self) -> int:
        """How many approvals there have to be, all steps together."""
        return sum(step.approvals for step in self.steps)

    @property
    def may_leave_first(self) -> bool:
        """Whether anything may leave before somebody approves it."""
        return self.timing == AFTER or self.emergency or bool(self.after_for)

    @property
    def disarms(self) -> bool:
        """Whether any kind of file is disarmed on this route."""
        return any(one != NOT_DISARMED for one in self.disarm.values())

    def as_json(self) -> dict[str, Any]:
        """The form kept in the row of a route."""
        return asdict(self)


_BOUNDS = {
    "approvals": (0, 9),
    "files_max": (1, limits.TRANSFER_FILES_MAX),
    "file_bytes_max": (0, limits.FILE_BYTES_MAX),
    "transfer_bytes_max": (0, limits.FILE_BYTES_MAX),
    "retention_days": (1, 3_650),
    "parcel_days": (1, 365),
    "collect_limit": (0, 1_000),
    "decide_days": (1, 365),
    "rescan_hours": (0, 720),
}
_FLAGS = ("emergency", "restricted", "bulk")
_NAMES = tuple(field.name for field in fields(Policy))


def read_policy(untrusted: dict[str, Any]) -> Policy:
    """A policy from settings or a row.

    Raises InvalidInput SKS-T001 (unknown key, with the nearest valid one) or SKS-T002 (value).
    """
    for key in untrusted:
        if key not in _NAMES:
            near = difflib.get_close_matches(key, _NAMES, n=1, cutoff=0.4)
            raise InvalidInput("SKS-T001", key=key, nearest=near[0] if near else "—")
    return Policy(**{key: _value(key, value) for key, value in untrusted.items()})


def _value(key: str, value: Any) -> Any:
    if key in _BOUNDS:
        low, high = _BOUNDS[key]
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        raise InvalidInput("SKS-T002", key=key, value=value, allowed=f"{low}–{high}")
    if key == "timing":
        if value in (BEFORE, AFTER):
            return value
        raise InvalidInput("SKS-T002", key=key, value=value, allowed=f"{BEFORE}, {AFTER}")
    if key.startswith("schedule"):
        return _schedule(key, value)
    if key == "disarm":
        return _disarm(value)
    if key == "levels":
        return _levels(value)
    if key == "label_days":
        return _label_days(value)
    if key in _FLAGS:
        if isinstance(value, bool):
            return value
        raise InvalidInput("SKS-T002", key=key, value=value, allowed="true, false")
    return _words(key, value)


def _words(key: str, value: Any) -> tuple[str, ...]:
    chars_max = LABEL_CHARS_MAX if key == "labels" else WORD_CHARS_MAX
    words = isinstance(value, (list, tuple)) and all(_is_word(one, chars_max) for one in value)
    if not words or not (value or key == "after_for"):
        raise InvalidInput("SKS-T002", key=key, value=value, allowed='["…", …]')
    if key == "approvers":
        for word in value:
            if word.startswith(LINE) and not _LINE.fullmatch(word):
                raise InvalidInput("SKS-T002", key=key, value=word, allowed="line:, line:1–line:9")
    return tuple(value)


def _levels(value: Any) -> tuple[Level, ...]:
    allowed = f"0–{LEVELS_MAX} × {{approvers = […], approvals = 1–{LEVEL_APPROVALS_MAX}}}"
    listed = isinstance(value, (list, tuple)) and len(value) <= LEVELS_MAX
    if not listed or not all(isinstance(one, (dict, Level)) for one in value):
        raise InvalidInput("SKS-T002", key="levels", value=value, allowed=allowed)
    found = []
    for one in value:
        given = asdict(one) if isinstance(one, Level) else one
        count = given.get("approvals", 1)
        whole = type(count) is int and 1 <= count <= LEVEL_APPROVALS_MAX
        if not whole or not set(given) <= {"approvers", "approvals"}:
            raise InvalidInput("SKS-T002", key="levels", value=given, allowed=allowed)
        found.append(Level(_words("approvers", given.get("approvers")), count))
    return tuple(found)


def _is_word(value: Any, chars_max: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= chars_max


def _disarm(value: Any) -> dict[str, str]:
    profiles = (*PROFILES, NOT_DISARMED)
    if not isinstance(value, dict):
        raise InvalidInput("SKS-T002", key="disarm", value=value, allowed='{"*" = "standard", …}')
    for kind, name in value.items():
        require_kind(kind)
        if name not in profiles:
            raise InvalidInput("SKS-T002", key="disarm", value=name, allowed=", ".join(profiles))
    return dict(value)


def _label_days(value: Any) -> dict[str, int]:
    low, high = _BOUNDS["retention_days"]
    if not isinstance(value, dict) or not all(
        _is_word(label, LABEL_CHARS_MAX) and type(days) is int and low <= days <= high
        for label, days in value.items()
    ):
        allowed = f'{{"機密性3A" = {low}–{high}, …}}'
        raise InvalidInput("SKS-T002", key="label_days", value=value, allowed=allowed)
    return dict(value)


def require_kind(untrusted: str, *, families_too: bool = True) -> str:
    """A kind of content (or a family, or `*`). Raises InvalidInput SKS-T007, naming the nearest."""
    known = [*kinds(), *(families() if families_too else ()), *([EVERYBODY] * families_too)]
    if untrusted not in known:
        near = difflib.get_close_matches(str(untrusted), known, n=1, cutoff=0.4)
        raise InvalidInput("SKS-T007", kind=untrusted, nearest=near[0] if near else "—")
    return untrusted


def _schedule(key: str, value: Any) -> tuple[int, ...]:
    low, high = (1, 7) if key == "schedule_days" else (0, 24)
    whole = isinstance(value, (list, tuple)) and value and all(type(one) is int for one in value)
    fits = whole and all(low <= one <= high for one in value)
    if not fits or (key == "schedule_hours" and (len(value) != 2 or value[0] >= value[1])):
        raise InvalidInput("SKS-T002", key=key, value=value, allowed=f"[{low}–{high}, …]")
    return tuple(value)
