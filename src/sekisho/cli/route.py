"""`sekisho route`: which way is open, and on what conditions."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sekisho.cli import files
from sekisho.cli.answer import Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import MOMENT, moment
from sekisho.cli.failures import as_value as error_value
from sekisho.cli.index import COMMANDS
from sekisho.cli.policy_options import given_policy, policy_options, policy_rows
from sekisho.cli.sizes import SIZE
from sekisho.cli.speech import group, option
from sekisho.cli.words import both, language
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import Refused
from sekisho.office.permissions import Act

if TYPE_CHECKING:
    from sekisho.node.rehearsing import Rehearsal, Step
    from sekisho.office.transfers.models import Route
    from sekisho.office.transfers.rules import What

APPROVER = (
    "承認を頼む人（くり返せる。なければ、承認できる人のだれか）",
    "approver to be asked (repeat; else whoever may)",
)
FROM = ("送る側のノード（なければこのノード）", "sending node (else this one)")
TO = ("受ける側のノード（なければこのノード）", "receiving node (else this one)")

route = group("route", COMMANDS["route"].spoken)


@route.verb("add", ("経路を開く。片方は必ずこのノード", "open a route; one end is this node"))
@option("--from", "from_node", metavar="NODE", spoken=FROM)
@option("--to", "to_node", metavar="NODE", spoken=TO)
@policy_options
@pass_call
def add(call: Call, /, from_node: str | None, to_node: str | None, **given: Any) -> None:
    """Conditions not named are those of `route show`'s defaults. Refused SKS-C027 if open."""
    _save(call, from_node, to_node, given, change=False)


@route.verb(
    "change",
    ("開いている経路の条件を変える（指定した項目だけ）", "change what is named, nothing else"),
)
@option("--from", "from_node", metavar="NODE", spoken=FROM)
@option("--to", "to_node", metavar="NODE", spoken=TO)
@policy_options
@pass_call
def change(call: Call, /, from_node: str | None, to_node: str | None, **given: Any) -> None:
    """The rest of the conditions stays."""
    _save(call, from_node, to_node, given, change=True)


def _save(
    call: Call, from_node: str | None, to_node: str | None, given: dict[str, Any], *, change: bool
) -> None:
    wanted = given_policy(given)
    actor = call.actor
    with call.node() as node:
        from sekisho.node.zones import usual_disarm
        from sekisho.office.accounts.actions import require_right
        from sekisho.office.transfers.actions.routes import require_route, save_route
        from sekisho.office.transfers.queries import open_routes

        require_right(actor, Act.ROUTES)
        ends = from_node or node.name, to_node or node.name
        if change:
            before = require_route(*ends).as_json()
            if {"approvers", "approvals"} & wanted.keys():
                wanted.setdefault("levels", [])
            if "disarm" in wanted:
                wanted["disarm"] = {**before["disarm"], **wanted["disarm"]}
            wanted = {**before, **wanted}
        elif ends in {(one.from_node, one.to_node) for one in open_routes()}:
            raise Refused("SKS-C027", from_node=ends[0], to_node=ends[1])
        else:
            wanted.setdefault("disarm", usual_disarm(node, ends[1]))
        policy = save_route(
            node.desk, actor=actor, from_node=ends[0], to_node=ends[1], policy=wanted
        )
    answer(
        call,
        {"from": ends[0], "to": ends[1], "active": True, "policy": policy.as_json()},
        both(
            f"{ends[0]} から {ends[1]} への経路を次の条件で開きました。",
            f"The route from {ends[0]} to {ends[1]} is open on these conditions.",
        ),
        Table((both("項目", "setting"), both("値", "value")), policy_rows(policy.as_json())),
    )


@route.verb("list", ("経路の一覧", "every route"))
@pass_call
def list_(call: Call) -> None:
    """Closed routes too."""
    with call.node():
        from sekisho.office.transfers.queries import routes

        found = routes()
    headers = (
        both("送る側", "from"),
        both("受ける側", "to"),
        both("状態", "state"),
        both("承認", "approvals"),
        both("保存日数", "kept days"),
    )
    answer(call, [_value(one) for one in found], Table(headers, [_row(one) for one in found]))


def _value(one: Route) -> dict[str, Any]:
    return {
        "from": one.from_node,
        "to": one.to_node,
        "active": one.active,
        "policy": one.policy,
    }


def _row(one: Route) -> tuple[str, ...]:
    before = one.policy["timing"] == "before"
    timing = both("事前", "before") if before else both("事後", "after")
    steps = one.policy.get("levels") or [one.policy]
    needed = sum(step["approvals"] for step in steps)
    return (
        one.from_node,
        one.to_node,
        both("開", "open") if one.active else both("閉", "closed"),
        both(f"{timing} {needed} 人", f"{needed} {timing}"),
        str(one.policy["retention_days"]),
    )


@route.verb("show", ("経路1本の条件", "the conditions of one route"))
@option("--from", "from_node", metavar="NODE", spoken=FROM)
@option("--to", "to_node", metavar="NODE", spoken=TO)
@pass_call
def show(call: Call, from_node: str | None, to_node: str | None) -> None:
    """Only open routes have conditions."""
    with call.node() as node:
        from sekisho.office.transfers.actions.routes import require_route

        ends = from_node or node.name, to_node or node.name
        policy = require_route(*ends).as_json()
    answer(
        call,
        {"from": ends[0], "to": ends[1], "active": True, "policy": policy},
        Table((both("項目", "setting"), both("値", "value")), policy_rows(policy)),
    )


