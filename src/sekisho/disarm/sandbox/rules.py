"""Which system calls a child may make, as a program for the kernel's filter (seccomp, BPF).

An allow-list. The numbers stand in `syscalls.toml`; the program is put together here, checks the
machine first, and knows no way to say yes but a row of that table. Sources: the kernel's
Documentation/userspace-api/seccomp_filter.rst and include/uapi/linux/seccomp.h.
"""

from __future__ import annotations

import errno
import struct
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

_LOAD, _RETURN = 0x20, 0x06
_JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_BITS = 0x15, 0x35, 0x45

ALLOW = 0x7FFF_0000
KILL = 0x8000_0000
_ERRNO = 0x0005_0000

_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_X32 = 0x4000_0000
"""x86_64 has a second set of numbers beside the first; none of them is wanted."""

_ANY_PID = 0xFFFF_FFFF
"""Stands where the number of the process goes; no process has it."""

STEP_BYTES = 8
_PROT_EXEC = 4
_CLONE_THREAD = 0x0001_0000
_AT_EMPTY_PATH = 0x1000
_FCNTL_COMMANDS = (0, 1, 2, 3, 1030)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC: not F_SETOWN, F_SETFL, F_ADD_SEALS."""

# Column of the table and AUDIT_ARCH of each machine whose numbers we know.
MACHINES = {"x86_64": (0, 0xC000_003E), "aarch64": (1, 0xC000_00B7)}


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction of classic BPF; jumps count the instructions that are left out."""

    code: int
    value: int
    when_true: int = 0
    when_false: int = 0

    def packed(self) -> bytes:
        """As the kernel takes it."""
        return struct.pack("=HBBI", self.code, self.when_true, self.when_false, self.value)


def refuse(number: int) -> int:
    """The answer “no”, with an errno."""
    return _ERRNO | number


@cache
def table() -> dict[str, dict[str, tuple[int, int]]]:
    """Group → call → its numbers on x86_64 and aarch64 (-1: no such call)."""
    text = resources.files(__package__).joinpath("syscalls.toml").read_text("utf-8")
    return {
        group: {name: (numbers[0], numbers[1]) for name, numbers in calls.items()}
        for group, calls in tomllib.loads(text).items()
    }


def is_known(machine: str) -> bool:
    """Whether there is a table of calls for this machine (`os.uname().machine`)."""
    return machine in MACHINES


def packed(machine: str, pid: int) -> bytes:
    """The same as `program`, as the kernel takes it; put together once for all processes."""
    any_pid, this_pid = (Step(_JUMP_EQUAL, one, 0, 1).packed() for one in (_ANY_PID, pid))
    return _packed_for_any(machine).replace(any_pid, this_pid)


@cache
def _packed_for_any(machine: str) -> bytes:
    return b"".join(step.packed() for step in program(machine, _ANY_PID))


def program(machine: str, pid: int) -> list[Step]:
    """The filter for the process `pid` on `machine`. Raises KeyError for an unknown machine."""
    column, architecture = MACHINES[machine]
    steps = [
        Step(_LOAD, _ARCHITECTURE),
        Step(_JUMP_EQUAL, architecture, 1, 0),
        Step(_RETURN, KILL),
        Step(_LOAD, _NUMBER),
        Step(_JUMP_AT_LEAST, _X32, 0, 1),
        Step(_RETURN, KILL),
    ]
    judged = _judged_by_arguments(pid)
    for group, answer in (("allow", ALLOW), ("look", None), ("eperm", refuse(errno.EPERM))):
        for name, numbers in table()[group].items():
            if numbers[column] >= 0:
                block = judged[name] if answer is None else [Step(_RETURN, answer)]
                steps += _on_call(numbers[column], block)
    for numbers in table()["kill"].values():
        if numbers[column] >= 0:
            steps += _on_call(numbers[column], [Step(_RETURN, KILL)])
    return [*steps, Step(_RETURN, refuse(errno.ENOSYS))]


def _on_call(number: int, block: list[Step]) -> list[Step]:
    return [Step(_JUMP_EQUAL, number, 0, len(block)), *block]


def _judged_by_arguments(pid: int) -> dict[str, list[Step]]:
    """For each call of the group `look`: steps that end in an answer whatever the arguments."""
    no = refuse(errno.EPERM)
    return {
        # A descriptor without a path: fstat of newer C libraries.
        "newfstatat": [_low(3), *_yes_if(_AT_EMPTY_PATH), Step(_RETURN, no)],
        "fcntl": [
            _low(1),
            *(step for command in _FCNTL_COMMANDS for step in _yes_if(command)),
            Step(_RETURN, no),
        ],
        "mmap": _without_bits(2, _PROT_EXEC, no),
        "mprotect": _without_bits(2, _PROT_EXEC, no),
        "prlimit64": _all_zero(((0, _low), (2, _low), (2, _high)), no),
        # abort(3) and raise(3); any other process is none of its business.
        "tgkill": [_low(0), *_yes_if(pid), Step(_RETURN, KILL)],
        "tkill": [_low(0), *_yes_if(pid), Step(_RETURN, KILL)],
        # A thread is refused as where there are too many; a process is not asked for honestly.
        "clone": [
            _low(0),
            Step(_JUMP_BITS, _CLONE_THREAD, 0, 1),
            Step(_RETURN, refuse(errno.EAGAIN)),
            Step(_RETURN, KILL),
        ],
    }


def _low(argument: int) -> Step:
    """Load the lower half of an argument; both machines are little-endian."""
    return Step(_LOAD, _ARGUMENTS + 8 * argument)


def _high(argument: int) -> Step:
    return Step(_LOAD, _ARGUMENTS + 8 * argument + 4)


def _yes_if(value: int) -> list[Step]:
    return [Step(_JUMP_EQUAL, value, 0, 1), Step(_RETURN, ALLOW)]


def _without_bits(argument: int, bits: int, no: int) -> list[Step]:
    return [_low(argument), Step(_JUMP_BITS, bits, 0, 1), Step(_RETURN, no), Step(_RETURN, ALLOW)]


def _all_zero(halves: tuple[tuple[int, object], ...], no: int) -> list[Step]:
    steps: list[Step] = []
    for argument, half in halves:
        load = _low(argument) if half is _low else _high(argument)
        steps += [load, Step(_JUMP_EQUAL, 0, 1, 0), Step(_RETURN, no)]
    return [*steps, Step(_RETURN, ALLOW)]
