"""The three nodes of the demonstration, opened on three ports of this machine."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

FIRST_PORT = 8101
PORTS_TRIED = 400
NOTE = "serving.json"
START_SECONDS = 60.0
STOP_SECONDS = 20


@dataclass
class Opened:
    """One node that is served."""

    name: str
    address: str
    process: subprocess.Popen[bytes]


def open_nodes(folder: Path, names: Sequence[str], *, minutes: int) -> list[Opened]:
    """Serve each node of a demonstration; they end by themselves after so many minutes (0: not).

    What they print lies beside them. Returns when all of them answer, or after a minute.
    """
    opened, port = [], FIRST_PORT
    for name in names:
        port = _free_port(port)
        opened.append(_open(folder, name, port, minutes))
        port += 1
    note = [one.process.pid for one in opened]
    (folder / NOTE).write_text(json.dumps(note), "utf-8")
    _await(opened)
    return opened


def close_earlier(folder: Path) -> None:
    """End what an earlier demonstration in this folder has left running."""
    with suppress(OSError, ValueError):
        for pid in json.loads((folder / NOTE).read_text("utf-8")):
            if _is_ours(int(pid)):
                os.kill(int(pid), signal.SIGTERM)
        (folder / NOTE).unlink()


def wait(opened: Sequence[Opened]) -> None:
    """Until somebody ends it by Ctrl-C."""
    try:
        for one in opened:
            one.process.wait()
    except KeyboardInterrupt:
        pass
    finally:
        for one in opened:
            one.process.terminate()
        for one in opened:
            try:
                one.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                one.process.kill()


def _open(folder: Path, name: str, port: int, minutes: int) -> Opened:
    command = [sys.executable, "-m", "sekisho", "--node", str(folder / name), "serve", "--http"]
    command += ["--port", str(port), *(["--minutes", str(minutes)] if minutes else [])]
    with (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    return Opened(name, f"http://localhost:{port}/", process)


def _free_port(first: int) -> int:
    for port in range(first, first + PORTS_TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    return first


def _await(opened: Sequence[Opened]) -> None:
    deadline = time.monotonic() + START_SECONDS
    for one in opened:
        port = int(one.address.rstrip("/").rpartition(":")[2])
        while time.monotonic() < deadline and one.process.poll() is None:
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)


def _is_ours(pid: int) -> bool:
    """Whether a process of this number is still a server of ours, not another one's by now."""
    with suppress(OSError):
        return b"sekisho" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False
