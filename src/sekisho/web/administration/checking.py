"""What would happen to a transfer on a route, asked in a form; nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sekisho.disarm.kinds import kinds
from sekisho.kernel.errors import SekishoError
from sekisho.kernel.speech import both, language
from sekisho.node.opening import Node
from sekisho.node.rehearsing import Rehearsal, rehearse
from sekisho.office.transfers.judging import Draft
from sekisho.office.transfers.policy import AFTER, require_kind
from sekisho.office.transfers.rules import What
from sekisho.web.administration.fields import Field, Values
from sekisho.web.administration.values import size_of, words_of

CHECK = (
    Field("person", ("送る人の利用者名", "User name of the sender"), required=True),
    Field("addressees", ("宛先の人", "Addressees"), required=True),
    Field("label", ("機密性の区分", "Class of secrecy"), required=True),
    Field("kind", ("ファイルの種類（例: docx）", "Type of file, e.g. docx")),
    Field("size", ("その大きさ", "Its size")),
    Field("emergency", ("緊急として送る", "In an emergency"), "flag"),
)


@dataclass(frozen=True)
class Outcome:
    """What would happen: the reasons against it, or how it would go."""

    reasons: list[Any]
    how: str = ""
    steps: tuple[tuple[int, str], ...] = ()
    profile: str = ""
    leaves: datetime | None = None


def check(node: Node, to_node: str, asked: Values) -> Outcome:
    """Judged as a submission would be now."""
    try:
        found = _rehearsed(node, to_node, asked)
    except SekishoError as failure:
        return Outcome([failure.explain(language())])
    if found.reasons:
        return Outcome([one.explain(language()) for one in found.reasons])
    steps = [
        (step.approvals, "、".join(name for _, name in step.people) or "—") for step in found.steps
    ]
    profiles = [found.policy.profile_for(one.content_type, one.family) for one in found.files]
    return Outcome([], _how(found), tuple(steps), "".join(profiles), found.leaves)


def _rehearsed(node: Node, to_node: str, asked: Values) -> Rehearsal:
    kind, size = str(asked["kind"]), str(asked["size"]) or "0"
    files: tuple[What, ...] = ()
    if kind:
        require_kind(kind, families_too=False)
        files = (What(f"*.{kind}", size_of("size", size), kind, kinds()[kind].family),)
    urgent = "—" if asked["emergency"] else None
    addressees = tuple(words_of(str(asked["addressees"])))
    draft = Draft(to_node, addressees, "—", str(asked["label"]), (), urgent)
    return rehearse(
        node, actor=str(asked["person"]), draft=draft, files=files, when=node.desk.now()
    )


def _how(found: Rehearsal) -> str:
    needed = found.policy.needed
    if found.timing == AFTER:
        return both(
            f"先に送り、{needed} 人が事後確認します。", f"It leaves first; {needed} confirm after."
        )
    return both(f"{needed} 人の承認が要ります。", f"{needed} approvals are needed.")
