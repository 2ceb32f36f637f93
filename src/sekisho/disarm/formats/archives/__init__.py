"""Archives: opened within limits, every file in them disarmed, packed again as ZIP."""

from __future__ import annotations

from typing import BinaryIO

from sekisho.disarm.formats.archives.gzips import gzip_entries
from sekisho.disarm.formats.archives.libarchives import lzh_entries, sevenzip_entries
from sekisho.disarm.formats.archives.packing import pack
from sekisho.disarm.formats.archives.tars import tar_entries
from sekisho.disarm.formats.archives.zips import zip_entries
from sekisho.disarm.work import Source, Work

__all__ = ["rebuild"]


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """zip, tar, gzip, 7z and lzh all become ZIP. Raises Stopped (SKS-D5xx, SKS-D1xx)."""
    match source.kind:
        case "zip":
            entries = zip_entries(source.content, work)
        case "tar":
            entries = tar_entries(source.content, work)
        case "gzip":
            entries = gzip_entries(source, work)
        case "7z":
            entries = sevenzip_entries(source.content, work)
        case _:
            entries = lzh_entries(source.content, work)
    if source.kind != "zip":
        work.changed("archive-as-zip")
    pack(entries, sink, work)
    return "zip"
