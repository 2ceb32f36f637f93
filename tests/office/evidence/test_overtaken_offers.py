"""Parcels keep no order: an offer that comes after a later one is no sign of a rollback."""

from __future__ import annotations

from datetime import timedelta

from tests.support.town import Town

from sekisho.office.evidence import witnessing
from sekisho.office.evidence.actions import make_checkpoint, record, sequence
from sekisho.office.evidence.models import Event, WitnessLink
from sekisho.office.post.notice import Offer
from sekisho.office.site.database import atomic

LOG, WITNESS = "internet", "lgwan"


def offer(town: Town) -> Offer:
    """The log grows by one act; a minute later its checkpoint is offered."""
    town.clock.advance(timedelta(minutes=1))
    with town.at(LOG) as node:
        with atomic():
            record(node.desk, "test.act", LOG)
        sequence()
        make_checkpoint(node.desk)
        WitnessLink.objects.filter(peer=WITNESS).update(offered_at=None)
        found = witnessing.next_offer(node.desk, WITNESS)
    assert found is not None
    return found


def test_the_later_offer_is_answered_and_the_earlier_one_passed_over(town: Town) -> None:
    earlier, later = offer(town), offer(town)
    with town.at(LOG) as node:
        keys = node.desk.signing.public
    with town.at(WITNESS) as node:
        for one in (later, earlier):
            witnessing.witness(node.desk, LOG, keys, one)
        link = WitnessLink.objects.get(peer=LOG)
        answer = witnessing.take_answer_out(LOG)
        assert (link.trouble, link.answer_code) == ("", "")
        assert not Event.objects.filter(kind="witness.refused").exists()
    assert answer is not None
    assert answer.lines
    with town.at(LOG) as node:
        with town.at(WITNESS) as witness:
            witness_keys = witness.desk.signing.public
        witnessing.take_answer(node.desk, WITNESS, witness_keys, answer)
        assert WitnessLink.objects.get(peer=WITNESS).cosigned_size == answer.size


def test_a_checkpoint_that_is_offered_twice_keeps_its_countersignature(town: Town) -> None:
    first = offer(town)
    town.clock.advance(timedelta(hours=3))
    with town.at(LOG) as node:
        keys = node.desk.signing.public
        second = witnessing.next_offer(node.desk, WITNESS)
    assert second is not None and second.note == first.note
    with town.at(WITNESS) as node:
        for one in (first, second):
            witnessing.witness(node.desk, LOG, keys, one)
        answer = witnessing.take_answer_out(LOG)
    assert answer is not None and answer.lines
    assert (answer.code, answer.size) == ("", answer.known_size)
