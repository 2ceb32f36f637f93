"""What holds for every test: bounded, repeatable examples, and no missing part goes unnoticed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Before anything imports `sekisho.node`: one process of tests holds pages and rooms.
import sekisho.web  # noqa: F401

FAULTS_FOLDER = Path(__file__).parent / "faults"
PARTS_FILE = Path(__file__).parent / "support" / "parts.py"
BOUNDED = os.environ.get("SEKISHO_LONG") == "bounded"

_COMMON = {
    "derandomize": True,
    "database": None,
    "deadline": None,
    "print_blob": True,
    "suppress_health_check": [HealthCheck.too_slow],
}
settings.register_profile("short", max_examples=60, **_COMMON)
settings.register_profile("long", max_examples=500 if BOUNDED else 5_000, **_COMMON)
settings.load_profile("short")


@pytest.fixture(scope="session")
def bounded() -> bool:
    """Whether a long test has to keep to about two minutes (CI) or may take what it takes."""
    return BOUNDED


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Faults first: their tests fork, which only a process of one thread may; libraries that other
    tests load (SMB, S3) keep threads to the end."""
    items.sort(key=lambda item: FAULTS_FOLDER not in item.path.parents)


def _missing_part(report: pytest.TestReport) -> str | None:
    """The reason of a skip that `tests.support.parts.need` asked for, or None."""
    if not report.skipped or not isinstance(report.longrepr, tuple):
        return None
    path, _, reason = report.longrepr
    return str(reason).removeprefix("Skipped: ") if Path(path).name == PARTS_FILE.name else None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    yield  # The outermost wrapper: these lines come after those of pytest itself.
    skipped = terminalreporter.stats.get("skipped", [])
    missing = Counter(reason for report in skipped if (reason := _missing_part(report)))
    if not missing:
        return
    terminalreporter.section("部品がないため飛ばした試験 / skipped for want of a part")
    for reason, count in sorted(missing.items()):
        terminalreporter.write_line(f"{count:5}  {reason}")
