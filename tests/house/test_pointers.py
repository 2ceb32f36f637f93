"""Tests, codes and commands that documents point to exist."""

from __future__ import annotations

import re

import pytest
from tests.house.catalogue import CODE, entries
from tests.house.report import nothing
from tests.house.source import ROOT, documents
from tests.house.test_commands import commands

TEST = re.compile(r"`(tests/[\w/.-]+\.py)::(\w+)`")
COMMAND = re.compile(r"`sekisho ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)")


def test_named_tests_exist() -> None:
    missing = [
        f"{document}: {path}::{name}"
        for document, text in documents().items()
        for path, name in TEST.findall(text)
        if not (ROOT / path).is_file()
        or not re.search(rf"^ *def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE)
    ]
    nothing(missing)


def test_named_codes_are_explained() -> None:
    known = {code for file in entries().values() for code in file}
    unknown = {
        f"{document}: {code}"
        for document, text in documents().items()
        for code in CODE.findall(text)
        if code not in known
    }
    nothing(sorted(unknown))


def test_named_commands_exist() -> None:
    known = {path.removeprefix("sekisho ") for path, _ in commands()}
    groups = {path.partition(" ")[0] for path in known if " " in path}
    unknown = {
        f"{document}: sekisho {words}"
        for document, text in documents().items()
        if not document.startswith("docs/formats/")  # where such words are bytes
        for words in COMMAND.findall(text)
        if (words if words.partition(" ")[0] in groups else words.partition(" ")[0]) not in known
    }
    nothing(sorted(unknown))


@pytest.mark.parametrize("text", ["`tests/house/test_x.py::test_y`", "`sekisho fly away`"])
def test_the_patterns_see_a_pointer(text: str) -> None:
    assert TEST.search(text) or COMMAND.search(text)
