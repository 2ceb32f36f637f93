"""The policy of a route: who, to whom, what, how large, how approved, how long."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from sekisho.disarm.kinds import families, kinds
from sekisho.disarm.profile import PROFILES
from sekisho.kernel import limits
from sekisho.kernel.errors import InvalidInput

BEFORE, AFTER = "before", "after"
EVERYBODY = "*"
NOT_DISARMED = "none"
"""The profile of what passes as it is."""
DISARM_ALL: Mapping[str, str] = {"*": "standard"}
"""What a route into any zone but the Internet's is opened with, when nothing else is said."""

INTERNET_ZONE = "internet"
WORD_CHARS_MAX = 100
LABEL_CHARS_MAX = 40


@dataclass(frozen=True)
class Policy:
    """One route's rules. Lists of people hold logins, `division:NAME`, `role:NAME` or `*`."""

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
    parcel_days: int = 14
    collect_limit: int = 0
    decide_days: int = 14
    schedule_days: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    schedule_hours: tuple[int, int] = (0, 24)
    rescan_hours: int = 0
    """So long after its release a transfer waits and is scanned again for malware; 0: not."""
    disarm: Mapping[str, str] = field(default_factory=dict)
    """Kind, family or `*` → profile or `none`; the most exact counts, nothing said is `none`."""

    def profile_for(self, kind: str, family: str) -> str:
        """The name of the profile by which files of this kind are disarmed, or `none`."""
        for key in (kind, family, EVERYBODY):
            if key in self.disarm:
                return self.disarm[key]
        return NOT_DISARMED

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
    chars_max = LABEL_CHARS_MAX if key == "labels" else WORD_CHARS_MAX
    words = isinstance(value, (list, tuple)) and all(_is_word(one, chars_max) for one in value)
    if words and value:
        return tuple(value)
    raise InvalidInput("SKS-T002", key=key, value=value, allowed='["…", …]')


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
