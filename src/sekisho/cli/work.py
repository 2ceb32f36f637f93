"""`sekisho run` and `sekisho expire`: the work that nobody sits in front of."""

from __future__ import annotations

import signal
import threading
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import moment
from sekisho.cli.failures import as_lines, as_value
from sekisho.cli.index import COMMANDS
from sekisho.cli.progress import Bar
from sekisho.cli.speech import command, option
from sekisho.cli.words import Pair, both, longer
from sekisho.kernel.errors import SekishoError

if TYPE_CHECKING:
    from sekisho.node.worker import Round
    from sekisho.office.transfers.actions.expiring import Erased

DETAILS: Pair = (
    """

止めるまで、一定の間隔でくり返します。SIGTERM か Ctrl-C で、その回を終えてから止まります。
同じノードで複数動かしてもかまいません。""",
    """

Goes on at an interval until it is stopped; SIGTERM or Ctrl-C lets it finish its round first.
Several may run for one node.""",
)
IDLE_ROUNDS_MAX = 1_000
STOPPING = frozenset({"SKS-L014", "SKS-L015", "SKS-C015", "SKS-B010", "SKS-B011", "SKS-B012"})
"""The node was set back, rewritten, doubled or half restored: going on would make it worse."""


@dataclass
class Total:
    """What all rounds of this call did together."""

    rounds: int = 0
    received: int = 0
    notices: int = 0
    sent: int = 0
    erased: int = 0
    refused: list[SekishoError] = field(default_factory=list)
    troubles: list[SekishoError] = field(default_factory=list)

    def add(self, done: Round) -> None:
        """One more round. Troubles are those of the last one: earlier ones may have passed."""
        self.rounds += 1
        self.received += done.received
        self.notices += done.notices
        self.sent += done.sent
        self.erased += _erased_count(done.erased)
        self.refused += done.refused
        self.troubles = list(done.troubles)

    @property
    def exit_code(self) -> int:
        """That of the worst trouble of the last round."""
        return max((one.exit_code for one in self.troubles), default=0)

    def as_value(self) -> dict[str, Any]:
        """For a program."""
        return {
            "rounds": self.rounds,
            "received": self.received,
            "notices": self.notices,
            "sent": self.sent,
            "erased": self.erased,
            "refused": [as_value(one) for one in self.refused],
            "troubles": [as_value(one) for one in self.troubles],
        }


class Stop:
    """SIGTERM and SIGINT end the waiting at once and the work after its round."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._take)

    def _take(self, number: int, frame: FrameType | None) -> None:
        self._asked.set()

    @property
    def asked(self) -> bool:
        """Whether somebody asked."""
        return self._asked.is_set()

    def wait(self, seconds: float) -> None:
        """Sleep until then, or until somebody asks."""
        self._asked.wait(seconds)


@command("run", longer(COMMANDS["run"].spoken, DETAILS))
@option("--once", is_flag=True, spoken=("1回だけ行う", "one round only"))
@option(
    "--until-idle", is_flag=True, spoken=("することがなくなるまで行う", "until nothing is to do")
)
@option(
    "--interval",
    type=click.FloatRange(0.1, 86_400),
    metavar="SECONDS",
    spoken=("間隔（秒。なければ設定の値）", "seconds between rounds (else as in the settings)"),
)
@pass_call
def run(call: Call, once: bool, until_idle: bool, interval: float | None) -> None:
    """The exit code is that of the worst trouble of the last round; 0 when it was stopped."""
    stop, total = Stop(), Total()
    with call.node():
        from sekisho.node.checkup import require_migrated

        require_migrated()
    while True:
        done, pause = _round(call)
        total.add(done)
        if not call.json:
            _tell(call, done)
        if stop.asked or once or (until_idle and (done.idle or total.rounds >= IDLE_ROUNDS_MAX)):
            break
        if any(one.code in STOPPING for one in done.troubles):
            break
        if not until_idle:
            stop.wait(interval or pause)
            if stop.asked:
                break
    answer(call, total.as_value(), _sum(total))
    click.get_current_context().exit(0 if stop.asked else total.exit_code)


def _round(call: Call) -> tuple[Round, float]:
    """One round. The node is opened each time, so that new keys and settings come into use."""
    with call.node() as node, Bar(call, both("受け渡し", "Crossing")) as bar:
        from sekisho.node.worker import run_round

        return run_round(node, bar), float(node.settings.work.interval_seconds)


def _tell(call: Call, done: Round) -> None:
    if done.received or done.sent or done.notices or _erased_count(done.erased):
        erased = _erased_count(done.erased)
        click.echo(
            both(
                f"{moment(call.now())}  受け渡しの受信 {done.received} 件、通知の受信 "
                f"{done.notices} 件、封緘データの送信 {done.sent} 件、消去 {erased} 件",
                f"{moment(call.now())}  transfers received {done.received}, notices received "
                f"{done.notices}, parcels sent {done.sent}, erased {erased}",
            )
        )
    for error in (*done.refused, *done.troubles):
        for line in as_lines(error):
            click.echo(line, err=True)


def _sum(total: Total) -> str:
    return both(
        f"{total.rounds} 回動かしました。受け渡しの受信 {total.received} 件、封緘データの送信 "
        f"{total.sent} 件、止めたもの {len(total.refused)} 件、支障 {len(total.troubles)} 件。",
        f"{total.rounds} rounds: transfers received {total.received}, parcels sent "
        f"{total.sent}, stopped {len(total.refused)}, troubles {len(total.troubles)}.",
    )


def _erased_count(erased: Erased) -> int:
    return erased.transfers + erased.arrivals


@command("expire", COMMANDS["expire"].spoken)
@option(
    "--rotate-now",
    is_flag=True,
    spoken=(
        "保管庫の鍵もすぐ新しくする（古い控えから戻せなくする）",
        "renew the vault key at once too, so that old copies open nothing",
    ),
)
@pass_call
def expire(call: Call, rotate_now: bool) -> None:
    """`sekisho run` does this by itself; here it is done now."""
    with call.node() as node:
        from sekisho.node import upkeep
        from sekisho.node.backup import marker, settling

        if marker.stage_of(node.settings.folder) is not None:
            settling.settle(node, confirmed=True)
        before = node.desk.keyring.current_id
        erased = upkeep.expire(node, rotate_now=rotate_now)
        upkeep.settle_evidence(node)
        renewed = node.desk.keyring.current_id != before
    answer(
        call,
        {
            "transfers": erased.transfers,
            "arrivals": erased.arrivals,
            "objects": erased.objects,
            "receiver_keys": erased.receiver_keys,
            "vault_key_renewed": renewed,
        },
        both(
            f"鍵を破棄しました: 送信分 {erased.transfers} 件、受信分 {erased.arrivals} 件、"
            f"ファイル {erased.objects} 個、受信鍵 {erased.receiver_keys} 個。",
            f"Destroyed: keys of {erased.transfers} sent and {erased.arrivals} received transfers, "
            f"{erased.objects} files, {erased.receiver_keys} receiver keys.",
        ),
    )
