"""JSON: read to the end by the letter of RFC 8259, and passed on as it was written.

Numbers, order and layout stay: what is validated is every token, and nothing else is in the file.
Names that occur twice in one object are refused, because two programs would read two values.
"""

from __future__ import annotations

import json
import re
from typing import Any, BinaryIO, NoReturn

from sekisho.disarm import limits
from sekisho.disarm.formats.letters import Letters, rebuild_text
from sekisho.disarm.work import Source, Stopped, Work

PLACE = "JSON"
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_NOT_BRACKET = re.compile(r"[^\[\]{}]+")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """Write the same JSON again when all of it is JSON. Raises Stopped SKS-D420 to SKS-D422."""
    if source.bytes > limits.MARKUP_BYTES_MAX:
        raise Stopped("SKS-D400", bytes=source.bytes, allowed=limits.MARKUP_BYTES_MAX)
    return rebuild_text(source, sink, work, _rebuild)


def _rebuild(letters: Letters, source: Source, work: Work) -> tuple[bytes, str]:
    text = letters.text
    _require_shallow(text)
    try:
        json.loads(
            text,
            object_pairs_hook=_distinct,
            parse_int=_ignored,
            parse_float=_ignored,
            parse_constant=_refused,
        )
    except (ValueError, RecursionError):
        raise Stopped("SKS-D420") from None
    plain = letters.plain
    work.look(_ESCAPE.sub(lambda found: chr(int(found[1], 16)), plain), PLACE)
    return letters.encoded(), "json"


def _require_shallow(text: str) -> None:
    """Raises Stopped SKS-D421: programs that read JSON call themselves for each depth."""
    depth = 0
    for bracket in _NOT_BRACKET.sub("", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > limits.XML_DEPTH_MAX:
            raise Stopped("SKS-D421", allowed=limits.XML_DEPTH_MAX)


def _distinct(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise Stopped("SKS-D422")


def _ignored(_: str) -> None:
    """The digits of a number stay as they are; what they are worth is not asked."""


def _refused(name: str) -> NoReturn:
    raise ValueError(name)
