"""The direction of imports, and what runs without the rest being there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.house.names import imports
from tests.house.report import nothing
from tests.house.source import ROOT, SRC, modules

ENGINES = {"seal", "store", "ledger", "disarm", "assess", "dnscheck", "erase"}
BELOW_THE_OFFICE = ENGINES | {"kernel"}
VERIFIER = "sekisho.ledger.verify"

ONLY = """
import sys
class Only:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in {allowed!r}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Only())
import {module}
"""


def test_the_contracts_hold() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-3_000:] + result.stderr


def test_every_room_stands_in_the_contract() -> None:
    contract = (ROOT / ".importlinter").read_text("utf-8")
    rooms = {module.room for module in modules() if module.room}
    nothing([room for room in rooms if room not in contract])


def test_nothing_below_the_office_imports_django_even_late() -> None:
    found = [
        f"{module.path}:{line} {name}"
        for module in modules()
        if module.room in BELOW_THE_OFFICE
        for name, line in imports(module.tree, module.name.rpartition(".")[0])
        if name.partition(".")[0] in ("django", "click", "rich")
    ]
    nothing(found)


def test_the_verifier_runs_on_the_standard_library_and_cryptography() -> None:
    """An auditor has no Django; `cffi` and `typing_extensions` are what cryptography needs."""
    if not (SRC / "sekisho" / "ledger" / "verify.py").exists():
        pytest.skip("there is no verifier yet")
    assert _imports_with(VERIFIER, "cryptography", "cffi", "_cffi_backend", "typing_extensions")


def test_the_blocker_blocks() -> None:
    assert not _imports_with("cryptography.fernet")


def _imports_with(module: str, *allowed: str) -> bool:
    code = ONLY.format(allowed={"sekisho", *allowed}, module=module)
    return subprocess.run([sys.executable, "-c", code], check=False, stderr=2).returncode == 0
