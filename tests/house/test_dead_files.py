"""Every module is reached from an entry point: imported, or named in a setting or a command."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

import pytest
from tests.house.names import imports
from tests.house.report import nothing
from tests.house.source import Module, modules

from sekisho.disarm.handlers import PLACES

ENTRY_POINTS: dict[str, str] = {
    "sekisho.cli.main": "the command, named in pyproject.toml",
    "sekisho.__main__": "python -m sekisho",
}
BY_DJANGO = re.compile(
    r"\.(?:migrations(?:\..*)?|apps|models|admin|templatetags\..*|management.*)$"
)
FOR_LATER: dict[str, str] = {
    f"sekisho.dnscheck.{part}": "`domains observe` will stand on it"
    for part in (
        *(f"asking{one}" for one in ("", ".client", ".flight", ".hearing", ".manners")),
        *(f"asking{one}" for one in (".server", ".sockets", ".tcp")),
        *(f"wire{one}" for one in ("", ".names", ".query", ".rare", ".rdata", ".reply", ".types")),
    )
}
"""Module → why it stands though nothing reaches it yet."""


def unreached(modules: Iterable[Module]) -> list[str]:
    """Modules that no way leads to from an entry point or from what Django loads by name."""
    by_name = {module.name: module for module in modules}
    waiting = [name for name in by_name if name in ENTRY_POINTS or BY_DJANGO.search(name)]
    waiting += [f"sekisho.disarm.formats.{place}" for place in PLACES.values()]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in by_name or name in reached:
            continue
        reached.add(name)
        for found in (*_imported(by_name[name]), *_named(by_name[name])):
            waiting += [found, *_ancestors(found)]
    return sorted(name for name in by_name.keys() - reached if _says_more(by_name[name]))


def _says_more(module: Module) -> bool:
    """Whether there is anything in it besides a docstring."""
    return any(not isinstance(node, ast.Expr) for node in module.tree.body)


def _imported(module: Module) -> Iterator[str]:
    is_package = module.path.endswith("__init__.py")
    package = module.name if is_package else module.name.rpartition(".")[0]
    return (name for name, _ in imports(module.tree, package))


def _named(module: Module) -> Iterator[str]:
    """Dotted names of ours in texts: installed apps, commands imported when they are run."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"\bsekisho(?:\.[a-z_0-9]+)+", node.value)
            if module.room == "cli" and re.fullmatch("[a-z_]+:[a-z_]+", node.value):
                yield "sekisho.cli." + node.value.partition(":")[0]


def _ancestors(name: str) -> Iterator[str]:
    while name := name.rpartition(".")[0]:
        yield name


def test_every_module_is_reached() -> None:
    if not any(module.name in ENTRY_POINTS for module in modules()):
        pytest.skip("there is no entry point yet")
    found = unreached(modules())
    nothing(name for name in found if name not in FOR_LATER)
    nothing(f"{name}: reached by now" for name in FOR_LATER if name not in found)


def test_the_rule_sees_an_offence() -> None:
    main = Module("sekisho.cli.main", "src/sekisho/cli/main.py", "x = 'sekisho.a:thing'")
    used = Module("sekisho.a", "src/sekisho/a.py", "x = 1")
    island = Module("sekisho.b", "src/sekisho/b.py", "import sekisho.c\nx = 1")
    other = Module("sekisho.c", "src/sekisho/c.py", "import sekisho.b\nx = 1")
    assert unreached([main, used, island, other]) == ["sekisho.b", "sekisho.c"]
