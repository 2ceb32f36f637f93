"""Judgements about studies and runs: what can be kept, and what can be asked."""

from __future__ import annotations

from collections.abc import Sequence

from sekisho.assess.model import Model
from sekisho.assess.model import study as read_study
from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.office.flows.entry import is_line

TITLE_CHARS_MAX = 100
NOTE_CHARS_MAX = 400
TEXT_CHARS_MAX = 200_000
MODELS_MAX = 6
BUDGET_MAX = 10_000_000_000
SEED_MAX = 2**31 - 1
DRAWS_MIN, DRAWS_MAX = 20, 5_000


def file_of(number: int) -> str:
    """How the text of a version is called where a mistake in it is told."""
    return f"v{number}.toml"


def require_line(field: str, text: str, chars_max: int) -> None:
    """Raise InvalidInput SKS-J001 for a text that is missing or cannot be shown in a line."""
    if not text.strip() or not is_line(text, chars_max):
        raise InvalidInput("SKS-J001", field=field, allowed=chars_max)


def plain(text: str) -> str:
    """A text as it is kept: lines end as they do here, whatever a browser sends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip() + "\n"


def read_models(text: str, number: int) -> dict[str, Model]:
    """The models of a text, its own first and then those of the base.

    Raises InvalidInput SKS-J005 (too long), SKS-A001 to SKS-A003 (with the line).
    """
    if len(text) > TEXT_CHARS_MAX:
        raise InvalidInput("SKS-J005", allowed=TEXT_CHARS_MAX)
    models = read_study(text, file_of(number)).models
    shipped = read_study().models
    own = {name: one for name, one in models.items() if shipped.get(name) != one}
    return {**own, **models}


def require_question(
    known: dict[str, Model], names: Sequence[str], *, budget: int, seed: int, draws: int
) -> None:
    """Raise Refused SKS-J007 (no model, or too many), InvalidInput SKS-J008 (a number out of
    bounds), SKS-A004 (no such model)."""
    if not 1 <= len(set(names)) <= MODELS_MAX:
        raise Refused("SKS-J007", allowed=MODELS_MAX)
    for name in names:
        if name not in known:
            raise InvalidInput("SKS-A004", name=name[:40], allowed="、".join(known))
    bounds = {"budget": (0, BUDGET_MAX), "seed": (0, SEED_MAX), "draws": (DRAWS_MIN, DRAWS_MAX)}
    for field, value in {"budget": budget, "seed": seed, "draws": draws}.items():
        low, high = bounds[field]
        if not low <= value <= high:
            raise InvalidInput("SKS-J008", field=field, allowed=f"{low}–{high}")
