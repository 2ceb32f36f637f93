"""The policy of a route: who, to whom, what, how large, how approved, how long."""

from __future__ import annotations

import difflib
from dataclasses import asdict, dataclass, fields
from typing import Any

from sekisho.kernel import limits
from sekisho.kernel.errors import InvalidInput

BEFORE, AFTER = "before", "after"
EVERYBODY = "*"
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
    chars_max = LABEL_CHARS_MAX if key == "labels" else WORD_CHARS_MAX
    words = isinstance(value, (list, tuple)) and all(_is_word(one, chars_max) for one in value)
    if words and value:
        return tuple(value)
    raise InvalidInput("SKS-T002", key=key, value=value, allowed='["…", …]')


def _is_word(value: Any, chars_max: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= chars_max


def _schedule(key: str, value: Any) -> tuple[int, ...]:
    low, high = (1, 7) if key == "schedule_days" else (0, 24)
    whole = isinstance(value, (list, tuple)) and value and all(type(one) is int for one in value)
    fits = whole and all(low <= one <= high for one in value)
    if not fits or (key == "schedule_hours" and (len(value) != 2 or value[0] >= value[1])):
        raise InvalidInput("SKS-T002", key=key, value=value, allowed=f"[{low}–{high}, …]")
    return tuple(value)
