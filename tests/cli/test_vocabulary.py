"""Lists that the commands keep beside those of the rooms agree with them."""

from __future__ import annotations

from sekisho.cli import doctor, init, status, transfer_views
from sekisho.cli.decide import VERB_WORDS
from sekisho.cli.policy_options import WORDS as POLICY_WORDS
from sekisho.node.checkup import CHECKS, Level
from sekisho.node.overview import Matter
from sekisho.office.accounts.roles import ROLES
from sekisho.office.accounts.roles import WORDS as ROLE_WORDS
from sekisho.office.transfers.policy import Policy
from sekisho.office.transfers.states import Verb
from sekisho.store.opening import KINDS


def test_roles_and_kinds_of_stores() -> None:
    assert set(ROLES) == set(ROLE_WORDS)
    assert set(init.STORE_KINDS) == set(KINDS)


def test_everything_that_can_be_said_has_words() -> None:
    assert set(status.MATTER_WORDS) == set(Matter)
    assert set(CHECKS) <= set(doctor.CHECK_WORDS)
    assert set(doctor.LEVEL_WORDS) == set(doctor.LEVEL_COLOURS) == set(Level)
    assert set(POLICY_WORDS) == set(Policy.__dataclass_fields__)
    assert set(VERB_WORDS) == {Verb.APPROVE, Verb.SEND_BACK, Verb.REJECT, Verb.CONFIRM}
    assert set(transfer_views.NEXT_WORDS) <= set(transfer_views.WORDS)
