"""A node changes its keys: the others learn it through the store, and nothing is lost meanwhile."""

from __future__ import annotations

from tests.support import acts
from tests.support.acts import RECEIVER, SENDER
from tests.support.town import Town, days

from sekisho.kernel.errors import SekishoError
from sekisho.node import peers
from sekisho.office.evidence.models import WitnessLink
from sekisho.office.post.models import Handover
from sekisho.seal import handover, rotation
from sekisho.store import layout


def hand_over(town: Town, name: str) -> str:
    """Do it as the command does: begin, publish, finish, start again; the new set's id."""
    with town.at(name) as node:
        number, statement = rotation.begin(node.settings.keys_folder, name, town.clock.now())
        node.store.put(layout.handover(name, number), statement)
        rotation.finish(node.settings.keys_folder, name)
    acts.reopen(town, name)
    return town.nodes[name].identity.signing.public.set_id


def test_the_others_take_the_new_keys_from_the_store(town: Town) -> None:
    new = hand_over(town, SENDER)
    town.run(RECEIVER)
    with town.at(RECEIVER) as node:
        row = Handover.objects.get()
        assert (row.node, row.number) == (SENDER, 1)
        data = acts.last_event("handover.accepted").data
        assert data == {"node": SENDER, "generation": 1, "keys": new}
        chain = peers.load_peers(node).directory.chain_of(SENDER, peers.load_peers(node).handovers)
        assert chain.current.keys.set_id == new
    transfer_id = acts.deliver(town)
    assert acts.collect(town, transfer_id) == acts.CONTENTS


def test_one_after_the_other(sqlite_town: Town) -> None:
    town = sqlite_town
    hand_over(town, SENDER)
    town.clock.advance(days(1))
    newest = hand_over(town, SENDER)
    for _ in range(2):
        town.run(RECEIVER)
    with town.at(RECEIVER) as node:
        assert list(Handover.objects.values_list("number", flat=True)) == [1, 2]
        found = peers.load_peers(node)
        chain = found.directory.chain_of(SENDER, found.handovers)
        assert chain.current.keys.set_id == newest
    acts.deliver(town)


def test_what_was_sent_before_is_received_after_it(sqlite_town: Town) -> None:
    town = sqlite_town
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id)
    town.run(SENDER)
    hand_over(town, SENDER)
    town.run(RECEIVER, SENDER)
    assert acts.state(town, transfer_id) == "received"


def test_an_approval_signed_before_it_counts_after_it(sqlite_town: Town) -> None:
    town = sqlite_town
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id)
    hand_over(town, SENDER)
    acts.carry(town)
    assert acts.state(town, transfer_id) == "received"


def test_a_receiver_with_new_keys_answers_with_them(sqlite_town: Town) -> None:
    town = sqlite_town
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id)
    town.run(SENDER)
    hand_over(town, RECEIVER)
    town.run(RECEIVER, SENDER)
    assert acts.state(town, transfer_id) == "received"


def test_checkpoints_are_countersigned_across_it(sqlite_town: Town) -> None:
    town = sqlite_town
    hand_over(town, SENDER)
    acts.deliver(town)
    town.settle()
    with town.at(RECEIVER):
        assert WitnessLink.objects.get(peer=SENDER).trouble == ""


def test_a_statement_by_strangers_is_refused_and_work_goes_on(sqlite_town: Town) -> None:
    town = sqlite_town
    stranger = town.nodes["mynumber"].identity.signing
    forged = handover.statement(
        SENDER, 1, stranger, town.nodes[RECEIVER].identity.signing, town.clock.now()
    )
    with town.at(SENDER) as node:
        node.store.put(layout.handover(SENDER, 1), forged)
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id)
    _, done, _ = town.run(SENDER, RECEIVER, SENDER)
    assert {trouble.code for trouble in done.troubles} == {"SKS-N044"}
    assert acts.state(town, transfer_id) == "received"
    with town.at(RECEIVER):
        assert not Handover.objects.exists()


def test_a_statement_that_is_none_is_refused_and_work_goes_on(sqlite_town: Town) -> None:
    town = sqlite_town
    with town.at(SENDER) as node:
        node.store.put(layout.handover(SENDER, 1), b"\x00" * (300 << 10))
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id)
    _, done, _ = town.run(SENDER, RECEIVER, SENDER)
    assert len(done.troubles) == 1 and isinstance(done.troubles[0], SekishoError)
    assert acts.state(town, transfer_id) == "received"
