"""From the bytes of a zone file to its entries: words, each entry with the line it began on.

Parentheses join lines, quotes keep blanks, `;` begins a comment, a backslash takes the next
character as it is. Bytes are read one by one (Latin-1), so that nothing is lost or guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.limits import MIB

ZONE_BYTES_MAX = 64 * MIB
ENTRY_WORDS_MAX = 4_096
ENTRY_LINES_MAX = 4_096

_BOM = b"\xef\xbb\xbf"
_SPECIAL = re.compile(r'[()";\\\x1c-\x1f\x7f-\xff]')
"""Without these, `str.split` cuts a line as the tokens below do, ten times as fast."""
_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r\f\v]+)|(?P<comment>;.*)|(?P<open>\()|(?P<close>\))
      |"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>(?:[^\s()";\\]|\\.)+)""",
    re.VERBOSE | re.ASCII,
)


@dataclass(slots=True)
class Entry:
    """The words of one record or directive."""

    line: int
    indented: bool
    """Begins with a blank: the owner is that of the entry before."""
    words: list[str]
    """Escapes are kept; quotes are gone."""


def text_of(untrusted_bytes: bytes, *, file: str) -> str:
    """The characters of a file. Raises InvalidInput SKS-Q010."""
    if len(untrusted_bytes) > ZONE_BYTES_MAX:
        raise wrong(file, 1, f"> {ZONE_BYTES_MAX} bytes")
    if b"\0" in untrusted_bytes:
        raise wrong(file, untrusted_bytes[: untrusted_bytes.index(0)].count(b"\n") + 1, "NUL")
    return untrusted_bytes.removeprefix(_BOM).decode("latin-1")


def entries(text: str, *, file: str) -> Iterator[Entry]:
    """Every entry, in order. Raises InvalidInput SKS-Q010."""
    lines = iter(enumerate(text.split("\n"), 1))
    for number, line in lines:
        if _SPECIAL.search(line) is None:
            words = line.split()
        else:
            words = _joined(line, number, lines, file)
        if words:
            yield Entry(number, line[:1] in " \t", words)


def _joined(line: str, number: int, lines: Iterator[tuple[int, str]], file: str) -> list[str]:
    """The words of an entry that may go on over several lines."""
    words: list[str] = []
    depth, here, last = 0, number, number + ENTRY_LINES_MAX
    while True:
        depth = _cut(line, words, depth, file, here)
        if depth == 0:
            return words
        following = next(lines, None)
        if following is None or following[0] > last:
            raise wrong(file, number, "(")
        here, line = following


def _cut(line: str, words: list[str], depth: int, file: str, number: int) -> int:
    """Put the words of one line into `words`; returns how many parentheses are open."""
    place, end = 0, len(line)
    while place < end:
        found = _TOKEN.match(line, place)
        if found is None:
            raise wrong(file, number, line[place : place + 20])
        kind = found.lastgroup
        if kind == "word" or kind == "quoted":
            words.append(found[kind])
        elif kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        if depth < 0 or len(words) > ENTRY_WORDS_MAX:
            raise wrong(file, number, line[place : place + 20])
        place = found.end()
    return depth


def wrong(file: str, line: int, found: str) -> InvalidInput:
    """The error that something cannot be read here, for the caller to raise."""
    return InvalidInput("SKS-Q010", file=file, line=line, found=found)
