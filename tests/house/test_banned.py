"""Banned calls, with what to use instead."""

from __future__ import annotations

import pytest
from tests.house.banned import assertions, offences, shell_true
from tests.house.names import imports
from tests.house.report import nothing
from tests.house.source import Module, modules, texts


def test_nothing_banned_is_used_away_from_home() -> None:
    nothing(sorted(offences(modules())))


def test_no_assert_stands_for_a_check() -> None:
    nothing(assertions(modules()))


def test_nothing_goes_through_a_shell() -> None:
    nothing(shell_true(modules()))


def test_nothing_of_ours_is_mocked() -> None:
    mocks = [
        f"{path}:{line}"
        for path, text in texts().items()
        if path.startswith("tests/") and path.endswith(".py")
        for name, line in imports(Module(path, path, text).tree, "tests")
        if name.startswith(("unittest.mock", "mock", "pytest_mock"))
    ]
    nothing(mocks)


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\nx = datetime.now()",
        "import datetime as d\nx = d.date.today()",
        "import time\nx = time.time()",
        "from os import environ\nx = environ['A']",
        "print(1)",
        "import random\nrandom.random()",
        "import pickle\npickle.loads(b'')",
    ],
)
def test_the_rule_sees_an_offence(text: str) -> None:
    assert list(offences([Module("sekisho.seal.x", "x.py", text)]))


def test_a_default_is_an_argument_but_a_call_in_a_default_is_not() -> None:
    taken = "import time\ndef f(sleep=time.sleep, *, timer=time.monotonic): ..."
    called = "import time\ndef f(at=time.time()): ..."
    assert not list(offences([Module("sekisho.store.x", "x.py", taken)]))
    assert list(offences([Module("sekisho.store.x", "x.py", called)]))


def test_the_rule_lets_a_name_be_at_home() -> None:
    clock = "from datetime import datetime\nx = datetime.now()"
    assert not list(offences([Module("sekisho.kernel.clock", "x.py", clock)]))
    assert list(assertions([Module("sekisho.x", "x.py", "assert 1")]))
    assert list(shell_true([Module("sekisho.x", "x.py", "f(shell=True)")]))
