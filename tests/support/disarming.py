"""A disarmer that follows a script, so that tests of transfers need no format and no child.

Lines with MACRO go, a file with TRAP is stopped, one with HANGS is stopped as one that hung; a file
with SHIFTS comes out different each time. What is found: lines with 個人番号.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock

from sekisho.disarm.account import Account, Act, Entry
from sekisho.disarm.identify import HEAD_BYTES, TAIL_BYTES, identify
from sekisho.disarm.limits import INPUT_BYTES_MAX
from sekisho.disarm.profile import Profile
from sekisho.disarm.report import Content, Outcome, Report, Sandbox
from sekisho.disarm.work import Stopped
from sekisho.node.disarming import Done
from sekisho.node.held import Held, hold


@dataclass
class Scripted:
    """Rules and programs in a version, and every name and password that it was asked with."""

    rules: str = "1"
    tools: Mapping[str, str] = field(default_factory=dict)
    removes: bytes = b"MACRO"
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def disarm(self, content: Held, name: str, by: Profile, password: str | None = None) -> Done:
        data = b"".join(map(bytes, content.pieces()))
        with self._lock:
            self.asked.append((name, by.name, password))
            shifts = len(self.asked)
        code = "SKS-D010" if b"TRAP" in data else "SKS-D013" if b"HANGS" in data else ""
        account = Account()
        kept = []
        for line in data.splitlines(keepends=True):
            if "個人番号".encode() in line:
                account.add(Act.FOUND, "individual-number", "1行目", sample="1234********")
            if self.removes in line:
                account.add(Act.REMOVED, "macro", name)
            else:
                kept.append(line)
        out = b"".join(kept)
        if b"SHIFTS" in out:
            out = out.replace(b"SHIFTS", b"SHIFTS%d" % shifts)
        new_name = name.removesuffix(".docm") + ".txt" if name.endswith(".docm") else name
        came_in = _content(name, data)
        went_out = None if code else _content(new_name, out)
        outcome = Outcome.STOPPED if code else Outcome.REBUILT
        if went_out is not None and went_out == came_in:
            outcome = Outcome.SAME
        report = Report(
            profile=by.name,
            rules=self.rules,
            came_in=came_in,
            outcome=outcome,
            sandbox=Sandbox("full", ("scripted",)),
            went_out=went_out,
            code=code,
            detail={"bytes": "1", "allowed": "1"} if code else {},
            entries=account.entries(),
            tools=self.tools,
        )
        return Done(report, None if code else hold([out], INPUT_BYTES_MAX))

    def look(self, content: Held) -> tuple[Entry, ...]:
        if b"EICAR" in b"".join(map(bytes, content.pieces())):
            raise Stopped("SKS-D800", name="Eicar")
        return (Entry(Act.FOUND, "not-scanned-unreachable"),)

    def version(self) -> tuple[str, Mapping[str, str]]:
        return self.rules, self.tools

    def close(self) -> None:
        pass


def _content(name: str, data: bytes) -> Content:
    kind = identify(data[:HEAD_BYTES], data[-TAIL_BYTES:], size=len(data)).name
    return Content(name, kind, len(data), sha256(data).hexdigest())
