"""Names and texts of zone files in the one spelling in which they are compared."""

from __future__ import annotations

import re

from sekisho.dnscheck.answers import ROOT
from sekisho.dnscheck.names import LABEL_BYTES_MAX

NAME_WIRE_MAX = 255
TEXT_BYTES_MAX = 255
_ESCAPE = re.compile(r"\\(\d{3}|.)", re.DOTALL)
_PLAIN_NAME = re.compile(r"[!#-'*-\-/-:<-?A-\[\]-~]+(\.[!#-'*-\-/-:<-?A-\[\]-~]+)*\.?")
"""Labels without escapes, dots only between them."""


def full_name(word: str, origin: str | None) -> str:
    """A name in full, lower case, without the root dot. Raises ValueError."""
    if word == "@":
        return _demanded(origin)
    if word == ".":
        return ROOT
    if _PLAIN_NAME.fullmatch(word):
        labels, lengths = word.lower(), [len(part) for part in word.rstrip(".").split(".")]
        absolute = labels.endswith(".")
        labels = labels.rstrip(".")
    else:
        labels, lengths, absolute = _escaped(word)
    if not absolute:
        base = _demanded(origin)
        if base != ROOT:
            labels = f"{labels}.{base}"
            lengths += [octets(part) for part in labels_of(base)]
    if max(lengths) > LABEL_BYTES_MAX or sum(lengths) + len(lengths) + 1 > NAME_WIRE_MAX:
        raise ValueError(word)
    return labels


def labels_of(name: str) -> list[str]:
    """The labels of a name; a dot after a backslash is part of its label."""
    if "\\" not in name:
        return [] if name == ROOT else name.split(".")
    return re.findall(r"(?:[^.\\]|\\\d{3}|\\.)+", name)


def octets(label: str) -> int:
    """Bytes of a label on the wire."""
    return len(label) if "\\" not in label else len(_ESCAPE.sub("x", label))


def plain(word: str) -> str:
    """The bytes that a word stands for, one character each. Raises ValueError."""
    if "\\" not in word:
        return word
    return _ESCAPE.sub(_unescaped, word)


def text(word: str) -> str:
    """One string of a TXT, as `Record.data` has it. Raises ValueError."""
    found = plain(word)
    if len(found) > TEXT_BYTES_MAX:
        raise ValueError(word)
    return _shown(found)


def _shown(found: str) -> str:
    if found.isascii() and found.isprintable() and "\\" not in found:
        return found
    return "".join(_text_char(char) for char in found)


def _text_char(char: str) -> str:
    if char == "\\":
        return "\\\\"
    return char if " " <= char <= "~" else f"\\{ord(char):03d}"


def _demanded(origin: str | None) -> str:
    if origin is None:
        raise LookupError
    return origin


def _escaped(word: str) -> tuple[str, list[int], bool]:
    """Labels, their bytes and whether the name is absolute, of a name with escapes."""
    parts: list[list[str]] = [[]]
    for found in re.finditer(r"\\(?:\d{3}|.)|.", word, re.DOTALL):
        piece = found[0]
        if piece == ".":
            parts.append([])
        else:
            parts[-1].append(_label_char(plain(piece)))
    absolute = len(parts) > 1 and not parts[-1]
    if absolute:
        parts.pop()
    if not all(parts):
        raise ValueError(word)
    return ".".join("".join(part) for part in parts), [len(part) for part in parts], absolute


def _label_char(char: str) -> str:
    if char in '."\\();@$':
        return "\\" + char
    return char.lower() if "!" <= char <= "~" else f"\\{ord(char):03d}"


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    if len(code) == 1:
        if code.isdigit():
            raise ValueError(found[0])
        return code
    if int(code) > 255:
        raise ValueError(found[0])
    return chr(int(code))
