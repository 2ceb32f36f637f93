"""Tables that are uploaded: held in memory for one request, and in the page between two."""

from __future__ import annotations

from django.http import HttpRequest

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.office.flows.sheets.reading import FILE_BYTES_MAX
from sekisho.web.small_files import InMemory, chosen_file, released


def expect_table(request: HttpRequest) -> None:
    """Let this request bring a table."""
    request.upload_handlers = [InMemory(request, FILE_BYTES_MAX)]


def table_of(request: HttpRequest) -> bytes:
    """The table that was chosen, or the one that the page has held. Raises Refused SKS-F037
    (neither), InvalidInput SKS-F030, SKS-F031 (larger than a table may be)."""
    chosen = chosen_file(request)
    if chosen is not None:
        return chosen
    untrusted = request.POST.get("held", "")
    if not untrusted:
        raise Refused("SKS-F037")
    data = released(untrusted, FILE_BYTES_MAX)
    if data is None:
        raise InvalidInput("SKS-F030", reason="held")
    return data
