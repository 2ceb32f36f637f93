"""JPEG (ITU-T T.81): decoded to check it, then its coefficients are written anew without loss.

Steps: 1 walk the segments and keep those on the list; 2 decode every coefficient; 3 have the
coefficients coded again (a second lossy coding would cost quality and never come to rest);
4 put the few markers back that say how to show it. Other bytes between the coefficients do not
survive step 3. It is left out, and the coded data stays as it was decoded, for pictures whose
coefficients cannot be shown to be within bounds (`jpeg_range`): those with a side under eight
pixels, and those of the finest quality with pure white or black in them.
"""

from __future__ import annotations

import io
from typing import BinaryIO

import mozjpeg_lossless_optimization as mozjpeg
from PIL import JpegImagePlugin

from sekisho.disarm import limits
from sekisho.disarm.formats.pictures import jpeg_segments as segments
from sekisho.disarm.formats.pictures.decoding import admit, decoding
from sekisho.disarm.formats.pictures.jpeg_range import Range, coefficient_range
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
    plain = segments.written(marks.needed(), parts.coded)
    if coefficient_range(parts) is Range.OPEN:
        with decoding():
            JpegImagePlugin.JpegImageFile(io.BytesIO(plain)).load()
        return segments.written(marks.all(marks), parts.coded)
    with decoding():
        again = mozjpeg.optimize(plain, mozjpeg.COPY_MARKERS.NONE)
    result = segments.read(memoryview(again))
    return segments.written(marks.all(segments.Marks.of(result, None)), result.coded)
