"""Processes as the kernel lists them."""

from __future__ import annotations

import os
import time
from pathlib import Path


def descendants(pid: int) -> set[int]:
    """All processes that come from `pid`, without itself."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            state, parent = stat.rpartition(")")[2].split()[:2]
            if state != "Z":
                parents[int(entry.name)] = int(parent)
    found: set[int] = set()
    grown = {pid}
    while grown:
        grown = {one for one, parent in parents.items() if parent in grown} - found
        found |= grown
    return found


def wait_until_gone(pids: set[int], seconds_max: float = 10) -> set[int]:
    """Those of `pids` that are still there after the wait."""
    deadline = time.monotonic() + seconds_max
    left = {pid for pid in pids if _lives(pid)}
    while left and time.monotonic() < deadline:
        time.sleep(0.01)
        left = {pid for pid in left if _lives(pid)}
    return left


def _lives(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def memory(pid: int) -> bytes:
    """What `pid` has in memory that can be written; for root."""
    found = []
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as file:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights, *_ = line.split()
            start, end = (int(one, 16) for one in span.split("-"))
            if rights.startswith("rw") and end - start < 1 << 28:
                os.lseek(file.fileno(), start, os.SEEK_SET)
                found.append(os.read(file.fileno(), end - start))
    return b"".join(found)
