"""The examination of stores that are ill in one way each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.contracts.store_cases import folder_case
from tests.support.faulty_store import Faults, FaultyStore

from sekisho.kernel.clock import SettableClock, SystemClock
from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.store import words
from sekisho.store.doctor import CHECKS, doctor
from sekisho.store.folder import FolderStore
from sekisho.store.protocol import Data, Entry, Store
from sekisho.store.report import Finding, Level, Report, Verdict, verdict_words


class Timer:
    """Time passes only in `sleep`."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def examine(store: Store, timer: Timer | None = None) -> Report:
    timer = timer or Timer()
    return doctor(
        store, under="nodes/a", clock=SystemClock(), timer=timer, sleep=timer.sleep, noise=bytes
    )


def found(report: Report, check: str) -> Finding:
    return next(finding for finding in report.findings if finding.check == check)


@dataclass
class Ill(FolderStore):
    """A folder store with one illness."""

    def __init__(self, root: Path, illness: str, timer: Timer) -> None:
        super().__init__(root)
        self.illness = illness
        self.timer = timer

    def put(self, name: str, data: Data) -> bool:
        if self.illness == "overwrites":
            super().delete(name)
        if self.illness == "slow":
            self.timer.sleep(20)
        return super().put(name, data)

    def get(self, name: str, bytes_max: int) -> bytes:
        got = super().get(name, bytes_max)
        if self.illness == "changes" and len(got) > 1_000_000:
            return got[:-1] + b"!"
        if self.illness == "mixes" and "race" in name:
            return got[:-1] + b"!"
        return got

    def list(self, prefix: str) -> Iterator[Entry]:
        if self.illness == "never lists" and "listed" in prefix:
            return iter(())
        return super().list(prefix)

    def delete(self, name: str) -> None:
        if self.illness == "keeps":
            raise Refused("SKS-S008", store="x", name=name)
        super().delete(name)

    def free_bytes(self) -> int | None:
        return {"full": 1 << 20, "nearly full": 1 << 30}.get(self.illness, 1 << 40)


@pytest.mark.parametrize(
    ("illness", "check", "level"),
    [
        ("none", "write-once", Level.OK),
        ("overwrites", "write-once", Level.BAD),
        ("changes", "throughput", Level.BAD),
        ("slow", "latency", Level.CARE),
        ("slow", "throughput", Level.CARE),
        ("mixes", "racers", Level.BAD),
        ("never lists", "listing", Level.BAD),
        ("full", "space", Level.BAD),
        ("nearly full", "space", Level.CARE),
    ],
)
def test_every_illness_is_found(tmp_path: Path, illness: str, check: str, level: Level) -> None:
    folder_case(tmp_path / "s")
    timer = Timer()
    report = examine(Ill(tmp_path / "s", illness, timer), timer)
    assert found(report, check).level is level
    expected = {Level.BAD: Verdict.NO, Level.CARE: Verdict.CARE, Level.OK: Verdict.USE}[level]
    assert report.verdict is expected, report.lines("en")


def test_without_permission_to_delete(tmp_path: Path) -> None:
    folder_case(tmp_path / "s")
    report = examine(Ill(tmp_path / "s", "keeps", Timer()))
    assert found(report, "deleting").level is Level.CARE


def test_late_listings_are_a_reason_for_care(tmp_path: Path) -> None:
    inner = folder_case(tmp_path / "s").store
    report = examine(FaultyStore(inner, Faults(late=1.0, stale=1.0, late_listings=3), seed=1))
    assert found(report, "listing").level is Level.CARE
    assert "0.6" in found(report, "listing").en
    assert report.verdict is Verdict.CARE


def test_a_store_that_is_not_there_is_one_finding(tmp_path: Path) -> None:
    report = examine(FolderStore(tmp_path / "none"))
    assert [finding.check for finding in report.findings] == ["reach"]
    assert report.verdict is Verdict.NO
    assert "SKS-S004" in report.findings[0].ja


def test_a_store_that_fails_now_and_then_is_reported_not_raised(tmp_path: Path) -> None:
    inner = folder_case(tmp_path / "s").store
    report = examine(FaultyStore(inner, Faults(error_before=0.5, error_after=0.3), seed=3))
    assert report.verdict is Verdict.NO
    assert len(report.findings) >= len(CHECKS) or report.findings[0].check == "reach"


def test_a_clock_that_is_wrong(tmp_path: Path) -> None:
    store = folder_case(tmp_path / "s").store
    for hours, level in ((0, Level.OK), (-1, Level.CARE), (1, Level.CARE)):
        clock = SettableClock(datetime.now(UTC) + timedelta(hours=hours))
        report = doctor(store, under="nodes/a", clock=clock)
        assert found(report, "clock").level is level, found(report, "clock").en


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    store = folder_case(tmp_path / "s").store
    report = examine(store)
    assert report.verdict is Verdict.USE, report.lines("en")
    assert os.listdir(tmp_path / "s" / "nodes" / "a") == []


def test_where_it_may_write_is_checked(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        doctor(folder_case(tmp_path / "s").store, under="../a", clock=SystemClock())


def test_every_sentence_stands_in_both_languages_with_the_same_gaps() -> None:
    for sentence, (ja, en) in words._SENTENCES.items():
        assert sorted(gaps(ja)) == sorted(gaps(en)), sentence
    assert {verdict_words(verdict, "ja") for verdict in Verdict}.isdisjoint(
        verdict_words(verdict, "en") for verdict in Verdict
    )


def gaps(sentence: str) -> list[str]:
    return [part.partition("}")[0].partition(":")[0] for part in sentence.split("{")[1:]]