@route.verb("close", ("経路を閉じる", "let nothing more pass on a route"))
@option("--from", "from_node", metavar="NODE", spoken=FROM)
@option("--to", "to_node", metavar="NODE", spoken=TO)
@pass_call
def close(call: Call, from_node: str | None, to_node: str | None) -> None:
    """What waits on it stays here."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.accounts.actions import require_right
        from sekisho.office.transfers.actions.routes import close_route

        require_right(actor, Act.ROUTES)
        ends = from_node or node.name, to_node or node.name
        close_route(node.desk, actor=actor, from_node=ends[0], to_node=ends[1])
    answer(
        call,
        {"from": ends[0], "to": ends[1], "active": False},
        both(
            f"{ends[0]} から {ends[1]} への経路を閉じました。",
            f"The route from {ends[0]} to {ends[1]} is closed.",
        ),
    )


@route.verb(
    "check",
    (
        "送ったとしたらどうなるかを調べる（何も送らない）",
        "what would happen to a transfer; nothing is sent",
    ),
)
@option(
    "--to", "to_node", required=True, metavar="NODE", spoken=("送り先のノード", "to which node")
)
@option("--from-person", metavar="LOGIN", spoken=("送る人（なければ --as）", "sender (else --as)"))
@option(
    "--for",
    "addressees",
    multiple=True,
    metavar="LOGIN",
    spoken=("宛先の人（くり返せる）", "addressee (repeat)"),
)
@option("--label", default="機密性2", metavar="TEXT", spoken=("機密性の区分", "class of secrecy"))
@option(
    "--file",
    "paths",
    multiple=True,
    type=files.FILE,
    spoken=("ファイル（くり返せる）", "file (repeat)"),
)
@option(
    "--file-kind",
    "kind",
    metavar="TYPE",
    spoken=("ファイルの種類（実際のファイルの代わりに。例: docx）", "a type, in place of a file"),
)
@option("--bytes", "size", type=SIZE, default=0, spoken=("その大きさ", "its size"))
@option("--approver", "approvers", multiple=True, metavar="LOGIN", spoken=APPROVER)
@option("--emergency", is_flag=True, spoken=("緊急として送る", "in an emergency"))
@option("--at", "when", type=MOMENT, spoken=("承認がそろう日時", "when all approvals are there"))
@pass_call
def check(
    call: Call,
    to_node: str,
    from_person: str | None,
    addressees: tuple[str, ...],
    label: str,
    paths: tuple[Path, ...],
    kind: str | None,
    size: int,
    approvers: tuple[str, ...],
    emergency: bool,
    when: datetime | None,
) -> None:
    """Exit code 1 when it would be refused; every reason is named."""
    actor = from_person or call.actor
    with call.node() as node:
        from sekisho.node.rehearsing import rehearse
        from sekisho.office.transfers.judging import Draft

        why = "—" if emergency else None
        draft = Draft(to_node, addressees, "—", label, approvers, why)
        described = _described(kind, size) if kind else ()
        found = rehearse(
            node,
            actor=actor,
            draft=draft,
            paths=paths,
            files=described,
            when=when or call.now(),
        )
    answer(call, _rehearsal_value(found), *_rehearsal_words(found))
    if found.reasons:
        call.negative()


def _described(kind: str, size: int) -> tuple[What, ...]:
    from sekisho.disarm.kinds import kinds
    from sekisho.office.transfers.policy import require_kind
    from sekisho.office.transfers.rules import What

    require_kind(kind, families_too=False)
    return (What(f"*.{kind}", size, kind, kinds()[kind].family),)


def _rehearsal_value(found: Rehearsal) -> dict[str, Any]:
    return {
        "allowed": not found.reasons,
        "reasons": [error_value(one) for one in found.reasons],
        "approvals": found.policy.needed,
        "timing": found.timing,
        "approvers": list(found.approvers),
        "steps": [
            {
                "approvals": step.approvals,
                "people": [{"login": login, "name": name} for login, name in step.people],
            }
            for step in found.steps
        ],
        "leaves": stamp(found.leaves),
        "files": [
            {
                "path": one.path,
                "bytes": one.bytes,
                "type": one.content_type,
                "profile": found.policy.profile_for(one.content_type, one.family),
            }
            for one in found.files
        ],
    }


def _rehearsal_words(found: Rehearsal) -> list[str]:
    if found.reasons:
        first = both("この内容では送れません。", "This would be refused.")
        return [first, *(f"  {one.code}: {one.explain(language()).what}" for one in found.reasons)]
    needed = found.policy.needed
    if found.timing == "after":
        how = both(
            f"先に送り、{needed} 人が事後確認します。", f"It leaves first; {needed} confirm after."
        )
    else:
        how = both(f"{needed} 人の承認が要ります。", f"{needed} approvals are needed.")
    return [
        both("この内容で送れます。", "This would be allowed."),
        f"  {how}",
        *(f"  {_step_words(number, step)}" for number, step in enumerate(found.steps, start=1)),
        *(f"  {_profile_words(found, one)}" for one in found.files),
        f"  {both('出発', 'Leaves')}: {moment(found.leaves)}",
    ]


def _step_words(number: int, step: Step) -> str:
    people = "、".join(f"{name}（{login}）" for login, name in step.people) or "—"
    return both(
        f"{number} 段階目: 次の人のうち {step.approvals} 人 {people}",
        f"Step {number}: {step.approvals} of {people}",
    )


def _profile_words(found: Rehearsal, one: What) -> str:
    profile = found.policy.profile_for(one.content_type, one.family)
    return both(f"{one.path}: 無害化の方式 {profile}", f"{one.path}: disarmed by {profile}")
