"""What a child does to itself before it sees a file, and what of it is really in force.

In this order: limits of the kernel's accounting, no new privileges, Landlock, the filter of
system calls. Each is tried out afterwards; only what was seen to work is reported.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sekisho.disarm import limits
from sekisho.disarm.report import Sandbox
from sekisho.disarm.sandbox import kernel, landlock, rules

_SECCOMP_MODE_FILTER = 2


class Level(StrEnum):
    """How much of the lockdown is in force."""

    FULL = "full"
    """Landlock, the filter of system calls, no new privileges, and the limits: all four."""
    PARTIAL = "partial"
    NONE = "none"
    """Not even the limits: an unknown system. The child is still a process of its own."""


_ORDER = (Level.NONE, Level.PARTIAL, Level.FULL)
NEEDED = ("landlock", "seccomp", "no-new-privileges", "limits")
"""The parts that make a level full; `landlock` has its ABI behind it, as in `landlock-7`."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one child may use up."""

    cpu_seconds_max: int = limits.CPU_SECONDS_MAX
    wall_seconds_max: float = limits.WALL_SECONDS_MAX
    memory_bytes_max: int = limits.MEMORY_BYTES_MAX
    output_bytes_max: int = limits.OUTPUT_BYTES_MAX


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def is_below(level: str, wanted: Level) -> bool:
    """Whether `level` is weaker than `wanted`. Raises ValueError for no level of ours."""
    return _ORDER.index(Level(level)) < _ORDER.index(wanted)


def sandbox(parts: Sequence[str]) -> Sandbox:
    """The parts in force, with the level that they make."""
    names = {part.partition("-")[0] if part.startswith("landlock") else part for part in parts}
    there = [part in names for part in NEEDED]
    level = Level.FULL if all(there) else Level.PARTIAL if any(there) else Level.NONE
    return Sandbox(level.value, tuple(parts))


def lock_down(bounds: Bounds, before: Sequence[str] = ()) -> Sandbox:
    """Give up everything but the descriptors that are open. `before`: parts already in force.

    A part that the system does not have is left out, not failed on: who calls decides whether
    the level is enough.
    """
    parts = list(before)
    if _limit(bounds):
        parts.append("limits")
    if _no_new_privileges():
        parts.append("no-new-privileges")
        version = _landlock()
        if version:
            parts.append(f"landlock-{version}")
        if _filter():
            parts.append("seccomp")
    return sandbox(parts)


def _limit(bounds: Bounds) -> bool:
    rows = {
        # The soft limit sends SIGXCPU; one second later nothing is caught any more.
        resource.RLIMIT_CPU: (bounds.cpu_seconds_max, bounds.cpu_seconds_max + 1),
        resource.RLIMIT_AS: (bounds.memory_bytes_max, bounds.memory_bytes_max),
        resource.RLIMIT_FSIZE: (bounds.output_bytes_max, bounds.output_bytes_max),
        resource.RLIMIT_NOFILE: (limits.CHILD_FILES_MAX, limits.CHILD_FILES_MAX),
        resource.RLIMIT_NPROC: (0, 0),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_MEMLOCK: (0, 0),
        resource.RLIMIT_MSGQUEUE: (0, 0),
    }
    try:
        for name, pair in rows.items():
            resource.setrlimit(name, pair)
    except (OSError, ValueError):
        return False
    return all(resource.getrlimit(name) == pair for name, pair in rows.items())


def _no_new_privileges() -> bool:
    try:
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        return kernel.prctl(kernel.PR_GET_NO_NEW_PRIVS) == 1
    except OSError:
        return False


def _landlock() -> int:
    """The ABI that was seen to refuse, or 0."""
    try:
        version = landlock.restrict()
    except OSError:
        return 0
    return version if version and landlock.is_in_force() else 0


def _filter() -> bool:
    machine = os.uname().machine
    if not rules.is_known(machine):
        return False
    packed = rules.packed(machine, os.getpid())
    argument = _Program(len(packed) // rules.STEP_BYTES, packed)
    try:
        kernel.prctl(kernel.PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(argument))
    except OSError:
        return False
    return _is_filtered()


def _is_filtered() -> bool:
    """A call that no kernel refuses by itself is refused as only our filter does it."""
    try:
        os.getpriority(os.PRIO_PROCESS, 0)
    except OSError as error:
        return error.errno == errno.EPERM
    return False
