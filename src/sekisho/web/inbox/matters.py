"""Things of the node that need the IT office, with the page where each is seen to."""

from __future__ import annotations

from dataclasses import dataclass

from sekisho.node.overview import Todo
from sekisho.office.site.matters import sentence


@dataclass(frozen=True)
class Told:
    """One sentence."""

    words: str
    matter: str


def told(one: Todo) -> Told:
    """One thing to be done, in the reader's language."""
    return Told(sentence(one), str(one.matter))
