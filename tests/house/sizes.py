"""How long files and functions may be."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from tests.house.source import Module

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
SHORT_FUNCTION_LINES = 40
SHORT_SHARE_MIN = 0.98

LONG_FILES: dict[str, str] = {}
"""Path → why it may be longer. A reason that no longer holds is an error too."""


def too_long_files(modules: Iterable[Module]) -> dict[str, int]:
    """Files over the limit, with their lines; migrations are written by Django."""
    lines = {m.path: m.text.count("\n") for m in modules if not m.is_migration}
    return {path: count for path, count in lines.items() if count > FILE_LINES_MAX}


def functions(modules: Iterable[Module]) -> Iterator[tuple[int, str]]:
    """(lines, where) of every function, nested ones too."""
    for module in modules:
        if module.is_migration:
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                end = node.end_lineno or node.lineno
                yield end - node.lineno + 1, f"{module.path}:{node.lineno} {node.name}"
