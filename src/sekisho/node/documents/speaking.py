"""Words of one language on a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sekisho.disarm.kinds import kinds, label
from sekisho.kernel.dates import day_words, moment_words

Pair = tuple[str, str]


@dataclass(frozen=True)
class Speech:
    """Texts in the language (`ja` or `en`) of one document."""

    language: str

    def pick(self, ja: str, en: str) -> str:
        """The one of two texts."""
        return en if self.language == "en" else ja

    def word(self, words: Mapping[str, Pair], key: str) -> str:
        """The word for a key; the key itself when a newer version made it."""
        return self.pick(*words.get(key, (key, key)))

    def moment(self, when: datetime | None) -> str:
        """A moment to the second, 和暦 and ISO."""
        return moment_words(when, self.language, seconds=True)

    def day(self, when: datetime | date | None) -> str:
        """A day, 和暦 and ISO."""
        return day_words(when, self.language)

    def listed(self, texts: list[str]) -> str:
        """Several texts in one; `—` for none."""
        return self.pick("、", ", ").join(texts) or "—"

    def kind(self, name: str) -> str:
        """What staff call a kind of content."""
        return label(name, self.language) if name in kinds() else name
