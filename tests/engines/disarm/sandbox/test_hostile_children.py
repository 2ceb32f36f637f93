"""A child that its file has taken over harms that file and nothing else."""

from __future__ import annotations

import json
import os
import re
import socket
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from tests.engines.disarm.sandbox import hostile
from tests.engines.disarm.sandbox.conftest import BOUNDS, Taken

from sekisho.disarm.sandbox.pool import Pool

ANSWER = {
    "said": "done", "name": "a.txt", "kind_out": "text", "code": "", "detail": {},
    "entries": [], "left_out": 0,
}  # fmt: skip
ROW = {"act": "found", "what": "name", "where": "", "count": 1, "samples": [], "code": ""}


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("read /etc/passwd", "refused EPERM"),
        ("read /proc/self/environ", "refused EPERM"),
        ("read /proc/self/mem", "refused EPERM"),
        ("read /proc/1/environ", "refused EPERM"),
        ("read /dev/null", "refused EPERM"),
        ("list /", "refused EPERM"),
        ("list /proc/self/fd", "refused EPERM"),
        ("stat /etc/passwd", "refused EPERM"),
        ("connect-tcp 22", "refused EPERM"),
        ("connect-udp 53", "refused EPERM"),
        ("connect-unix /run/x", "refused EPERM"),
        ("abstract-unix", "refused EPERM"),
        ("pair", "refused EPERM"),
        ("memory-file", "refused EPERM"),
        ("map-code", "refused EPERM"),
        ("make-code", "refused EPERM"),
        ("seal-output", "refused EPERM"),
        ("own-output", "refused EPERM"),
        ("change-input", "refused EBADF"),
        ("thread", "refused"),
        ("raise-limits", "refused"),
        ("unknown-call", "refused ENOSYS"),
        ("stretch-output", "refused EFBIG"),
        ("environment", "['LC_ALL', 'OPENBLAS_NUM_THREADS', 'TZ']"),
    ],
)
def test_an_attempt_that_libraries_make_too_is_refused(taken: Taken, order: str, said: str) -> None:
    assert taken.said(order) == said
    taken.still_works()


@pytest.mark.parametrize(
    "order",
    [
        "start exec",
        "start fork",
        "start spawn",
        "ptrace",
        "read-memory",
        "kill-parent",
        "kill-all",
        "kill-thread",
        "mount",
        "keys",
        "bpf",
        "ring",
        "user",
        "other-numbers",
    ],
)
def test_an_attempt_that_no_library_makes_ends_the_child(taken: Taken, order: str) -> None:
    if order == "other-numbers" and os.uname().machine != "x86_64":
        pytest.skip("only x86_64 has other numbers")
    assert taken.code(order) == "SKS-D026"


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ("fail", "SKS-D020"),
        ("crash", "SKS-D020"),
        ("abort", "SKS-D020"),
        ("leave 1", "SKS-D020"),
        ("close-all", "SKS-D020"),
        ("allocate", "SKS-D021"),
        ("allocate-in-c", "SKS-D021"),
        ("fill-output", "SKS-D025"),
        ("leave 0", "SKS-D024"),
        ("say-nothing", "SKS-D024"),
        ("say-much", "SKS-D024"),
        ("say-bytes", "SKS-D024"),
        ("stop", "SKS-D010"),
    ],
)
def test_a_child_that_breaks_off_stops_its_file(taken: Taken, order: str, code: str) -> None:
    assert taken.code(order) == code


@pytest.mark.parametrize("order", ["spin", "spin on"])
def test_a_child_that_only_computes_is_ended_by_the_kernel(order: str) -> None:
    """By its processor time, also when it ignores the signal; the clock has time to spare."""
    bounds = replace(BOUNDS, wall_seconds_max=60)
    with Pool(1, bounds=bounds, boot=hostile.boot()) as pool:
        assert Taken(pool).code(order) == "SKS-D022"


def test_a_child_that_sleeps_is_killed_at_the_wall_clock_limit(taken: Taken) -> None:
    assert taken.code("sleep") == "SKS-D023"


