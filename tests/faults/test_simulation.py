"""Thousands of operations drawn from a seed, with crashes and a failing store; the seed replays.

A failure names the seed and the shortest run that shows it. To play it again:
`SEKISHO_SIMULATION=<seed>:<operations> pytest tests/faults/test_simulation.py -k replay`.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.faults import expectations
from tests.support.killing import in_child
from tests.support.simulation import Run, open_run

SHORT, LONG, BOUNDED = 600, 10_000, 1_500
COMPARE_EVERY = 10
READ_EVERY = 200
TAIL = 15


@dataclass(frozen=True)
class Told:
    """What a run says of itself."""

    digest: str
    counts: dict[str, int]
    failed_at: int | None
    failure: str
    tail: tuple[str, ...]


def play(
    seed: int, operations: int, folder: Path, *, closely_from: int | None = None, end: bool = True
) -> Told:
    """One run in a child. `closely_from`: compare after every operation from there on."""
    return in_child(lambda: _play(seed, operations, folder, closely_from, end))


def _play(seed: int, operations: int, folder: Path, closely_from: int | None, end: bool) -> Told:
    gc.enable()  # A long life; the children of kill tests are too short for it.
    place = Path(tempfile.mkdtemp(dir=folder)) / "town"
    place.mkdir()
    run: Run = open_run(seed, place)
    number, failure = 0, ""
    try:
        for number in range(1, operations + 1):
            run.step(number)
            closely = closely_from is not None and number >= closely_from
            if number % READ_EVERY == 0:
                expectations.agree_to_the_byte(run)
            elif closely or number % COMPARE_EVERY == 0:
                expectations.agree(run)
        if end:
            expectations.at_the_end(run)
    except Exception as error:
        failure = f"{type(error).__name__}: {error}"
        # The place of the failure is worth more than its words.
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        if trace is not None:
            failure += f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})"
    finally:
        shutil.rmtree(place.parent)
    tail = tuple(run.trace[-TAIL:])
    return Told(run.digest, run.counts, number if failure else None, failure, tail)


def must_hold(seed: int, operations: int, folder: Path) -> Told:
    """Play; when it fails, find the shortest prefix that fails, and say how to play it again."""
    told = play(seed, operations, folder)
    if told.failed_at is None:
        return told
    closer = play(seed, told.failed_at, folder, closely_from=told.failed_at - READ_EVERY, end=False)
    last = closer if closer.failed_at is not None else told
    lines = "\n".join(last.tail)
    pytest.fail(
        f"seed {seed} fails after {last.failed_at} operations: {last.failure}\n"
        f"play again: SEKISHO_SIMULATION={seed}:{last.failed_at}\n{lines}",
        pytrace=False,
    )


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[Told], None]:
    """Tell what was done, also when all goes well."""

    def said(told: Told) -> None:
        done = " ".join(f"{name} {count}" for name, count in sorted(told.counts.items()))
        with capsys.disabled():
            print(f" [{done}]", end="", flush=True)

    return said


def test_a_run_of_random_operations(fast_folder: Path, say: Callable[[Told], None]) -> None:
    told = must_hold(20_260_401, SHORT, fast_folder)
    say(told)
    assert told.counts["crash"] > SHORT // 50


def test_the_same_seed_gives_the_same_run(fast_folder: Path) -> None:
    first, second = (play(7, 80, fast_folder, end=False) for _ in range(2))
    assert first.tail == second.tail
    assert first.digest == second.digest
    assert first.digest != play(8, 80, fast_folder, end=False).digest


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ten_thousand_operations(
    seed: int, fast_folder: Path, bounded: bool, say: Callable[[Told], None]
) -> None:
    if bounded and seed > 1:
        pytest.skip("one seed is enough in a bounded run")
    say(must_hold(seed, BOUNDED if bounded else LONG, fast_folder))


@pytest.mark.skipif("SEKISHO_SIMULATION" not in os.environ, reason="no seed is given")
def test_replay(fast_folder: Path, say: Callable[[Told], None]) -> None:
    seed, operations = map(int, os.environ["SEKISHO_SIMULATION"].split(":"))
    say(must_hold(seed, operations, fast_folder))
