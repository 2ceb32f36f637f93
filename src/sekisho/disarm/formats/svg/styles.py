"""Style sheets and style attributes: only properties on the list, with values of their grammar."""

from __future__ import annotations

import re

from sekisho.disarm.formats.svg.lists import PROPERTIES
from sekisho.disarm.work import Work

_MARK = re.compile(r"[;{]")
_BRACE = re.compile(r"[{}]")
_SELECTOR = re.compile(r"[-\w .#,>*+~]+")
_IMPORTANT = re.compile(r"\s*!\s*important\s*\Z", re.I)
_SPACES = re.compile(r"\s+")
_REACHING_OUT = ("\\", "url", "expression", "import", "image-set", "src")


def declarations(untrusted: str, work: Work, where: str) -> str:
    """`name:value` pairs that may stay, joined by semicolons; the rest is counted."""
    kept = []
    for part in _without_comments(untrusted).split(";"):
        name, colon, value = part.partition(":")
        name, value = name.strip().lower(), _SPACES.sub(" ", value).strip()
        plain = _IMPORTANT.sub("", value)
        if not colon:
            continue
        grammar = PROPERTIES.get(name)
        if grammar and plain and grammar.holds(plain):
            kept.append(f"{name}:{plain}{'!important' if plain != value else ''}")
        else:
            _note(name, value, work, where)
    return ";".join(kept)


def _note(name: str, value: str, work: Work, where: str) -> None:
    """Programs write private properties by the dozen; addresses and escapes are told apart."""
    lowered = value.lower()
    reaches_out = any(sign in lowered for sign in _REACHING_OUT)
    work.removed("svg-external" if reaches_out else "svg-style", where)


def sheet(untrusted: str, work: Work, where: str) -> str:
    """The rules of a style sheet whose selectors are plain; at-rules go with all they hold."""
    text = _without_comments(untrusted)
    kept, start = [], 0
    while mark := _MARK.search(text, start):
        at = mark.start()
        before = _SPACES.sub(" ", text[start:at]).strip()
        if mark[0] == ";":
            work.removed("svg-external" if before.startswith("@") else "svg-style", where)
            start = at + 1
            continue
        end = _closing(text, at)
        inner = text[at + 1 : end]
        start = end + 1
        if not _SELECTOR.fullmatch(before) or "{" in inner:
            work.removed("svg-style", where)
        elif held := declarations(inner, work, where):
            kept.append(f"{before}{{{held}}}")
    if text[start:].strip():
        work.removed("svg-style", where)
    return "\n".join(kept)


def _closing(text: str, opening: int) -> int:
    """Where the block that opens there ends; at the end of the text when it is left open."""
    depth = 0
    for found in _BRACE.finditer(text, opening):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return found.start()
    return len(text)


def _without_comments(text: str) -> str:
    """The text; one that is left open takes the rest with it, as in every reader."""
    parts, at = [], 0
    while (start := text.find("/*", at)) >= 0:
        parts.append(text[at:start])
        end = text.find("*/", start + 2)
        at = end + 2 if end >= 0 else len(text)
    return " ".join((*parts, text[at:])).replace("<!--", " ").replace("-->", " ")
