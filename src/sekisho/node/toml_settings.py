"""Reading TOML strictly: an unknown or misspelt key is named with its line and the nearest one."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from sekisho.kernel.errors import InvalidInput

SETTINGS_BYTES_MAX = 256 * 1024
Shape = Mapping[str, Mapping[str, type]]
_HEADER = re.compile(r"\s*\[+\s*[\"']?([^\"'\].]+)")
_WORD = re.compile(r"[^\s\"'.=]+")
_NAME = re.compile(r"\s*[^=#\[\]{}]+(?==)")


def read_toml(text: str, file: str, shape: Shape) -> dict[str, dict[str, Any]]:
    """Sections and keys as `shape` (section → key → type) allows them.

    Raises InvalidInput SKS-C001 (not TOML), SKS-C002 (unknown section or key) or SKS-C003 (type).
    """
    if len(text) > SETTINGS_BYTES_MAX:
        raise InvalidInput("SKS-C001", file=file, reason=f"> {SETTINGS_BYTES_MAX} bytes")
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidInput("SKS-C001", file=file, reason=str(error)) from None
    for section, values in found.items():
        if section not in shape or not isinstance(values, dict):
            raise _unknown(file, _line_of(text, section), section, shape)
        for key, value in values.items():
            _check(text, file, section, key, value, shape[section])
    return {section: dict(found.get(section, {})) for section in shape}


def _check(
    text: str, file: str, section: str, key: str, value: Any, allowed: Mapping[str, type]
) -> None:
    line = _line_of(text, section, key)
    if key not in allowed:
        raise _unknown(file, line, key, allowed)
    if type(value) is not allowed[key]:
        raise InvalidInput(
            "SKS-C003",
            file=file,
            line=line,
            key=f"{section}.{key}",
            expected=allowed[key].__name__,
        )


def _unknown(file: str, line: int, key: str, allowed: Mapping[str, Any]) -> InvalidInput:
    near = difflib.get_close_matches(key, list(allowed), n=1, cutoff=0.3)
    return InvalidInput("SKS-C002", file=file, line=line, key=key, nearest=near[0] if near else "—")


def _line_of(text: str, section: str, key: str = "") -> int:
    """The line of a section, or of a key in it (the section's when the key is not found)."""
    here, found = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        words = [header[1]] if header else _words(here, line)
        here = header[1] if header else here
        if words[:1] == [section] and not found:
            found = number
        if key and words[:2] == [section, key]:
            return number
    return found or 1


def _words(section: str, line: str) -> list[str]:
    """The dotted name that a line gives a value to, with the section it stands in."""
    name = _NAME.match(line)
    words = _WORD.findall(name[0]) if name else []
    return [section, *words] if section else words
