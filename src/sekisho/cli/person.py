"""`sekisho person`: who may act at this node."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from sekisho.cli import person_access
from sekisho.cli.answer import Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import DAY
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, group, option
from sekisho.cli.words import both
from sekisho.office.accounts.roles import ROLES, WORDS

if TYPE_CHECKING:
    from sekisho.office.accounts.models import Person

person = group("person", COMMANDS["person"].spoken)


def manager(call: Call) -> str:
    """Who registers people, inside `call.node()`: an administrator; before there is one, whoever
    sets up the node. Raises Refused SKS-C011."""
    from sekisho.office.accounts.actions import admins

    return call.actor if admins() else call.actor_or_nobody


@person.verb(
    "add",
    (
        "登録する。登録済みの人は、内容を変える（情報システム担当のみ）",
        "register a person, or change one (administrators)",
    ),
)
@argument("login")
@option("--name", required=True, metavar="TEXT", spoken=("氏名", "name"))
@option(
    "--division",
    default="",
    metavar="TEXT",
    spoken=("所属（組織表に載せない人）", "division, of who is not in the organisation"),
)
@option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(ROLES),
    spoken=("役割（くり返せる。なければ職員のみ）", "role (repeat; else staff only)"),
)
@option("--email", metavar="TEXT", spoken=("メールアドレス", "mail address"))
@option("--until", type=DAY, spoken=("退職日（翌日から操作できない）", "last day at work"))
@pass_call
def add(
    call: Call,
    login: str,
    name: str,
    division: str,
    roles: tuple[str, ...],
    email: str | None,
    until: date | None,
) -> None:
    """A person with this login exists from now on."""
    with call.node() as node:
        from sekisho.office.accounts.actions import save_person

        saved = save_person(
            node.desk,
            actor=manager(call),
            login=login,
            name=name,
            division=division,
            roles=roles,
            email=email,
            until=until,
        )
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
    with call.node() as node:
        from sekisho.office.accounts.actions import retire_person

        retire_person(node.desk, actor=manager(call), login=login)
    answer(
        call,
        {"login": login, "active": False},
        both(f"{login} さんの操作を止めました。", f"{login} can act no more."),
    )


@person.verb(
    "appoint",
    (
        "所属と役職を登録する（先の日付も登録できる）",
        "give a person a post in a unit, from a day on",
    ),
)
@argument("login")
@option("--unit", required=True, metavar="CODE", spoken=("所属コード", "code of the unit"))
@option("--post", default="", metavar="TEXT", spoken=("役職", "post"))
@option("--head", is_flag=True, spoken=("この所属の長", "heads the unit"))
@option("--also", is_flag=True, spoken=("兼務（本務は変えない）", "besides the main post"))
@option("--from", "starts", type=DAY, spoken=("開始日（なければ今日）", "first day (else today)"))
@option("--to", "ends", type=DAY, spoken=("終了日（その日まで）", "last day (included)"))
@pass_call
def appoint(
    call: Call,
    login: str,
    unit: str,
    post: str,
    head: bool,
    also: bool,
    starts: date | None,
    ends: date | None,
) -> None:
    """A main post ends the one before; without `--head` the post's name decides nothing."""
    with call.node() as node:
        from sekisho.office.accounts import appointing
        from sekisho.office.accounts.organisation import Posting
        from sekisho.office.accounts.periods import day_of

        first = starts or day_of(node.desk.now())
        posting = Posting(login, unit, post, head, not also, first, ends)
        appointing.appoint(node.desk, actor=manager(call), posting=posting)
    answer(
        call,
        {
            "login": login,
            "unit": unit,
            "post": post,
            "head": head,
            "main": not also,
            "from": first.isoformat(),
            "to": ends.isoformat() if ends else None,
        },
        both(
            f"{login} さんの所属（{unit} {post}）を登録しました。",
            f"{login} has a post in {unit} from {first}.",
        ),
    )


@person.verb("release", ("所属・役職を終える", "end a post of a person"))
@argument("login")
@option("--unit", required=True, metavar="CODE", spoken=("所属コード", "code of the unit"))
@option("--on", "last", type=DAY, spoken=("最後の日（なければ今日）", "last day (else today)"))
@pass_call
def release(call: Call, login: str, unit: str, last: date | None) -> None:
    """Until the end of that day."""
    with call.node() as node:
        from sekisho.office.accounts import appointing
        from sekisho.office.accounts.periods import day_of

        day = last or day_of(node.desk.now())
        appointing.release(node.desk, actor=manager(call), login=login, unit=unit, last=day)
    answer(
        call,
        {"login": login, "unit": unit, "to": day.isoformat()},
        both(
            f"{login} さんの所属（{unit}）は {day} までです。",
            f"The post of {login} in {unit} ends on {day}.",
        ),
    )


for made_elsewhere in person_access.COMMANDS_OF_PERSON:
    person.add_command(made_elsewhere)


def as_value(one: Person) -> dict[str, Any]:
    """A person for a program."""
    return {
        "login": one.login,
        "name": one.name,
        "division": one.division,
        "roles": list(one.roles),
        "active": one.active,
        "email": one.email or None,
        "until": one.until.isoformat() if one.until else None,
    }


def _row(one: Person) -> tuple[str, ...]:
    roles = [both(*WORDS.get(role, (role, role))) for role in one.roles]
    state = both("有効", "active") if one.active else both("停止", "retired")
    return one.login, one.name, one.division, "、".join(roles), state
