"""Studies, versions and runs as pages show them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from sekisho.assess.model import Model
from sekisho.kernel.errors import SekishoError
from sekisho.kernel.speech import both
from sekisho.office.risks.models import Run, Version
from sekisho.office.risks.states import STATE_WORDS, State
from sekisho.web.naming import Names
from sekisho.web.states import Badge

BESIDE = 2
"""Lines that are shown above and below one in which something is wrong."""

_FORMS = {State.QUEUED: "wait", State.DONE: "good", State.FAILED: "alarm"}
_LINE = re.compile(r"line (\d+)")


@dataclass(frozen=True)
class RunShown:
    """One run in a list."""

    number: int
    version: int
    models: str
    state: Badge
    person: str
    row: Run


def state_badge(run: Run) -> Badge:
    """How far a run is."""
    return Badge(both(*STATE_WORDS[run.state]), _FORMS[State(run.state)])


def shown_runs(
    rows: Iterable[Run], known: Mapping[int, Mapping[str, Model]], names: Names
) -> list[RunShown]:
    """Runs; `known`: version → its models by name."""
    return [
        RunShown(
            number=row.pk,
            version=row.version.number,
            models=model_words(row.names, known.get(row.version.number, {})),
            state=state_badge(row),
            person=names.person(row.person),
            row=row,
        )
        for row in rows
    ]


def model_words(names: Iterable[str], known: Mapping[str, Model]) -> str:
    """Models in words; one that is not known by its name."""
    return both("、", ", ").join(both(*known[n].words) if n in known else n for n in names)


def people_of(versions: Iterable[Version], runs: Iterable[Run] = ()) -> list[str]:
    """Everybody who saved or ran something of these."""
    return [*(one.person for one in versions), *(one.person for one in runs)]


def of_engine(markup: str) -> SafeString:
    """What the engine made: it escapes every text where it makes the markup."""
    return mark_safe(markup)  # noqa: S308


@dataclass(frozen=True)
class Line:
    """One line of a file; `wrong` is where a mistake is."""

    number: int
    text: str
    wrong: bool = False


def lines_around(text: str, error: SekishoError) -> list[Line]:
    """The line of a model file in which something is wrong, and those beside it."""
    at = line_of(error)
    if not at:
        return []
    numbered = enumerate(text.splitlines(), 1)
    return [Line(n, one, n == at) for n, one in numbered if abs(n - at) <= BESIDE]


def line_of(error: SekishoError) -> int:
    """The line that an error of the strict reader names; 0 if none."""
    found: Any = error.params.get("line")
    if isinstance(found, int):
        return found
    told = _LINE.search(str(error.params.get("reason", "")))
    return int(told[1]) if told else 0
