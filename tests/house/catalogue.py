"""Where error codes are used in the product, and what stands in the catalogue."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.house.source import SRC, Module

CODE = re.compile(r"SKS-[A-Z][0-9]{3}")
CODES_FOLDER = SRC / "sekisho" / "kernel" / "codes"
TEXTS = ("what", "next", "ask", "what_en", "next_en", "ask_en")


@dataclass(frozen=True)
class Raise:
    """One place where an error is made; `params` is None where it cannot be read off."""

    where: str
    code: str
    params: frozenset[str] | None


def mentioned(modules: Iterable[Module]) -> dict[str, str]:
    """Every code that a module names, with one place where it does."""
    found: dict[str, str] = {}
    for module in modules:
        for node in ast.walk(module.tree):
            value = node.value if isinstance(node, ast.Constant) else None
            if isinstance(value, str) and CODE.fullmatch(value):
                found.setdefault(value, f"{module.path}:{node.lineno}")
    return found


def raises(modules: Iterable[Module]) -> Iterator[Raise]:
    """Every call of an error class with a code written out."""
    everything = list(modules)
    classes = error_classes(everything)
    for module in everything:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and _last_name(node.func) in classes and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and CODE.fullmatch(str(first.value)):
                    where = f"{module.path}:{node.lineno}"
                    yield Raise(where, str(first.value), _keywords(node))


def error_classes(modules: Iterable[Module]) -> set[str]:
    """The names of SekishoError and of every class that descends from it."""
    parents = {
        node.name: {_last_name(base) for base in node.bases}
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"SekishoError"}
    while more := {name for name, bases in parents.items() if bases & found} - found:
        found |= more
    return found


def entries() -> dict[str, dict[str, dict[str, str]]]:
    """File name → code → its texts, in the order of the file."""
    files = sorted(CODES_FOLDER.glob("*.toml"))
    return {file.name: tomllib.loads(file.read_text("utf-8")) for file in files}


def gaps(sentence: str) -> set[str]:
    """The names of the gaps in a sentence."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def _keywords(call: ast.Call) -> frozenset[str] | None:
    names = [keyword.arg for keyword in call.keywords]
    return None if None in names else frozenset(name for name in names if name)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
