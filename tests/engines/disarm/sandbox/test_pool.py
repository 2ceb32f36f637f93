"""The pool: reports, threads, levels, the end of the zygote, and what is left behind."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.engines.disarm.sandbox import hostile
from tests.engines.disarm.sandbox.conftest import BOUNDS, Taken
from tests.engines.disarm.sandbox.processes import descendants, memory, wait_until_gone
from tests.support.parts import need

from sekisho.disarm import limits
from sekisho.disarm.engine import RULES_VERSION
from sekisho.disarm.profile import STANDARD, STRICT
from sekisho.disarm.report import Outcome, read_report, write_report
from sekisho.disarm.sandbox import contents
from sekisho.disarm.sandbox.lockdown import Level
from sekisho.disarm.sandbox.pool import Pool
from sekisho.kernel.errors import InvalidInput, Refused, Unavailable

LOCKDOWN = "from sekisho.disarm.sandbox import lockdown"
NO_LANDLOCK = f"{LOCKDOWN}; lockdown._landlock = lambda: 0"
NOTHING = (
    f"{LOCKDOWN}; lockdown._limit = lambda bounds: False; "
    "lockdown._no_new_privileges = lambda: False"
)


@pytest.fixture
def own() -> Iterator[Taken]:
    """A pool that the test may break."""
    with Pool(2, bounds=BOUNDS, boot=hostile.boot()) as pool:
        yield Taken(pool)


def test_the_report_is_the_parents(taken: Taken) -> None:
    content = b"DO arguments"
    done = taken.pool.disarm(io.BytesIO(b"skipped" + content), "a.txt", STRICT)
    skipped = io.BytesIO(b"skipped" + content)
    skipped.read(7)
    done = taken.pool.disarm(skipped, "folder/a.dat", STRICT)
    assert done.content is not None
    with done.content as file:
        out = file.read()
    report = done.report
    assert report.outcome is Outcome.REBUILT
    assert (report.profile, report.rules) == ("strict", RULES_VERSION)
    assert report.came_in.bytes == len(content)
    assert report.came_in.sha256 == hashlib.sha256(content).hexdigest()
    assert report.went_out is not None
    assert report.went_out.name == "folder/a.dat.txt"
    assert report.went_out.sha256 == hashlib.sha256(out).hexdigest()
    assert report.sandbox.level == "full"
    assert "python" in report.tools
    assert read_report(write_report(report)) == report


def test_a_file_that_comes_out_as_it_went_in_is_called_the_same(taken: Taken) -> None:
    for name, outcome in (("a.txt", Outcome.SAME), ("a.dat", Outcome.REBUILT)):
        done = taken.run("harmless", name)
        assert done.report.outcome is outcome
        assert done.content is not None
        done.content.close()


def test_an_empty_file_goes_through(taken: Taken) -> None:
    done = taken.pool.disarm(b"", "a.txt", STANDARD)
    assert done.report.came_in.kind == "empty"
    assert done.content is not None
    assert done.content.read() == b""
    done.content.close()


def test_what_comes_out_can_be_changed_by_nobody(taken: Taken) -> None:
    done = taken.run("harmless")
    assert done.content is not None
    with done.content, pytest.raises(OSError):
        os.close(os.open(f"/proc/self/fd/{done.content.fileno()}", os.O_RDWR | os.O_TRUNC))


def test_a_name_that_is_none_is_refused(taken: Taken) -> None:
    for name in ("", "..", "a\0b", "/etc/passwd"):
        with pytest.raises(InvalidInput, match="SKS-V022"):
            taken.pool.disarm(b"x", name, STANDARD)


def test_a_password_that_cannot_be_one_is_refused(taken: Taken) -> None:
    for password in ("x" * 1_025, "\ud800"):
        with pytest.raises(InvalidInput, match="SKS-K002"):
            taken.pool.disarm(b"x", "a.txt", STANDARD, password)
    done = taken.pool.disarm(b"x", "a.txt", STANDARD, "ひ" * 340)
    assert done.content is not None
    done.content.close()


def test_a_file_over_the_limit_is_never_handed_over(
    taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "INPUT_BYTES_MAX", 1000)
    done = taken.pool.disarm(b"x" * 1001, "a.txt", STANDARD)
    assert done.report.code == "SKS-D003"
    assert done.report.came_in.sha256 == hashlib.sha256(b"x" * 1001).hexdigest()


def test_a_file_that_changes_while_it_is_worked_on_is_the_one_that_was_taken(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"before")
    with path.open("rb") as file:
        taken = contents.take(file, 100)
    path.write_bytes(b"after!")
    assert taken.file is not None
    with taken.file as copy:
        assert copy.read() == b"before"
        with pytest.raises(OSError):
            os.truncate(copy.fileno(), 1)


def test_several_threads_at_once(taken: Taken) -> None:
    def one(number: int) -> None:
        order = ("DO fail", "DO start exec", "DO leave 3")[number % 3]
        if number % 2:
            assert taken.run(order).content is None
        else:
            content = f"file {number}\n".encode()
            done = taken.pool.disarm(content, f"{number}.txt", STANDARD)
            assert done.content is not None
            with done.content as file:
                assert file.read() == content

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(one, range(40)))


def test_two_files_at_once_take_the_time_of_one(own: Taken) -> None:
    own.still_works()
    started = time.monotonic()
    with ThreadPoolExecutor(2) as threads:
        codes = [done.report.code for done in threads.map(own.run, ["DO sleep"] * 2)]
    assert codes == ["SKS-D023"] * 2
    assert time.monotonic() - started < 1.6 * BOUNDS.wall_seconds_max


def test_nobody_is_left_behind(own: Taken) -> None:
    for order in ("DO fail", "DO sleep", "harmless", "DO start fork"):
        done = own.run(order)
        if done.content:
            done.content.close()
    own.still_works()
    assert len(own.pool.state().sandbox.parts) > 3
    time.sleep(0.2)
    children = _family(own.pool)
    # The zygote, who stands by for it where there are namespaces, and the two that wait.
    assert len(children) <= 4
    own.pool.close()
    assert wait_until_gone(children) == set()


def test_all_end_when_the_caller_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, threading, time; sys.path[:] = sys.argv[1:]\n"
        "from tests.engines.disarm.sandbox import hostile\n"
        "from sekisho.disarm.sandbox.pool import Pool\n"
        "from sekisho.disarm.profile import STANDARD\n"
        "pool = Pool(2, boot=hostile.boot()); pool.state(); print('up', flush=True)\n"
        "pool.disarm(b'DO sleep', 'a.txt', STANDARD)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, *sys.path], stdout=subprocess.PIPE
    ) as caller:
        assert caller.stdout is not None
        assert caller.stdout.readline() == b"up\n"
        time.sleep(0.3)
        family = descendants(caller.pid)
        assert len(family) >= 3
        caller.kill()
    assert wait_until_gone(family) == set()


def test_when_the_zygote_dies_its_files_stop_and_a_new_one_works(own: Taken) -> None:
    own.still_works()
    for _ in range(2):
        family = _family(own.pool)
        with ThreadPoolExecutor(1) as threads:
            running = threads.submit(own.run, "DO sleep")
            time.sleep(0.3)
            os.kill(_zygote(own.pool), signal.SIGKILL)
            assert running.result().report.code == "SKS-D027"
        assert wait_until_gone(family) == set()
        own.still_works()


def need_root() -> None:
    """These processes cannot be looked into by anybody else (they are not dumpable)."""
    if os.geteuid() != 0:
        need("root", "to look into the processes of the pool")


def _family(pool: Pool) -> set[int]:
    """Every process that the pool has started."""
    assert pool._zygote is not None
    started = pool._zygote._process.pid
    return {started, *descendants(started)}


def _zygote(pool: Pool) -> int:
    """The process that forks the children."""
    assert pool._zygote is not None
    started = pool._zygote._process.pid
    children = descendants(started)
    inner = [pid for pid in children if descendants(pid)]
    return inner[0] if inner else started


def test_a_zygote_that_cannot_start_says_why() -> None:
    with Pool(1, boot="raise SystemExit(7)") as pool, pytest.raises(Unavailable, match="D030"):
        pool.disarm(b"x", "a.txt", STANDARD)
    broken = "from sekisho.disarm import handlers; handlers.load_all = lambda: 1 / 0"
    program = hostile.boot(broken)
    with Pool(1, boot=program) as pool, pytest.raises(Unavailable, match="ZeroDivisionError"):
        pool.disarm(b"x", "a.txt", STANDARD)


def test_a_fault_before_the_kind_is_known_is_told_too() -> None:
    broken = "from sekisho.disarm.sandbox import child; child.kind_of = lambda source: 1 / 0"
    with Pool(1, bounds=BOUNDS, boot=hostile.boot(broken)) as pool:
        report = pool.disarm(b"x", "a.txt", STANDARD).report
    assert report.detail["fault"].startswith("ZeroDivisionError")
    assert report.came_in.kind == ""


def test_a_closed_pool_works_no_more() -> None:
    pool = Pool(1, boot=hostile.boot())
    pool.close()
    pool.close()
    with pytest.raises(RuntimeError):
        pool.disarm(b"x", "a.txt", STANDARD)


def test_closing_stops_what_is_at_work() -> None:
    pool = Pool(1, boot=hostile.boot())
    pool.state()
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(pool.disarm, b"DO sleep", "a.txt", STANDARD)
        time.sleep(0.3)
        pool.close()
        assert running.result().report.code == "SKS-D027"


@pytest.mark.parametrize(
    ("more", "level"), [(NO_LANDLOCK, "partial"), (NOTHING, "partial"), ("", "full")]
)
def test_the_level_in_force_is_told_and_may_be_demanded(more: str, level: str) -> None:
    with Pool(1, bounds=BOUNDS, boot=hostile.boot(more)) as pool:
        found = pool.state().sandbox
        if more == "" and found.level != "full":
            need("the full lockdown", str(found))
        assert found.level == ("none" if more == NOTHING else level)
        Taken(pool).still_works()
        assert Taken(pool).run("DO fail").report.sandbox == found
    with Pool(1, level_min=Level.FULL, boot=hostile.boot(more)) as pool:
        if level == "full":
            pool.disarm(b"x", "a.txt", STANDARD)
        else:
            with pytest.raises(Refused, match="SKS-D031"):
                pool.disarm(b"x", "a.txt", STANDARD)


def test_without_namespaces_the_level_is_full_all_the_same() -> None:
    alone = "from sekisho.disarm.sandbox import seclusion; seclusion._unshared = lambda flag: False"
    with Pool(1, bounds=BOUNDS, boot=hostile.boot(alone)) as pool:
        one = Taken(pool)
        assert not any("namespace" in part for part in pool.state().sandbox.parts)
        assert one.code("start fork") == "SKS-D026"
        assert one.said("list /") == "refused EPERM"
        assert one.code("kill-parent") == "SKS-D026"
        family = _family(pool)
    assert wait_until_gone(family) == set()


def test_secrets_of_the_caller_are_in_no_other_process(monkeypatch: pytest.MonkeyPatch) -> None:
    need_root()
    monkeypatch.setenv("SEKISHO_SECRET", "canary-of-the-environment")
    before = descendants(os.getpid())
    with Pool(1, boot=hostile.boot()) as pool:
        assert Taken(pool).said("environment") == "['LC_ALL', 'OPENBLAS_NUM_THREADS', 'TZ']"
        for pid in descendants(os.getpid()) - before:
            assert b"canary" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_no_content_in_the_zygote_and_none_in_the_next_child() -> None:
    need_root()
    with Pool(2, boot=hostile.boot()) as pool:
        canary = "canary" + "-of-a-file"
        for _ in range(3):
            done = pool.disarm(f"{canary} {canary[::-1]}".encode() * 100, "a.txt", STANDARD)
            assert done.content is not None
            done.content.close()
        zygote = _zygote(pool)
        for pid in {zygote, *descendants(zygote)}:
            assert canary.encode() not in memory(pid)


def test_nothing_is_written_to_a_disk() -> None:
    need_root()
    with Pool(1, bounds=BOUNDS, boot=hostile.boot()) as pool:
        pool.state()
        with ThreadPoolExecutor(1) as threads:
            running = threads.submit(pool.disarm, b"DO sleep", "a.txt", STANDARD)
            time.sleep(0.5)
            files = {
                os.readlink(link).split(" ")[0]
                for pid in descendants(_zygote(pool))
                for link in Path(f"/proc/{pid}/fd").glob("*")
            }
            running.result()
    known = {"/dev/null", "/memfd:disarm-in", "/memfd:disarm-out", "/memfd:disarm-says"}
    assert {file for file in files if not file.startswith("socket:")} == known


def test_a_fork_of_the_caller_starts_a_zygote_of_its_own(own: Taken) -> None:
    own.still_works()
    pid = os.fork()
    if pid == 0:
        try:
            Taken(own.pool).still_works()
            own.pool.close()
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0
    own.still_works()


def test_ends_while_other_threads_wait_for_children() -> None:
    with Pool(1, bounds=BOUNDS, boot=hostile.boot()) as pool:
        results: list[str] = []
        threads = [
            threading.Thread(target=lambda: results.append(Taken(pool).run("x").report.code))
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert results == [""] * 6
