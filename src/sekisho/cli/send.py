"""`sekisho send`: files become a transfer that asks to leave."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sekisho.cli import files as files_of
from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.failures import Misused
from sekisho.cli.index import COMMANDS
from sekisho.cli.progress import Bar
from sekisho.cli.speech import argument, command, option
from sekisho.cli.transfer_reports import lines, told_value
from sekisho.cli.transfer_views import state_sentence, transfer_value
from sekisho.cli.words import Pair, both, longer

if TYPE_CHECKING:
    from sekisho.node.opening import Node
    from sekisho.office.transfers.actions.sending import Draft

PASSWORD_BYTES_MAX = 4_096
TO: Pair = ("送り先のノード", "to which node")
DETAILS: Pair = (
    """

フォルダーを指定すると、中のファイルをすべて送ります。名前は書かれたとおりに届きます。""",
    """

A folder is sent with everything in it. Names arrive as they are written.""",
)


@command("send", longer(COMMANDS["send"].spoken, DETAILS))
@argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@option(
    "--flow",
    "code",
    default="",
    metavar="CODE",
    spoken=(
        "定例連携の番号（送り先・宛先・目的・区分は登録から）",
        "code of a flow, which says destination, addressees, purpose and class",
    ),
)
@option("--to", "to_node", default="", metavar="NODE", spoken=TO)
@option(
    "--for",
    "addressees",
    multiple=True,
    metavar="LOGIN",
    spoken=("宛先の人の利用者名（くり返せる）", "login of an addressee (repeat)"),
)
@option("--purpose", default="", metavar="TEXT", spoken=("目的", "what for"))
@option(
    "--label",
    default="",
    metavar="TEXT",
    spoken=("機密性の区分（例: 機密性2）", "class of secrecy, for instance 機密性2"),
)
@option(
    "--approver",
    "approvers",
    multiple=True,
    metavar="LOGIN",
    spoken=(
        "承認を頼む人（くり返せる。なければ、承認できる人のだれか）",
        "approver to be asked (repeat; else whoever may)",
    ),
)
@option(
    "--emergency",
    is_flag=True,
    spoken=(
        "緊急: 承認の前に送り、後で事後確認を受ける（認める経路だけ）",
        "leave at once and be confirmed after, where the route allows it",
    ),
)
@option("--reason", default="", metavar="TEXT", spoken=("緊急の理由", "why it is an emergency"))
@option(
    "--password-file",
    type=files_of.FILE,
    spoken=(
        "暗号化されたファイルを開くパスワードを書いたファイル（1行。保存しない）",
        "file with the password of encrypted files (one line; never kept)",
    ),
)
@option(
    "--password-prompt",
    is_flag=True,
    spoken=("パスワードを画面で尋ねる（保存しない）", "ask for the password (never kept)"),
)
@pass_call
def send(
    call: Call,
    files: tuple[Path, ...],
    code: str,
    to_node: str,
    addressees: tuple[str, ...],
    purpose: str,
    label: str,
    approvers: tuple[str, ...],
    emergency: bool,
    reason: str,
    password_file: Path | None,
    password_prompt: bool,
) -> None:
    """Read, judged by the route, kept in the vault, submitted; or refused, and nothing kept."""
    if reason and not emergency:
        raise Misused(
            "SKS-C020",
            reason="--reason は --emergency と一緒に使います",
            reason_en="--reason goes with --emergency",
        )
    actor = call.actor
    password = _password(password_file, password_prompt)
    with call.node() as node:
        from sekisho.node.reports import reports_of
        from sekisho.node.submitting import submit

        why = reason if emergency else None
        draft = _draft(node, code, to_node, addressees, purpose, label)
        draft = replace(draft, approvers=approvers, emergency=why)
        with Bar(call, both("取り込み", "Reading")) as bar:
            made = submit(
                node, actor=actor, draft=draft, paths=files, password=password, progress=bar
            )
        told = reports_of(node, made)
        value = transfer_value(made)
        value["flow"] = draft.flow or None
        value["disarming"] = [told_value(one) for one in told]
    answer(
        call,
        value,
        both(
            f"受け渡し {made.transfer_id} を申請しました。",
            f"Transfer {made.transfer_id} is submitted.",
        ),
        f"  {state_sentence(made)}",
        *lines(told),
    )


def _draft(
    node: Node, code: str, to_node: str, addressees: tuple[str, ...], purpose: str, label: str
) -> Draft:
    """What is said, and what the flow says where nothing is. Raises Misused SKS-C020."""
    from sekisho.node.flowing import draft_under
    from sekisho.office.transfers.actions.sending import Draft

    if code:
        return draft_under(
            node, code, to_node=to_node, addressees=addressees, purpose=purpose, label=label
        )
    given = {"--to": to_node, "--for": addressees, "--purpose": purpose, "--label": label}
    lacking = ", ".join(name for name, value in given.items() if not value)
    if lacking:
        raise Misused(
            "SKS-C020",
            reason=f"{lacking} を指定するか、--flow で定例連携を指定してください",
            reason_en=f"give {lacking}, or a flow with --flow",
        )
    return Draft(to_node, addressees, purpose, label)


def _password(file: Path | None, ask: bool) -> str | None:
    """The password for what is encrypted; the first line of the file, without its end."""
    if file is not None:
        first, *_ = files_of.read(file, PASSWORD_BYTES_MAX).splitlines() or [b""]
        return first.decode("utf-8", "replace")
    if ask:
        asked: str = click.prompt(both("パスワード", "Password"), hide_input=True, err=True)
        return asked
    return None