def _lie(**changes: object) -> str:
    return json.dumps({**ANSWER, **changes}, separators=(",", ":"))


@pytest.mark.parametrize(
    "lie",
    [
        _lie(said="perfect"),
        _lie(said="stopped"),
        _lie(said="stopped", name="", kind_out="", code="SKS-X999"),
        _lie(said="stopped", name="", kind_out="", code="nonsense"),
        _lie(said="stopped", name="", kind_out="", code="SKS-D001", detail={"type": "x" * 500}),
        _lie(said="stopped", name="", kind_out="", code="SKS-D001", detail={"A B": "x"}),
        _lie(said="fault", name="", kind_out=""),
        _lie(said="convert", name="", kind_out=""),
        _lie(name="../../etc/passwd"),
        _lie(name="a.exe"),
        _lie(name="b.txt"),
        _lie(kind_out="exe", name="a.txt.exe"),
        _lie(kind_out="mp4", name="a.mp4"),
        _lie(kind_out="no such kind"),
        _lie(entries=[ROW] * 401),
        _lie(entries=[{**ROW, "what": "<script>"}]),
        _lie(entries=[{**ROW, "act": "blessed"}]),
        _lie(entries=[{**ROW, "count": 0}]),
        _lie(entries=[{**ROW, "count": 2**60}]),
        _lie(entries=[{**ROW, "where": "x" * 2_000}]),
        _lie(entries=[{**ROW, "code": "SKS-X999"}]),
        _lie(entries=[{**ROW, "samples": ["x"] * 6}]),
        _lie(left_out=-1),
        _lie(left_out=1.5),
        _lie(more=1),
        _lie()[:-1],
        "[" * 1_000,
        "null",
    ],
)
def test_an_answer_that_is_none_stops_the_file(taken: Taken, lie: str) -> None:
    assert taken.code(f"say {lie}") == "SKS-D024"


def test_a_child_may_say_done_only_with_something_written(taken: Taken) -> None:
    done = taken.run(f"DO say {_lie()}")
    assert done.report.code == ""  # what it looks like when it is as it should be
    assert done.content is not None
    done.content.close()
    assert taken.code(f"claim {_lie()}") == "SKS-D024"


def test_what_a_child_says_cannot_deceive_the_eye(taken: Taken) -> None:
    row = {**ROW, "where": "a\u202eb\x1b[2J", "samples": ["\u200b"]}
    done = taken.run(f"DO say {_lie(entries=[row])}")
    assert done.content is not None
    done.content.close()
    (entry,) = done.report.entries
    assert entry.where == "a<202E>b<001B>[2J"
    assert entry.samples == ("<200B>",)


def test_only_null_the_output_and_the_answer_can_be_written_to(taken: Taken) -> None:
    assert taken.said("write-everywhere") == "[0, 1, 2, 5, 6]"


def test_a_fault_names_its_place_and_nothing_of_the_file(taken: Taken) -> None:
    done = taken.run("DO fail")
    assert done.report.code == "SKS-D020"
    assert re.fullmatch(r"KeyError engine\.py:\d+", done.report.detail["fault"])
    assert done.report.came_in.kind == "text"


def test_servers_beside_the_child_are_not_reached() -> None:
    """With servers that would answer: what refuses is the lockdown, not that nobody is there."""
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as local,
    ):
        path = str(Path(folder, "socket"))
        local.bind(path)
        local.listen()
        # Without the filter of system calls: namespaces and Landlock alone must do.
        unfiltered = hostile.boot(
            "from sekisho.disarm.sandbox import lockdown; lockdown._filter = lambda: False"
        )
        with Pool(1, bounds=BOUNDS, boot=unfiltered) as pool:
            one = Taken(pool)
            assert one.pool.state().sandbox.level == "partial"
            assert one.said(f"connect-tcp {server.getsockname()[1]}").startswith("refused")
            assert one.said(f"connect-unix {path}").startswith("refused")
            assert one.said("read /etc/passwd").startswith("refused")
            assert one.said("list /") == "refused EACCES"
