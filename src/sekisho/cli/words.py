"""The language of this call, and texts that stand in both languages side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sekisho.kernel.speech import EN, JA, LANGUAGES, Pair, both, language, use

__all__ = ["EN", "JA", "LANGUAGES", "Pair", "both", "choose", "language", "longer", "use"]


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


def longer(first: Pair, more: Pair) -> Pair:
    """The first line of a help text with the paragraphs that follow it."""
    return first[0] + more[0], first[1] + more[1]
