"""Checks that every section of the settings needs: bounds, choices, secrets from files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sekisho.kernel.errors import InvalidInput, Unavailable


def bounded(key: str, value: int, low: int, high: int) -> int:
    """The value, which must lie between the two. Raises InvalidInput SKS-C005."""
    if not low <= value <= high:
        raise InvalidInput("SKS-C005", key=key, value=value, allowed=f"{low}–{high}")
    return value


def choice(key: str, value: str, allowed: tuple[str, ...]) -> str:
    """The value, which must be one of those. Raises InvalidInput SKS-C005."""
    if value not in allowed:
        raise InvalidInput("SKS-C005", key=key, value=value, allowed=", ".join(allowed))
    return value


def secret(folder: Path, found: dict[str, Any], key: str = "password_file") -> str:
    """What stands in the file that `key` names; empty when it names none.

    Raises Unavailable SKS-C004 when it cannot be read.
    """
    if key not in found:
        return ""
    try:
        return (folder / found[key]).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable("SKS-C004", file=found[key], reason=str(error)) from None
