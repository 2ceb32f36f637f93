"""Old Office formats become new ones through LibreOffice, in a process that can reach nothing.

The file lies in a folder in memory (/dev/shm) for as long as that takes, never on a disk. What
comes back is as untrusted as what went in: it goes through the engine like any other file.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import stat
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

from sekisho.disarm import limits
from sekisho.disarm.sandbox.converting import CONVERTED_FIRST
from sekisho.disarm.sandbox.office_profile import profile_xml
from sekisho.disarm.work import Stopped

WALL_SECONDS_MAX = 120
MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - in memory, and the folder in it is ours alone
_PROGRAMS = (
    Path("/usr/bin/soffice"),
    Path("/usr/bin/libreoffice"),
    Path("/opt/libreoffice/program/soffice"),
)
_CHILD = "sekisho.disarm.sandbox.office_child"


def program() -> Path | None:
    """The LibreOffice of this machine, or None."""
    for candidate in _PROGRAMS:
        binary = candidate.resolve().with_name("soffice.bin")
        if binary.is_file() and os.access(binary, os.X_OK):
            return binary
    return None


def convert(
    content: BinaryIO, kind: str, wall_seconds_max: float = WALL_SECONDS_MAX
) -> bytes | None:
    """A file of a kind in `CONVERTED_FIRST` as the kind that stands there; a `Convert`.

    None where there is no LibreOffice, or none that reads the kind: the child says what to do.
    Raises Stopped SKS-D702 (it failed), SKS-D703 (it took too long), SKS-D705 (the process could
    not be locked in).
    """
    binary = program()
    if binary is None or kind in UNREAD:
        return None
    if not MEMORY_FOLDER.is_dir():
        raise Stopped("SKS-D705")
    folder = Path(tempfile.mkdtemp(prefix="sekisho-", dir=MEMORY_FOLDER))
    try:
        return _converted(content, kind, binary, folder, wall_seconds_max)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _converted(
    content: BinaryIO, kind: str, binary: Path, folder: Path, wall_seconds_max: float
) -> bytes:
    for name in ("profile/user", "out", "tmp"):
        (folder / name).mkdir(parents=True)
    (folder / "profile/user/registrymodifications.xcu").write_text(profile_xml(), "utf-8")
    with (folder / f"in.{kind}").open("wb") as file:
        shutil.copyfileobj(content, file)
    code = _run(binary, folder, kind, wall_seconds_max)
    if code is None:
        raise Stopped("SKS-D703", seconds=int(wall_seconds_max))
    if code == UNLOCKED:
        raise Stopped("SKS-D705")
    # Whatever the code: LibreOffice ends with 0 also when it could not read the file.
    return _result(folder / "out" / f"in.{CONVERTED_FIRST[kind]}")


UNREAD = frozenset({"jtd"})
"""LibreOffice has no filter for these."""

UNLOCKED = 77
"""How the child ends when its room could not be closed."""


def _run(binary: Path, folder: Path, kind: str, wall_seconds_max: float) -> int | None:
    """The exit code, or None when time was up. Nothing that was started is left."""
    arguments = [
        sys.executable,
        "-P",
        "-m",
        _CHILD,
        str(binary),
        str(folder),
        kind,
        CONVERTED_FIRST[kind],
    ]
    environment = {
        "HOME": str(folder),
        "TMPDIR": str(folder / "tmp"),
        "LC_ALL": "C.UTF-8",
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "SAL_USE_VCLPLUGIN": "svp",
    }
    quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1, 2)]
    child = os.posix_spawn(sys.executable, arguments, environment, file_actions=quiet, setpgroup=0)
    try:
        return _wait(child, wall_seconds_max)
    finally:
        _end(child)


def _wait(child: int, wall_seconds_max: float) -> int | None:
    handle = os.pidfd_open(child)
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        if not poll.poll(wall_seconds_max * 1000):
            return None
    finally:
        os.close(handle)
    # Not reaped yet: its number cannot be another's while `_end` kills its group.
    found = os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    return found.si_status if found else None


def _end(child: int) -> None:
    """Kill what is left of the group and of the namespace that hangs on its leader."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _result(path: Path) -> bytes:
    """The one file that is expected, without following a link that the child may have made."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as missing:
        raise Stopped("SKS-D702") from missing
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode) or not 0 < facts.st_size <= limits.INPUT_BYTES_MAX:
            raise Stopped("SKS-D702")
        return file.read(limits.INPUT_BYTES_MAX)
