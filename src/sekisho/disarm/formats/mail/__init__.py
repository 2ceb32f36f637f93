"""Mail: the fields, the body and the attachments that are known are written into a new eml file."""

from __future__ import annotations

from typing import BinaryIO

from sekisho.disarm.formats.mail.disarming import disarmed
from sekisho.disarm.formats.mail.outlook import read_message
from sekisho.disarm.formats.mail.reading import read_mail
from sekisho.disarm.formats.mail.writing import write_mail
from sekisho.disarm.work import Source, Work

__all__ = ["rebuild"]


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """eml and mht stay mail; msg becomes eml. Raises Stopped (SKS-D6xx)."""
    if source.kind == "msg":
        letter = read_message(source.content, work)
        work.changed("mail-outlook")
    else:
        letter = read_mail(bytes(source.content), work)
    sink.write(write_mail(disarmed(letter, work)))
    return "eml"
