"""JPEG (ITU-T T.81): its coefficients are decoded, and written anew without loss.

Steps: 1 walk the segments and keep those on the list; 2 hold the tables against what encoders
write; 3 decode every coefficient and have them coded again (a second lossy coding would cost
quality and never come to rest); 4 put the few markers back that say how to show it. Other bytes
before, between and behind the coefficients do not survive step 3.
"""

from __future__ import annotations

from typing import BinaryIO

from sekisho.disarm import limits
from sekisho.disarm.formats.pictures import jpeg_segments as segments
from sekisho.disarm.formats.pictures.decoding import admit
from sekisho.disarm.formats.pictures.jpeg_library import coded_anew
from sekisho.disarm.formats.pictures.jpeg_tables import require_codable
from sekisho.disarm.work import Source, Stopped, Work

_DRAWN_PIXELS_MAX = 20 * limits.PIXELS_MAX
"""Pixels of every scan together: a progressive picture is gone over once for each of them."""


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """Rebuild one JPEG. Raises Stopped SKS-D300 (damaged), SKS-D301 (unusual), SKS-D012."""
    sink.write(rebuilt(source.content, work))
    return "jpeg"


def rebuilt(content: memoryview, work: Work) -> bytes:
    """The JPEG written anew; for the pictures of other formats, too. Raises as `rebuild`."""
    parts = segments.read(content)
    admit(parts.width, parts.height, work)
    drawn = parts.width * parts.height * parts.scans
    if drawn > _DRAWN_PIXELS_MAX:
        raise Stopped("SKS-D012", pixels=drawn, allowed=_DRAWN_PIXELS_MAX)
    marks = segments.Marks.of(parts, work)
    if parts.end < len(content):
        work.removed("data-after-end")
    require_codable(parts)
    result = _coded_anew(segments.written(marks.needed(), parts.coded), parts)
    return segments.written(marks.all(segments.Marks.of(result, None)), result.coded)


def _coded_anew(plain: bytes, parts: segments.Parts) -> segments.Parts:
    """By the first codes that do not make it larger, else the smallest.

    Put in again the result is the same: what was tried before it is larger still.
    """
    found: list[segments.Parts] = []
    for again in coded_anew(plain, is_progressive=parts.is_progressive):
        found.append(segments.read(memoryview(again)))
        if found[-1].coded_bytes <= parts.coded_bytes:
            return found[-1]
    return min(found, key=lambda one: one.coded_bytes)
