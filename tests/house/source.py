"""The repository as the house rules see it: its tracked files, and its modules parsed."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
BINARY_SUFFIXES = {".png", ".jpg", ".gif", ".ico", ".pdf", ".zip", ".bin", ".woff2", ".parcel"}


@dataclass(frozen=True)
class Module:
    """One Python file. `name` is dotted (`sekisho.kernel.clock`), a package's is its folder's."""

    name: str
    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def room(self) -> str:
        """The first folder under `sekisho`: `kernel`, `seal`, …; empty for what stands above."""
        parts = self.path.split("/")
        return parts[2] if len(parts) > 3 else ""

    @property
    def is_migration(self) -> bool:
        return ".migrations" in self.name


@cache
def tracked() -> tuple[Path, ...]:
    """Every file under version control that is on disk; every file at all outside a checkout."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
        ).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        listed = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if _is_ours(path)]
    return tuple(ROOT / name for name in sorted(listed) if name and (ROOT / name).is_file())


def _is_ours(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    made = {"build", "dist", "__pycache__"}
    return not any(part in made or (part.startswith(".") and part != ".ci") for part in parts)


@cache
def texts() -> dict[str, str]:
    """Every tracked text file by its path in the repository."""
    return {
        str(path.relative_to(ROOT)): path.read_text("utf-8")
        for path in tracked()
        if path.suffix not in BINARY_SUFFIXES and "vectors" not in path.parts
    }


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the product."""
    found = []
    for path, text in texts().items():
        if path.startswith("src/") and path.endswith(".py"):
            dotted = path.removeprefix("src/").removesuffix(".py").replace("/", ".")
            found.append(Module(dotted.removesuffix(".__init__"), path, text))
    return tuple(found)


def documents() -> dict[str, str]:
    """Every Markdown document."""
    return {path: text for path, text in texts().items() if path.endswith(".md")}
