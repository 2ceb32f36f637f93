"""A zone file as records: owner, origin and TTL are kept from one entry to the next."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress

from sekisho.dnscheck.answers import Record
from sekisho.dnscheck.zonefile.rdata import data, seconds
from sekisho.dnscheck.zonefile.spelling import full_name
from sekisho.dnscheck.zonefile.tokens import Entry, entries, text_of, wrong
from sekisho.kernel.errors import InvalidInput

RECORDS_MAX = 2_000_000
INCLUDES_MAX = 8
_CLASSES = ("IN", "CH", "HS", "CS")
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9-]*")

Include = Callable[[str], bytes]
"""The bytes of a file named in `$INCLUDE`. Raises InvalidInput where it may not be read."""


def records(
    untrusted_bytes: bytes, *, file: str, origin: str | None = None, include: Include | None = None
) -> Iterator[Record]:
    """Every record, in order. `file` is what errors call it; `origin` ends relative names.

    Raises InvalidInput SKS-Q010 (cannot be read), Q011 (no origin known), Q012 (no TTL known),
    Q013 (a directive that is not followed).
    """
    state = _State(file, origin, include)
    yield from state.read(untrusted_bytes)


class _State:
    def __init__(self, file: str, origin: str | None, include: Include | None) -> None:
        self.file, self.origin, self.include = file, origin, include
        self.owner: str | None = None
        self.default_ttl: int | None = None
        self.last_ttl: int | None = None
        self.count = self.depth = 0
        self._names: dict[str, str] = {}

    def read(self, untrusted_bytes: bytes) -> Iterator[Record]:
        """The records of this file and of those it includes."""
        for entry in entries(text_of(untrusted_bytes, file=self.file), file=self.file):
            try:
                if entry.words[0][:1] == "$" and not entry.indented:
                    yield from self._directive(entry)
                else:
                    yield self._record(entry)
            except LookupError:
                raise InvalidInput("SKS-Q011", file=self.file, line=entry.line) from None
            except ValueError:
                raise wrong(self.file, entry.line, " ".join(entry.words)[:80]) from None
            if self.count > RECORDS_MAX:
                raise wrong(self.file, entry.line, f"> {RECORDS_MAX}")

    def name(self, word: str) -> str:
        """A word as a name in full. Raises ValueError, LookupError without an origin."""
        found = self._names.get(word)
        if found is None:
            found = self._names[word] = full_name(word, self.origin)
        return found

    def _record(self, entry: Entry) -> Record:
        words, place = entry.words, 0
        if not entry.indented:
            self.owner = self.name(words[0])
            place = 1
        if self.owner is None:
            raise ValueError
        ttl, place = self._ttl_and_class(words, place)
        kind = words[place].upper() if place < len(words) else ""
        if not _TYPE.fullmatch(kind):
            raise ValueError
        found = data(kind, words[place + 1 :], self.name)
        self.count += 1
        return Record(self.owner, kind, self._ttl(ttl, kind, found, entry), found)

    def _ttl_and_class(self, words: list[str], place: int) -> tuple[int | None, int]:
        """TTL and class stand in either order, each at most once, and both may be missing."""
        ttl: int | None = None
        classed = False
        while place < len(words):
            word = words[place]
            if not classed and word.upper() in _CLASSES:
                if word.upper() != "IN":
                    raise ValueError
                classed = True
            elif ttl is None and word[:1].isdigit():
                ttl = seconds(word)
            else:
                break
            place += 1
        return ttl, place

    def _ttl(self, given: int | None, kind: str, found: str, entry: Entry) -> int:
        if given is not None:
            self.last_ttl = given
            return given
        if self.default_ttl is not None:
            return self.default_ttl
        if self.last_ttl is not None:
            return self.last_ttl
        if kind != "SOA":
            raise InvalidInput("SKS-Q012", file=self.file, line=entry.line)
        self.default_ttl = int(found.rpartition(" ")[2])
        return self.default_ttl

    def _directive(self, entry: Entry) -> Iterator[Record]:
        directive, *rest = entry.words
        match directive.upper(), rest:
            case "$ORIGIN", [word]:
                self.origin = full_name(word, self.origin)
                self._names.clear()
            case "$TTL", [word]:
                self.default_ttl = seconds(word)
            case "$INCLUDE", [path, *origin] if len(origin) <= 1 and self.include:
                yield from self._included(path, origin, entry)
            case (("$ORIGIN" | "$TTL"), _):
                raise ValueError
            case _:
                raise InvalidInput(
                    "SKS-Q013", file=self.file, line=entry.line, found=directive[:20]
                )

    def _included(self, path: str, origin: list[str], entry: Entry) -> Iterator[Record]:
        """RFC 1035, section 5.1: origin and owner are afterwards what they were before."""
        if self.include is None or self.depth >= INCLUDES_MAX:
            raise wrong(self.file, entry.line, path[:80])
        before = self.file, self.origin, self.owner
        with suppress(IndexError):
            self.origin = full_name(origin[0], self.origin)
        content = self.include(path)
        self.file, self.depth = path, self.depth + 1
        self._names.clear()
        yield from self.read(content)
        self.file, self.origin, self.owner = before
        self.depth -= 1
        self._names.clear()
