"""Disarm in this process, and check what must hold of every file that comes through."""

from __future__ import annotations

import io
from dataclasses import dataclass

from sekisho.disarm.account import Act, Entry
from sekisho.disarm.engine import Disarmed, disarm
from sekisho.disarm.profile import STANDARD, Profile
from sekisho.disarm.work import Source


@dataclass(frozen=True)
class Result:
    """What came out, and the account of it."""

    content: bytes
    said: Disarmed

    @property
    def code(self) -> str:
        return self.said.stopped.code if self.said.stopped else ""

    def rows(self, act: Act) -> dict[str, int]:
        """Thing → count over all rows of one act."""
        found: dict[str, int] = {}
        for entry in self.said.entries:
            if entry.act is act:
                found[entry.what] = found.get(entry.what, 0) + entry.count
        return found

    def entry(self, what: str) -> Entry:
        """The first row about a thing."""
        return next(entry for entry in self.said.entries if entry.what == what)


def run(
    content: bytes, name: str, profile: Profile = STANDARD, password: str | None = None
) -> Result:
    """Disarm `content` once."""
    sink = io.BytesIO()
    said = disarm(Source(memoryview(content), name), sink, profile, password)
    return Result(sink.getvalue(), said)


def through(content: bytes, name: str, profile: Profile = STANDARD) -> Result:
    """Disarm, demand that it came through, that it is repeatable and a fixed point."""
    first = run(content, name, profile)
    assert first.code == "", first.said.stopped
    assert run(content, name, profile).content == first.content, "not deterministic"
    again = run(first.content, first.said.name, profile)
    assert again.code == "", again.said.stopped
    assert again.content == first.content, "not a fixed point"
    assert again.said.name == first.said.name, "the name is not a fixed point"
    return first


def stopped(content: bytes, name: str, code: str, profile: Profile = STANDARD) -> Result:
    """Disarm, and demand that it stops with this code."""
    result = run(content, name, profile)
    assert result.code == code, result.said.stopped or "came through"
    return result
