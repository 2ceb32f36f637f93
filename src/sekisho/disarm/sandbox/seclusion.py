"""What the zygote does for all of its children at once: rooms of their own in the kernel.

Namespaces are there for everybody on most systems and for nobody in many containers. So each is
tried by itself and goes without when refused; what is in force is reported.
"""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path
from typing import NoReturn

from sekisho.disarm.sandbox import kernel

_NAMESPACES = {
    # The first gives the right to the others; it has to come first.
    "user-namespace": kernel.CLONE_NEWUSER,
    "network-namespace": kernel.CLONE_NEWNET,
    "ipc-namespace": kernel.CLONE_NEWIPC,
    "mount-namespace": kernel.CLONE_NEWNS,
    "pid-namespace": kernel.CLONE_NEWPID,
}
# Covered by an empty file system, which nobody else sees; nothing of it is used.
_ROOM = "/tmp"  # noqa: S108


def separate() -> list[str]:
    """Leave the caller's namespaces; call it before there are threads. Returns what worked.

    With a pid namespace, the process goes on as its first: when it dies, the kernel ends
    everything in it. The one who called stays behind, waits, and ends as it did.
    """
    with contextlib.suppress(OSError):
        # When memory is short, a file should be lost and not the node.
        Path("/proc/self/oom_score_adj").write_text("800", "ascii")
    parts = [name for name, flag in _NAMESPACES.items() if _unshared(flag)]
    if "pid-namespace" in parts:
        inner = os.fork()
        if inner:
            _stand_by(inner)
        _die_with_parent()
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    return parts


def empty_root(parts: list[str]) -> list[str]:
    """Make an empty read-only folder the root, once nothing has to be read any more, and give up
    every capability. Returns `parts` and what worked."""
    found = list(parts)
    if "mount-namespace" in parts:
        with contextlib.suppress(OSError):
            kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
            flags = kernel.MS_RDONLY | kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
            kernel.mount("none", _ROOM, "tmpfs", flags, "size=4k,mode=0555")
            os.chroot(_ROOM)
            os.chdir("/")
            if not any(Path("/").iterdir()):
                found.append("empty-root")
    with contextlib.suppress(OSError):
        kernel.drop_capabilities()
        found.append("no-capabilities")
    return found


def die_with(parent: int) -> None:
    """Be killed when the process that forked this one ends; `parent` is its number."""
    _die_with_parent()
    if os.getppid() != parent:
        os._exit(1)


def _die_with_parent() -> None:
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)


def _unshared(flag: int) -> bool:
    try:
        kernel.unshare(flag)
    except OSError:
        return False
    return True


def _stand_by(inner: int) -> NoReturn:
    os.closerange(0, 1 << 16)
    _, status = os.waitpid(inner, 0)
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 1)
