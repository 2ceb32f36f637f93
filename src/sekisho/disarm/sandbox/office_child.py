"""The process around LibreOffice: it shuts itself in, then runs the program.

`python -m sekisho.disarm.sandbox.office_child BINARY FOLDER KIND TARGET`. Started anew, not
forked, so that it has no threads, no keys and no memory of the one who starts it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

from sekisho.disarm import limits
from sekisho.disarm.sandbox import kernel, landlock
from sekisho.disarm.sandbox.office_program import UNLOCKED
from sekisho.disarm.sandbox.office_rules import deny_list
from sekisho.kernel.limits import MIB

_CPU_SECONDS_MAX = 100
_MEMORY_BYTES_MAX = 6 * 1024 * MIB
"""Address space; LibreOffice maps some 2 GB before it has read anything."""

_FILES_MAX = 512
_START_AGAIN = 81
_MS_BIND = 4096
_ADD_RULE, _RULE_PATH = 445, 1
_READ = 1 << 0 | 1 << 2 | 1 << 3  # execute and read files, list folders
_WRITE_FILE = 1 << 1
_SECCOMP_MODE_FILTER = 2
_READABLE = (
    "/usr",
    "/lib",
    "/lib64",
    "/bin",
    "/opt/libreoffice",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/libreoffice",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/var/cache/fontconfig",
    "/var/lib/libreoffice",
    "/var/spool/libreoffice",
    "/dev/urandom",
)
_DEVICES = ("/dev/null", "/dev/zero")


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def main(arguments: list[str]) -> int:
    """Shut in, then run the program; UNLOCKED when the room could not be closed."""
    binary, folder, kind, target = arguments
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    has_its_own = _separate(Path(folder))
    try:
        _shut_in(Path(folder), has_its_own)
    except OSError:
        return UNLOCKED
    command = _command(binary, folder, kind, target)
    code = _start(binary, command)
    # With a new profile it sets itself up and asks to be started again.
    return _start(binary, command) if code == _START_AGAIN else code


def _start(binary: str, command: list[str]) -> int:
    running = os.fork()
    if not running:
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        os.execv(binary, command)  # noqa: S606 - no shell is meant
    _, status = os.waitpid(running, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 1


def _command(binary: str, folder: str, kind: str, target: str) -> list[str]:
    return [
        binary,
        f"-env:UserInstallation=file://{folder}/profile",
        "--headless",
        "--invisible",
        "--norestore",
        "--nologo",
        "--nolockcheck",
        "--nodefault",
        "--convert-to",
        target,
        "--outdir",
        f"{folder}/out",
        f"{folder}/in.{kind}",
    ]


def _separate(folder: Path) -> bool:
    """Leave the namespaces of the caller as far as the kernel allows.

    Returns whether it has a /proc that shows no other processes and a /tmp of its own.
    """
    user, group = os.getuid(), os.getgid()
    flags = (kernel.CLONE_NEWUSER, kernel.CLONE_NEWNET, kernel.CLONE_NEWIPC)
    if not _unshared(flags[0]):
        return False
    with contextlib.suppress(OSError):
        Path("/proc/self/setgroups").write_text("deny", "ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", "ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", "ascii")
    for flag in flags[1:]:
        _unshared(flag)
    has_mounts, has_processes = _unshared(kernel.CLONE_NEWNS), _unshared(kernel.CLONE_NEWPID)
    if has_processes:
        _go_on_inside()
    return has_mounts and has_processes and _mounted(folder)


def _unshared(flag: int) -> bool:
    try:
        kernel.unshare(flag)
    except OSError:
        return False
    return True


def _go_on_inside() -> None:
    """Go on as the first process of the new namespace; the one outside ends as this one does."""
    inner = os.fork()
    if inner:
        _, status = os.waitpid(inner, 0)
        code = os.waitstatus_to_exitcode(status)
        os._exit(code if code >= 0 else 1)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)


def _mounted(folder: Path) -> bool:
    """A /tmp and a /proc of its own."""
    try:
        kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
        kernel.mount(str(folder / "tmp"), "/tmp", "", _MS_BIND)  # noqa: S108 - covers it
        kernel.mount("proc", "/proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    except OSError:
        return False
    return True


def _shut_in(folder: Path, has_its_own: bool) -> None:
    """Limits, Landlock and the filter. Raises OSError when the kernel lacks one of them."""
    for name, most in (
        (resource.RLIMIT_CPU, _CPU_SECONDS_MAX),
        (resource.RLIMIT_AS, _MEMORY_BYTES_MAX),
        (resource.RLIMIT_FSIZE, limits.INPUT_BYTES_MAX),
        (resource.RLIMIT_NOFILE, _FILES_MAX),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(name, (most, most))
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.drop_capabilities()
    _restrict(folder, has_its_own)
    steps = deny_list(os.uname().machine)
    packed = b"".join(step.packed() for step in steps)
    argument = _Program(len(steps), packed)
    kernel.prctl(kernel.PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(argument))


def _restrict(folder: Path, has_its_own: bool) -> None:
    version = landlock.abi()
    if version < 1:
        raise OSError("no Landlock")
    size, *fields = landlock.ruleset(version)
    rules = (ctypes.c_uint64 * 3)(*fields)
    ruleset = kernel.syscall(landlock.CREATE_RULESET, ctypes.byref(rules), size, 0)
    for path in (*_READABLE, "/proc") if has_its_own else _READABLE:
        _allow(ruleset, path, _READ)
    for path in _DEVICES:
        _allow(ruleset, path, _READ | _WRITE_FILE)
    _allow(ruleset, str(folder), fields[0])
    if has_its_own:
        _allow(ruleset, "/tmp", fields[0])  # noqa: S108 - the folder of this run lies over it
    kernel.syscall(landlock.RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    is_folder = Path(path).is_dir()
    # Rights to folders have no meaning for a file, and the kernel refuses them there.
    allowed = rights if is_folder else rights & (1 << 0 | 1 << 1 | 1 << 2)
    if allowed:
        rule = _PathRule(allowed, handle)
        kernel.syscall(_ADD_RULE, ruleset, _RULE_PATH, ctypes.byref(rule), 0)
    os.close(handle)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
