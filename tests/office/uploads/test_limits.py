"""What may be sent where, said before a byte is uploaded."""

from __future__ import annotations

import pytest
from tests.support import acts
from tests.support.town import Town
from tests.support.uploads import begin, new_draft, with_settings

from sekisho.kernel.errors import Refused
from sekisho.node.sending_limits import destinations, limits_for

MIB = 1 << 20


def test_limits_are_those_of_the_route_and_of_the_person(town: Town) -> None:
    acts.set_route(
        town,
        acts.SENDER,
        files_max=7,
        file_bytes_max=5 * MIB,
        types=["pdf"],
        approvals=2,
        disarm={"*": "strict"},
        schedule_hours=[9, 17],
    )
    with_settings(town, quota_mib=10, inspect_mib=3)
    with town.at(acts.SENDER) as node:
        begin(node, new_draft(node), "a.pdf", 4 * MIB)
        found = limits_for(node, actor="sato", to_node=acts.RECEIVER)
        assert (found.files_max, found.file_bytes_max, found.types) == (7, 5 * MIB, ("pdf",))
        assert (found.approvals, found.timing) == (2, "before")
        assert [(one.approvers, one.approvals) for one in found.steps] == [(("role:approver",), 2)]
        assert found.emergency is False
        assert found.disarm == {"*": "strict"}
        assert (found.quota_left, found.inspect_bytes_max) == (6 * MIB, 3 * MIB)
        assert found.leaves_from >= node.desk.now()
        assert 0 < found.room_left <= node.vault.free_bytes()
        # Only the other node of a link that begins here is a destination.
        assert [one.to_node for one in destinations(node, actor="sato")] == [acts.RECEIVER]


def test_who_is_confirmed_after_sees_it(town: Town) -> None:
    acts.set_route(town, acts.SENDER, after_for=["sato"], emergency=True)
    with town.at(acts.SENDER) as node:
        found = limits_for(node, actor="sato", to_node=acts.RECEIVER)
        assert (found.timing, found.emergency) == ("after", True)
        assert limits_for(node, actor="suzuki", to_node=acts.RECEIVER).timing == "before"


def test_who_may_not_send_sees_no_destination(town: Town) -> None:
    acts.set_route(town, acts.SENDER, senders=["suzuki"])
    with town.at(acts.SENDER) as node:
        assert destinations(node, actor="sato") == []
        assert len(destinations(node, actor="suzuki")) == 1
        for to_node, code in ((acts.RECEIVER, "SKS-T020"), ("mynumber", "SKS-T004")):
            with pytest.raises(Refused) as error:
                limits_for(node, actor="sato", to_node=to_node)
            assert error.value.code == code
