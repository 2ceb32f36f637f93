"""Examine a store before relying on it: is it fast, does it keep its promises, may we delete?

Writes only below the folder it is given and takes everything away again.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable

from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import SekishoError
from sekisho.store import examinations
from sekisho.store.examinations import Bench, Probed
from sekisho.store.protocol import Store, check_name
from sekisho.store.report import Finding, Level, Report, from_error
from sekisho.store.words import finding

Check = Callable[[Bench], Finding]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("latency", examinations.latency),
    ("throughput", examinations.throughput),
    ("write-once", examinations.write_once),
    ("racers", examinations.racers),
    ("listing", examinations.listing),
    ("clock", examinations.clock),
    ("names", examinations.names),
    ("japanese-names", examinations.japanese_names),
    ("deleting", examinations.deleting),
    ("space", examinations.space),
)


def doctor(
    store: Store,
    *,
    under: str,
    clock: Clock,
    timer: Callable[[], float] = time.perf_counter,
    sleep: Callable[[float], None] = time.sleep,
    noise: Callable[[int], bytes] = os.urandom,
) -> Report:
    """A report on `store`, made by writing about 20 MiB below the folder `under` for some seconds.

    `under` is a folder that this node may write (`nodes/soumu`). Never raises for what is wrong
    with the store: that is in the report.
    """
    at = f"{check_name(under)}/doctor-{secrets.token_hex(4)}"
    bench = Bench(store, at, clock, timer, sleep, noise)
    findings = [_checked("reach", examinations.reach, bench)]
    if findings[0].level is not Level.BAD:
        findings += [_checked(name, check, bench) for name, check in CHECKS]
        findings += _clean_up(bench)
    return Report(store.describe(), clock.now(), tuple(findings))


def _checked(name: str, check: Check, bench: Bench) -> Finding:
    try:
        return check(bench)
    except SekishoError as error:
        return from_error(name, error)


def _clean_up(bench: Bench) -> list[Finding]:
    """Take away what the checks wrote; a finding only if that fails."""
    try:
        bench.store.delete_many(bench.written)
        if isinstance(bench.store, Probed):
            bench.store.remove_empty_folders(bench.at)
    except SekishoError as error:
        left = finding("cleaning-up", Level.CARE, "left", at=bench.at)
        return [left, from_error("cleaning-up", error, Level.CARE)]
    return []
