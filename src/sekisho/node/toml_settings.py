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


def read_toml(text: str, file: str, shape: Shape) -> dict[str, dict[str, Any]]:
    """Sections and keys as `shape` (section → key → type) allows them.

    Raises InvalidInput SKS-C001 (not TOML), SKS-C002 (unknown section or key) or SKS-C003 (type).
    """
    if len(text) > SETTINGS_BYTES_MAX:
        raise InvalidInput("SKS-C001", file=file, reason=f"> {SETTINGS_BYTES_MAX} bytes")
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput("SKS-C001", file=file, reason=str(error)) from None
    for section, values in found.items():
        if section not in shape or not isinstance(values, dict):
            raise _unknown(text, file, section, shape)
        for key, value in values.items():
            _check(text, file, section, key, value, shape[section])
    return {section: dict(found.get(section, {})) for section in shape}


def _check(
    text: str, file: str, section: str, key: str, value: Any, allowed: Mapping[str, type]
) -> None:
    if key not in allowed:
        raise _unknown(text, file, key, allowed)
    if type(value) is not allowed[key]:
        raise InvalidInput(
            "SKS-C003",
            file=file,
            line=_line_of(text, key),
            key=f"{section}.{key}",
            expected=allowed[key].__name__,
        )


def _unknown(text: str, file: str, key: str, allowed: Mapping[str, Any]) -> InvalidInput:
    near = difflib.get_close_matches(key, list(allowed), n=1, cutoff=0.3)
    return InvalidInput(
        "SKS-C002", file=file, line=_line_of(text, key), key=key, nearest=near[0] if near else "—"
    )


def _line_of(text: str, key: str) -> int:
    pattern = re.compile(rf"^\s*\[*\s*\"?{re.escape(key)}\"?\s*[\]=.]")
    for number, line in enumerate(text.splitlines(), 1):
        if pattern.match(line):
            return number
    return 1
