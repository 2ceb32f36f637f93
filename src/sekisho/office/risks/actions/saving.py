"""Verbs about studies: begin one, and save its next version."""

from __future__ import annotations

from hashlib import sha256

from sekisho.kernel.errors import Refused
from sekisho.office.accounts.actions import require_right
from sekisho.office.evidence.actions import record
from sekisho.office.permissions import Act
from sekisho.office.risks import rules
from sekisho.office.risks.models import Study, Version
from sekisho.office.risks.queries import version_of
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


def save(desk: Desk, *, actor: str, study: int, upon: int, text: str, note: str) -> Version:
    """Keep the next version of a study; `upon` is the number of the one that was changed.

    For administrators and the CISO. Raises as `begin` does, and Refused SKS-J002 (no such study),
    SKS-J004 (somebody has saved meanwhile), SKS-J006 (nothing differs).
    """
    require_right(actor, Act.RISKS)
    with atomic():
        row = require_study(study)
        if row.newest != upon:
            raise Refused("SKS-J004", version=row.newest)
        if version_of(row.pk, row.newest).text == rules.plain(text):
            raise Refused("SKS-J006", version=row.newest)
        return _save(desk, actor, row, text, note)


def require_study(study: int) -> Study:
    """The study, held by this transaction. Raises Refused SKS-J002."""
    row = find(Study, lock=True, id=study)
    if row is None:
        raise Refused("SKS-J002", study=study)
    return row


def subject(study: int) -> str:
    """What evidence calls a study."""
    return f"risk-{study}"


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
