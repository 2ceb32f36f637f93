"""Kinds that another program turns into a modern one before a child opens them.

Who calls the program is none of the pool's business: it is given a `Convert` and calls it with
the content as a sealed read-only memory file. What comes back is as untrusted as what went in
and takes the way of every file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from sekisho.disarm.kinds import agrees, kinds

Convert = Callable[[BinaryIO, str], bytes | BinaryIO | None]
"""Called with the content and its kind. Returns the content of the kind that `CONVERTED_FIRST`
names, or None when it cannot (the child then says what to do). Raises Stopped."""

CONVERTED_FIRST = {
    "doc": "docx",
    "xls": "xlsx",
    "xlsb": "xlsx",
    "ppt": "pptx",
    "rtf": "docx",
    "odt": "docx",
    "ods": "xlsx",
    "odp": "pptx",
    "odg": "pdf",
    "jtd": "docx",
}
"""Kind → what it becomes."""


def converted_name(untrusted_name: str, kind: str) -> str:
    """The name with the new extension, where the old one was the right one for the kind."""
    if not agrees(kind, untrusted_name):
        return untrusted_name
    stem, _, _ = untrusted_name.rpartition(".")
    return f"{stem}.{kinds()[CONVERTED_FIRST[kind]].extensions[0]}"
