"""An auditor reads evidence in words: every kind of event that is written has some."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import sekisho
from sekisho.ledger.words import ACT_WORDS

SOURCE = Path(sekisho.__file__).parent
WRITERS = {"record", "Act", "_keep", "_turn_down"}


def kinds_written() -> set[str]:
    """The kinds named where events are written, in the office and in the node."""
    found = set()
    for room in ("office", "node"):
        for file in SOURCE.glob(f"{room}/**/*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                found |= set(_kinds_in(node))
    return found


def _kinds_in(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        texts = [one for one in node.args if isinstance(one, ast.Constant)]
    elif isinstance(node, ast.IfExp):
        name, texts = (
            "record",
            [one for one in (node.body, node.orelse) if isinstance(one, ast.Constant)],
        )
    else:
        return
    for text in texts:
        value = text.value
        if name in WRITERS and isinstance(value, str) and value.count(".") == 1:
            yield value


def test_every_kind_of_event_has_words_in_both_languages() -> None:
    kinds = kinds_written()
    assert len(kinds) >= 25
    assert {"transfer.sent_back", "transfer.receipted", "witness.refused"} <= kinds
    assert sorted(kinds - set(ACT_WORDS)) == []
    for kind in kinds:
        japanese, english = ACT_WORDS[kind]
        assert not japanese.isascii() and english
