"""What evidence calls a study."""

from __future__ import annotations


def subject(study: int) -> str:
    """The subject of every event about a study."""
    return f"risk-{study}"
