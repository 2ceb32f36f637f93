"""`sekisho person`: who may act at this node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sekisho.cli.answer import Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, group, option
from sekisho.cli.words import both

if TYPE_CHECKING:
    from sekisho.office.accounts.models import Person

ROLES = ("staff", "approver", "admin", "auditor")
ROLE_WORDS = {
    "staff": ("職員", "staff"),
    "approver": ("承認者", "approver"),
    "admin": ("管理者", "administrator"),
    "auditor": ("監査", "auditor"),
}

person = group("person", COMMANDS["person"].spoken)


@person.verb("add", ("登録する。登録済みの人は、内容を変える", "register a person, or change one"))
@argument("login")
@option("--name", required=True, metavar="TEXT", spoken=("氏名", "name"))
@option("--division", default="", metavar="TEXT", spoken=("所属", "division"))
@option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(ROLES),
    spoken=("役割（くり返せる。なければ職員のみ）", "role (repeat; else staff only)"),
)
@pass_call
def add(call: Call, login: str, name: str, division: str, roles: tuple[str, ...]) -> None:
    """A person with this login exists from now on."""
    with call.node():
        from sekisho.office.accounts.actions import save_person

        saved = save_person(login=login, name=name, division=division, roles=roles)
    answer(
        call,
        as_value(saved),
        both(f"{name} さん（{login}）を登録しました。", f"{name} ({login}) is registered."),
    )


@person.verb("list", ("登録されている人の一覧", "everybody registered"))
@pass_call
def list_(call: Call) -> None:
    """Retired people too, marked as such."""
    with call.node():
        from sekisho.office.accounts.queries import everybody

        found = everybody()
    headers = (
        both("利用者名", "login"),
        both("氏名", "name"),
        both("所属", "division"),
        both("役割", "roles"),
        both("状態", "state"),
    )
    answer(call, [as_value(one) for one in found], Table(headers, [_row(one) for one in found]))


@person.verb("retire", ("退職・異動した人の操作を止める（証跡は残る）", "let a person act no more"))
@argument("login")
@pass_call
def retire(call: Call, login: str) -> None:
    """Past evidence stays."""
    with call.node():
        from sekisho.office.accounts.actions import retire_person

        retire_person(login=login)
    answer(
        call,
        {"login": login, "active": False},
        both(f"{login} さんの操作を止めました。", f"{login} can act no more."),
    )


def as_value(one: Person) -> dict[str, Any]:
    """A person for a program."""
    return {
        "login": one.login,
        "name": one.name,
        "division": one.division,
        "roles": list(one.roles),
        "active": one.active,
    }


def _row(one: Person) -> tuple[str, ...]:
    roles = [both(*ROLE_WORDS.get(role, (role, role))) for role in one.roles]
    state = both("有効", "active") if one.active else both("停止", "retired")
    return one.login, one.name, one.division, "、".join(roles), state
