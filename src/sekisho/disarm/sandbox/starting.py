"""The zygote as its caller sees it: a process that is started, asked for children, and ended.

The one place below the edge that starts a process. It is a fresh interpreter (no fork of the
caller, whose memory may hold secrets and whose threads may hold locks), isolated from the
environment and the current folder, with one descriptor.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sekisho.disarm import limits
from sekisho.disarm.report import Sandbox, read_texts
from sekisho.disarm.sandbox import messages, zygote
from sekisho.disarm.sandbox.lockdown import Bounds
from sekisho.kernel import documents
from sekisho.kernel.errors import InvalidInput

BOOT = (
    "import sys; sys.path[:] = sys.argv[2:]; "
    "from sekisho.disarm.sandbox.zygote import main; main(int(sys.argv[1]))"
)
"""The program of the zygote. It is told where the caller's own modules lie, in the same order."""

_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "OPENBLAS_NUM_THREADS": "1"}
"""The zygote forks: numpy must not start threads in it that its children would not have."""


class ZygoteLost(Exception):
    """The zygote ended, or never came up. `reason` is for whoever looks into it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Hello:
    """What a zygote that is ready can do."""

    tools: Mapping[str, str]
    kinds: tuple[str, ...]
    rules: str


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended, as the zygote saw it."""

    exit_code: int
    """As Python writes it: -9 for signal 9."""
    cpu_milliseconds: int


@dataclass(frozen=True, slots=True)
class Child:
    """A child that is locked down and waits for its file. Use it as a context: it dies with it."""

    talk: socket.socket
    tie: socket.socket
    sandbox: Sandbox

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.talk.close()
        self.tie.close()

    def hand_over(self, job: bytes, descriptors: tuple[int, int, int]) -> None:
        """Give it its job. A child that is dead already is noticed by `ended`."""
        try:
            socket.send_fds(self.talk, [job], descriptors)
        except (BrokenPipeError, ConnectionResetError):
            return

    def ended(self, seconds_max: float) -> Ended | None:
        """Wait for its end; None when it lives on. Raises ZygoteLost."""
        self.tie.settimeout(seconds_max)
        try:
            data = self.tie.recv(zygote.ENDED.size)
        except TimeoutError:
            return None
        except ConnectionResetError:
            data = b""
        if len(data) != zygote.ENDED.size:
            raise ZygoteLost("ended while a child was at work")
        status, milliseconds, _ = zygote.ENDED.unpack(data)
        return Ended(os.waitstatus_to_exitcode(status), milliseconds)

    def kill(self) -> None:
        """Kill it, and wait until it is gone. Raises ZygoteLost."""
        self.tie.shutdown(socket.SHUT_WR)
        if self.ended(limits.END_SECONDS_MAX) is None:
            raise ZygoteLost("does not answer")


class Zygote:
    """A running zygote. Not for several threads at once: the pool has a lock."""

    def __init__(self, bounds: Bounds, boot: str) -> None:
        self.owner = os.getpid()
        self._hello: Hello | None = None
        self._control, inner = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with inner:
            folders = [path for path in sys.path if Path(path).is_absolute()]
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-c", boot, str(inner.fileno()), *folders],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=_ENVIRONMENT,
                pass_fds=(inner.fileno(),),
                process_group=0,  # Ctrl-C is for the caller, who then closes us
            )
        self._control.settimeout(limits.START_SECONDS_MAX)
        self._send(zygote.write_bounds(bounds))

    def hello(self) -> Hello:
        """What it can do, once it is ready. Raises ZygoteLost."""
        if self._hello is None:
            self._hello = _read_hello(self._receive()[0])
        return self._hello

    def ask(self) -> None:
        """Ask for one child more. Raises ZygoteLost."""
        self._send(b"+")

    def child(self) -> Child:
        """The next child that was asked for, locked down. Raises ZygoteLost."""
        _, (talk, tie) = self._receive()
        child = Child(socket.socket(fileno=talk), socket.socket(fileno=tie), Sandbox("none"))
        talk_socket = child.talk
        talk_socket.settimeout(limits.START_SECONDS_MAX)
        try:
            sandbox = messages.read_hello(talk_socket.recv(limits.JOB_BYTES_MAX))
        except (OSError, InvalidInput) as error:
            with child:
                raise ZygoteLost(f"a child did not come up: {error}") from None
        return Child(child.talk, child.tie, sandbox)

    def is_ours(self) -> bool:
        """Whether this process started it; a fork of ours must not use it."""
        return self.owner == os.getpid()

    def end(self) -> None:
        """Close it; its children die with it. Waits until it is gone."""
        self._control.close()
        if not self.is_ours():
            return
        try:
            self._process.wait(limits.END_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _send(self, data: bytes) -> None:
        try:
            self._control.send(data)
        except OSError as error:
            raise ZygoteLost(str(error)) from None

    def _receive(self) -> tuple[bytes, list[int]]:
        try:
            data, descriptors, _, _ = socket.recv_fds(
                self._control, limits.JOB_BYTES_MAX, 2, socket.MSG_CMSG_CLOEXEC
            )
        except OSError as error:
            raise ZygoteLost(str(error)) from None
        if not data:
            raise ZygoteLost(f"ended ({self._process.poll()})")
        return data, descriptors


def _read_hello(data: bytes) -> Hello:
    fields = documents.read(data, "hello", limits.JOB_BYTES_MAX)
    reason = fields.text("failed")
    if reason:
        raise ZygoteLost(reason)
    return Hello(
        read_texts(fields, "tools"),
        tuple(fields.texts("kinds", items_max=1_000)),
        fields.text("rules"),
    )
