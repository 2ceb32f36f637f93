"""Killed with SIGKILL at every port call, started again: nothing lost, twice, early or half.

Enumerated, not sampled: moment number 1, 2, … of a stage, until the stage comes through. In
`make test` on SQLite at every moment before which anything had changed (what lies between two
such moments leaves the same disk; every third where the file has crossed already), on PostgreSQL
at some of them; in `make test-long` at every call, on both. What is checked after each kill is
`crossing.go_on`.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from tests.faults import crossing
from tests.faults.crossing import STAGES, Course, prepare
from tests.support import postgres as postgres_module
from tests.support.killing import Ended, Interruptions, Points, side_by_side

Stage = Callable[..., None]
SMALL = b"\x00\xff" + "固定資産税".encode() * 400
LARGE_BYTES = 20 * 1024 * 1024
OF_BLOCKS = "b0000|vault/objects|file (link|remove) .tmp-"
POSTGRES_STEP = 12
STEPS = {crossing.take_answer: 3, crossing.expire: 3}
"""Stages with many moments: in the short run every third, in the long run all."""

TO_THE_END_STEP = 5
"""In the short run every so many kills are followed to the destruction of the keys."""

MUST_BE_HIT = {
    "submit": ["file rename internet/vault/objects", "database after COMMIT"],
    "approve": ["database before COMMIT", "database after COMMIT"],
    "send": [
        "store after put nodes/internet/directory",
        "store after put nodes/internet/parcels/lgwan/pc….head",
        "file link .tmp-",
        "file rename internet/keys/.ledger-seen.json",
        "database after COMMIT",
    ],
    "fetch": [
        "file rename lgwan/vault/objects",
        "store after put nodes/lgwan/parcels/internet/pc….head",
        "database before COMMIT",
    ],
    "take_answer": ["database after COMMIT"],
    "collect": ["file link .sekisho-", "database before COMMIT"],
    "expire": [
        "file link internet/keys/vault/.vault-",
        "file remove internet/keys/vault/vault-",
        "store after delete nodes/internet/parcels/lgwan/pc….head",
        "database after PRAGMA",
    ],
}
"""Call sites, by the beginning of their label, at which the short run must have killed."""

every_stage = pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.__name__)


@pytest.fixture(scope="module")
def sqlite(fast_folder: Path) -> Iterator[Course]:
    course = prepare(fast_folder, SMALL)
    yield course
    course.remove()


@pytest.fixture(scope="module")
def postgresql(fast_folder: Path, postgres: postgres_module.Server) -> Iterator[Course]:
    course = prepare(fast_folder, SMALL, postgres)
    yield course
    course.remove()


@pytest.fixture(scope="module")
def large(fast_folder: Path) -> Iterator[Course]:
    folder = fast_folder / "large"
    folder.mkdir()
    course = prepare(folder, os.urandom(LARGE_BYTES))
    yield course
    course.remove()


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Tell how many points there were, also when all goes well."""

    def said(text: str) -> None:
        with capsys.disabled():
            print(f" [{text}]", end="", flush=True)

    return said


def enumerate_kills(
    course: Course,
    stage: Stage,
    *,
    every: bool = False,
    only: str = "",
    first: int = 1,
    step: int = 1,
    how: type[Points] = Points,
) -> list[Ended]:
    """How the stage ended for each moment at which it was to be killed; the last one survived."""

    def works() -> Iterator[Callable[[], Ended]]:
        for number in itertools.count(first, step):
            to_the_end = every or number % TO_THE_END_STEP == 0
            yield partial(
                course.killed,
                stage,
                number,
                every=every,
                only=only,
                to_the_end=to_the_end,
                how=how,
            )

    return side_by_side(works(), until=lambda ended: bool(ended.answer))


@every_stage
def test_killed_wherever_something_changed(
    sqlite: Course, stage: Stage, say: Callable[[str], None]
) -> None:
    ends = enumerate_kills(sqlite, stage, step=STEPS.get(stage, 1))
    hit = [ended.moments[-1] for ended in ends if ended.killed]
    say(f"{len(hit)} points")
    assert hit
    passed = ends[-1].moments if stage in STEPS else hit
    for label in MUST_BE_HIT[stage.__name__]:
        assert any(one.startswith(label) for one in passed), f"never killed at {label}"


def test_killed_on_postgresql(postgresql: Course, say: Callable[[str], None]) -> None:
    count = 0
    for offset, stage in enumerate(STAGES, 1):
        first = 1 + offset % POSTGRES_STEP
        ends = enumerate_kills(postgresql, stage, first=first, step=POSTGRES_STEP)
        count += sum(ended.killed for ended in ends)
    say(f"{count} points")
    assert count


@pytest.mark.parametrize("stage", [crossing.send, crossing.fetch], ids=lambda one: one.__name__)
def test_killed_between_blocks(large: Course, stage: Stage, say: Callable[[str], None]) -> None:
    ends = enumerate_kills(large, stage, only=OF_BLOCKS)
    hit = [ended.moments[-1] for ended in ends if ended.killed]
    say(f"{len(hit)} points")
    if stage is crossing.send:
        for block in ("b00000", "b00001"):
            assert any(f"after put nodes/internet/parcels/lgwan/pc….{block}" in one for one in hit)


@pytest.mark.parametrize(
    "stage", [crossing.submit, crossing.fetch], ids=lambda stage: stage.__name__
)
def test_interrupted_wherever_something_changed(
    sqlite: Course, stage: Stage, say: Callable[[str], None]
) -> None:
    """Ctrl-C runs what stands in `except` and `finally`: it must not undo what was committed."""
    ends = enumerate_kills(sqlite, stage, how=Interruptions)
    say(f"{len(ends) - 1} points")
    assert len(ends) > len(MUST_BE_HIT[stage.__name__])


@pytest.mark.long
@every_stage
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_killed_at_every_call(
    request: pytest.FixtureRequest,
    kind: str,
    stage: Stage,
    bounded: bool,
    say: Callable[[str], None],
) -> None:
    course: Course = request.getfixturevalue(kind)
    ends = enumerate_kills(course, stage, every=True, step=8 if bounded else 1)
    say(f"{sum(ended.killed for ended in ends)} points")
    assert ends[-1].killed is False
