"""Have the text of every page looked at: read here, or by PDFium where fonts say nothing."""

from __future__ import annotations

import io
from typing import BinaryIO

from sekisho.disarm.formats.pdf import pdfium
from sekisho.disarm.formats.pdf.builder import Builder
from sekisho.disarm.formats.pdf.catalog import page_name
from sekisho.disarm.formats.pdf.texts import Reader
from sekisho.disarm.work import Work

SECOND_READINGS_MAX = 100
"""Pages that PDFium reads; it takes some milliseconds for each."""


def look_at_pages(builder: Builder) -> list[int]:
    """Look at what can be read; returns the pages (from 0) with text that cannot."""
    reader = Reader()
    unread = []
    for index, page in enumerate(reader.read_all(builder.page_list)):
        if page.parts:
            builder.work.look(page.text(), page_name(index + 1))
        if page.unreadable:
            unread.append(index)
    return unread


def look_at_rest(unread: list[int], sink: BinaryIO, work: Work) -> None:
    """Let PDFium read the pages that are left, from the file as it was rebuilt."""
    if not unread:
        return
    sink.seek(0)
    try:
        with pdfium.PdfDocument(io.BytesIO(sink.read())) as pdf:
            for index in unread[:SECOND_READINGS_MAX]:
                work.look(pdf[index].get_textpage().get_text_bounded(), page_name(index + 1))
    except pdfium.PdfiumError:
        pass
    sink.seek(0, io.SEEK_END)
    if len(unread) > SECOND_READINGS_MAX:
        work.found("pdf-unread-page", count=len(unread) - SECOND_READINGS_MAX)
