"""Whole transfers: one large file against `cp` three times, and a thousand small ones.

    python bench/transfers.py large --mib 1024 --rounds 3 [--folder DIR]
    python bench/transfers.py small --count 1000 [--disarm] [--stages] [--folder DIR]

`large`: submit, approve, seal, fetch, collect (everything included: hashing, encryption, ledger,
receipts) on a folder store, interleaved with three plain copies of the same file in the same
folder. Without --folder it runs in memory (tmpfs) so that the disk of the machine is not what is
measured; give a folder on a disk to see it with real fsyncs.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.db import connections

from sekisho.kernel.clock import SystemClock
from sekisho.node import collecting, submitting
from sekisho.node.demo import town as towns
from sekisho.office.transfers.actions import deciding
from sekisho.office.transfers.actions.sending import Draft
from sekisho.office.transfers.models import Arrival, Transfer

CHUNK = 50
DRAFT = Draft("lgwan", ("sato",), "計測", "機密性1")


class RealTime(SystemClock):
    """The machine's clock, for a town that would like to move it."""

    def advance(self, step: timedelta) -> None:
        """Time passes by itself."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["large", "small"])
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--disarm", action="store_true", help="routes ask for disarming")
    parser.add_argument("--stages", action="store_true", help="one process, stage by stage")
    args = parser.parse_args()
    if not args.disarm:
        towns.DISARM.clear()
    base = args.folder or (Path("/dev/shm") if Path("/dev/shm").is_dir() else None)
    folder = Path(tempfile.mkdtemp(prefix="sekisho-bench-", dir=base))
    try:
        run = large if args.what == "large" else small
        run(args, folder)
    finally:
        shutil.rmtree(folder)


def large(args: argparse.Namespace, folder: Path) -> None:
    """One file, send to collect, against three copies."""
    source = folder / "large.bin"
    subprocess.run(
        ["dd", "if=/dev/urandom", f"of={source}", "bs=1M", f"count={args.mib}", "status=none"],
        check=True,
    )
    town = towns.found(towns.cleared(folder / "town"), RealTime())
    ours, copies, stages = [], [], []
    for number in range(args.rounds):
        copies.append(seconds(lambda: three_copies(source, folder)))
        parts = crossing(town, source, folder / f"out{number}")
        ours.append(sum(parts.values()))
        stages.append(parts)
        shutil.rmtree(folder / f"out{number}")
        empty(town)
    us, cp = statistics.median(ours), statistics.median(copies)
    print(f"whole transfer of {args.mib} MiB in {folder.parent}: median of {args.rounds}")
    for name in stages[0]:
        print(f"  {name:<10} {statistics.median(one[name] for one in stages):6.2f} s")
    print(f"  together   {us:6.2f} s;  cp three times {cp:6.2f} s;  ratio {cp / us:.2f}x cp")


def three_copies(source: Path, folder: Path) -> None:
    """What a plain copy from hand to hand would cost."""
    for number in range(3):
        target = folder / f"copy{number}"
        subprocess.run(["cp", str(source), str(target)], check=True)
    for number in range(3):
        (folder / f"copy{number}").unlink()


def crossing(town: towns.Town, source: Path, out: Path) -> dict[str, float]:
    """Seconds of each stage of one transfer."""
    out.mkdir()
    parts: dict[str, float] = {}
    with town.at("internet") as node:
        made = submitting_of(parts, node, source)
        parts["approve"] = seconds(
            lambda: deciding.approve(node.desk, actor="suzuki", transfer_id=made.transfer_id)
        )
    parts["send"] = seconds(lambda: expect(town.run("internet").sent >= 1))
    parts["fetch"] = seconds(lambda: expect(town.run("lgwan").received == 1))
    with town.at("lgwan") as node:
        parts["collect"] = seconds(
            lambda: collecting.collect(node, actor="sato", transfer_id=made.transfer_id, folder=out)
        )
    parts["receipt"] = seconds(lambda: town.run("internet"))
    return parts


def submitting_of(parts: dict[str, float], node: object, source: Path) -> object:
    """Submit, and note how long it took."""
    start = time.perf_counter()
    made = submitting.submit(node, actor="sato", draft=DRAFT, paths=[source])
    parts["submit"] = time.perf_counter() - start
    return made


def empty(town: towns.Town) -> None:
    """Room for the next round: what lies in vaults and store goes."""
    for path in [*town.folder.rglob("ob_*"), *town.folder.rglob("pc_*")]:
        if path.is_file():
            path.unlink()


def small(args: argparse.Namespace, folder: Path) -> None:
    """Many files of 20 kB, each its own transfer with one approval."""
    towns.SETTINGS = towns.SETTINGS.replace("one_time = 20", "one_time = 1000")
    town = towns.found(towns.cleared(folder / "town"), RealTime())
    for number in range(args.count):
        content = f"第{number}号\n".encode() + b"0123456789" * 2000
        (folder / f"文書{number:04d}.txt").write_bytes(content)
    files = sorted(folder.glob("*.txt"))
    (in_turn if args.stages else side_by_side)(args, town, files, folder)
    with town.at("lgwan"):
        expect(Arrival.objects.filter(state="collected").count() == args.count)


def side_by_side(
    args: argparse.Namespace, town: towns.Town, files: list[Path], folder: Path
) -> None:
    """As in life: staff, the sending node's worker and the receiving node, each a process."""
    connections.close_all()
    start = time.perf_counter()
    receiver = multiprocessing.Process(target=receive_all, args=(town, len(files), folder))
    staff = multiprocessing.Process(target=staff_work, args=(town, files))
    receiver.start()
    staff.start()
    send_all(town, len(files))
    sent = time.perf_counter() - start
    staff.join()
    receiver.join()
    total = time.perf_counter() - start
    expect(receiver.exitcode == 0)
    print(f"{args.count} transfers of 20 kB, three processes, every one approved, with evidence:")
    print(f"  sent after {sent:.1f} s, all collected after {total:.1f} s")
    print(f"  {args.count / total:.0f} transfers a second")


