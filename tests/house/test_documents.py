"""The documents: they stand, their links lead somewhere, what they name exists."""

from __future__ import annotations

import re

import pytest
from tests.house.report import nothing
from tests.house.source import ROOT, documents, modules

DOCUMENTS = [
    "README.md",
    "README.ja.md",
    "ARCHITECTURE.md",
    "SECURITY.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "LICENSE",
    "NOTICE",
    "docs/commands.md",
    "docs/coverage.md",
    "docs/glossary.md",
    "docs/performance.md",
    "docs/reliability.md",
    "docs/threat-model.md",
    "docs/formats/parcel-v1.md",
]
LINK = re.compile(
    r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)|<img[^>]*src=\"([^\"]+)\""
)
PATH = re.compile(r"`((?:src|tests|docs|scripts|bench)/[\w./-]*[\w/])`")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


@pytest.mark.parametrize("path", DOCUMENTS)
def test_the_document_stands(path: str) -> None:
    assert (ROOT / path).is_file()


def test_relative_links_lead_somewhere() -> None:
    broken = []
    for path, text in documents().items():
        for groups in LINK.findall(FENCE.sub("", text)):
            target = next(filter(None, groups))
            if not re.match(r"[a-z]+:|#", target) and not _leads(path, target):
                broken.append(f"{path}: {target}")
    nothing(broken)


def _leads(document: str, target: str) -> bool:
    file, _, anchor = target.partition("#")
    there = (ROOT / document).parent / file
    if not there.exists() or not there.resolve().is_relative_to(ROOT):
        return False
    return not anchor or anchor in _anchors(there.read_text("utf-8"))


def _anchors(text: str) -> set[str]:
    """The names that headings get: lower case, blanks to hyphens, marks left out."""
    headings = re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_paths_named_in_documents_exist() -> None:
    missing = [
        f"{document}: {path}"
        for document, text in documents().items()
        for path in PATH.findall(text)
        if not (ROOT / path).exists()
    ]
    nothing(missing)


def test_the_map_names_every_room() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    nothing([room for room in {m.room for m in modules()} if room and room not in text])


def test_the_glossary_pairs_every_term_once() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines()]
    pairs = [row for row in rows if len(row) >= 2 and JAPANESE.search(row[1])]
    assert len(pairs) >= 20
    nothing([row for row in pairs if not row[0] or JAPANESE.search(row[0])])
    for column in (0, 1):
        terms = [row[column] for row in pairs]
        assert sorted({term for term in terms if terms.count(term) > 1}) == []
