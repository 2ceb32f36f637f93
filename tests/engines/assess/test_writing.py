"""Model files that are written: what is read again is what was given."""

from __future__ import annotations

import tomllib

import pytest

from sekisho.assess.model import study
from sekisho.assess.ranges import Range
from sekisho.assess.writing import written


@pytest.mark.parametrize("text", ['"; [x]', "a\nb\\", "\x7f\x00", "税務課「台帳」", "'''", "#"])
def test_any_text_comes_back_as_it_was(text: str) -> None:
    table = {"ja": text, "value": [text, "b"], "per_month": 12345.67}
    made = written({"flow": {text: table}}, remarks=(text,))
    assert tomllib.loads(made) == {"flow": {text: table}}


def test_what_is_written_extends_the_base() -> None:
    fact = {"ja": "人", "en": "people", "value": "4", "source": "people"}
    flow = {"ja": "税", "en": "tax", "per_month": 2.5, "source": "records"}
    found = study(written({"fact": {"people": fact}, "flow": {"yearly": flow}}), "own.toml")
    assert found.tables["fact"]["people"]["value"] == "4"
    assert found.transfers_per_year == 30


def test_the_whole_base_comes_back_as_it_was() -> None:
    base = study()
    assert study(written(base.tables)).tables == base.tables


def test_figures_are_written_as_people_do() -> None:
    made = written({"threat": {"money": {"per_year": Range(0.5, 2.0, 6.0)}}})
    assert made == '[threat."money"]\nper_year = [0.5, 2, 6]\n'
