"""The chapter about disarming: four files as they come by mail, before and after."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence

from sekisho.disarm.account import Entry
from sekisho.disarm.report import Report
from sekisho.disarm.words import thing
from sekisho.kernel import names
from sekisho.node import collecting, submitting
from sekisho.node.demo.samples import MARK, OLD_NAME, Sample, expanded, samples, write_samples
from sekisho.node.demo.teller import Teller
from sekisho.node.demo.town import Town
from sekisho.node.reports import Told, reports_of
from sekisho.office.transfers.actions.sending import Draft
from sekisho.office.transfers.models import Arrival

ACTS = {
    "found": ("見つかったもの", "found"),
    "removed": ("取り除いたもの", "removed"),
    "replaced": ("置き換えたもの", "replaced"),
    "changed": ("直したもの", "changed"),
}


def submit_samples(town: Town, tell: Teller, draft: Draft) -> str:
    """Hand the four files in, and say what became of each; the id of the transfer."""
    paths = write_samples(town.folder / "届いたファイル")
    with town.at("internet") as node:
        made = submitting.submit(
            node, actor="sato", draft=draft, paths=paths, progress=tell.progress
        )
        told = {one.position: one for one in reports_of(node, made)}
    for position, sample in enumerate(samples()):
        _tell(tell, sample, told[position])
    return made.transfer_id


def _tell(tell: Teller, sample: Sample, told: Told) -> None:
    ja, en = sample.holds
    tell.say(f"{sample.name}: {ja}が入っています。", f"{sample.name}: it holds {en}.")
    report = told.report
    if report is None:
        raise AssertionError(f"{sample.name} was not disarmed")
    for act, (act_ja, act_en) in ACTS.items():
        rows = [entry for entry in report.entries if entry.act.value == act]
        if rows:
            tell.say(f"  {act_ja}: {_words(rows, 'ja')}", f"  {act_en}: {_words(rows, 'en')}")
    tell.shows(
        f"{names.shown(told.path)} に作り直しました（{_sizes(report)} バイト）。",
        f"It was rebuilt as {names.shown(told.path)} ({_sizes(report)} bytes).",
    )


def _sizes(report: Report) -> str:
    after = report.went_out.bytes if report.went_out else 0
    return f"{report.came_in.bytes:,} → {after:,}"


def _words(rows: Iterable[Entry], language: str) -> str:
    joint = "、" if language == "ja" else ", "
    counts: dict[str, int] = {}
    samples_of: dict[str, str] = {}
    for row in rows:
        counts[row.what] = counts.get(row.what, 0) + row.count
        samples_of.setdefault(row.what, row.samples[0] if row.samples else "")
    return joint.join(
        f"{thing(what, language)}{f' ×{count}' if count > 1 else ''}"
        f"{f' {samples_of[what]}' if samples_of[what] else ''}"
        for what, count in counts.items()
    )


def _tell_old_name(tell: Teller, written: Sequence[collecting.Collected]) -> None:
    """The name inside the ZIP can be read everywhere now."""
    (packed,) = (one.path for one in written if one.path.suffix == ".zip")
    with zipfile.ZipFile(packed) as found:
        inside = found.namelist()
    if inside != [OLD_NAME]:
        raise AssertionError(f"the ZIP holds {inside}")
    tell.shows(
        f"{packed.name} の中の「{OLD_NAME}」は、どの環境でも読める名前（UTF-8）になりました。",
        f"“{OLD_NAME}” inside {packed.name} is a name that reads everywhere now (UTF-8).",
    )


def collect_samples(town: Town, tell: Teller, transfer_id: str) -> None:
    """The addressee collects; nothing dangerous is left, however far it is unpacked."""
    folder = town.folder / "受取り_無害化済み"
    folder.mkdir()
    with town.at("lgwan") as node:
        arrived = Arrival.objects.get(pk=transfer_id)
        outcomes = {one.outcome for one in reports_of(node, arrived)}
        written = collecting.collect(node, actor="sato", transfer_id=transfer_id, folder=folder)
    _tell_old_name(tell, written)
    before = sum(MARK in expanded(one.content) for one in samples())
    after = sum(MARK in expanded(one.path.read_bytes()) for one in written)
    if after or not before or outcomes != {"same"}:
        raise AssertionError(f"{before} → {after} with the mark; {outcomes}")
    tell.shows(
        f"受け取る側で {len(written)} 件をもう一度無害化し、"
        "1 バイトも変わらないことを確かめました。",
        f"The receiver disarmed all {len(written)} again, and not one byte changed.",
    )
    tell.shows(
        f"危険な宛先「{MARK.decode()}」は、送る前の {before} 件に入っていましたが、"
        "届いたファイルには残っていません。",
        f"The dangerous address {MARK.decode()} was in {before} files before, and is in none now.",
    )
