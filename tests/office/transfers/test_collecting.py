"""Collecting: by the addressees alone, whole or file by file, as often as the route allows."""

from __future__ import annotations

import pytest
from tests.support import acts
from tests.support.acts import RECEIVER
from tests.support.town import Town, days

from sekisho.kernel.errors import SekishoError
from sekisho.node import collecting as node_collecting
from sekisho.office.accounts.actions import retire_person, save_person
from sekisho.office.transfers.actions import collecting
from sekisho.office.transfers.models import Arrival, Collection

CONTENTS = {"一.txt": b"1", "二.txt": b"22", "空.txt": b""}


def refusal(town: Town, transfer_id: str, **arguments: object) -> str:
    """The code of a refusal that wrote neither a file nor evidence."""
    with town.at(RECEIVER) as node:
        before = acts.kinds(node), Collection.objects.count()
    with pytest.raises(SekishoError) as refused:
        acts.collect(town, transfer_id, **arguments)  # type: ignore[arg-type]
    with town.at(RECEIVER) as node:
        assert before == (acts.kinds(node), Collection.objects.count())
    return refused.value.code


def arrival_state(town: Town) -> str:
    with town.at(RECEIVER):
        return Arrival.objects.get().state


def test_everything_is_collected_byte_for_byte_and_said_so(town: Town) -> None:
    transfer_id = acts.deliver(town, CONTENTS)
    with town.at(RECEIVER):
        assert [one.pk for one in collecting.arrivals_for("sato")] == [transfer_id]
        assert collecting.arrivals_for("suzuki") == []
    assert acts.collect(town, transfer_id) == CONTENTS
    assert arrival_state(town) == "collected"
    with town.at(RECEIVER) as node:
        assert acts.kinds(node, transfer_id) == ["parcel.received", "transfer.collected"]
        assert acts.last_event("transfer.collected").data == {"files": 3, "complete": True}


def test_some_files_first_and_the_rest_later(town: Town) -> None:
    transfer_id = acts.deliver(town, CONTENTS)
    assert acts.collect(town, transfer_id, positions=frozenset({1})) == {"二.txt": b"22"}
    assert arrival_state(town) == "part"
    with town.at(RECEIVER):
        assert acts.last_event("transfer.collected").data == {"files": 1, "complete": False}
    rest = acts.collect(town, transfer_id, positions=frozenset({0, 2}))
    assert rest == {"一.txt": b"1", "空.txt": b""}
    assert arrival_state(town) == "collected"


def test_each_of_several_addressees_collects(town: Town) -> None:
    transfer_id = acts.deliver(town, addressees=("sato", "takahashi"))
    assert acts.collect(town, transfer_id, actor="takahashi") == acts.CONTENTS
    assert acts.collect(town, transfer_id, actor="sato") == acts.CONTENTS
    with town.at(RECEIVER):
        people = Collection.objects.order_by("id").values_list("person", flat=True)
        assert list(people) == ["takahashi", "sato"]


def test_who_is_not_addressed_collects_nothing(sqlite_town: Town) -> None:
    town = sqlite_town
    transfer_id = acts.deliver(town)
    assert refusal(town, transfer_id, actor="suzuki") == "SKS-T040"
    assert refusal(town, transfer_id, actor="stranger") == "SKS-T051"
    with town.at(RECEIVER) as node:
        retire_person(node.desk, actor="admin", login="sato")
    assert refusal(town, transfer_id) == "SKS-T051"


def test_the_sender_of_the_same_name_is_another_person(sqlite_town: Town) -> None:
    """`sato` there is not `sato` here: logins belong to a node."""
    town = sqlite_town
    transfer_id = acts.deliver(town, addressees=("takahashi",))
    assert refusal(town, transfer_id, actor="sato") == "SKS-T040"


@pytest.mark.parametrize("limit", [1, 2])
def test_the_limit_counts_each_file_and_each_person(town: Town, limit: int) -> None:
    acts.set_route(town, RECEIVER, collect_limit=limit)
    transfer_id = acts.deliver(town, CONTENTS, addressees=("sato", "takahashi"))
    for _ in range(limit):
        acts.collect(town, transfer_id, positions=frozenset({0}))
    assert refusal(town, transfer_id, positions=frozenset({0})) == "SKS-T041"
    assert refusal(town, transfer_id) == "SKS-T041"
    assert acts.collect(town, transfer_id, positions=frozenset({1})) == {"二.txt": b"22"}
    assert acts.collect(town, transfer_id, actor="takahashi") == CONTENTS


def test_a_position_without_a_file_is_refused(sqlite_town: Town) -> None:
    town = sqlite_town
    transfer_id = acts.deliver(town)
    for positions in ({7}, {0, 7}, {-1}, set()):
        assert refusal(town, transfer_id, positions=frozenset(positions)) == "SKS-T047"


def test_what_is_not_there_cannot_be_collected(sqlite_town: Town) -> None:
    town = sqlite_town
    assert refusal(town, "tr_" + "a" * 26) == "SKS-T005"


def test_after_the_end_nothing_is_collected(sqlite_town: Town) -> None:
    town = sqlite_town
    transfer_id = acts.deliver(town)
    town.clock.advance(days(31))
    acts.end(town, RECEIVER)
    assert refusal(town, transfer_id) == "SKS-T046"


def test_a_file_that_is_there_already_stays_and_nothing_counts_as_collected(
    sqlite_town: Town,
) -> None:
    town = sqlite_town
    transfer_id = acts.deliver(town)
    folder = town.folder / "mine"
    folder.mkdir()
    (folder / "通知.txt").write_bytes(b"my own")
    with town.at(RECEIVER) as node, pytest.raises(SekishoError) as refused:
        node_collecting.collect(node, actor="sato", transfer_id=transfer_id, folder=folder)
    assert refused.value.code == "SKS-V026"
    assert (folder / "通知.txt").read_bytes() == b"my own"
    assert arrival_state(town) == "received"


def test_who_is_registered_after_the_arrival_still_is_not_addressed(sqlite_town: Town) -> None:
    town = sqlite_town
    transfer_id = acts.deliver(town)
    with town.at(RECEIVER) as node:
        save_person(node.desk, actor="admin", login="yamada", name="山田 三郎")
    assert refusal(town, transfer_id, actor="yamada") == "SKS-T040"
