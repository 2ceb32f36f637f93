"""Verbs about comments: write one about an item of a version, and answer it in a later version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sekisho.kernel.errors import Refused
from sekisho.office.accounts.actions import require_right
from sekisho.office.evidence.actions import record
from sekisho.office.permissions import Act
from sekisho.office.risks import rules
from sekisho.office.risks.models import Comment, Version
from sekisho.office.risks.queries import version_of
from sekisho.office.risks.states import Choice
from sekisho.office.risks.subjects import subject
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import find


@dataclass(frozen=True)
class Answer:
    """What is said to one comment: taken, declined, or carried on to the version after."""

    comment: int
    choice: str
    text: str = ""


def comment(desk: Desk, *, actor: str, study: int, number: int, item: str, text: str) -> Comment:
    """Say something about an item of a version, or (`item` empty) about all of it.

    For everybody who sees studies. Raises Refused SKS-J003, SKS-J013 (no such item), SKS-T051,
    SKS-T053, InvalidInput SKS-J001 (text).
    """
    require_right(actor, Act.SEE_RISKS)
    said = " ".join(text.split())
    rules.require_line("comment", said, rules.COMMENT_CHARS_MAX)
    with atomic():
        version = version_of(study, number)
        if item not in rules.items_of(version.text, number):
            raise Refused("SKS-J013", item=item[:40])
        made = Comment.objects.create(
            version=version, item=item, text=said, person=actor, written=desk.now()
        )
        data = {"version": number, "comment": made.pk, "item": item}
        record(desk, "risk.commented", subject(study), data, {"actor": actor, "text": said})
    return made


def require_answers(study: int, answers: Sequence[Answer]) -> list[tuple[Comment, Answer]]:
    """The open comments that are answered, held by this transaction.

    Raises Refused SKS-J014 (not open any more, or of another study), SKS-J015 (no choice),
    InvalidInput SKS-J001 (a reason is missing).
    """
    found = []
    for one in answers:
        row = find(Comment, lock=True, id=one.comment)
        if row is None or row.version.study_id != study or row.choice:
            raise Refused("SKS-J014", comment=one.comment)
        if one.choice not in set(Choice):
            raise Refused("SKS-J015", comment=one.comment)
        if one.choice != Choice.CARRIED:
            rules.require_line("answer", one.text, rules.COMMENT_CHARS_MAX)
        found.append((row, one))
    return found


def answer(
    desk: Desk, *, actor: str, version: Version, found: Sequence[tuple[Comment, Answer]]
) -> None:
    """Write what a new version answers, in its transaction; what is carried stays open."""
    for row, one in found:
        if one.choice == Choice.CARRIED:
            continue
        row.choice, row.answer = one.choice, " ".join(one.text.split())
        row.answered_in, row.answered_by, row.answered = version.number, actor, desk.now()
        row.save(update_fields=["choice", "answer", "answered_in", "answered_by", "answered"])
        data = {"version": version.number, "comment": row.pk, "choice": row.choice}
        hidden = {"actor": actor, "text": row.answer}
        record(desk, "risk.answered", subject(version.study_id), data, hidden)