def staff_work(town: towns.Town, files: list[Path]) -> None:
    """Staff of the sending zone submit and approve."""
    for start in range(0, len(files), CHUNK):
        approve_all(town, submit_all(town, files[start : start + CHUNK]))


def send_all(town: towns.Town, count: int) -> None:
    """The worker of the sending node."""
    sent = 0
    while sent < count:
        done = town.run("internet")
        with town.at("internet"):
            sent = Transfer.objects.filter(state__in=("sent", "received")).count()
        if done.idle:
            time.sleep(0.2)


def receive_all(town: towns.Town, count: int, folder: Path) -> None:
    """The receiving node: the worker runs, addressees collect what is there."""
    out = folder / "out"
    out.mkdir()
    collected = 0
    while collected < count:
        if town.run("lgwan").idle:
            time.sleep(0.2)
        with town.at("lgwan") as node:
            waiting = Arrival.objects.filter(state="received").values_list("pk", flat=True)
            for one in list(waiting):
                collecting.collect(node, actor="sato", transfer_id=one, folder=out)
                collected += 1


def in_turn(args: argparse.Namespace, town: towns.Town, files: list[Path], folder: Path) -> None:
    """One process, stage after stage, to see what each costs."""
    ids: list[str] = []
    stages: list[tuple[str, Callable[[], object]]] = [
        ("submit", lambda: ids.extend(submit_all(town, files))),
        ("approve", lambda: approve_all(town, ids)),
        ("send", lambda: town.run("internet")),
        ("fetch", lambda: town.run("lgwan")),
        ("receipts", lambda: (town.run("internet"), town.run("lgwan"))),
        ("collect", lambda: collect_all(town, ids, folder)),
        ("evidence", lambda: (town.run("lgwan"), town.run("internet"))),
    ]
    for name, act in stages:
        before = time.process_time()
        took = seconds(act)
        cpu = 1000 * (time.process_time() - before) / args.count
        each = 1000 * took / args.count
        print(f"  {name:<10} {took:6.2f} s  {each:6.2f} ms each, {cpu:6.2f} ms of CPU", flush=True)


def submit_all(town: towns.Town, files: list[Path]) -> list[str]:
    """Every file submitted by itself, as staff would."""
    with town.at("internet") as node:
        return [
            submitting.submit(node, actor="sato", draft=DRAFT, paths=[one]).transfer_id
            for one in files
        ]


def approve_all(town: towns.Town, ids: list[str]) -> None:
    """Every transfer approved by itself."""
    with town.at("internet") as node:
        for one in ids:
            deciding.approve(node.desk, actor="suzuki", transfer_id=one)


def collect_all(town: towns.Town, ids: list[str], folder: Path) -> None:
    """Every transfer collected by itself."""
    out = folder / "out"
    out.mkdir()
    with town.at("lgwan") as node:
        for one in ids:
            collecting.collect(node, actor="sato", transfer_id=one, folder=out)


def seconds(act: Callable[[], object]) -> float:
    """How long it took."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def expect(holds: bool) -> None:
    """A benchmark of something that did not happen is none."""
    if not holds:
        raise SystemExit("the transfer did not arrive")


if __name__ == "__main__":
    main()
