"""The examination of every kind of store: what it says, and that it leaves nothing behind."""

from __future__ import annotations

from datetime import timedelta

from tests.contracts.store_cases import NOW, StoreCase

from sekisho.kernel.clock import SettableClock, SystemClock
from sekisho.store.doctor import CHECKS, doctor
from sekisho.store.report import Level, Report, Verdict


def level_of(report: Report, check: str) -> Level:
    return next(finding.level for finding in report.findings if finding.check == check)


def test_every_store_is_examined_and_left_as_it_was(case: StoreCase) -> None:
    case.store.put(case.name("kept"), b"x")
    report = doctor(case.store, under=case.at, clock=SystemClock())
    checks = [finding.check for finding in report.findings]
    assert checks == ["reach", *(name for name, _ in CHECKS)]
    expected = Level.OK if case.one_winner else Level.CARE
    assert level_of(report, "racers") is expected, report.lines("en")
    for check in ("write-once", "names", "deleting", "latency"):
        assert level_of(report, check) is Level.OK, report.lines("en")
    assert report.verdict is not Verdict.NO
    assert [one.name for one in case.store.list(case.name(""))] == [case.name("kept")]


def test_a_wrong_clock_is_noticed(case: StoreCase) -> None:
    report = doctor(case.store, under=case.at, clock=SettableClock(NOW + timedelta(days=3650)))
    assert level_of(report, "clock") is Level.CARE


def test_the_report_speaks_both_languages(case: StoreCase) -> None:
    report = doctor(case.store, under=case.at, clock=SystemClock())
    japanese, english = report.lines("ja"), report.lines("en")
    assert len(japanese) == len(english) == len(report.findings) + 2
    assert japanese[-1].startswith("判定: ")
    assert english[-1].startswith("Verdict: ")
    assert not any("{" in line for line in japanese + english)
