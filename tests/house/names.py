"""Full dotted names of what a module refers to, through its imports."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

_BUILTINS = frozenset(dir(builtins))


def references(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """(dotted name, line) of every imported name and called builtin that the module refers to.

    `from datetime import datetime; datetime.now()` gives `datetime.datetime.now`. What is only
    the default of a parameter (`sleep=time.sleep`) is left out: it is taken as an argument.
    """
    known = _imported(tree)
    inner = _defaults(tree)
    inner |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and id(node) not in inner:
            first, _, rest = (_chain(node) or "").partition(".")
            if first in known:
                yield (f"{known[first]}.{rest}" if rest else known[first]), node.lineno
        elif isinstance(node, ast.Call):
            name = _chain(node.func)
            if name in _BUILTINS and name not in known:
                yield str(name), node.lineno


def imports(tree: ast.Module, package: str) -> Iterator[tuple[str, int]]:
    """(dotted name, line) of every import, relative ones resolved against `package`.

    `from a.b import c` gives `a.b.c`, whose last part may be a module or a thing in one.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")
                above = ".".join(parents[: len(parents) - node.level + 1])
                base = f"{above}.{base}".rstrip(".")
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


def _defaults(tree: ast.Module) -> set[int]:
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return {id(d) for f in functions for d in (*f.args.defaults, *f.args.kw_defaults)}


def _imported(tree: ast.Module) -> dict[str, str]:
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.split(".")[0]
                known[name] = alias.name if alias.asname else name
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return known


def _chain(node: ast.expr) -> str | None:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])
