"""Which code rebuilds which kind. What stands in no row here does not come through (SKS-D001).

Modules are named, not imported: a child imports all of them once before it is locked down.
"""

from __future__ import annotations

import importlib
from functools import cache

from sekisho.disarm.work import Look, Rebuild

_ROWS: dict[str, str] = {
    # module under formats → the kinds that its `rebuild` takes
    "ooxml": "docx dotx docm dotm xlsx xltx xlsm xltm pptx ppsx potx pptm ppsm potm",
    "pdf": "pdf",
    "pictures": "png jpeg gif bmp tiff webp heif",
    "svg": "svg",
    "plain": "text empty",
    "tables": "csv tsv",
    "jsons": "json",
    "xmls": "xml",
    "htmls": "html",
    "archives": "zip 7z tar gzip lzh",
    "mail": "eml msg",
    "locked": "ooxml-locked zip-locked pdf-locked",
    "converted": "doc xls xlsb ppt rtf odt ods odp odg jtd",
    "drawings": "jww p21 dxf sfc",
}

PLACES: dict[str, str] = {kind: module for module, kinds in _ROWS.items() for kind in kinds.split()}

ADVISED = frozenset({"dxf", "jtd", "jww"})
"""Kinds that always stop: their code knows only which form the sender can save them in."""


def rebuilt() -> set[str]:
    """Kinds that can come through."""
    return {kind for kind in PLACES if kind not in ADVISED and handler(kind) is not None}


@cache
def handler(kind: str) -> Rebuild | None:
    """The `rebuild` of the module for a kind, or None when there is none."""
    place = PLACES.get(kind)
    if place is None:
        return None
    module = importlib.import_module(f"sekisho.disarm.formats.{place}")
    found: Rebuild = module.rebuild
    return found


@cache
def previewer() -> Rebuild:
    """What draws first pages, for every kind that has a preview."""
    found: Rebuild = importlib.import_module("sekisho.disarm.preview").draw
    return found


@cache
def looks() -> tuple[Look, ...]:
    """What looks at every text for what people should know of."""
    found: Look = importlib.import_module("sekisho.disarm.inspect.personal").look_for_personal_data
    return (found,)


def load_all() -> None:
    """Import every handler now: a child that is locked down can read no more files."""
    for kind in PLACES:
        handler(kind)
    previewer()
    looks()
