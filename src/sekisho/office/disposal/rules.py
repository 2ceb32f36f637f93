"""Judgements about assets: what is accounted for. Values in, values out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sekisho.office.disposal.kinds import MEDIA, State


@dataclass(frozen=True)
class Standing:
    """An asset as far as it is judged: `media` as counted by somebody, `contents` the states of
    what is registered as built into it."""

    kind: str
    state: str
    media: int | None = None
    contents: Sequence[str] = ()


def unaccounted(one: Standing) -> str:
    """Why not every medium of an asset is accounted for: `uncounted` (nobody has looked into the
    device), `fewer` or `more` (other than registered), `missing`; empty when all is well."""
    if one.state in (State.MISSING, State.LOST):
        return "missing"
    if one.kind in MEDIA:
        return ""
    if any(state in (State.MISSING, State.LOST) for state in one.contents):
        return "missing"
    if one.media is None:
        return "uncounted"
    if len(one.contents) == one.media:
        return ""
    return "fewer" if len(one.contents) < one.media else "more"
