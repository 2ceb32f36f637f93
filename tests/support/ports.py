"""Free ports on the loopback address, and waiting for what is to listen there."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STOP_SECONDS_MAX = 10


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago, all different."""
    held: list[socket.socket] = []
    try:
        for _ in range(count):
            one = socket.socket()
            held.append(one)
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


@contextmanager
def running(
    command: list[str], log: Path, stop: int = signal.SIGTERM, **options: object
) -> Iterator[subprocess.Popen[bytes]]:
    """A server for the length of the block; ended, and killed if it does not end.

    In a session of its own: smbd ends its whole process group, which must not be ours.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(  # type: ignore[call-overload]
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            **options,
        )
    try:
        yield process
    finally:
        process.send_signal(stop)
        try:
            process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_it_listens(
    port: int, process: subprocess.Popen[bytes], log: Path, seconds: float
) -> None:
    """Return once `port` accepts; raise with the end of `log` when the process dies first."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing on port {port}:\n{log.read_text(errors='replace')[-2000:]}")
