"""The filter of system calls, judged by a small machine of the test's own, and its numbers."""

from __future__ import annotations

import errno
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.parts import need

from sekisho.disarm.sandbox import landlock
from sekisho.disarm.sandbox.rules import (
    ALLOW,
    KILL,
    STEP_BYTES,
    Step,
    packed,
    program,
    refuse,
    table,
)

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
PID = 4_711
EPERM, ENOSYS, EAGAIN = refuse(errno.EPERM), refuse(errno.ENOSYS), refuse(errno.EAGAIN)


def judged(steps: list[Step], architecture: int, number: int, *arguments: int) -> int:
    """What the kernel would answer: classic BPF, as far as our filter uses it."""
    data = {0: number, 4: architecture}
    for place in range(6):
        value = arguments[place] if place < len(arguments) else 0
        data[16 + 8 * place] = value & 0xFFFFFFFF
        data[20 + 8 * place] = value >> 32
    held = at = 0
    while True:
        step = steps[at]
        at += 1
        if step.code == 0x06:
            return step.value
        if step.code == 0x20:
            held = data[step.value]
            continue
        true = {
            0x15: held == step.value,
            0x35: held >= step.value,
            0x45: bool(held & step.value),
        }[step.code]
        at += step.when_true if true else step.when_false


@pytest.fixture(params=list(ARCHITECTURES))
def machine(request: pytest.FixtureRequest) -> str:
    """Each machine that there is a table for."""
    return str(request.param)


def number(machine: str, name: str) -> int:
    """The number of a call."""
    column = list(ARCHITECTURES).index(machine)
    return next(calls[name][column] for calls in table().values() if name in calls)


def ask(machine: str, name: str, *arguments: int) -> int:
    """The answer to a call by name."""
    steps = program(machine, PID)
    return judged(steps, ARCHITECTURES[machine], number(machine, name), *arguments)


def test_every_row_is_answered_as_its_group_says(machine: str) -> None:
    steps = program(machine, PID)
    column = list(ARCHITECTURES).index(machine)
    known = set()
    for group, answer in (("allow", ALLOW), ("eperm", EPERM), ("kill", KILL)):
        for name, numbers in table()[group].items():
            if numbers[column] >= 0:
                said = judged(steps, ARCHITECTURES[machine], numbers[column], *[2**64 - 1] * 6)
                assert said == answer, name
                known.add(numbers[column])
    known |= {numbers[column] for numbers in table()["look"].values()}
    for unknown in set(range(1_000)) - known:
        assert judged(steps, ARCHITECTURES[machine], unknown) == ENOSYS


def test_no_call_stands_in_two_groups() -> None:
    names = [name for calls in table().values() for name in calls]
    assert len(names) == len(set(names))
    for column in (0, 1):
        numbers = [pair[column] for calls in table().values() for pair in calls.values()]
        real = [one for one in numbers if one >= 0]
        assert len(real) == len(set(real))


def test_another_machine_and_other_numbers_end_the_process(machine: str) -> None:
    steps = program(machine, PID)
    read = number(machine, "read")
    for other in (*set(ARCHITECTURES.values()) - {ARCHITECTURES[machine]}, 0x40000003, 0):
        assert judged(steps, other, read) == KILL
    assert judged(steps, ARCHITECTURES[machine], 0x40000000 | read) == KILL
    assert judged(steps, ARCHITECTURES[machine], 0xFFFFFFFF) == KILL


@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("mmap", (0, 4096, 3, 0x22), ALLOW),
        ("mmap", (0, 4096, 7, 0x22), EPERM),
        ("mmap", (0, 4096, 4, 0x22), EPERM),
        ("mprotect", (0, 4096, 1), ALLOW),
        ("mprotect", (0, 4096, 5), EPERM),
        ("clone", (0x3D0F00, 0), EAGAIN),
        ("clone", (17, 0), KILL),
        ("clone", (0x4111, 0), KILL),
        ("fcntl", (5, 1), ALLOW),
        ("fcntl", (5, 3), ALLOW),
        ("fcntl", (5, 4, 0x2000), EPERM),
        ("fcntl", (5, 8, PID), EPERM),
        ("fcntl", (5, 1033, 1), EPERM),
        ("newfstatat", (5, 0x7FFF00000000, 0, 0x1000), ALLOW),
        ("newfstatat", (5, 0x7FFF00000000, 0, 0), EPERM),
        ("newfstatat", (5, 0x7FFF00000000, 0, 0x1100), EPERM),
        ("prlimit64", (0, 7, 0, 1), ALLOW),
        ("prlimit64", (1, 7, 0, 1), EPERM),
        ("prlimit64", (0, 7, 1, 1), EPERM),
        ("prlimit64", (0, 7, 1 << 32, 1), EPERM),
        ("tgkill", (PID, PID, 6), ALLOW),
        ("tgkill", (1, 1, 6), KILL),
        ("tkill", (PID, 6), ALLOW),
        ("tkill", (1, 9), KILL),
    ],
)
def test_what_depends_on_arguments(
    machine: str, name: str, arguments: tuple[int, ...], answer: int
) -> None:
    assert ask(machine, name, *arguments) == answer


