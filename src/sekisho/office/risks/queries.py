"""Questions about studies, versions and runs; nothing is changed."""

from __future__ import annotations

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.office.risks.models import Comment, Outcome, Run, Study, Version
from sekisho.office.risks.states import State

RUNS_SHOWN = 50


def studies() -> list[Study]:
    """Every study, the last changed first."""
    return list(Study.objects.order_by("-changed", "-pk"))


def find_study(study: int) -> Study:
    """One study. Raises Refused SKS-J002."""
    row = Study.objects.filter(pk=study).first()
    if row is None:
        raise Refused("SKS-J002", study=study)
    return row


def version_of(study: int, number: int) -> Version:
    """One version of a study. Raises Refused SKS-J003."""
    row = Version.objects.filter(study=study, number=number).select_related("study").first()
    if row is None:
        raise Refused("SKS-J003", study=study, version=number)
    return row


def versions(study: int) -> list[Version]:
    """Every version of a study, the newest first."""
    return list(Version.objects.filter(study=study).order_by("-number"))


def find_run(run: int) -> Run:
    """One run with its version and study. Raises Refused SKS-J009."""
    row = Run.objects.filter(pk=run).select_related("version__study").first()
    if row is None:
        raise Refused("SKS-J009", run=run)
    return row


def runs(study: int) -> list[Run]:
    """The runs of a study, the newest first."""
    rows = Run.objects.filter(version__study=study).select_related("version")
    return list(rows.order_by("-asked", "-pk")[:RUNS_SHOWN])


def outcome(run: Run, form: str, language: str = "") -> bytes:
    """What a run found, in this form. Raises Refused SKS-J011 (it has not ended well)."""
    row = Outcome.objects.filter(run=run, form=form, language=language).first()
    if row is None:
        raise Refused("SKS-J011", run=run.pk)
    return bytes(row.content)


def failure_of(run: Run) -> SekishoError | None:
    """What stood against a run."""
    if run.state != State.FAILED:
        return None
    return InvalidInput(run.failure["code"], **run.failure["params"])


def comments(study: int) -> list[Comment]:
    """What was said of a study: first what nobody has answered, then the newest first."""
    rows = Comment.objects.filter(version__study=study).select_related("version")
    return sorted(rows.order_by("-written", "-pk"), key=lambda one: one.choice != "")


def open_comments(study: int) -> list[Comment]:
    """What no version has answered yet, in the order in which it was said."""
    rows = Comment.objects.filter(version__study=study, choice="").select_related("version")
    return list(rows.order_by("written", "pk"))
