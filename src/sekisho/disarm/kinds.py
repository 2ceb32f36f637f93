"""The kinds and families of content, read from `kinds.toml`, with their words for the screen."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of content. Route policies name kinds (`pdf`) or families (`image`)."""

    name: str
    family: str
    ja: str
    en: str
    extensions: tuple[str, ...]


@cache
def _tables() -> tuple[dict[str, Kind], dict[str, tuple[str, str]]]:
    text = resources.files(__package__).joinpath("kinds.toml").read_text("utf-8")
    kinds: dict[str, Kind] = {}
    families: dict[str, tuple[str, str]] = {}
    for family, members in tomllib.loads(text).items():
        ja, en = members.pop("*")
        families[family] = (ja, en)
        for name, (ja, en, extensions) in members.items():
            kinds[name] = Kind(name, family, ja, en, tuple(extensions))
    return kinds, families


def kinds() -> dict[str, Kind]:
    """Every kind by name."""
    return _tables()[0]


def families() -> dict[str, tuple[str, str]]:
    """Every family by name, with its Japanese and its English words."""
    return _tables()[1]


def label(name: str, language: str) -> str:
    """The words for a kind or a family in `ja` or `en`. Raises KeyError for a name not ours."""
    kind = kinds().get(name)
    ja, en = (kind.ja, kind.en) if kind else families()[name]
    return ja if language == "ja" else en


def agrees(name: str, file_name: str) -> bool:
    """Whether a file called `file_name` usually holds content of the kind `name`.

    A program that is text to the eye (`.bat`, `.js`, `.vbs`) is only `text` by content; its
    extension is none of text's, so it does not agree. Raises KeyError for a kind not ours.
    """
    _, dot, extension = file_name.rpartition(".")
    return bool(dot) and extension.casefold() in kinds()[name].extensions
