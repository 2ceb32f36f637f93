"""Judgements about studies and runs: what can be kept, and what can be asked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence

from sekisho.assess.model import Model, Study
from sekisho.assess.model import study as read_study
from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.speech import Pair
from sekisho.office.flows.entry import is_line

TITLE_CHARS_MAX = 100
NOTE_CHARS_MAX = 400
COMMENT_CHARS_MAX = 1_000
TEXT_CHARS_MAX = 200_000
MODELS_MAX = 6
HELD_AGAINST, USUAL = "alpha-usb", "alpha-post"
"""What is compared where nothing else is said."""
BUDGET_MAX = 10_000_000_000
SEED_MAX = 2**31 - 1
DRAWS_MIN, DRAWS_MAX = 20, 5_000

PARTS: dict[str, Pair] = {
    "": ("全体", "all of it"),
    "result.comparison": ("比較の表", "the comparison"),
    "result.viewpoints": ("立場ごとの見え方", "viewpoints"),
    "result.sequences": ("攻撃や誤りの流れ", "sequences"),
    "result.stops": ("止められる場所", "where it can be stopped"),
    "result.measures": ("対策の効き目", "what measures do"),
    "result.inputs": ("結果を左右する入力", "inputs that matter"),
    "result.plan": ("計画書", "the plan"),
}
"""What a comment can be about besides the tables of the file."""


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
    return {**_own(models), **models}


def own_models(text: str, number: int) -> dict[str, Model]:
    """The models that the shipped ones do not have, or have otherwise."""
    return _own(read_models(text, number))


def _own(models: Mapping[str, Model]) -> dict[str, Model]:
    shipped = read_study().models
    return {name: one for name, one in models.items() if shipped.get(name) != one}


def items_of(text: str, number: int) -> dict[str, Pair]:
    """What a comment on a text can be about, in words: parts of the result, tables of the text."""
    found = read_study(text, file_of(number))
    tables = {
        f"{kind}.{name}": _table_words(found, kind, name)
        for kind, named in tomllib.loads(text).items()
        for name in named
    }
    return {**PARTS, **tables}


def _table_words(found: Study, kind: str, name: str) -> Pair:
    table = found.tables[kind][name]
    if "ja" not in table:
        return f"[{kind}.{name}]", f"[{kind}.{name}]"
    return f"{table['ja']} [{kind}.{name}]", f"{table['en']} [{kind}.{name}]"


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
