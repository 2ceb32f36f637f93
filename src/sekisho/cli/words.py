"""The language of this call, and texts that stand in both languages side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar

JA, EN = "ja", "en"
LANGUAGES = (JA, EN)
Pair = tuple[str, str]
"""A text in Japanese and in English."""

_language: ContextVar[str] = ContextVar("language", default=JA)


def choose(args: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language that the arguments or else the environment ask for.

    `--lang` counts wherever it stands, so that even a wrong option is explained in it. Then
    SEKISHO_LANG; then English where LC_ALL, LC_MESSAGES or LANG, the first that is set, begins
    with `en`; else Japanese.
    """
    given = _option(args) or environment.get("SEKISHO_LANG", "")
    if given in LANGUAGES:
        return given
    locale = next((environment[name] for name in _LOCALES if environment.get(name)), "")
    return EN if locale.lower().startswith("en") else JA


_LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")


def _option(args: Sequence[str]) -> str:
    for place, arg in enumerate(args):
        if arg == "--":
            break
        if arg.startswith("--lang="):
            return arg.removeprefix("--lang=")
        if arg == "--lang" and place + 1 < len(args):
            return args[place + 1]
    return ""


def use(language: str) -> None:
    """Speak this language from now on."""
    _language.set(language)


def language() -> str:
    """`ja` or `en`."""
    return _language.get()


def both(ja: str, en: str) -> str:
    """The one of two texts that the user reads."""
    return en if _language.get() == EN else ja


def longer(first: Pair, more: Pair) -> Pair:
    """The first line of a help text with the paragraphs that follow it."""
    return first[0] + more[0], first[1] + more[1]
