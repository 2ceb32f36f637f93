"""Runs of models that the office keeps: computed by the engine, kept with everything they found.

A web process runs them in a thread at once; what was interrupted is the worker's. The same text,
models, seed and version of the program give the same result, so a run may be run again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLong
from contextlib import suppress
from dataclasses import dataclass

from sekisho import __version__
from sekisho.assess.assessing import Assessor
from sekisho.assess.catalogue import shipped_steps
from sekisho.assess.comparing import changes, gaps, model_of
from sekisho.assess.model import Study
from sekisho.assess.model import study as read_study
from sekisho.assess.result import Progress, Result, assess
from sekisho.assess.telling.differences import change_table, gap_table
from sekisho.assess.telling.page import body, framed, provenance
from sekisho.assess.telling.value import value
from sekisho.kernel.errors import InvalidInput, SekishoError, Unavailable
from sekisho.kernel.speech import EN, JA, both
from sekisho.node.documents.assess_book import as_xlsx
from sekisho.node.opening import Node
from sekisho.node.submissions import Runners
from sekisho.office.risks import queries
from sekisho.office.risks.actions import running
from sekisho.office.risks.models import Run, Version
from sekisho.office.risks.rules import file_of

AT_ONCE_SECONDS = 1.0
"""As long a person waits before he is shown a page of progress instead."""

RESUMED_AT_ONCE = 1
LOST = "SKS-J010"
IMPOSSIBLE = (ArithmeticError, LookupError, MemoryError, RecursionError, ValueError)


def _silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


def run_models(node: Node, run: Run, watch: Progress = _silent) -> None:
    """Run what is held (by `running.ask` or `take_left`) to its end, which stands in its row.

    Raises Unavailable SKS-J010 when the lease was lost meanwhile.
    """

    def tell(done: int, total: int) -> None:
        watch(done, total)
        running.tell(node.desk, run, done)

    try:
        version = run.version
        study = read_study(version.text, file_of(version.number))
        assessor = Assessor.of(study, shipped_steps(), seed=run.seed, draws=run.draws)
        result = assess(
            assessor,
            run.names,
            budget_yen=run.budget,
            progress=tell,
        )
        found = dict(_forms(node, result))
    except SekishoError as error:
        if error.code == LOST:
            raise
        running.fail(node.desk, run, error)
        return
    except IMPOSSIBLE as error:
        # Nobody can write down every number that has no answer; the worker must outlive them all.
        reason = f"{type(error).__name__}: {error}"[:200]
        running.fail(node.desk, run, InvalidInput("SKS-J012", reason=reason))
        return
    running.finish(node.desk, run, found, program=__version__)


def taken(run: Run, kind: str, language: str) -> bytes:
    """What a run found, as a file: `html`, `xlsx` or `json`. Raises Refused SKS-J011."""
    if kind != "html":
        return queries.outcome(run, kind, "" if kind == "json" else language)
    content, foot = (queries.outcome(run, form, language).decode() for form in ("body", "foot"))
    return framed(content, foot, language=language).encode()


def _forms(node: Node, result: Result) -> Iterator[tuple[tuple[str, str], bytes]]:
    text = json.dumps(value(result, version=__version__), ensure_ascii=False, indent=2)
    yield ("json", ""), f"{text}\n".encode()
    for spoken in (JA, EN):
        foot = provenance(result, language=spoken, version=__version__)
        yield ("body", spoken), body(result, spoken).encode()
        yield ("foot", spoken), foot.encode()
        made = node.desk.now()
        yield (
            ("xlsx", spoken),
            as_xlsx(result, language=spoken, version=__version__, made=made),
        )


def start_run(node: Node, run: Run, runners: Runners) -> Future[None]:
    """Run it in a thread of this process; give it a moment to end, for most do."""
    future = runners.start(lambda: run_models(node, run))
    with suppress(TooLong):
        future.result(AT_ONCE_SECONDS)
    return future


def resume_runs(node: Node) -> list[SekishoError]:
    """Run what was asked and is held by nobody, as the worker does every round; what went wrong."""
    troubles: list[SekishoError] = []
    for run in running.take_left(node.desk, RESUMED_AT_ONCE):
        try:
            run_models(node, run)
        except Unavailable as error:
            troubles.append(error)
    return troubles


@dataclass(frozen=True)
class Side:
    """One of two that are held against each other: which version, which model of it."""

    version: Version
    model: str


def differences(one: Side, other: Side, *, language: str) -> str:
    """The figures of both with their differences and what differs in the files, as markup.

    Raises InvalidInput SKS-A004 (no such model in that version).
    """
    sides = (one, other)
    studies = [read_study(s.version.text, file_of(s.version.number)) for s in sides]
    first, second = (Assessor.of(study, shipped_steps()) for study in studies)
    names = (_words(one, studies[0]), _words(other, studies[1]))
    found = gap_table(gaps(first, one.model, second, other.model), names, language)
    changed = changes(*studies)
    return f"{found}\n{change_table(changed, names, language)}" if changed else found


def _words(side: Side, study: Study) -> str:
    """`第 2 版の本庁の案`."""
    ja, en = model_of(study, side.model).words
    number = side.version.number
    return both(f"第 {number} 版の{ja}", f"{en} of version {number}")