@given(
    st.sampled_from(list(ARCHITECTURES)),
    st.integers(0, 2**32 - 1),
    st.lists(st.integers(0, 2**64 - 1), max_size=6),
)
def test_the_filter_always_answers_and_never_with_a_no_that_is_a_yes(
    machine: str, call: int, arguments: list[int]
) -> None:
    said = judged(program(machine, PID), ARCHITECTURES[machine], call, *arguments)
    assert said in {ALLOW, KILL, EPERM, ENOSYS, EAGAIN}
    column = list(ARCHITECTURES).index(machine)
    may = {pair[column] for group in ("allow", "look") for pair in table()[group].values()}
    assert said != ALLOW or call in may


def test_steps_are_as_the_kernel_reads_them() -> None:
    assert Step(0x15, 0x01020304, 1, 2).packed().hex() in (
        "1500010204030201",
        "0015010201020304",
    )
    for machine in ARCHITECTURES:
        whole = program(machine, PID)
        assert packed(machine, PID) == b"".join(step.packed() for step in whole)
        assert len(packed(machine, PID)) == STEP_BYTES * len(whole) < STEP_BYTES * 4_096


def _header(path: str, *options: str) -> dict[str, int]:
    """The numbers that a header of the system defines."""
    if not Path(path).exists() or not shutil.which("cpp"):
        need("the kernel's headers", "linux-libc-dev or cpp is not installed")
    printed = subprocess.run(
        ["cpp", "-dM", *options, path], capture_output=True, text=True, check=True
    ).stdout
    words = [line.split(maxsplit=2)[1:] for line in printed.splitlines() if "__NR" in line]
    raw = {pair[0]: pair[1] for pair in words if len(pair) == 2}
    found = {}
    for name, value in raw.items():
        while value in raw:
            value = raw[value]
        if name.startswith("__NR_") and value.isdigit():
            found[name.removeprefix("__NR_")] = int(value)
    return found


@pytest.mark.parametrize("column", [0, 1])
def test_the_numbers_are_those_of_the_systems_headers(column: int) -> None:
    options = ("-D__BITS_PER_LONG=64", "-D__ARCH_WANT_RENAMEAT", "-D__ARCH_WANT_NEW_STAT")
    more = ("-D__ARCH_WANT_SET_GET_RLIMIT", "-D__ARCH_WANT_MEMFD_SECRET")
    headers = (
        ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", ()),
        ("/usr/include/asm-generic/unistd.h", (*options, *more)),
    )
    path, flags = headers[column]
    known = _header(path, *flags)
    for calls in table().values():
        for name, pair in calls.items():
            if name in known:
                assert pair[column] == known[name], name
            elif pair[column] >= 0:
                # Newer than the headers of this system.
                assert pair[column] > max(known.values()), name


@pytest.mark.parametrize(
    ("abi", "expected"),
    [
        (1, (8, 0x1FFF, 0, 0)),
        (2, (8, 0x3FFF, 0, 0)),
        (3, (8, 0x7FFF, 0, 0)),
        (4, (16, 0x7FFF, 3, 0)),
        (5, (16, 0xFFFF, 3, 0)),
        (6, (24, 0xFFFF, 3, 3)),
        (7, (24, 0xFFFF, 3, 3)),
        (99, (24, 0xFFFF, 3, 3)),
    ],
)
def test_landlock_is_asked_for_all_that_its_abi_has(
    abi: int, expected: tuple[int, int, int, int]
) -> None:
    assert landlock.ruleset(abi) == expected
