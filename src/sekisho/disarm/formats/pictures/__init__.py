"""Pictures: each kind is taken apart by its own rules and written anew, without loss.

What is left of a picture is its pixels, how they are shown (palette, transparency, colour profile,
resolution, orientation, frames) and nothing else. What a sender hid in the pixels themselves
(steganography) is not touched by this.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from sekisho.disarm.formats.pictures import bmp, gif, heif, jpeg, png, tiff, webp
from sekisho.disarm.profile import Form
from sekisho.disarm.work import Source, Stopped, Work

_KINDS: dict[str, Callable[[Source, BinaryIO, Work], str]] = {
    "png": png.rebuild,
    "jpeg": jpeg.rebuild,
    "gif": gif.rebuild,
    "bmp": bmp.rebuild,
    "tiff": tiff.rebuild,
    "webp": webp.rebuild,
    "heif": heif.rebuild,
}


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """Rebuild one picture. Raises Stopped SKS-D300 and following.

    A picture as a picture is the same work; as text there is nothing to write (SKS-D302).
    """
    if work.profile.form is Form.TEXT:
        raise Stopped("SKS-D302")
    return _KINDS[source.kind](source, sink, work)
