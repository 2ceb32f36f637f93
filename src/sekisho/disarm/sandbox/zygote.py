"""The process that the children are forked from: it has loaded everything and seen no file.

It is started by `starting` as a fresh interpreter with an empty environment, talks over one
socket, and waits. Each message on the socket asks for one child more. For each child it hands
back two sockets: `talk`, whose other end only the child has, and `tie`, whose other end stays
here. Closing the tie kills the child; how the child ended is written to it, once, when it is
gone. No content passes through this process.
"""

from __future__ import annotations

import codecs
import contextlib
import encodings
import functools
import gc
import importlib
import importlib.metadata
import inspect
import os
import pkgutil
import platform
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable
from typing import NoReturn

from sekisho import __version__
from sekisho.disarm import engine, handlers
from sekisho.disarm.sandbox import kernel, rules, seclusion
from sekisho.disarm.sandbox.child import live
from sekisho.disarm.sandbox.lockdown import Bounds
from sekisho.disarm.sandbox.rehearsal import rehearse
from sekisho.kernel import documents

ENDED = struct.Struct("<iQQ")
"""What is written to a tie: the wait status, processor time in ms, greatest memory in KiB."""

_TOOLS = {
    "deflate": "deflate",
    "libarchive": "libarchive-c",
    "lxml": "lxml",
    "msoffcrypto": "msoffcrypto-tool",
    "nh3": "nh3",
    "numpy": "numpy",
    "pikepdf": "pikepdf",
    "PIL": "pillow",
    "pi_heif": "pi-heif",
    "pypdfium2": "pypdfium2",
    "re2": "google-re2",
    "yara_x": "yara-x",
}
"""Module → the distribution that it comes with."""


def main(descriptor: int) -> NoReturn:
    """Start up, say so, and serve until the other end is closed."""
    control = socket.socket(fileno=descriptor)
    bounds = read_bounds(control.recv(4096))
    parts = seclusion.separate()
    try:
        load()
    except Exception as error:
        # Whoever started this waits for a word; without handlers there is nothing to serve.
        control.send(documents.write({"failed": f"{type(error).__name__}: {error}"[:400]}))
        raise
    hello = {
        "failed": "",
        "tools": tools(),
        "kinds": sorted(handled()),
        "rules": engine.RULES_VERSION,
    }
    parts = seclusion.empty_root(parts)
    gc.collect()
    kernel.give_back_memory()
    gc.freeze()
    control.send(documents.write(hello))
    _Nursery(control, bounds, parts).serve()
    os._exit(0)


def load() -> None:
    """Everything that a child could want to read from a disk later."""
    handlers.load_all()
    for module in pkgutil.iter_modules(encodings.__path__):
        with contextlib.suppress(ImportError, LookupError):  # Windows has some of its own
            importlib.import_module(f"encodings.{module.name}")
            codecs.lookup(module.name)
    with contextlib.suppress(ImportError):
        importlib.import_module("PIL.Image").init()
    for table in _tables():
        table()
    if rules.is_known(machine := os.uname().machine):
        rules.packed(machine, os.getpid())
    rehearse()


def _tables() -> list[Callable[[], object]]:
    """Our own functions without arguments that remember what they read: tables of words, kinds,
    codes, postal codes. They are called once here, wherever they stand."""
    return [
        found
        for name, module in sorted(sys.modules.items())
        if name.partition(".")[0] == "sekisho"
        for found in vars(module).values()
        if isinstance(found, functools._lru_cache_wrapper)
        and not inspect.signature(found).parameters
    ]


def tools() -> dict[str, str]:
    """The versions of what was loaded to work on files."""
    found = {"sekisho": __version__, "python": platform.python_version()}
    for module, name in _TOOLS.items():
        if module not in sys.modules:
            continue
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def handled() -> set[str]:
    """The kinds that a handler was found for."""
    return handlers.rebuilt()


def write_bounds(bounds: Bounds) -> bytes:
    """For the zygote, from who starts it."""
    return struct.pack(
        "<QQQ", bounds.cpu_seconds_max, bounds.memory_bytes_max, bounds.output_bytes_max
    )


def read_bounds(data: bytes) -> Bounds:
    """The same, read; the wall clock is watched from outside."""
    cpu, memory, output = struct.unpack("<QQQ", data)
    return Bounds(cpu_seconds_max=cpu, memory_bytes_max=memory, output_bytes_max=output)


class _Nursery:
    """The children that live, each with its tie."""

    def __init__(self, control: socket.socket, bounds: Bounds, parts: list[str]) -> None:
        self._control = control
        self._bounds = bounds
        self._parts = parts
        self._ties: dict[int, socket.socket] = {}
        self._children: dict[int, int] = {}
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._wakeup, woken = socket.socketpair()
        for end in (self._wakeup, woken):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(woken.detach(), warn_on_full_buffer=False)
        self._poll.register(self._wakeup, select.POLLIN)

    def serve(self) -> None:
        """Until the control socket is closed; then all children die."""
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor == self._control.fileno():
                    if not self._control.recv(16):
                        self._kill_all()
                        return
                    self._fork()
                elif descriptor == self._wakeup.fileno():
                    with contextlib.suppress(BlockingIOError):
                        self._wakeup.recv(4096)
                    self._reap()
                elif descriptor in self._children:
                    self._kill(self._children[descriptor])
                    self._poll.unregister(descriptor)

    def _fork(self) -> None:
        talk, inner_talk = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        tie, inner_tie = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        zygote = os.getpid()
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            live(inner_talk, self._bounds, self._parts, zygote)
        self._ties[pid] = inner_tie
        self._children[inner_tie.fileno()] = pid
        self._poll.register(inner_tie, select.POLLIN)
        socket.send_fds(self._control, [b"child"], [talk.fileno(), tie.fileno()])
        for end in (talk, inner_talk, tie):
            end.close()

    def _reap(self) -> None:
        while self._ties:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
            if not pid:
                return
            tie = self._ties.pop(pid, None)
            if tie is None:
                continue  # an orphan of a namespace whose first process this is
            milliseconds = int(1000 * (usage.ru_utime + usage.ru_stime))
            with contextlib.suppress(OSError):
                tie.send(ENDED.pack(status, milliseconds, usage.ru_maxrss))
            with contextlib.suppress(KeyError):
                self._poll.unregister(tie)
            del self._children[tie.fileno()]
            tie.close()

    def _kill(self, pid: int) -> None:
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(pid, signal.SIGKILL)

    def _kill_all(self) -> None:
        for pid in self._ties:
            self._kill(pid)
