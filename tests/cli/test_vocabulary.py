"""Lists that the commands keep beside those of the rooms agree with them."""

from __future__ import annotations

from sekisho.cli import (
    doctor,
    flow,
    flow_deciding,
    flow_options,
    flow_sheets,
    init,
    transfer_views,
)
from sekisho.cli.policy_options import WORDS as POLICY_WORDS
from sekisho.node.checkup import CHECKS, Level
from sekisho.node.overview import Matter
from sekisho.office.accounts.roles import ROLES
from sekisho.office.accounts.roles import WORDS as ROLE_WORDS
from sekisho.office.flows.actions.importing import What
from sekisho.office.flows.entry import COLUMNS
from sekisho.office.flows.review.facts import Grade
from sekisho.office.flows.review.words import GRADE_WORDS
from sekisho.office.flows.sheets.register import COLUMN_WORDS
from sekisho.office.flows.states import (
    CHOICE_WORDS,
    FREQUENCY_WORDS,
    MEDIUM_WORDS,
    PER_YEAR,
    STATE_WORDS,
    Choice,
    Frequency,
    Medium,
    State,
)
from sekisho.office.site import matters
from sekisho.office.transfers.policy import Policy
from sekisho.office.transfers.states import Verb
from sekisho.office.transfers.words import DECISION_WORDS
from sekisho.store.opening import KINDS


def test_roles_and_kinds_of_stores() -> None:
    assert set(ROLES) == set(ROLE_WORDS)
    assert set(init.STORE_KINDS) == set(KINDS)


def test_everything_that_can_be_said_has_words() -> None:
    assert set(matters.MATTER_WORDS) == set(Matter)
    assert set(CHECKS) <= set(doctor.CHECK_WORDS)
    assert set(doctor.LEVEL_WORDS) == set(doctor.LEVEL_COLOURS) == set(Level)
    assert set(POLICY_WORDS) == set(Policy.__dataclass_fields__)
    assert set(DECISION_WORDS) == {Verb.APPROVE, Verb.SEND_BACK, Verb.REJECT, Verb.CONFIRM}
    assert set(transfer_views.NEXT_WORDS) <= set(transfer_views.WORDS)


def test_the_words_of_flows_are_those_of_their_room() -> None:
    assert set(flow.STATES) == set(State) == set(STATE_WORDS)
    assert set(flow_deciding.CHOICES) == set(Choice) == set(CHOICE_WORDS)
    assert set(flow_deciding.MEDIA) == set(Medium) == set(MEDIUM_WORDS)
    assert set(Frequency) == set(FREQUENCY_WORDS) == set(PER_YEAR)
    assert set(flow_sheets.WHAT_WORDS) == set(What)
    assert set(GRADE_WORDS) == set(Grade)
    fields = {*COLUMNS, "items"}
    assert fields == {*flow_options.FIELDS, *flow_options.LISTS, "code"}
    assert {*fields, "state"} == set(COLUMN_WORDS)
