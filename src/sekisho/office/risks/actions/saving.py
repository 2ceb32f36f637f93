"""Verbs about studies: begin one, and save its next version."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from sekisho.kernel.errors import Refused
from sekisho.office.accounts.actions import require_right
from sekisho.office.evidence.actions import record
from sekisho.office.permissions import Act
from sekisho.office.risks import rules
from sekisho.office.risks.actions.commenting import Answer, answer, require_answers
from sekisho.office.risks.models import Study, Version
from sekisho.office.risks.queries import version_of
from sekisho.office.risks.states import Choice
from sekisho.office.risks.subjects import subject
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import find


def begin(desk: Desk, *, actor: str, title: str, text: str, note: str) -> Version:
    """Keep a model file under a title, as its version 1.

    For administrators and the CISO. Raises InvalidInput SKS-J001 (title, note), SKS-J005, SKS-A001
    to SKS-A003 (the text, with its line), Refused SKS-T051, SKS-T053.
    """
    require_right(actor, Act.RISKS)
    rules.require_line("title", title, rules.TITLE_CHARS_MAX)
    now = desk.now()
    with atomic():
        study = Study.objects.create(title=title.strip(), created=now, changed=now)
        return _save(desk, actor, study, text, note)


def save(
    desk: Desk,
    *,
    actor: str,
    study: int,
    upon: int,
    text: str,
    note: str,
    answers: Sequence[Answer] = (),
) -> Version:
    """Keep the next version of a study; `upon` is the number of the one that was changed. What it
    does about comments stands in `answers`; those that are not among them stay open.

    For administrators and the CISO. Raises as `begin` does, and Refused SKS-J002 (no such study),
    SKS-J004 (somebody has saved meanwhile), SKS-J006 (nothing differs and nothing is answered),
    SKS-J014, SKS-J015 and InvalidInput SKS-J001 (an answer).
    """
    require_right(actor, Act.RISKS)
    with atomic():
        row = require_study(study)
        if row.newest != upon:
            raise Refused("SKS-J004", version=row.newest)
        found = require_answers(row.pk, answers)
        answered = any(one.choice != Choice.CARRIED for _, one in found)
        if not answered and version_of(row.pk, row.newest).text == rules.plain(text):
            raise Refused("SKS-J006", version=row.newest)
        made = _save(desk, actor, row, text, note)
        answer(desk, actor=actor, version=made, found=found)
    return made


def require_study(study: int) -> Study:
    """The study, held by this transaction. Raises Refused SKS-J002."""
    row = find(Study, lock=True, id=study)
    if row is None:
        raise Refused("SKS-J002", study=study)
    return row


def _save(desk: Desk, actor: str, study: Study, text: str, note: str) -> Version:
    rules.require_line("note", note, rules.NOTE_CHARS_MAX)
    kept = rules.plain(text)
    number = study.newest + 1
    rules.read_models(kept, number)
    made = Version.objects.create(
        study=study,
        number=number,
        text=kept,
        sha256=sha256(kept.encode()).hexdigest(),
        note=note.strip(),
        person=actor,
        saved=desk.now(),
    )
    study.newest, study.changed = number, made.saved
    study.save(update_fields=["newest", "changed"])
    data = {"version": number, "sha256": made.sha256}
    hidden = {"actor": actor, "title": study.title, "note": made.note}
    record(desk, "risk.saved", subject(study.pk), data, hidden)
    return made
