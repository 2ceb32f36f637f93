"""What is public says what it promises; engines import at the top only."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.report import nothing
from tests.house.source import Module, modules

LATE: dict[str, str] = {
    "src/sekisho/store/opening.py": "clients that are optional or slow to load",
}
"""File → why it may import inside functions, besides the commands."""

DJANGO_FILES = ("apps.py", "models.py")
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def undocumented(module: Module) -> Iterator[str]:
    """Public functions and classes of a module, and the module itself, without a docstring."""
    if module.tree.body and not ast.get_docstring(module.tree):
        yield module.path
    for node in module.tree.body:
        is_public = isinstance(node, DEFINITIONS) and not node.name.startswith("_")
        if is_public and not ast.get_docstring(node):
            yield f"{module.path}:{node.lineno} {node.name}"


def late_imports(module: Module) -> Iterator[str]:
    """Imports inside functions."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    yield f"{module.path}:{inner.lineno}"


def test_everything_public_is_documented() -> None:
    checked = [m for m in modules() if not m.is_migration and not m.path.endswith("/apps.py")]
    nothing([line for module in checked for line in undocumented(module)])


def test_only_commands_import_late() -> None:
    checked = [m for m in modules() if m.room not in ("cli", "node") and m.path not in LATE]
    nothing([line for module in checked for line in late_imports(module)])


def test_modules_with_definitions_read_annotations_late() -> None:
    line = "from __future__ import annotations"
    ours = [m for m in modules() if not m.is_migration and not m.path.endswith(DJANGO_FILES)]
    checked = [m for m in ours if line not in m.text]
    has_any = [m.path for m in checked if any(isinstance(n, DEFINITIONS) for n in m.tree.body)]
    nothing(has_any)


def test_the_rules_see_an_offence() -> None:
    module = Module("sekisho.x", "x.py", "def f():\n    import os\n")
    assert list(undocumented(module)) == ["x.py", "x.py:1 f"]
    assert list(late_imports(module)) == ["x.py:2"]
