"""Model files and the catalogue: what stands in them, and what is said about mistakes."""

from __future__ import annotations

import pytest

from sekisho.assess.catalogue import SHAPE, shipped_steps, steps_of
from sekisho.assess.model import study
from sekisho.assess.reading import Source
from sekisho.kernel.errors import InvalidInput


def refused(text: str) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        study(text, "own.toml")
    return caught.value


def test_the_shipped_models_are_four_networks_by_five_channels() -> None:
    models = study().models.values()
    pairs = {(one.network, one.channel) for one in models}
    assert len(pairs) == len(models) == 20


def test_a_file_replaces_what_it_names_and_adds_a_model() -> None:
    text = (
        "[measure.mfa]\nminutes = 7\n"
        '[model.ours]\nja = "本庁"\nen = "ours"\nnetwork = "beta"\nchannel = "post"\n'
        'measures = ["mfa"]\nsource = "own"\n'
    )
    found = study(text, "own.toml")
    assert found.tables["measure"]["mfa"]["minutes"] == 7
    assert found.tables["measure"]["mfa"]["ja"] == "多要素認証"
    assert found.models["ours"].measures == ("mfa",)


@pytest.mark.parametrize(
    ("text", "line", "key", "nearest"),
    [
        ("\n[measur.x]\nminutes = 1\n", 2, "measur", "measure"),
        ("[measure.mfa]\n\nminuts = 1\n", 3, "minuts", "minutes"),
        ('[model.alpha-usb]\nchannel = "usbb"\n', 2, "usbb", "usb"),
        ('[model.alpha-usb]\nmeasures = ["mfaa"]\n', 2, "mfaa", "mfa"),
        ("[party.residents]\nweights = { leek = 1 }\n", 2, "leek", "leak"),
    ],
)
def test_an_unknown_name_is_said_with_line_and_nearest(
    text: str, line: int, key: str, nearest: str
) -> None:
    error = refused(text)
    assert error.code == "SKS-A002"
    assert (error.params["file"], error.params["line"]) == ("own.toml", line)
    assert (error.params["key"], error.params["nearest"]) == (key, nearest)


@pytest.mark.parametrize(
    "value", ["[3, 2, 1]", "[1, 2]", "[-1, 2, 3]", "1", '"x"', "[1, nan, 3]", "[true, 2, 3]"]
)
def test_an_impossible_range_is_said_with_its_line(value: str) -> None:
    error = refused(f"[threat.money]\nper_year = {value}\n")
    assert error.code == "SKS-A003"
    assert error.params["line"] == 2


def test_what_is_not_toml_and_what_is_not_whole() -> None:
    assert refused("[x").code == "SKS-A001"
    assert refused('[flow.own]\nja = "税"\n').code == "SKS-A003"


def test_a_chance_over_one_in_a_catalogue_is_refused() -> None:
    text = "[step.x]\nchance = [0.1, 0.5, 1.5]\n"
    with pytest.raises(InvalidInput) as caught:
        steps_of(Source(text, "steps.toml"))
    assert caught.value.code == "SKS-A003"


def test_every_step_gives_what_somebody_needs_and_needs_what_somebody_gives() -> None:
    steps, threats = shipped_steps(), study().tables["threat"]
    given = {step.gives for step in steps} | {f"start:{threat}" for threat in threats}
    needed = {need for step in steps for need in step.needs}
    assert needed <= given
    assert {g for g in given if not g.startswith(("goal:", "start:"))} <= needed


def test_every_measure_of_a_step_and_every_condition_is_known() -> None:
    base = study()
    for step in shipped_steps():
        assert step.factors.keys() <= base.tables["measure"].keys(), step.name
        for tag in step.when:
            kind, _, name = tag.removeprefix("!").partition(":")
            assert name in base.tables[kind], step.name
    acting = {measure for step in shipped_steps() for measure in step.factors}
    assert acting == base.tables["measure"].keys()


def test_names_of_techniques_have_their_form() -> None:
    assert "attack" in SHAPE["step"]
    for step in shipped_steps():
        for technique in step.attack:
            assert technique[0] == "T" and technique[1:5].isdigit(), step.name
