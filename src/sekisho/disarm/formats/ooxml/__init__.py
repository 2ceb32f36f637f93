"""Office Open XML: docx, xlsx, pptx, their templates, and their kinds with macros.

A new package is written from an allow-list (`parts.toml`, `vocabulary/`): main part, what it
leads to by relationships that are known, and in every part the elements and attributes that are
known. Macro kinds come out as the kind without. Where the profile asks for text alone, the text
of all parts is written.
"""

from __future__ import annotations

from typing import BinaryIO

from sekisho.disarm.formats.ooxml import tables
from sekisho.disarm.formats.ooxml.rebuilding import Rebuilding
from sekisho.disarm.profile import Form
from sekisho.disarm.work import Source, Stopped, Work

__all__ = ["rebuild"]

tables.load()


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """Write the document anew; the kind it has now. Raises Stopped SKS-D100 to SKS-D118."""
    if work.profile.form is Form.PICTURE:
        raise Stopped("SKS-D118")
    return Rebuilding(source, work).run(sink)
