"""Old and binary Office formats that were not converted before: what the sender can do.

A child can start no program. A file that was handed in by itself was converted before
(`sandbox.office_program`), where LibreOffice is installed; one inside an archive or a mail was not.
"""

from __future__ import annotations

from typing import BinaryIO

from sekisho.disarm.work import Source, Stopped, Work

_SAVE_AS = {
    "doc": "docx",
    "rtf": "docx",
    "odt": "docx",
    "jtd": "docx / PDF",
    "xls": "xlsx",
    "xlsb": "xlsx",
    "ods": "xlsx",
    "ppt": "pptx",
    "odp": "pptx",
    "odg": "PDF",
}


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """Raises Stopped: SKS-D700 (Ichitaro), SKS-D701 (by itself), SKS-D704 (inside another file)."""
    target = _SAVE_AS[source.kind]
    if source.kind == "jtd":
        raise Stopped("SKS-D700")
    if work.depth:
        raise Stopped("SKS-D704", target=target)
    raise Stopped("SKS-D701")
