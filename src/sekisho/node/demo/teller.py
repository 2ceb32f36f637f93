"""How the demonstration speaks: scenes, lines, commands; in Japanese or English."""

from __future__ import annotations

from typing import Protocol

from sekisho.kernel.errors import SekishoError


class Teller(Protocol):
    """Where the story is told to. Every text comes in Japanese and in English."""

    def scene(self, ja: str, en: str) -> None:
        """A new chapter begins."""
        ...

    def say(self, ja: str, en: str) -> None:
        """Something happened, or is about to."""
        ...

    def shows(self, ja: str, en: str) -> None:
        """Something was checked and holds."""
        ...

    def command(self, text: str) -> None:
        """The command with which a reader can do the same."""
        ...

    def stopped(self, reason: SekishoError) -> None:
        """Something was refused, as it should be."""
        ...

    def progress(self, what: str, done: int, total: int) -> None:
        """Bytes of long work."""
        ...
