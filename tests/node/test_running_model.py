"""The model of the running configuration: what is written is what runs, and where it is from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.support import acts
from tests.support.acts import RECEIVER, SENDER
from tests.support.town import Town

from sekisho.assess.model import study
from sekisho.node.opening import Node
from sekisho.node.running_measures import disarms_all, in_force, standings
from sekisho.node.running_model import MODEL, running_model
from sekisho.node.sections import BackupSettings
from sekisho.office.transfers.policy import AFTER, Level, Policy

OUT, IN = (SENDER, RECEIVER), (RECEIVER, SENDER)
DISARMED = Policy(disarm={"*": "standard"})


def test_the_engine_takes_what_is_written(town: Town) -> None:
    with town.at(SENDER) as node:
        made = running_model(node)
    found = study(made.text, "running.toml")
    model = found.models[MODEL]
    assert (model.network, model.channel) == ("alpha", "post")
    assert all(one["source"] for kind in made.tables.values() for one in kind.values())
    assert found.tables["fact"]["people"]["value"].isdigit()
    assert f"route-{SENDER}-{RECEIVER}" in found.tables["fact"]
    assert "network: estimate" in found.tables["model"][MODEL]["source"]


def test_without_transfers_the_estimate_of_the_base_stays(town: Town) -> None:
    with town.at(SENDER) as node:
        found = study(running_model(node).text)
    assert found.tables["flow"]["yearly"] == study().tables["flow"]["yearly"]


def test_transfers_are_counted_instead_of_the_estimate(town: Town) -> None:
    acts.deliver(town)
    for name in (SENDER, RECEIVER):
        with town.at(name) as node:
            found = study(running_model(node).text).tables["flow"]["yearly"]
        # Records of less than a month count as a month.
        assert found["per_month"] == 1
        assert found["source"].startswith("records of transfers ")


def test_a_network_chosen_by_hand_is_no_estimate(town: Town) -> None:
    with town.at(SENDER) as node:
        made = running_model(node, network="beta")
    table = study(made.text).tables["model"][MODEL]
    assert table["network"] == "beta"
    assert "network: chosen by hand" in table["source"]
    assert "edr: base: estimate" in table["source"] and "edr" in table["measures"]


def test_no_name_of_a_person_is_written(town: Town) -> None:
    acts.deliver(town)
    with town.at(SENDER) as node:
        text = running_model(node).text
        from sekisho.office.accounts.models import Person

        people = list(Person.objects.values_list("login", "name"))
    assert people
    assert not [word for pair in people for word in pair if f'"{word}"' in text]


@pytest.fixture
def node(town: Town):
    with town.at(SENDER) as found:
        yield found


@pytest.mark.parametrize(
    ("policies", "approval", "recheck"),
    [
        ({}, None, None),
        ({OUT: Policy()}, True, None),
        ({OUT: Policy(approvals=0)}, False, None),
        ({OUT: Policy(timing=AFTER)}, False, None),
        ({OUT: Policy(emergency=True)}, False, None),
        ({OUT: Policy(levels=(Level(("*",), 2),))}, True, None),
        ({OUT: Policy(), (SENDER, "mynumber"): Policy(approvals=0)}, False, None),
        ({IN: DISARMED}, None, True),
        ({IN: Policy()}, None, False),
        ({IN: Policy(disarm={"pdf": "standard"})}, None, False),
        ({IN: DISARMED, ("mynumber", SENDER): Policy()}, None, False),
    ],
)
def test_routes_say_approval_and_disarming_again(
    node: Node, policies: dict, approval: bool | None, recheck: bool | None
) -> None:
    found = standings(node, policies)
    assert (found["approval"].in_force, found["recheck"].in_force) == (approval, recheck)


@pytest.mark.parametrize(
    ("mode", "holds"), [("required", True), ("required-for-approvers", False), ("optional", False)]
)
def test_the_second_factor_counts_when_everybody_needs_it(
    node: Node, mode: str, holds: bool
) -> None:
    sign_in = replace(node.settings.sign_in, second_factor=mode)
    found = standings(replace(node, settings=replace(node.settings, sign_in=sign_in)), {})
    assert found["mfa"].in_force is holds
    assert f"second_factor={mode}" in found["mfa"].source


def test_a_backup_counts_when_its_keys_go_elsewhere(node: Node) -> None:
    for keys_to, holds in ((None, None), (Path("k"), True)):
        backup = BackupSettings(to=Path("b"), keys_to=keys_to)
        changed = replace(node, settings=replace(node.settings, backup=backup, rotate_hours=0))
        found = standings(changed, {})
        assert found["backup"].in_force is holds
        assert found["key_erase"].in_force is False


def test_what_is_not_known_is_as_in_the_base_and_what_is_refuted_is_not(node: Node) -> None:
    found = standings(node, {OUT: Policy(approvals=0)})
    assert found["recheck"].in_force is None
    taken = in_force(found, ("approval", "recheck", "mail_disarm"))
    assert "approval" not in taken
    assert {"recheck", "mail_disarm"} <= set(taken)


def test_a_route_that_lets_one_kind_pass_does_not_disarm_all() -> None:
    assert disarms_all(DISARMED)
    assert not disarms_all(Policy(disarm={"*": "standard", "pdf": "none"}))
