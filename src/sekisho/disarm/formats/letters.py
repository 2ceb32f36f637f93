"""Text as bytes and as characters: read strictly, cleaned, and written back in its own encoding.

Every file of text goes through here. What is read is the whole file, and its bytes can be had back
from its characters: Windows' Shift_JIS has two codes for some characters (NEC and IBM extensions),
and each keeps its own. ISO-2022-JP is written anew in its one shortest form.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import BinaryIO

from sekisho.disarm import limits
from sekisho.disarm.account import Account, Act
from sekisho.disarm.handlers import handler
from sekisho.disarm.identify import HEAD_BYTES, TAIL_BYTES, ContentType, identify
from sekisho.disarm.inspect.names import disarmed_name
from sekisho.disarm.texts import read_text
from sekisho.disarm.work import Source, Stopped, Work

_TWIN_BASE = 0x10_0000
"""The first of the code points that stand for second codes of a character while we work. Plane 16
is for private use, and no encoding but Unicode's own can write it."""

_TWINS = re.compile("[\U00100000-\U0010ffff]")
_CODECS = {
    "ascii": "ascii",
    "utf-8": "utf-8",
    "cp932": "cp932",
    "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp_ext",
}
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200d\u2060-\u2064\ufeff]")


@dataclass(frozen=True, slots=True)
class Letters:
    """A text in characters, with what is needed to write it: the encoding and its mark."""

    text: str
    encoding: str
    mark: bytes = b""

    def encoded(self, *, references: bool = False) -> bytes:
        """The bytes of the text. With `references`, what the encoding lacks becomes `&#…;`.

        Raises UnicodeEncodeError for what it lacks otherwise.
        """
        if self.encoding == "utf-16":
            big = self.mark == codecs.BOM_UTF16_BE
            return self.mark + self.text.encode("utf-16-be" if big else "utf-16-le")
        errors = "xmlcharrefreplace" if references else "strict"
        codec = _CODECS[self.encoding]
        if self.encoding not in _TWIN_CODES or not _TWINS.search(self.text):
            return self.mark + self.text.encode(codec, errors)
        back = {code: data for data, code in _twins(codec).items()}
        parts = [
            back[part] if part in back else part.encode(codec, errors)
            for part in re.split(f"({_TWINS.pattern})", self.text)
        ]
        return b"".join(parts)

    @property
    def plain(self) -> str:
        """The text with every character as such: for looking at, not for writing."""
        if self.encoding not in _TWIN_CODES or not _TWINS.search(self.text):
            return self.text
        codec = _CODECS[self.encoding]
        return self.text.translate(
            {ord(char): data.decode(codec) for data, char in _twins(codec).items()}
        )

    def having(self, text: str) -> Letters:
        """Another text in the same encoding."""
        return replace(self, text=text)


@dataclass(frozen=True, slots=True)
class _Codes:
    """All codes of two bytes of an encoding."""

    lead: range
    trail: range


_TWIN_CODES = {
    "cp932": _Codes(range(0x81, 0xFD), range(0x40, 0xFD)),
    "euc-jp": _Codes(range(0xA1, 0xFF), range(0xA1, 0xFF)),
}


@cache
def _twins(codec: str) -> dict[bytes, str]:
    """The codes that an encoder would not choose for their character → what stands for them."""
    codes = next(codes for name, codes in _TWIN_CODES.items() if _CODECS[name] == codec)
    found: list[bytes] = []
    for lead in codes.lead:
        for trail in codes.trail:
            data = bytes((lead, trail))
            try:
                char = data.decode(codec)
                if len(char) == 1 and char.encode(codec) != data:
                    found.append(data)
            except UnicodeError:
                continue
    return {data: chr(_TWIN_BASE + number) for number, data in enumerate(found)}


# Python loads a codec when it is first used; a child that is locked down can load nothing.
for _name in (*_CODECS.values(), "utf-16", "utf-16-le", "utf-16-be", "utf-32-le"):
    codecs.lookup(_name)
for _encoding in _TWIN_CODES:
    _twins(_CODECS[_encoding])

_CHARACTER = {
    "cp932": re.compile(rb"[\x81-\x9f\xe0-\xfc][\x40-\xfc]|[^\x81-\x9f\xe0-\xfc]+"),
    "euc-jp": re.compile(rb"\x8f..|\x8e.|[\xa1-\xfe][\xa1-\xfe]|[\x00-\x7f]+", re.DOTALL),
}


