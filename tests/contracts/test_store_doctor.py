"""The examination of every kind of store: what it says, and that it leaves nothing behind."""

from __future__ import annotations

import os
import time
from datetime import timedelta

from tests.contracts.store_cases import NOW, StoreCase

from sekisho.kernel.clock import SettableClock, SystemClock
from sekisho.store import examinations
from sekisho.store.doctor import CHECKS, doctor
from sekisho.store.report import Level, Verdict


def test_every_store_is_examined_and_left_as_it_was(case: StoreCase) -> None:
    case.store.put(case.name("kept"), b"x")
    report = doctor(case.store, under=case.at, clock=SystemClock())
    japanese, english = report.lines("ja"), report.lines("en")
    level = {finding.check: finding.level for finding in report.findings}
    assert list(level) == ["reach", *(name for name, _ in CHECKS)]
    assert level["racers"] is (Level.OK if case.one_winner else Level.CARE), english
    for check in ("write-once", "names", "deleting", "latency"):
        assert level[check] is Level.OK, english
    assert report.verdict is not Verdict.NO
    assert [one.name for one in case.store.list(case.name(""))] == [case.name("kept")]

    assert len(japanese) == len(english) == len(report.findings) + 2
    assert japanese[-1].startswith("判定: ")
    assert english[-1].startswith("Verdict: ")
    assert not any("{" in line for line in japanese + english)


def test_a_wrong_clock_is_noticed(case: StoreCase) -> None:
    wrong = SettableClock(NOW + timedelta(days=3650))
    bench = examinations.Bench(
        case.store, case.at, wrong, time.perf_counter, time.sleep, os.urandom
    )
    assert examinations.clock(bench).level is Level.CARE
