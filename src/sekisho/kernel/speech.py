"""Two languages side by side: every text for people stands in Japanese and in English."""

from __future__ import annotations

from contextvars import ContextVar

JA, EN = "ja", "en"
LANGUAGES = (JA, EN)
Pair = tuple[str, str]
"""A text in Japanese and in English."""

_language: ContextVar[str] = ContextVar("language", default=JA)


def use(language: str) -> None:
    """Speak this language from now on, in this thread or call."""
    _language.set(language)


def language() -> str:
    """`ja` or `en`."""
    return _language.get()


def both(ja: str, en: str) -> str:
    """The one of two texts that the user reads."""
    return en if _language.get() == EN else ja
