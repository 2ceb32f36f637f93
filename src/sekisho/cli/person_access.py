"""`sekisho person password | unlock | reset-factors | sign-out`: let somebody in again, or out."""

from __future__ import annotations

import os

import click

from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.speech import argument, command, option
from sekisho.cli.words import both


@command(
    "password",
    (
        "パスワードを設定する（管理者のみ。最初のサインインで本人が変える）",
        "set a password (administrators); the person changes it at the first sign-in",
    ),
)
@argument("login")
@option(
    "--generate",
    is_flag=True,
    spoken=("仮のパスワードを作り、1回だけ表示する", "make a temporary one and show it once"),
)
@option(
    "--keep",
    is_flag=True,
    spoken=("本人が変えなくてよい", "the person need not change it"),
)
@pass_call
def password(call: Call, login: str, generate: bool, keep: bool) -> None:
    """Sessions of the person end."""
    actor = call.actor
    typed = "" if generate else _asked()
    with call.node() as node:
        from sekisho.office.accounts import passwords

        fresh = typed or passwords.temporary_password(os.urandom(passwords.RANDOM_BYTES))
        passwords.issue_password(
            node.desk, actor=actor, login=login, password=fresh, temporary=not keep
        )
    told = both(
        f"{login} さんのパスワードを設定しました。サインイン中の端末は終了します。",
        f"{login} has a new password. Sessions have ended.",
    )
    value = {"login": login, "temporary": not keep}
    if not generate:
        answer(call, value, told)
        return
    once = both("上のパスワードは、ここでしか表示しません。", "It is shown here and never again.")
    answer(call, {**value, "password": fresh}, fresh, told, once)


def _asked() -> str:
    words = both("新しいパスワード", "New password")
    again = both("もう一度", "Again")
    return str(click.prompt(words, hide_input=True, confirmation_prompt=again, err=True))


@command(
    "unlock",
    ("失敗が続いて止まったサインインを、すぐに使えるようにする（管理者のみ）", "unlock a login"),
)
@argument("login")
@pass_call
def unlock(call: Call, login: str) -> None:
    """Nothing happens to a login that is not locked."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.accounts import signing_in

        done = signing_in.unlock(node.desk, actor=actor, login=login)
    told = (
        both(f"{login} さんのロックを解除しました。", f"{login} is unlocked.")
        if done
        else both(f"{login} さんはロックされていません。", f"{login} is not locked.")
    )
    answer(call, {"login": login, "unlocked": done}, told)


@command(
    "reset-factors",
    (
        "認証アプリ・パスキー・予備コードを取り消す（機器をなくした人。管理者のみ）",
        "take away app, passkeys and recovery codes of who has lost them (administrators)",
    ),
)
@argument("login")
@option(
    "--reason",
    required=True,
    metavar="TEXT",
    spoken=("理由（本人の確かめ方も）", "why, and how you know who asks"),
)
@pass_call
def reset_factors(call: Call, login: str, reason: str) -> None:
    """Sessions of the person end; where a second factor is required he sets up a new one."""
    actor = call.actor
    # Before the node is opened: what factors are kept in belongs to the pages.
    import sekisho.web  # noqa: F401

    with call.node() as node:
        from sekisho.node.opening import prepare_database
        from sekisho.web.entrance import mfa

        prepare_database(node.alias)
        removed = mfa.reset_factors(node, actor=actor, login=login, reason=reason)
    told = both(
        f"{login} さんの登録 {removed} 件を取り消しました。サインイン中の端末は終了します。",
        f"{removed} registrations of {login} are taken away. Sessions have ended.",
    )
    answer(call, {"login": login, "removed": removed}, told)


@command(
    "sign-out",
    (
        "サインイン中の端末をすべて終了させる（管理者のみ）",
        "end every session of a person (administrators)",
    ),
)
@argument("login")
@pass_call
def sign_out(call: Call, login: str) -> None:
    """The person may sign in again; `person retire` keeps somebody out."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.accounts import passwords

        passwords.sign_out(node.desk, actor=actor, login=login)
    told = both(
        f"{login} さんのサインイン中の端末を終了しました。", f"The sessions of {login} have ended."
    )
    answer(call, {"login": login, "signed_out": True}, told)


COMMANDS_OF_PERSON = (password, unlock, reset_factors, sign_out)
