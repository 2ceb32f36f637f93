"""The nodes countersign one another's checkpoints, and name one that was set back or forked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.support import acts
from tests.support.acts import RECEIVER, SENDER
from tests.support.town import Town

from sekisho.kernel.errors import SekishoError
from sekisho.ledger import cosignature
from sekisho.ledger.checkpoint import open_checkpoint
from sekisho.office.evidence import witnessing
from sekisho.office.evidence.actions import make_checkpoint, sequence
from sekisho.office.evidence.models import Checkpoint, Cosignature, Event, WitnessLink
from sekisho.office.post.models import IncomingParcel, OutgoingParcel
from sekisho.office.post.notice import Answer


def sizes(town: Town) -> dict[str, int]:
    found = {}
    for name in town.nodes:
        with town.at(name):
            found[name] = Event.objects.count()
    return found


def rounds_until_rest(town: Town, most: int = 12) -> int:
    for count in range(most):
        if all(done.idle for done in town.run()):
            return count
    raise AssertionError(f"no rest after {most} rounds")


def test_the_newest_checkpoint_of_everybody_is_countersigned_by_each_peer(town: Town) -> None:
    acts.deliver(town)
    rounds_until_rest(town)
    peers = {SENDER: {RECEIVER}, RECEIVER: {SENDER, "mynumber"}, "mynumber": {RECEIVER}}
    for name, witnesses in peers.items():
        with town.at(name) as node:
            newest = Checkpoint.objects.latest("size")
            assert newest.size == Event.objects.count()
            rows = Cosignature.objects.filter(checkpoint=newest)
            assert set(rows.values_list("witness", flat=True)) == witnesses
            opened = open_checkpoint(bytes(newest.note), name, node.identity.signing.public)
            assert opened.checkpoint.size == newest.size
            for witness in witnesses:
                keys = town.nodes[witness].identity.signing.public
                for one in cosignature.witness_keys(witness, keys):
                    assert one.name.encode() in bytes(newest.note)


def test_traffic_comes_to_rest_and_stays_there(sqlite_town: Town) -> None:
    town = sqlite_town
    acts.deliver(town)
    assert rounds_until_rest(town) <= 4
    before = sizes(town)
    with town.at(RECEIVER):
        parcels = OutgoingParcel.objects.count()
    for _ in range(3):
        town.clock.advance(timedelta(hours=2))
        assert all(done.idle for done in town.run())
    assert sizes(town) == before
    with town.at(RECEIVER):
        assert OutgoingParcel.objects.count() == parcels


def after_a_while(town: Town, hours: int) -> None:
    """Rounds of sender and receiver, twice in an hour, as long as nobody repairs anything."""
    for _ in range(hours):
        town.clock.advance(timedelta(hours=1, minutes=1))
        town.run(SENDER, RECEIVER, SENDER, RECEIVER)


def test_a_node_that_was_set_back_is_named_by_its_witness(town_set_back: Town) -> None:
    """By the keys that it uses a second time, and by the shorter ledger that it offers."""
    town = town_set_back
    with town.at(RECEIVER):
        seen = WitnessLink.objects.get(peer=SENDER).seen_size
    after_a_while(town, 4)
    with town.at(RECEIVER):
        codes = IncomingParcel.objects.filter(sender=SENDER, state="refused").values_list("code")
        assert {code for (code,) in codes} == {"SKS-T062"}
        link = WitnessLink.objects.get(peer=SENDER)
        assert (link.trouble, link.seen_size) == ("SKS-L040", seen)
        assert bytes(link.trouble_evidence)
        assert acts.last_event("witness.refused").data == {"node": SENDER, "code": "SKS-L040"}
    with town.at(SENDER):
        assert acts.last_event("witness.answered").data == {"node": RECEIVER, "code": "SKS-L040"}
    # Nobody repairs it, and still it makes no endless traffic.
    before = sizes(town)
    after_a_while(town, 2)
    assert sizes(town) == before
    assert rounds_until_rest(town) <= 4


def test_a_history_that_was_continued_differently_is_named_too(town_set_back: Town) -> None:
    town = town_set_back
    for _ in range(5):
        acts.set_route(town, SENDER, approvals=0)
    after_a_while(town, 4)
    with town.at(RECEIVER):
        link = WitnessLink.objects.get(peer=SENDER)
        assert link.trouble == "SKS-L043"
        count = Event.objects.filter(kind="witness.refused").count()
    before = sizes(town)
    after_a_while(town, 2)
    assert sizes(town) == before
    with town.at(RECEIVER):
        assert Event.objects.filter(kind="witness.refused").count() == count


@pytest.fixture
def town_set_back(sqlite_town: Town) -> Town:
    """The sender had its old database put back after the others had seen newer things."""
    with acts.set_back(sqlite_town, SENDER):
        acts.deliver(sqlite_town)
        rounds_until_rest(sqlite_town)
    acts.set_route(sqlite_town, SENDER, approvals=0)
    return sqlite_town


def test_a_node_whose_clock_is_ahead_is_refused_until_the_others_come_that_far(
    sqlite_town: Town,
) -> None:
    town, two_days = sqlite_town, timedelta(days=2)
    acts.submit(town)
    with town.at(SENDER) as node:
        sequence()
        town.clock.advance(two_days)
        make_checkpoint(node.desk)
        town.clock.advance(-two_days)
    rounds_until_rest(town)
    with town.at(RECEIVER):
        assert WitnessLink.objects.get(peer=SENDER).trouble == "SKS-L026"
    town.clock.advance(timedelta(hours=2))
    before = sizes(town)
    town.run()
    assert sizes(town) == before
    town.clock.advance(two_days)
    town.run()
    town.run()
    with town.at(RECEIVER):
        assert WitnessLink.objects.get(peer=SENDER).trouble == ""


def test_a_lost_answer_is_asked_for_again(sqlite_town: Town) -> None:
    town = sqlite_town
    acts.submit(town)
    town.run(SENDER, SENDER)
    with town.at(SENDER) as node:
        newest = Checkpoint.objects.latest("size").size
        assert witnessing.next_offer(node.desk, RECEIVER) is None
        town.clock.advance(witnessing.OFFER_AGAIN)
        offer = witnessing.next_offer(node.desk, RECEIVER)
        assert offer is not None
        assert offer.old_size < newest


def test_an_answer_that_is_not_genuine_changes_nothing(town: Town) -> None:
    acts.submit(town)
    with town.at(SENDER) as node:
        sequence()
        make_checkpoint(node.desk)
        keys = town.nodes[RECEIVER].identity.signing.public
        newest = Checkpoint.objects.latest("size")
        stranger = town.nodes["mynumber"].identity.signing
        own = cosignature.witness_keys("mynumber", stranger.public)
        opened = open_checkpoint(bytes(newest.note), SENDER, node.identity.signing.public)
        lines = cosignature.sign(own, stranger, opened.checkpoint, node.desk.now())
        by_another = "".join(one.line() for one in lines)
        before = list(WitnessLink.objects.values()), bytes(newest.note)
        for answer in (
            Answer(10_000, by_another, "", 10_000),
            Answer(newest.size, by_another, "", newest.size),
            Answer(newest.size, "nothing that could be read\n", "", newest.size),
        ):
            with pytest.raises(SekishoError) as refused:
                witnessing.take_answer(node.desk, RECEIVER, keys, answer)
            assert refused.value.code.startswith("SKS-L02")
        newest.refresh_from_db()
        assert (list(WitnessLink.objects.values()), bytes(newest.note)) == before
