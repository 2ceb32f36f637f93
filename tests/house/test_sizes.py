"""Files and functions stay short enough to be read at once."""

from __future__ import annotations

from tests.house.report import nothing
from tests.house.sizes import (
    FILE_LINES_MAX,
    FUNCTION_LINES_MAX,
    LONG_FILES,
    SHORT_FUNCTION_LINES,
    SHORT_SHARE_MIN,
    functions,
    too_long_files,
)
from tests.house.source import Module, modules


def test_no_file_is_too_long_without_a_reason() -> None:
    assert too_long_files(modules()).keys() == LONG_FILES.keys()


def test_no_function_is_over_the_limit() -> None:
    nothing([where for lines, where in functions(modules()) if lines > FUNCTION_LINES_MAX])


def test_nearly_every_function_is_short() -> None:
    lengths = [lines for lines, _ in functions(modules())]
    long = sorted(f for f in functions(modules()) if f[0] > SHORT_FUNCTION_LINES)
    assert len(long) <= (1 - SHORT_SHARE_MIN) * len(lengths), long


def test_the_rules_see_an_offence() -> None:
    long = Module("sekisho.x", "src/sekisho/x.py", "def f():\n" + "    a = 1\n" * 500)
    assert too_long_files([long]) == {"src/sekisho/x.py": 501}
    assert next(functions([long]))[0] == 501
    assert FILE_LINES_MAX < 500
