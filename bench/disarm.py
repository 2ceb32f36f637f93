"""How long one small file takes in a child of its own, and what a second core is worth.

    python bench/disarm.py [--rounds 200] [--kinds text,png,docx]

`whole` is `Pool.disarm` for one file, called when the pool is warm: copying the file into memory
that nobody can change, handing it to a child that is locked down, its work, its end, sealing and
hashing what it wrote. `work` is the same file by the engine in this process; the rest is child
start and hand-over. Files come one after another with a pause, as they do from people.

`two cores` is files per second on two cores and on one, the caller included. What the machine can
give at most stands beside it: the same ratio for processes that only count. Other formats have
their own: bench/disarm_pdf.py and so on.
"""

from __future__ import annotations

import argparse
import io
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from sekisho.disarm import engine
from sekisho.disarm.profile import STANDARD
from sekisho.disarm.sandbox.pool import Pool
from sekisho.disarm.work import Source

HAND_OVER_MS_MAX = 15.0
TWO_CORES_MIN = 1.8
PAUSE_SECONDS = 0.02
CHILDREN = 2
CALLERS = 4


def text() -> bytes:
    """Some 4 KB of Japanese."""
    return ("令和8年度 固定資産税の納税通知について、お知らせします。\n" * 60).encode()


def png() -> bytes:
    """A picture of 320 × 240."""
    from PIL import Image

    out = io.BytesIO()
    Image.linear_gradient("L").resize((320, 240)).convert("RGB").save(out, "png")
    return out.getvalue()


def docx() -> bytes:
    """Two pages of text."""
    import docx as library

    document = library.Document()
    for number in range(60):
        document.add_paragraph(f"第{number}条 この規則は、公布の日から施行する。")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


MAKERS: dict[str, Callable[[], bytes]] = {"text": text, "png": png, "docx": docx}
EXTENSIONS = {"text": "txt"}


def hand_over(pool: Pool, content: bytes, name: str, rounds: int) -> list[float]:
    """Milliseconds of each file."""
    found = []
    for number in range(rounds + 10):
        time.sleep(PAUSE_SECONDS)
        begin = time.perf_counter()
        disarm(pool, content, name)
        if number >= 10:
            found.append(1000 * (time.perf_counter() - begin))
    return found


def disarm(pool: Pool, content: bytes, name: str) -> None:
    """One file, which must come through."""
    done = pool.disarm(content, name, STANDARD)
    if done.content is None:
        raise SystemExit(f"{name}: {done.report.code} {done.report.detail}")
    done.content.close()


def files_per_second(cores: set[int], content: bytes, name: str, rounds: int) -> float:
    """Everything, the caller included, on these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        with Pool(CHILDREN) as pool, ThreadPoolExecutor(CALLERS) as threads:
            for _ in range(4):
                disarm(pool, content, name)
            begin = time.perf_counter()
            list(threads.map(lambda _: disarm(pool, content, name), range(rounds)))
            return rounds / (time.perf_counter() - begin)
    finally:
        os.sched_setaffinity(0, before)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--kinds", default=",".join(MAKERS))
    options = parser.parse_args()
    with Pool(CHILDREN) as pool:
        state = pool.state()
        kinds = [one for one in options.kinds.split(",") if one in state.hello.kinds]
        made: dict[str, bytes] = {}
        for kind in kinds:
            with suppress(ImportError):
                made[kind] = MAKERS[kind]()
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        print(f"sandbox: {state.sandbox.level} ({', '.join(state.sandbox.parts)})\n")
        print(f"{'milliseconds':14}{'bytes':>8}{'whole':>8}{'9 in 10':>9}{'work':>8}{'rest':>8}")
        for kind, content in made.items():
            show_hand_over(pool, kind, content, options.rounds)
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        print(f"\n{'files per second':14}{'one core':>10}{'two':>10}{'ratio':>9}{'at most':>10}")
        for kind, content in made.items():
            compare_cores(kind, content, cores, options.rounds)


def show_hand_over(pool: Pool, kind: str, content: bytes, rounds: int) -> None:
    """One line of the first table."""
    found = sorted(hand_over(pool, content, name_of(kind), rounds))
    middle, ninth = statistics.median(found), found[len(found) * 9 // 10]
    work = statistics.median(alone(content, name_of(kind)) for _ in range(20))
    met = "met" if middle - work < HAND_OVER_MS_MAX else "missed"
    row = f"{kind:14}{len(content):8}{middle:8.1f}{ninth:9.1f}{work:8.1f}{middle - work:8.1f}"
    print(f"{row}  (under {HAND_OVER_MS_MAX:.0f}: {met})")


def alone(content: bytes, name: str) -> float:
    """Milliseconds of the work alone, in this process."""
    begin = time.perf_counter()
    engine.disarm(Source(memoryview(content), name), io.BytesIO(), STANDARD)
    return 1000 * (time.perf_counter() - begin)


def compare_cores(kind: str, content: bytes, cores: list[int], rounds: int) -> None:
    """In turns, three times; medians."""
    one, two, most = [], [], []
    for _ in range(3):
        one.append(files_per_second({cores[0]}, content, name_of(kind), rounds))
        two.append(files_per_second(set(cores[:2]), content, name_of(kind), rounds))
        most.append(counting(set(cores[:2])) / counting({cores[0]}))
    before, after = statistics.median(one), statistics.median(two)
    met = "met" if after / before >= TWO_CORES_MIN else "missed"
    ratio = f"{after / before:9.2f}{statistics.median(most):10.2f}"
    print(f"{kind:14}{before:10.1f}{after:10.1f}{ratio}  (at least {TWO_CORES_MIN}: {met})")


def counting(cores: set[int]) -> float:
    """Rounds per second of two processes that only count, on these cores."""
    command = [sys.executable, "-c", "for _ in range(20_000_000): pass"]
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        begin = time.perf_counter()
        both = [subprocess.Popen(command) for _ in range(2)]
        for one in both:
            one.wait()
        return 2 / (time.perf_counter() - begin)
    finally:
        os.sched_setaffinity(0, before)


def name_of(kind: str) -> str:
    """A file name of the kind."""
    return f"a.{EXTENSIONS.get(kind, kind)}"


if __name__ == "__main__":
    main()
