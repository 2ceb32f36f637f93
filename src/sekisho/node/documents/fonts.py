"""Which Japanese font the documents are drawn in: one that the machine has; nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import typst

from sekisho.kernel.errors import Unavailable

JAPANESE = (
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "Source Han Sans JP",
    "Source Han Sans",
    "源ノ角ゴシック JP",
    "源ノ角ゴシック",
    "BIZ UDPGothic",
    "BIZ UDPゴシック",
    "BIZ UDGothic",
    "BIZ UDゴシック",
    "Yu Gothic",
    "游ゴシック",
    "Meiryo",
    "メイリオ",
    "MS PGothic",
    "ＭＳ Ｐゴシック",
    "MS Gothic",
    "ＭＳ ゴシック",
    "Hiragino Sans",
    "Hiragino Kaku Gothic ProN",
    "IPAexGothic",
    "IPAexゴシック",
    "IPAPGothic",
    "IPAGothic",
    "TakaoPGothic",
    "VL PGothic",
    "Noto Serif CJK JP",
    "Yu Mincho",
    "MS Mincho",
    "IPAexMincho",
)
"""Families by name, the first that is there counts: those with all of JIS X 0213 first. Windows
brings BIZ UD, Yu Gothic, Meiryo and MS Gothic, macOS Hiragino; on Linux they are packages."""

EVEN = ("Noto Sans Mono CJK JP", "BIZ UDGothic", "MS Gothic", "IPAGothic")
"""Families whose letters are all of one width, for digests and ids."""


@cache
def system_fonts() -> typst.Fonts:
    """The fonts of this machine, looked up once per process."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)


def japanese_family(families: Iterable[str]) -> str:
    """The family to write in. Raises Unavailable SKS-E001 when none of them is there."""
    there = {name.casefold(): name for name in families}
    for name in JAPANESE:
        if name.casefold() in there:
            return there[name.casefold()]
    raise Unavailable("SKS-E001", families="、".join(JAPANESE[i] for i in (0, 6, 10, 12, 16, 20)))


def even_family(families: Iterable[str], otherwise: str) -> str:
    """The family for digests and ids."""
    there = {name.casefold(): name for name in families}
    found = (there[name.casefold()] for name in EVEN if name.casefold() in there)
    return next(found, otherwise)