def _decoded(data: bytes, encoding: str) -> Letters | None:
    """The bytes as text in this encoding, or None where they are not, or cannot be had back."""
    if encoding == "utf-16":
        mark = data[:2]
        codec = "utf-16-be" if mark == codecs.BOM_UTF16_BE else "utf-16-le"
        data = data[2:]
    else:
        mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        codec, data = _CODECS[encoding], data[len(mark) :]
    try:
        letters = Letters(data.decode(codec), encoding, mark)
        if letters.encoded() == mark + data or encoding == "iso-2022-jp":
            return letters
    except UnicodeError:
        return None
    return _with_twins(data, encoding)


def _with_twins(data: bytes, encoding: str) -> Letters | None:
    if encoding not in _TWIN_CODES:
        return None
    codec = _CODECS[encoding]
    twins = _twins(codec)
    text = "".join(
        twins.get(part) or part.decode(codec) for part in _CHARACTER[encoding].findall(data)
    )
    letters = Letters(text, encoding)
    return letters if letters.encoded() == data else None


def read(source: Source) -> Letters:
    """All of the source as text, exactly. Raises Stopped SKS-D400, SKS-D401."""
    if source.bytes > limits.TEXT_BYTES_MAX:
        raise Stopped("SKS-D400", bytes=source.bytes, allowed=limits.TEXT_BYTES_MAX)
    data = bytes(source.content)
    return _decoded(data, source.encoding) or read_whole(data)


def read_whole(data: bytes) -> Letters:
    """The same where the first 64 KiB did not tell: further on there may be more than ASCII."""
    whole = read_text(data, is_whole=True)
    letters = _decoded(data, whole.encoding) if whole else None
    if letters is None:
        raise Stopped("SKS-D401")
    return letters


def cleaned(letters: Letters, work: Work) -> Letters:
    """The text without control characters; direction marks and the like as the profile says."""
    text = letters.text
    text, count = _CONTROL.subn("", text)
    if count:
        work.removed("control-character", count=count)
    for thing, pattern in (("direction-mark", _DIRECTION), ("invisible-character", _INVISIBLE)):
        if work.profile.marks:
            count = len(pattern.findall(text))
            if count:
                work.found(thing, count=count)
        else:
            text, count = pattern.subn("", text)
            if count:
                work.removed(thing, count=count)
    return letters.having(text)


ROUNDS_MAX = 5
"""So often a text is tried again until nothing changes."""

RebuildLetters = Callable[[Letters, Source, Work], tuple[bytes, str]]
"""What a format of text does: from clean text to the bytes of a file and their kind."""


def rebuild_text(source: Source, sink: BinaryIO, work: Work, rebuild: RebuildLetters) -> str:
    """Read, clean, rebuild and write a text; the kind it has now.

    What was changed goes through the rules once more, by the kind that it has become (what stood
    behind a control character may be a tag), until nothing changes: so it is a fixed point by
    trial. Raises Stopped SKS-D402 when that does not end.
    """
    letters = cleaned(read(source), work)
    data = letters.encoded()
    if data == source.content or _identified(data).name == source.kind:
        if letters.encoding == "iso-2022-jp" and data != source.content:
            work.changed("escape-sequences")
        data, kind = rebuild(letters, source, work)
        if data == source.content:
            sink.write(data)
            return kind
    return _again(data, source, sink, work)


@dataclass
class _Settling(Work):
    """Work on what came out already, in a later round."""

    rounds: int = 0


def _again(data: bytes, source: Source, sink: BinaryIO, work: Work) -> str:
    """The same once more. Only what is changed goes into the account: the rest is there."""
    now = _identified(data)
    rules = handler(now.name)
    rounds = work.rounds + 1 if isinstance(work, _Settling) else 1
    if rules is None or rounds > ROUNDS_MAX:
        raise Stopped("SKS-D402")
    fields = {one: getattr(work, one) for one in Work.__dataclass_fields__}
    later = _Settling(**{**fields, "account": Account(), "looks": ()}, rounds=rounds)
    name = disarmed_name(source.untrusted_name, now.name, later)
    later.account = Account()
    content = Source(memoryview(data), name, now.name, now.encoding)
    kind = rules(content, sink, later)
    for row in later.account.entries():
        if row.act not in (Act.FOUND, Act.KEPT):
            work.account.add(row.act, row.what, row.where, count=row.count)
    return kind


def _identified(data: bytes) -> ContentType:
    return identify(data[:HEAD_BYTES], data[-TAIL_BYTES:], size=len(data))
