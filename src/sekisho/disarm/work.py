"""The work on one file: its profile, its budgets, its account, and the way into files inside it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from sekisho.disarm import limits
from sekisho.disarm.account import Account, Act
from sekisho.disarm.profile import Profile, Refusal
from sekisho.kernel.errors import Refused


class Stopped(Refused):
    """The file does not come through: a coded reason, and what the sender can do about it."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be disarmed: all of its bytes, and the name it came with."""

    content: memoryview
    untrusted_name: str
    kind: str = ""
    """The kind by content (`kinds.toml`)."""
    encoding: str = ""
    """For what is text: its encoding (`texts.ENCODINGS`)."""

    @property
    def bytes(self) -> int:
        return len(self.content)

    def reader(self) -> BinaryIO:
        """The content as a file of its own position."""
        return io.BytesIO(self.content)


class Look(Protocol):
    """Looks at text for what people should know of, and notes it in the account."""

    def __call__(self, account: Account, text: str, where: str) -> None: ...


class Rebuild(Protocol):
    """A format's work: writes the rebuilt file to `sink` and returns the kind it has now.

    Raises Stopped. Deterministic; what it writes comes out of it unchanged when put in again.
    """

    def __call__(self, source: Source, sink: BinaryIO, work: Work) -> str: ...


@dataclass(frozen=True, slots=True)
class Inner:
    """A file inside a file, disarmed."""

    name: str
    kind: str
    content: bytes


@dataclass
class Budget:
    """What one file may cost, shared by everything inside it."""

    packed_bytes: int
    expanded_bytes: int = 0
    members: int = 0
    pixels: int = 0

    def expand(self, count: int) -> None:
        """`count` bytes more were unpacked. Raises Stopped SKS-D010 (too much, or too dense)."""
        self.expanded_bytes += count
        free = limits.RATIO_FREE_BYTES + limits.EXPANDED_RATIO_MAX * self.packed_bytes
        if self.expanded_bytes > min(limits.EXPANDED_BYTES_MAX, free):
            raise Stopped("SKS-D010", bytes=self.expanded_bytes)

    def member(self, count: int = 1) -> None:
        """`count` members or parts more. Raises Stopped SKS-D011."""
        self.members += count
        if self.members > limits.MEMBERS_MAX:
            raise Stopped("SKS-D011", count=self.members, allowed=limits.MEMBERS_MAX)

    def picture(self, pixels: int) -> None:
        """A picture is about to be decoded. Raises Stopped SKS-D012."""
        self.pixels += pixels
        if pixels > limits.PIXELS_MAX or self.pixels > 20 * limits.PIXELS_MAX:
            raise Stopped("SKS-D012", pixels=pixels, allowed=limits.PIXELS_MAX)


@dataclass
class Work:
    """What a format needs while it rebuilds one file."""

    profile: Profile
    budget: Budget
    account: Account
    disarm_inner: Callable[[Source, BinaryIO, Work], tuple[str, str]]
    """The engine itself, for files inside: returns the name and the kind of what it wrote."""
    looks: tuple[Look, ...] = ()
    depth: int = 0
    password: str | None = None

    def found(
        self, what: str, where: str = "", *, count: int = 1, sample: str = "", code: str = ""
    ) -> None:
        """Something that people should judge stays in the file; `code` explains what it means."""
        self.account.add(Act.FOUND, what, where, count=count, sample=sample, code=code)

    def removed(self, what: str, where: str = "", *, count: int = 1) -> None:
        self.account.add(Act.REMOVED, what, where, count=count)

    def replaced(self, what: str, where: str = "", *, count: int = 1) -> None:
        self.account.add(Act.REPLACED, what, where, count=count)

    def changed(self, what: str, where: str = "", *, count: int = 1) -> None:
        self.account.add(Act.CHANGED, what, where, count=count)

    def kept(self, what: str, where: str = "", *, count: int = 1) -> None:
        self.account.add(Act.KEPT, what, where, count=count)

    def look(self, text: str, where: str = "") -> None:
        """Have text of the file looked at (personal numbers and the like)."""
        for look in self.looks:
            look(self.account, text, where)

    def inner(self, name: str, content: bytes | memoryview, where: str = "") -> Inner:
        """Disarm a file inside this one. Raises Stopped, also for too much depth (SKS-D013)."""
        if self.depth >= limits.DEPTH_MAX:
            raise Stopped("SKS-D013", allowed=limits.DEPTH_MAX)
        account = Account()
        deeper = Work(
            self.profile,
            self.budget,
            account,
            self.disarm_inner,
            self.looks,
            self.depth + 1,
            self.password,
        )
        sink = io.BytesIO()
        try:
            name, kind = self.disarm_inner(Source(memoryview(content), name), sink, deeper)
        finally:
            self.account.take(account, where or name)
        return Inner(name, kind, sink.getvalue())

    def inner_or_none(
        self, name: str, content: bytes | memoryview, where: str = ""
    ) -> Inner | None:
        """The same; where the profile puts a notice in the place of what stops, None instead."""
        try:
            return self.inner(name, content, where)
        except Stopped as stopped:
            if self.profile.refusal is Refusal.STOP:
                raise
            self.account.add(Act.STOPPED, "member", where or name, code=stopped.code)
            return None
