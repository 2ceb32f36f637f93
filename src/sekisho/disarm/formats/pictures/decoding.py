"""The one boundary to Pillow: what its decoders raise on hostile bytes becomes a coded stop."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageFile

from sekisho.disarm import limits
from sekisho.disarm.work import Stopped, Work

ImageFile.LOAD_TRUNCATED_IMAGES = False
Image.MAX_IMAGE_PIXELS = limits.PIXELS_MAX
Image.preinit()  # what Pillow would load when it first saves: a locked child can load no more

SIDE_PIXELS_MAX = 65_535
"""No side of a picture is longer."""

_ERRORS: tuple[type[Exception], ...] = (
    OSError,  # "broken data stream", "image file is truncated", unknown encodings
    SyntaxError,  # Pillow's "not a … file", also in the midst of one
    ValueError,  # sizes and modes that do not go together, "not enough image data"
    EOFError,  # a frame beyond the last
    struct.error,  # fields cut short
    OverflowError,  # sizes beyond a C int
    ZeroDivisionError,  # fractions with nothing below the line
    IndexError,
    KeyError,
    TypeError,
    Image.DecompressionBombError,
)
"""What Pillow 13 raises for bytes it does not like; nothing else of ours runs inside `decoding`."""


@contextmanager
def decoding(*more: type[Exception]) -> Iterator[None]:
    """Around Pillow on foreign bytes. Raises Stopped SKS-D300 for its errors and for `more`."""
    try:
        yield
    except (*_ERRORS, *more) as error:
        raise Stopped("SKS-D300") from error


def admit(width: int, height: int, work: Work, *, frames: int = 1) -> None:
    """Before a picture is decoded. Raises Stopped SKS-D300 (no size), SKS-D012 (too large)."""
    if width <= 0 or height <= 0 or frames <= 0:
        raise Stopped("SKS-D300")
    work.budget.picture(width * height * frames)
    if max(width, height) > SIDE_PIXELS_MAX:
        raise Stopped("SKS-D012", pixels=width * height, allowed=limits.PIXELS_MAX)


def unusual(detail: str) -> Stopped:
    """The stop for a way of coding that is not on the list; `detail` in few Latin words."""
    return Stopped("SKS-D301", detail=detail)
