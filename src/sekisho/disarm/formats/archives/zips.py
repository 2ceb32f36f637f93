"""A ZIP, as `zipfiles` reads it."""

from __future__ import annotations

from sekisho.disarm.formats.archives.entry import Entry
from sekisho.disarm.work import Work
from sekisho.disarm.zipfiles import read_zip


def zip_entries(content: memoryview, work: Work) -> list[Entry]:
    """Every member but links; comments and bytes that no program shows are dropped."""
    listing = read_zip(content, work.budget)
    if listing.comment_bytes:
        work.removed("archive-comment")
    if listing.hidden_bytes:
        work.removed("archive-hidden")
    links = sum(1 for member in listing.members if member.is_link)
    if links:
        work.removed("archive-link", count=links)
    return [
        Entry(member.untrusted_name, member.is_folder, member.read)
        for member in listing.members
        if not member.is_link
    ]
