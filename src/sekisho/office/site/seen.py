"""What somebody had before his eyes when he began to change it: two who change the same thing at
the same time do not overwrite each other unseen."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from sekisho.kernel.documents import write
from sekisho.kernel.errors import Refused


def seen(value: Any) -> str:
    """A digest of a thing as it is shown; goes with the form and comes back with it."""
    return sha256(write(value)).hexdigest()


def require_unchanged(code: str, seen_before: str, value: Any) -> None:
    """Inside the transaction that changes it, before it is changed. Nothing is asked of who says
    nothing of what he saw (`seen_before` empty: the command line). Raises Refused `code`."""
    if seen_before and seen_before != seen(value):
        raise Refused(code)
