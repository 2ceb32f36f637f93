"""`sekisho demo`: the main job, before the reader's eyes."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from sekisho.cli.speech import command, option
from sekisho.cli.words import both, language
from sekisho.kernel.errors import SekishoError

PROGRESS_AFTER_SECONDS = 1.0
UNWATCHED_MINUTES = 30
BACK_THEN = timedelta(days=32)
"""The story begins so long ago that its end, after the retention, is today: what it leaves can be
looked at with the other commands."""


@command(
    "demo",
    (
        "ファイルが領域を越えるところを、実際に動かして見せる",
        "Show a file crossing from one zone to another, for real",
    ),
)
@option(
    "--file",
    "file",
    spoken=("渡すファイル（なければ見本を作る）", "the file to send (else a sample is made)"),
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@option(
    "--into",
    "folder",
    spoken=("実演用のフォルダー", "folder of the demonstration"),
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".demo"),
    show_default=True,
)
@option(
    "--serve/--no-serve",
    "serving",
    default=False,
    spoken=("終わったら三つのノードの画面を開く", "then open the pages of the three nodes"),
)
def demo(file: Path | None, folder: Path, serving: bool) -> None:
    """Make three nodes, let a file cross, prove it, attack it, end it."""
    # Before anything of the nodes is imported: it configures their pages too.
    from sekisho.web import demonstrating

    demonstrating.close_earlier(folder)
    from sekisho.kernel.clock import SettableClock
    from sekisho.node.demo import story, town, working_day

    started = time.monotonic()
    teller = ScreenTeller()
    home = town.cleared(folder)
    teller.scene("準備: 三つのノードを作ります", "Setting up: three nodes are made")
    clock = SettableClock(datetime.now(UTC) - BACK_THEN)
    with closing(town.found(home, clock)) as built:
        chosen = file.resolve() if file else story.sample_file(home)
        story.Story(built, teller, chosen, _verify).run()
        if serving:
            teller.scene("画面の用意: ある日の仕事", "Preparing the pages: a working day")
            clock.advance(datetime.now(UTC) - clock.now())
            working_day.furnish(built)
    teller.finish(folder, time.monotonic() - started)
    if serving:
        _open(home, list(town.ZONES))


def _open(folder: Path, names: list[str]) -> None:
    """Foreground on a terminal; else they go on for a while, so that scripts can come back."""
    from sekisho.node.demo.working_day import PASSWORD
    from sekisho.web import demonstrating

    watched = sys.stdout.isatty()
    opened = demonstrating.open_nodes(folder, names, minutes=0 if watched else UNWATCHED_MINUTES)
    click.echo()
    click.secho(both("画面を開きました。", "The pages are open."), fg="green", bold=True)
    for one in opened:
        click.echo(f"  {one.name:10} {one.address}")
    click.echo(
        both(
            f"サインイン: sato（職員）、suzuki（承認者）、yamada（職員）、kobayashi（承認者）、"
            f"tanaka（情報システム担当・監査）、ito（CISO）。パスワードは全員 {PASSWORD} です。",
            f"Sign in as sato (staff), suzuki (approver), yamada (staff), kobayashi (approver), "
            f"tanaka (IT office, auditor), ito (CISO); everybody's password is {PASSWORD}.",
        )
    )
    if watched:
        click.echo(both("止めるには Ctrl-C を押してください。", "Press Ctrl-C to end."))
        demonstrating.wait(opened)
        return
    click.echo(
        both(
            f"{UNWATCHED_MINUTES} 分後に自動で止まります。",
            f"They end by themselves after {UNWATCHED_MINUTES} minutes.",
        )
    )


def _verify(package: bytes, town: object) -> object:
    """The offline verifier's word on a package, as `sekisho verify` gives it."""
    from sekisho.ledger.verify import verify_package
    from sekisho.node.demo.story import Verdict
    from sekisho.office.transfers.readers import evidence_readers

    found = verify_package(
        package,
        readers=evidence_readers(),
        trusted_admins=town.fingerprints,  # type: ignore[attr-defined]
        trusted_threshold=2,
        now=town.clock.now() + timedelta(seconds=1),  # type: ignore[attr-defined]
    )
    lines = tuple((str(line.state), line.words_ja, line.words_en) for line in found.lines)
    return Verdict(found.ok, lines)


class ScreenTeller:
    """Tells the story on standard output, in the language of the call."""

    def __init__(self) -> None:
        self._number = 0
        self._bar = ProgressLine()

    def scene(self, ja: str, en: str) -> None:
        self._number += 1
        click.echo()
        click.secho(f"{self._number}. {both(ja, en)}", fg="cyan", bold=True)

    def say(self, ja: str, en: str) -> None:
        self._bar.clear()
        click.echo(f"   {both(ja, en)}")

    def shows(self, ja: str, en: str) -> None:
        self._bar.clear()
        click.secho("   ✓ ", fg="green", bold=True, nl=False)
        click.echo(both(ja, en))

    def command(self, text: str) -> None:
        click.secho(f"   $ {text}", fg="bright_black")

    def stopped(self, reason: SekishoError) -> None:
        self._bar.clear()
        words = reason.explain(language())
        click.secho(f"   ✓ {both('止めました', 'stopped')} ", fg="green", bold=True, nl=False)
        click.echo(f"[{words.code}] {words.what}")

    def progress(self, what: str, done: int, total: int) -> None:
        self._bar.show(done, total)

    def finish(self, folder: Path, seconds: float) -> None:
        """What the reader may do next."""
        click.echo()
        click.secho(
            both(f"すべて確かめました（{seconds:.1f} 秒）。", f"All of it held ({seconds:.1f} s)."),
            fg="green",
            bold=True,
        )
        click.echo(
            both(
                f"できたものは {folder} にあります。証跡一式は「{folder}/証跡一式.zip」です。\n"
                "自分のファイルで試す: make demo FILE=ファイル名\n"
                "続きを読む: README.ja.md、ARCHITECTURE.md、docs/commands.md",
                f"What was made lies in {folder}; the evidence package is {folder}/証跡一式.zip.\n"
                "Try your own file: make demo FILE=path\n"
                "Read on: README.md, ARCHITECTURE.md, docs/commands.md",
            )
        )


class ProgressLine:
    """One line that is written over, on a terminal and for work of more than a second."""

    def __init__(self) -> None:
        self._started = 0.0
        self._shown = False

    def show(self, done: int, total: int) -> None:
        """So many of so many bytes are done."""
        now = time.monotonic()
        if not self._started:
            self._started = now
        if now - self._started < PROGRESS_AFTER_SECONDS or not sys.stdout.isatty():
            return
        self._shown = True
        filled = 30 * done // max(total, 1)
        percent = 100 * done // max(total, 1)
        click.echo(f"\r   [{'█' * filled}{' ' * (30 - filled)}] {percent:3d}%", nl=False)

    def clear(self) -> None:
        """The work is done; the line goes."""
        if self._shown:
            click.echo("\r" + " " * 60 + "\r", nl=False)
        self._started, self._shown = 0.0, False
