"""PDF: rebuilt by an allow-list of keys and value types, object by object.

`reading` finds the objects, `catalog` and the rules it leads to say what each may hold, `builder`
applies them, `writing` writes the result. What no rule names is not written.
"""

from __future__ import annotations

import io
from typing import BinaryIO

from sekisho.disarm.account import Account
from sekisho.disarm.formats.pdf.builder import Builder
from sekisho.disarm.formats.pdf.catalog import build
from sekisho.disarm.formats.pdf.fonts import not_embedded
from sekisho.disarm.formats.pdf.forms import check_nesting
from sekisho.disarm.formats.pdf.inspecting import look_at_pages, look_at_rest
from sekisho.disarm.formats.pdf.raster import are_pictures, as_pictures, as_text
from sekisho.disarm.formats.pdf.reading import open_document
from sekisho.disarm.formats.pdf.writing import write_document
from sekisho.disarm.profile import Form
from sekisho.disarm.work import Budget, Source, Stopped, Work

__all__ = ["rebuild"]

SETTLING_MAX = 6
"""Further rounds for a file that does not come out the same at once."""


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """Rebuild a PDF, locked or not; as pictures or as text where the profile says so.

    Raises Stopped SKS-D200 to SKS-D206, and those of the budget.
    """
    if work.profile.form is Form.REBUILD:
        _rebuild(source, sink, work)
        return "pdf"
    inner = io.BytesIO()
    are_already = _rebuild(source, inner, work)
    if work.profile.form is Form.TEXT:
        as_text(inner.getvalue(), sink, work)
        return "text"
    if are_already:
        sink.write(inner.getvalue())
        return "pdf"
    drawn = io.BytesIO()
    as_pictures(inner.getvalue(), drawn, work)
    # Through the rules as well: what comes out now is what will come out of it again.
    _rebuild(Source(memoryview(drawn.getvalue()), ""), sink, _quiet(work, len(drawn.getvalue())))
    return "pdf"


def _quiet(work: Work, packed_bytes: int) -> Work:
    """Work with the same rules that nobody is told of."""
    return Work(work.profile, Budget(packed_bytes), Account(), work.disarm_inner)


def _rebuild(source: Source, sink: BinaryIO, work: Work) -> bool:
    """Rebuild until it settles; returns whether it is made of pictures of pages alone."""
    content = io.BytesIO()
    is_settled, are_pages = _rebuild_once(bytes(source.content), content, work)
    for _ in range(SETTLING_MAX):
        if is_settled:
            break
        # What leads to something that was dropped may have to go as well: once more, in silence.
        again = io.BytesIO()
        quiet = _quiet(work, len(content.getvalue()))
        _, are_pages = _rebuild_once(content.getvalue(), again, quiet)
        is_settled = again.getvalue() == content.getvalue()
        content = again
    if not is_settled:
        raise Stopped("SKS-D204")
    sink.write(content.getvalue())
    return are_pages


def _rebuild_once(data: bytes, sink: BinaryIO, work: Work) -> tuple[bool, bool]:
    """Rebuild; returns whether nothing had to be taken out after it was built, and whether
    it is made of pictures of pages alone."""
    document = open_document(work, data)
    builder = Builder(document, work)
    catalog, title = build(builder)
    builder.prune([catalog, *builder.page_list])
    check_nesting(builder.page_list)
    unread = look_at_pages(builder)
    if work.profile.form is Form.PICTURE and (missing := not_embedded(builder.nodes.values())):
        work.found("pdf-font-missing", count=missing)
    write_document(catalog, title, sink)
    look_at_rest(unread, sink, work)
    return not builder.had_dead, are_pictures(catalog, builder.page_list)
