"""A pool whose children do what the file says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.engines.disarm.sandbox import hostile
from tests.support.parts import need

from sekisho.disarm.profile import STANDARD
from sekisho.disarm.sandbox.lockdown import Bounds
from sekisho.disarm.sandbox.pool import Done, Pool
from sekisho.kernel.limits import MIB

BOUNDS = Bounds(
    cpu_seconds_max=1, wall_seconds_max=4, memory_bytes_max=1024 * MIB, output_bytes_max=8 * MIB
)


class Taken:
    """A pool of hostile children."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    def run(self, order: str, name: str = "a.txt") -> Done:
        """Hand in a file with one order."""
        return self.pool.disarm(f"{order}\n".encode(), name, STANDARD)

    def said(self, order: str) -> str:
        """What came of the order, from a child that lived through it."""
        done = self.run(f"DO {order}")
        assert done.content is not None, (done.report.code, done.report.detail)
        with done.content:
            return done.content.read().decode().strip()

    def code(self, order: str) -> str:
        """The code that the order ended with, and that the next file is none the worse."""
        done = self.run(f"DO {order}")
        assert done.content is None
        assert done.report.went_out is None
        self.still_works()
        return done.report.code

    def still_works(self) -> None:
        """A harmless file goes through."""
        done = self.run("harmless")
        assert done.content is not None, done.report.code
        with done.content:
            assert done.content.read() == b"harmless\n"


@pytest.fixture(scope="module")
def taken() -> Iterator[Taken]:
    """One pool for many files: each test shows that the next file is fine."""
    with Pool(2, bounds=BOUNDS, boot=hostile.boot()) as pool:
        if pool.state().sandbox.level != "full":
            need("the full lockdown", str(pool.state().sandbox))
        yield Taken(pool)
