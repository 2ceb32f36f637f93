"""An offer and an answer that cross on the way are no sign of a forked ledger."""

from __future__ import annotations

from tests.support.town import Town

from sekisho.office.evidence import witnessing
from sekisho.office.evidence.actions import make_checkpoint, record, sequence
from sekisho.office.evidence.models import Event, WitnessLink
from sekisho.office.post.notice import Answer, Offer
from sekisho.office.site.database import atomic

LOG, WITNESS = "internet", "lgwan"


def offer_after_one_more_act(town: Town) -> Offer:
    """The log grows by an act that no other test makes, and its checkpoint is offered."""
    with town.at(LOG) as node:
        with atomic():
            record(node.desk, "test.act", LOG)
        sequence()
        make_checkpoint(node.desk)
        WitnessLink.objects.filter(peer=WITNESS).update(offered_at=None)
        offer = witnessing.next_offer(node.desk, WITNESS)
        assert offer is not None
        witnessing.note_offered(node.desk, WITNESS, witnessing.newest_size(), offer.old_size)
    return offer


def witness(town: Town, offer: Offer) -> tuple[Answer | None, str]:
    """The witness's answer, and the trouble it sees with the log."""
    with town.at(LOG) as node:
        keys = node.desk.signing.public
    with town.at(WITNESS) as node:
        witnessing.witness(node.desk, LOG, keys, offer)
        trouble = WitnessLink.objects.get(peer=LOG).trouble
        return witnessing.take_answer_out(LOG), trouble


def take(town: Town, answer: Answer) -> None:
    with town.at(WITNESS) as node:
        keys = node.desk.signing.public
    with town.at(LOG) as node:
        witnessing.take_answer(node.desk, WITNESS, keys, answer)


def test_an_offer_made_before_the_last_answer_came_is_answered_and_not_suspected(
    town: Town,
) -> None:
    witness(town, offer_after_one_more_act(town))  # its answer is lost on the way
    answer, trouble = witness(town, offer_after_one_more_act(town))
    assert answer is not None
    assert (answer.code, answer.lines, trouble) == ("SKS-L043", "", "")
    with town.at(WITNESS):
        assert not Event.objects.filter(kind="witness.refused").exists()


def test_the_next_offer_begins_where_the_witness_stands(town: Town) -> None:
    witness(town, offer_after_one_more_act(town))
    answer, _ = witness(town, offer_after_one_more_act(town))
    assert answer is not None
    take(town, answer)
    answer, trouble = witness(town, offer_after_one_more_act(town))
    assert answer is not None
    assert answer.lines
    assert trouble == ""


def test_an_offer_that_crossed_the_answer_before_is_made_again_and_not_suspected(
    town: Town,
) -> None:
    first, _ = witness(town, offer_after_one_more_act(town))
    crossing, _ = witness(town, offer_after_one_more_act(town))
    assert first is not None and crossing is not None
    assert (first.code, crossing.code) == ("", "SKS-L043")
    take(town, first)
    take(town, crossing)
    with town.at(LOG) as node:
        assert WitnessLink.objects.get(peer=WITNESS).refused_code == ""
        assert not Event.objects.filter(kind="witness.answered").exists()
        offer = witnessing.next_offer(node.desk, WITNESS)
    assert offer is not None
    answer, trouble = witness(town, offer)
    assert answer is not None
    assert answer.lines
    assert trouble == ""


def test_a_log_that_cannot_prove_it_from_where_the_witness_stands_is_in_trouble(
    town: Town,
) -> None:
    witness(town, offer_after_one_more_act(town))
    good = offer_after_one_more_act(town)
    with town.at(WITNESS):
        stands = WitnessLink.objects.get(peer=LOG).seen_size
    answer, trouble = witness(town, Offer(good.note, stands, good.proof[:-1]))
    assert answer is not None
    assert trouble == "SKS-L043"
    with town.at(WITNESS):
        assert Event.objects.filter(kind="witness.refused", subject=LOG).count() == 1
