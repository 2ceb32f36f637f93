"""`sekisho serve`: the pages of one node, and its worker."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import command, option
from sekisho.cli.words import Pair, both, longer
from sekisho.kernel.clock import SystemClock

if TYPE_CHECKING:
    from sekisho.web.serving import Serving

DETAILS: Pair = (
    """

設定の [web] に、受け付ける住所・ポート・名前・証明書を書きます。証明書を書かなければ、
ノード自身の認証局が作ります。受信・送信などの裏方の仕事も一緒に動かします。
SIGTERM か Ctrl-C で止まります。""",
    """

Address, port, names and certificates stand under [web] in the settings. Without a certificate the
node's own authority makes one. The work nobody sits in front of runs beside it. SIGTERM or Ctrl-C
ends both.""",
)


@command("serve", longer(COMMANDS["serve"].spoken, DETAILS))
@option(
    "--host", default="", metavar="ADDRESS", spoken=("受け付ける住所", "listen on this address")
)
@option("--port", type=click.IntRange(1, 65_535), spoken=("ポート", "listen on this port"))
@option(
    "--http",
    "plain",
    is_flag=True,
    spoken=(
        "TLS なしで受け付ける（この機械の中からだけ）",
        "without TLS, for this machine only",
    ),
)
@option(
    "--no-worker",
    is_flag=True,
    spoken=("裏方の仕事は別に動かす", "the worker runs elsewhere (`sekisho run`)"),
)
@option(
    "--minutes",
    type=click.IntRange(1, 10_000),
    spoken=("この時間がたったら止まる（分）", "end after so many minutes"),
)
@pass_call
def serve(
    call: Call, host: str, port: int | None, plain: bool, no_worker: bool, minutes: int | None
) -> None:
    """The exit code is 0 when it was stopped."""
    # Settings reach every process of the server the same way: by the environment.
    given = {"HOST": host, "PORT": str(port or ""), "TLS": "false" if plain else ""}
    os.environ.update({f"SEKISHO_WEB_{key}": value for key, value in given.items() if value})
    from sekisho.web import serving

    made = serving.prepare(call.folder, os.environ, SystemClock())
    answer(
        call,
        {"address": made.address, "authority": made.fingerprint},
        both(f"開く住所: {made.address}", f"Open {made.address}"),
        *_trust(made),
        both("止めるには Ctrl-C を押してください。", "Press Ctrl-C to stop."),
    )
    serving.serve(made, with_worker=not no_worker, minutes=minutes or 0)


def _trust(made: Serving) -> list[str]:
    """What the terminals have to be told, when the node is its own authority."""
    if made.authority is None:
        return []
    file = made.authority.certificate
    return [
        both(
            f"端末に入れる認証局の証明書: {file}\n  指紋 (SHA-256) {made.fingerprint}",
            f"Authority for the terminals: {file}\n  SHA-256 {made.fingerprint}",
        )
    ]
