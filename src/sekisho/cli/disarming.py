"""Files of a disk through the pool of children and into a folder, in order and several at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from sekisho.disarm.profile import Profile
from sekisho.disarm.report import Report
from sekisho.disarm.sandbox.pool import Done, Pool
from sekisho.kernel import names
from sekisho.kernel.errors import Refused, SekishoError
from sekisho.kernel.limits import MIB, TRANSFER_FILES_MAX
from sekisho.seal import intake
from sekisho.seal.collect import open_target

AHEAD = 2
"""Files in work or waiting to be written for each child: their contents lie in memory."""

TICK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Handled:
    """One file of the run. `report` is None when it could not be read, `path` when nothing of it
    was written; `trouble` says why, where the report does not."""

    name: str
    bytes: int
    report: Report | None = None
    path: Path | None = None
    trouble: SekishoError | None = None


Found = tuple[str, intake.SourceFile]


def gather(paths: Sequence[Path]) -> list[Found]:
    """Every file behind the paths, with the name it is called by: folders keep their name.

    Raises what `seal.intake` raises, and Refused SKS-V024 (too many).
    """
    found: list[Found] = []
    for path in paths:
        whole = path.resolve() if path.name in ("", "..") else path
        if whole.is_dir() and not whole.is_symlink():
            found += [(f"{whole.name}/{one.path}", one) for one in intake.walk(whole)]
        else:
            found.append((whole.name, intake.open_source(whole.name, whole.parent)))
    if len(found) > TRANSFER_FILES_MAX:
        raise Refused("SKS-V024", what="files", most=TRANSFER_FILES_MAX)
    return found


def disarm_all(
    pool: Pool,
    children: int,
    found: Sequence[Found],
    profile: Profile,
    *,
    password: str | None,
    folder: Path | None,
    progress: Callable[[str, int, int], None],
) -> Iterator[Handled]:
    """Each file as it is done, in the order of `found`; written below `folder` where there is one.

    A file that cannot be read or written does not hold up the others. Raises what concerns all
    files: Unavailable SKS-D030, Refused SKS-D031.
    """
    namer = names.SafePaths([name for name, _ in found])
    total, done = sum(one.bytes for _, one in found), 0
    waiting: deque[tuple[Found, Future[Done]]] = deque()
    rest = iter(found)
    with ThreadPoolExecutor(children) as threads:
        try:
            while True:
                while len(waiting) < AHEAD * children and (one := next(rest, None)):
                    work = threads.submit(_disarm, pool, one, profile, password)
                    waiting.append((one, work))
                if not waiting:
                    return
                (name, source), work = waiting.popleft()
                while not work.done():
                    progress(name, done, total)
                    wait([work], timeout=TICK_SECONDS)
                yield _handled(name, source.bytes, work, namer, folder)
                done += source.bytes
                progress(name, done, total)
        except BaseException:
            # Interrupted, or nothing works: what is still in work must not be waited for.
            for _, work in waiting:
                work.cancel()
            pool.close()
            raise


def _disarm(pool: Pool, one: Found, profile: Profile, password: str | None) -> Done:
    name, source = one
    return intake.again_if_changed(lambda: pool.disarm(source.read(), name, profile, password))


def _handled(
    name: str, size: int, work: Future[Done], namer: names.SafePaths, folder: Path | None
) -> Handled:
    try:
        done = work.result()
    except SekishoError as trouble:
        if trouble.code in ("SKS-D030", "SKS-D031"):
            raise
        return Handled(name, size, trouble=trouble)
    if done.content is None or done.report.went_out is None:
        return Handled(name, size, done.report)
    with done.content as content:
        if folder is None:
            return Handled(name, size, done.report)
        path = namer.take(done.report.went_out.name)
        try:
            with open_target(folder, path) as target:
                while piece := content.read(MIB):
                    target.write(piece)
        except SekishoError as trouble:
            return Handled(name, size, done.report, trouble=trouble)
    return Handled(name, size, done.report, folder / path)


def write_beside(folder: Path, name: str, data: bytes) -> Path:
    """Write a file about the run; numbered where there is one of that name already."""
    number = 1
    while True:
        path = name if number == 1 else names.numbered(name, number)
        try:
            with open_target(folder, path) as target:
                target.write(data)
        except Refused as refused:
            if refused.code != "SKS-V026":
                raise
            number += 1
            continue
        return folder / path
