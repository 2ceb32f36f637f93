"""The overview of formats names every page, every type of envelope and every prefix in use."""

from __future__ import annotations

import re
from pathlib import Path

import sekisho

SOURCE = Path(sekisho.__file__).parent
FORMATS = Path(__file__).resolve().parents[2] / "docs" / "formats"
OVERVIEW = (FORMATS / "README.md").read_text("utf-8")
TEXTS = [file.read_text("utf-8") for file in sorted(SOURCE.rglob("*.py"))]


def in_source(pattern: str) -> set[str]:
    return {found for text in TEXTS for found in re.findall(pattern, text)}


def test_every_page_is_named() -> None:
    pages = {page.name for page in FORMATS.glob("*.md")} - {"README.md"}
    assert set(re.findall(r"\]\(([a-z0-9-]+\.md)\)", OVERVIEW)) == pages


def test_every_type_of_envelope_is_named() -> None:
    pattern = r"application/vnd\.sekisho\.[a-z-]+\+json(?:; v=1)?"
    types = in_source(rf'"({pattern})"')
    assert len(types) >= 8
    assert set(re.findall(rf"`({pattern})`", OVERVIEW)) == types
    for page_type in types:
        pages = [page for page in FORMATS.glob("*.md") if page_type in page.read_text("utf-8")]
        assert len(pages) >= 2, page_type


def test_every_prefix_of_an_id_is_named() -> None:
    literal = in_source(r'new_id\("([a-z]+)"\)')
    named = in_source(r'(?:ID_PREFIX|\bPREFIX) = "([a-z]{2})"')
    assert {"tr", "pc", "kb"} <= literal | named
    assert set(re.findall(r"^\| `([a-z]+)_`", OVERVIEW, re.MULTILINE)) == literal | named
