"""The directories of a TIFF: each is read into a page, or the file is stopped."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from sekisho.disarm import limits
from sekisho.disarm.formats.pictures import colour
from sekisho.disarm.formats.pictures.decoding import unusual
from sekisho.disarm.formats.pictures.tiff_tags import SIZES, Tag
from sekisho.disarm.work import Stopped, Work

_TAGS_MAX = 500
_VALUES_MAX = 200_000
"""Numbers in one tag: strips of a page, or the colours of a palette of 16 bits."""
_GPS = 34853
_KINDS = {
    0: (1, (1, 2, 4, 8, 16)),
    1: (1, (1, 2, 4, 8, 16, 32)),
    2: (3, (8, 16, 32)),
    3: (1, (1, 2, 4, 8)),
    5: (4, (8, 16)),
    6: (3, (8,)),
    8: (3, (8, 16)),
}
"""Photometric interpretation → samples that a colour needs, and the bits that they may have."""
_WITH_OPACITY = (1, 2, 5)
_YCBCR, _PALETTE, _JPEG = 6, 3, 7
_SIDE_MAX = 1 << 30

Numbers = tuple[int, ...]


@dataclass
class Page:
    """One page: what is written of it (`kept`), and where its strips or tiles lie."""

    width: int
    height: int
    bits: int
    samples: int
    compression: int
    photometric: int
    is_planar: bool
    fill_order: int
    predictor: int
    fax_options: int
    strip_width: int
    strip_height: int
    is_tiled: bool
    offsets: Numbers
    counts: Numbers
    order: str
    is_minor: bool = False
    """A thumbnail or a mask of another page."""
    kept: dict[int, Numbers | bytes] = field(default_factory=dict)
    tables: bytes = b""
    profile: bytes = b""

    @property
    def offsets_tag(self) -> Tag:
        """Of strips or of tiles."""
        return Tag.TILE_OFFSETS if self.is_tiled else Tag.STRIP_OFFSETS

    @property
    def counts_tag(self) -> Tag:
        """Of strips or of tiles."""
        return Tag.TILE_COUNTS if self.is_tiled else Tag.STRIP_COUNTS

    @property
    def row_bytes(self) -> int:
        """One unpacked row of a strip or tile."""
        samples = 1 if self.is_planar else self.samples
        return (self.strip_width * self.bits * samples + 7) // 8

    def rows(self, number: int) -> int:
        """The rows of the strip or tile of that number."""
        if self.is_tiled:
            return self.strip_height
        down = -(-self.height // self.strip_height)
        return min(self.strip_height, self.height - number % down * self.strip_height)


def pages(content: bytes, order: str, work: Work) -> Iterator[Page]:
    """Every page in its order. Raises Stopped SKS-D300, SKS-D301, SKS-D304."""
    (at,) = struct.unpack_from(order + "I", content.ljust(8, b"\0"), 4)
    seen: set[int] = set()
    while at:
        if at in seen or len(seen) > 2 * limits.FRAMES_MAX:
            raise Stopped("SKS-D304", allowed=limits.FRAMES_MAX)
        seen.add(at)
        tags, at = _directory(content, order, at, work)
        yield _page(tags, order, work)


def _directory(
    content: bytes, order: str, at: int, work: Work
) -> tuple[dict[int, Numbers | bytes], int]:
    """The tags on the list with their values, and where the next directory lies."""
    if at + 2 > len(content):
        raise Stopped("SKS-D300")
    (count,) = struct.unpack_from(order + "H", content, at)
    end = at + 2 + 12 * count
    if count > _TAGS_MAX or end + 4 > len(content):
        raise Stopped("SKS-D300")
    tags: dict[int, Numbers | bytes] = {}
    has_place = has_more = False
    for entry in range(at + 2, end, 12):
        tag, kind, values = struct.unpack_from(order + "HHI", content, entry)
        if tag in Tag.__members__.values() and tag not in tags:
            tags[tag] = _values(content, order, entry + 8, kind, values)
        else:
            has_place |= tag == _GPS
            has_more |= tag not in (297,)
    if has_more:
        work.removed("picture-location" if has_place else "picture-metadata")
    (following,) = struct.unpack_from(order + "I", content, end)
    return tags, following


def _values(content: bytes, order: str, at: int, kind: int, count: int) -> Numbers | bytes:
    size = SIZES.get(kind, 0) * count
    if size > 4:
        (at,) = struct.unpack_from(order + "I", content, at)
    is_number = kind in (3, 4, 5)
    most = _VALUES_MAX if is_number else colour.PROFILE_BYTES_MAX
    if size <= 0 or count > most or at + size > len(content):
        raise Stopped("SKS-D300")
    if kind == 1 or not is_number:
        return content[at : at + size]
    letters = {3: f"{count}H", 4: f"{count}I", 5: f"{2 * count}I"}[kind]
    return struct.unpack_from(order + letters, content, at)


class _Tags:
    """Numbers of a directory, checked as they are asked for."""

    def __init__(self, tags: dict[int, Numbers | bytes]) -> None:
        self._tags = tags

    def numbers(self, tag: Tag, otherwise: Numbers = ()) -> Numbers:
        """All values of a tag; single bytes count as numbers. Raises Stopped SKS-D300."""
        found = self._tags.get(tag, otherwise)
        if not found:
            raise Stopped("SKS-D300")
        return tuple(found)

    def one(self, tag: Tag, otherwise: int | None = None) -> int:
        """The value of a tag that has one; of several, they must be equal."""
        found = self.numbers(tag, () if otherwise is None else (otherwise,))
        if len(set(found)) != 1:
            raise unusual(f"TIFF {tag.name}")
        return found[0]

    def raw(self, tag: Tag) -> bytes:
        """The bytes of a tag, or none."""
        found = self._tags.get(tag, b"")
        return found if isinstance(found, bytes) else b""


def _page(found: dict[int, Numbers | bytes], order: str, work: Work) -> Page:
    tags = _Tags(found)
    is_tiled = Tag.TILE_WIDTH in found
    width, height = tags.one(Tag.WIDTH), tags.one(Tag.HEIGHT)
    subfile = tags.one(Tag.SUBFILE, 0)
    page = Page(
        width=width,
        height=height,
        bits=tags.one(Tag.BITS, 1),
        samples=tags.one(Tag.SAMPLES, 1),
        compression=tags.one(Tag.COMPRESSION, 1),
        photometric=tags.one(Tag.PHOTOMETRIC, 0),
        is_planar=tags.one(Tag.PLANES, 1) == 2,
        fill_order=tags.one(Tag.FILL_ORDER, 1),
        predictor=tags.one(Tag.PREDICTOR, 1),
        fax_options=tags.one(Tag.FAX_OPTIONS, 0),
        strip_width=tags.one(Tag.TILE_WIDTH) if is_tiled else width,
        strip_height=tags.one(Tag.TILE_HEIGHT)
        if is_tiled
        else min(tags.one(Tag.STRIP_ROWS, height), height),
        is_tiled=is_tiled,
        offsets=tags.numbers(Tag.TILE_OFFSETS if is_tiled else Tag.STRIP_OFFSETS),
        counts=tags.numbers(Tag.TILE_COUNTS if is_tiled else Tag.STRIP_COUNTS),
        order=order,
        is_minor=bool(subfile & 0b101),
        tables=tags.raw(Tag.JPEG_TABLES),
        profile=tags.raw(Tag.ICC),
    )
    if page.is_minor:
        work.removed("picture-thumbnail")
        return page
    _check(page)
    _keep(page, tags, found)
    return page


def _check(page: Page) -> None:
    """Raises Stopped SKS-D300 for what cannot be, SKS-D301 for what is not on the list."""
    sides = (page.width, page.height, page.strip_width, page.strip_height)
    if not all(0 < side <= _SIDE_MAX for side in sides):
        raise Stopped("SKS-D300")
    needed, bits = _KINDS.get(page.photometric, (0, ()))
    extra = page.samples - needed
    if page.bits not in bits or extra not in (0, 1):
        raise unusual(f"TIFF {page.samples} x {page.bits} bit, photometric {page.photometric}")
    if extra and (page.bits < 8 or page.photometric not in _WITH_OPACITY):
        raise unusual(f"TIFF opacity, photometric {page.photometric}")
    if (page.photometric == _YCBCR and page.compression != _JPEG) or (
        page.compression == _JPEG and (page.bits != 8 or page.photometric == _PALETTE)
    ):
        raise unusual(f"TIFF compression {page.compression}, photometric {page.photometric}")
    across, down = -(-page.width // page.strip_width), -(-page.height // page.strip_height)
    wanted = across * down * (page.samples if page.is_planar else 1)
    if len(page.offsets) != wanted or len(page.counts) != wanted or wanted > _VALUES_MAX:
        raise Stopped("SKS-D300")
    if page.predictor not in (1, 2, 3):
        raise unusual(f"TIFF predictor {page.predictor}")


def _keep(page: Page, tags: _Tags, found: dict[int, Numbers | bytes]) -> None:
    """Collect the tags that are written again, with values on the list."""
    kept = page.kept
    kept[Tag.WIDTH], kept[Tag.HEIGHT] = (page.width,), (page.height,)
    kept[Tag.BITS] = (page.bits,) * page.samples
    kept[Tag.PHOTOMETRIC], kept[Tag.SAMPLES] = (page.photometric,), (page.samples,)
    kept[Tag.PLANES] = (2 if page.is_planar else 1,)
    if page.is_tiled:
        kept[Tag.TILE_WIDTH], kept[Tag.TILE_HEIGHT] = (page.strip_width,), (page.strip_height,)
    else:
        kept[Tag.STRIP_ROWS] = (page.strip_height,)
    if page.predictor != 1:
        kept[Tag.PREDICTOR] = (page.predictor,)
    if 1 < tags.one(Tag.ORIENTATION, 1) <= 8:
        kept[Tag.ORIENTATION] = (tags.one(Tag.ORIENTATION),)
    if tags.one(Tag.SUBFILE, 0) == 2:
        kept[Tag.SUBFILE] = (2,)
    _keep_resolution(kept, tags, found)
    extra = page.samples - _KINDS[page.photometric][0]
    if extra:
        kinds = tags.numbers(Tag.EXTRA, (0,) * extra)
        kept[Tag.EXTRA] = tuple(one if one <= 2 else 0 for one in (*kinds, *(0,) * extra)[:extra])
    formats = tags.one(Tag.FORMAT, 1)
    if formats not in (1, 2, 3):
        raise unusual(f"TIFF format {formats}")
    if formats != 1:
        kept[Tag.FORMAT] = (formats,) * page.samples
    if page.photometric == _PALETTE:
        kept[Tag.COLOURS] = tags.numbers(Tag.COLOURS)
        if len(kept[Tag.COLOURS]) != 3 << page.bits:
            raise Stopped("SKS-D300")
    if page.photometric == _YCBCR:
        sampling = tags.numbers(Tag.SUBSAMPLING, (2, 2))
        if len(sampling) != 2 or not set(sampling) <= {1, 2, 4}:
            raise Stopped("SKS-D300")
        kept[Tag.SUBSAMPLING] = sampling
    if page.photometric == 5:
        kept[Tag.INKS] = (1,)


def _keep_resolution(
    kept: dict[int, Numbers | bytes], tags: _Tags, found: dict[int, Numbers | bytes]
) -> None:
    pair = [tags.numbers(tag) for tag in (Tag.ACROSS, Tag.DOWN) if tag in found]
    unit = tags.one(Tag.UNIT, 2)
    if len(pair) == 2 and all(len(one) == 2 and min(one) > 0 for one in pair) and unit in (1, 2, 3):
        kept[Tag.ACROSS], kept[Tag.DOWN], kept[Tag.UNIT] = pair[0], pair[1], (unit,)
