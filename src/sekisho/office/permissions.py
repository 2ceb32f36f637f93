"""Who may do what: one predicate for each act, over a person's roles and how he stands to a thing.

Values in, values out. docs/guide/権限と承認.md shows them as a table, and a test compares the two;
which approvers a route names, and in what order they decide, stands in `transfers.approval`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sekisho.office.accounts.roles import ADMIN, AUDITOR, CISO, CONTRACTOR
from sekisho.office.transfers.states import TRANSITIONS, State, Verb

OUT, IN = "out", "in"
PENDING = "pending"


class Act(StrEnum):
    """What somebody does."""

    SUBMIT = "submit"
    SEE = "see"
    PREVIEW = "preview"
    OPEN_FILE = "open_file"
    DECIDE = "decide"
    CONFIRM = "confirm"
    READ_AFTER = "read_after"
    RESUBMIT = "resubmit"
    WITHDRAW = "withdraw"
    RESEND = "resend"
    COLLECT = "collect"
    HAND_ON = "hand_on"
    EXPORT = "export"
    SEE_ALL = "see_all"
    EXPORT_ALL = "export_all"
    AUDIT = "audit"
    ROUTES = "routes"
    PEOPLE = "people"
    EXCEPTIONS = "exceptions"
    SEE_FLOWS = "see_flows"
    FLOWS = "flows"
    SEE_DISPOSAL = "see_disposal"
    DISPOSAL = "disposal"
    SEE_RISKS = "see_risks"
    RISKS = "risks"
    FORGET = "forget"


WORDS: Mapping[Act, tuple[str, str]] = {
    Act.SUBMIT: ("申請する", "submit"),
    Act.SEE: ("内容と無害化の報告を見る", "see it and its report"),
    Act.PREVIEW: ("先頭ページの画像を見る", "see the preview"),
    Act.OPEN_FILE: ("ファイルを開く", "open the file"),
    Act.DECIDE: ("承認・差戻し・却下する", "approve, send back, reject"),
    Act.CONFIRM: ("事後確認する", "confirm after"),
    Act.READ_AFTER: ("後閲する", "read after"),
    Act.RESUBMIT: ("もう一度申請する", "submit again"),
    Act.WITHDRAW: ("取り下げる", "withdraw"),
    Act.RESEND: ("もう一度送る", "send again"),
    Act.COLLECT: ("受け取る", "collect"),
    Act.HAND_ON: ("宛先に同僚を加える", "hand on"),
    Act.EXPORT: ("この受け渡しの証跡を書き出す", "export its evidence"),
    Act.SEE_ALL: ("すべての受け渡しの一覧を見る", "see all transfers"),
    Act.EXPORT_ALL: ("期間・個人の証跡を書き出す", "export evidence of a period or a person"),
    Act.AUDIT: ("証跡台帳を調べる", "audit the ledger"),
    Act.ROUTES: ("経路を決める", "administer routes"),
    Act.PEOPLE: ("利用者と組織を登録する", "administer people and units"),
    Act.EXCEPTIONS: ("無害化の例外を登録する", "administer exceptions"),
    Act.SEE_FLOWS: ("定例連携の台帳を見る・案を登録する", "see the register of flows, propose one"),
    Act.FLOWS: ("定例連携の台帳を管理する", "administer the register of flows"),
    Act.SEE_DISPOSAL: ("機器・媒体の台帳を見る・廃棄を申請する", "see assets, ask for disposals"),
    Act.DISPOSAL: ("機器・媒体の台帳と廃棄を管理する", "administer assets and disposals"),
    Act.SEE_RISKS: ("リスク評価を見る・意見を書く", "see risk assessments, comment on them"),
    Act.RISKS: ("リスク評価のモデルを保存し、計算する", "keep and run models of risk"),
    Act.FORGET: ("証跡に添えた個人の情報を消す", "erase disclosures"),
}


@dataclass(frozen=True)
class Standing:
    """A transfer, and how one person stands to it. `side` is `out` where it leaves.

    `approver`: some step of its route names him, or somebody who is away and has him as deputy.
    `decided`: he has decided about it. `unread`: something was decided in his place.
    """

    side: str = OUT
    state: str = ""
    sender: bool = False
    approver: bool = False
    addressee: bool = False
    decided: bool = False
    unread: bool = False
    confirm: str = "none"
    restricted: bool = False
    erased: bool = False


Roles = Collection[str]
Predicate = Callable[[Roles, Standing], bool]
NOTHING = Standing()


def may(roles: Roles, act: Act, thing: Standing = NOTHING) -> bool:
    """Whether somebody with these roles may do this to a thing he stands to in this way."""
    return PREDICATES[act](roles, thing)


def may_open_file(roles: Roles, thing: Standing) -> bool:
    """Sender and addressees; approvers unless the route keeps files from them."""
    concerned = (
        thing.sender or thing.addressee or (_approver(roles, thing) and not thing.restricted)
    )
    return concerned and not thing.erased


def _submit(roles: Roles, thing: Standing) -> bool:
    """Everybody who acts here; the route says who may send on it."""
    return bool(roles)


def _see(roles: Roles, thing: Standing) -> bool:
    """Whom it concerns, and who oversees all. A contractor: his own, and what came to him."""
    return _concerned(roles, thing) or _oversees(roles)


def _preview(roles: Roles, thing: Standing) -> bool:
    """Whom it concerns; who oversees sees no contents."""
    return _concerned(roles, thing) and not thing.erased


def _decide(roles: Roles, thing: Standing) -> bool:
    """An approver, while it waits; nobody his own."""
    open_now = thing.side == OUT and thing.state == State.WAITING
    return open_now and _approver(roles, thing)


def _confirm(roles: Roles, thing: Standing) -> bool:
    """An approver, as long as confirmation is due; nobody his own."""
    due = thing.side == OUT and thing.confirm == PENDING
    return due and _approver(roles, thing)


def _read_after(roles: Roles, thing: Standing) -> bool:
    """In whose place something was decided that he has not read."""
    return thing.side == OUT and thing.unread and CONTRACTOR not in roles


def _own(verb: Verb) -> Predicate:
    """The sender, where the state lets this be done."""
    return lambda roles, thing: thing.sender and _allows(thing, verb)


def _resend(roles: Roles, thing: Standing) -> bool:
    """The sender, or who runs the node."""
    return (thing.sender or ADMIN in roles) and _allows(thing, Verb.RESEND)


def _collect(roles: Roles, thing: Standing) -> bool:
    """An addressee of what has arrived."""
    return thing.side == IN and thing.addressee and not thing.erased


def _hand_on(roles: Roles, thing: Standing) -> bool:
    """An addressee of what has arrived, unless he is a contractor."""
    return _collect(roles, thing) and CONTRACTOR not in roles


def _export(roles: Roles, thing: Standing) -> bool:
    """Whom it concerns, but no contractor; and who oversees all."""
    return CONTRACTOR not in roles and (_concerned(roles, thing) or _oversees(roles))


def _overseer(roles: Roles, thing: Standing) -> bool:
    """情報システム担当, 監査, CISO."""
    return _oversees(roles)


def _insider(roles: Roles, thing: Standing) -> bool:
    """Everybody but contractors."""
    return CONTRACTOR not in roles


def _administrator(roles: Roles, thing: Standing) -> bool:
    """情報システム担当."""
    return ADMIN in roles


def _assessor(roles: Roles, thing: Standing) -> bool:
    """情報システム担当, CISO."""
    return not {ADMIN, CISO}.isdisjoint(roles)


def _oversees(roles: Roles) -> bool:
    return not {ADMIN, AUDITOR, CISO}.isdisjoint(roles)


def _approver(roles: Roles, thing: Standing) -> bool:
    return thing.approver and not thing.sender and CONTRACTOR not in roles


def _concerned(roles: Roles, thing: Standing) -> bool:
    own = thing.sender or thing.addressee
    if CONTRACTOR in roles:
        return own
    return own or thing.approver or thing.decided or thing.unread


def _allows(thing: Standing, verb: Verb) -> bool:
    known = thing.side == OUT and thing.state in set(State)
    return known and (State(thing.state), verb) in TRANSITIONS


PREDICATES: Mapping[Act, Predicate] = {
    Act.SUBMIT: _submit,
    Act.SEE: _see,
    Act.PREVIEW: _preview,
    Act.OPEN_FILE: may_open_file,
    Act.DECIDE: _decide,
    Act.CONFIRM: _confirm,
    Act.READ_AFTER: _read_after,
    Act.RESUBMIT: _own(Verb.SUBMIT),
    Act.WITHDRAW: _own(Verb.WITHDRAW),
    Act.RESEND: _resend,
    Act.COLLECT: _collect,
    Act.HAND_ON: _hand_on,
    Act.EXPORT: _export,
    Act.SEE_ALL: _overseer,
    Act.EXPORT_ALL: _overseer,
    Act.AUDIT: _overseer,
    Act.ROUTES: _administrator,
    Act.PEOPLE: _administrator,
    Act.EXCEPTIONS: _administrator,
    Act.SEE_FLOWS: _insider,
    Act.FLOWS: _administrator,
    Act.SEE_DISPOSAL: _insider,
    Act.DISPOSAL: _administrator,
    Act.SEE_RISKS: _overseer,
    Act.RISKS: _assessor,
    Act.FORGET: _administrator,
}
