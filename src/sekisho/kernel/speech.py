"""Two languages side by side: every text for people stands in Japanese and in English."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

JA, EN = "ja", "en"
LANGUAGES = (JA, EN)
Pair = tuple[str, str]
"""A text in Japanese and in English."""

_language: ContextVar[str] = ContextVar("language", default=JA)


def use(language: str) -> None:
    """Speak this language from now on, in this thread or call."""
    _language.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak this language inside the block."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def language() -> str:
    """`ja` or `en`."""
    return _language.get()


def both(ja: str, en: str) -> str:
    """The one of two texts that the user reads."""
    return en if _language.get() == EN else ja
