"""The words for what a report names: one table for each area, Japanese and English."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def things() -> dict[str, tuple[str, str]]:
    """Every name that a row of a report may carry, with its Japanese and English words.

    Raises ValueError when a name stands in two tables.
    """
    merged: dict[str, tuple[str, str]] = {}
    for file in sorted(Path(__file__).parent.glob("*.toml")):
        for name, (ja, en) in tomllib.loads(file.read_text("utf-8")).items():
            if name in merged:
                raise ValueError(f"{name} is named twice")
            merged[name] = (ja, en)
    return merged


def thing(name: str, language: str) -> str:
    """The words for one name in `ja` or `en`. Raises KeyError for a name not ours."""
    ja, en = things()[name]
    return ja if language == "ja" else en
