"""The tags of a TIFF that may stay, each with the type in which we write it."""

from __future__ import annotations

from enum import IntEnum


class Tag(IntEnum):
    """Numbers of TIFF 6.0 and of the technical notes that followed it."""

    SUBFILE = 254
    WIDTH = 256
    HEIGHT = 257
    BITS = 258
    COMPRESSION = 259
    PHOTOMETRIC = 262
    FILL_ORDER = 266
    STRIP_OFFSETS = 273
    ORIENTATION = 274
    SAMPLES = 277
    STRIP_ROWS = 278
    STRIP_COUNTS = 279
    ACROSS = 282
    DOWN = 283
    PLANES = 284
    FAX_OPTIONS = 292
    UNIT = 296
    PREDICTOR = 317
    COLOURS = 320
    TILE_WIDTH = 322
    TILE_HEIGHT = 323
    TILE_OFFSETS = 324
    TILE_COUNTS = 325
    INKS = 332
    EXTRA = 338
    FORMAT = 339
    JPEG_TABLES = 347
    SUBSAMPLING = 530
    ICC = 34675


_LONG = (Tag.WIDTH, Tag.HEIGHT, Tag.STRIP_OFFSETS, Tag.STRIP_ROWS, Tag.STRIP_COUNTS,
         Tag.TILE_WIDTH, Tag.TILE_HEIGHT, Tag.TILE_OFFSETS, Tag.TILE_COUNTS, Tag.SUBFILE,
         Tag.FAX_OPTIONS)  # fmt: skip

KINDS: dict[int, tuple[int, int]] = {
    **dict.fromkeys(Tag, (3, 2)),
    **dict.fromkeys(_LONG, (4, 4)),
    Tag.ACROSS: (5, 8),
    Tag.DOWN: (5, 8),
    Tag.JPEG_TABLES: (7, 1),
    Tag.ICC: (7, 1),
}
"""Tag → number of its type (3 SHORT, 4 LONG, 5 RATIONAL, 7 UNDEFINED), bytes of one value."""

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
"""Bytes of one value by the number of its type."""
