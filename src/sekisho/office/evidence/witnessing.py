"""Verbs of witnessing: offering our checkpoints, countersigning those of others."""

from __future__ import annotations

from datetime import timedelta

from sekisho.kernel.errors import Refused, SekishoError
from sekisho.kernel.signing import VerifyingKeys
from sekisho.ledger import cosignature
from sekisho.ledger.checkpoint import add_cosignatures, open_checkpoint
from sekisho.ledger.witness import Contradicted, Witness, WitnessedState
from sekisho.office.evidence.actions import open_log, record
from sekisho.office.evidence.models import Checkpoint, Cosignature, WitnessLink
from sekisho.office.post.notice import Answer, Offer
from sekisho.office.site.database import atomic
from sekisho.office.site.desk import Desk

OFFER_AGAIN = timedelta(hours=1)
SMALLER, NOT_SHOWN = "SKS-L040", "SKS-L043"


def next_offer(desk: Desk, peer: str) -> Offer | None:
    """Our newest checkpoint if this peer has not countersigned it and was not just asked.

    A peer that refuses is asked again after a while, however our log grows meanwhile.
    """
    newest = Checkpoint.objects.order_by("-size").first()
    link, _ = WitnessLink.objects.get_or_create(peer=peer)
    if newest is None or link.cosigned_size >= newest.size:
        return None
    asked = link.offered_at is not None and abs(desk.now() - link.offered_at) < OFFER_AGAIN
    if asked and (link.refused_code or link.offered_size >= newest.size):
        return None
    old = link.cosigned_size
    proof = open_log().consistency_proof(old, newest.size) if old else []
    return Offer(bytes(newest.note), old, tuple(proof))


def note_offered(desk: Desk, peer: str, size: int, old_size: int) -> None:
    """The offer is on its way; its proof begins at `old_size`."""
    WitnessLink.objects.filter(peer=peer).update(
        offered_size=size, offered_at=desk.now(), offered_from=old_size
    )


def newest_size() -> int:
    """Entries under our newest checkpoint."""
    newest = Checkpoint.objects.order_by("-size").first()
    return newest.size if newest else 0


def take_answer_out(peer: str) -> Answer | None:
    """What we have to tell a peer about its last offer, once."""
    link = WitnessLink.objects.filter(peer=peer).first()
    if link is None or not (link.answer or link.answer_code):
        return None
    answer = Answer(link.answer_size, link.answer, link.answer_code, link.seen_size)
    WitnessLink.objects.filter(peer=peer).update(answer="", answer_code="")
    return answer


def witness(desk: Desk, peer: str, keys: VerifyingKeys, offer: Offer) -> None:
    """Countersign a peer's checkpoint, or remember why not; a contradiction becomes evidence."""
    with atomic():
        link, _ = WitnessLink.objects.get_or_create(peer=peer)
        try:
            lines, state = Witness(desk.node, desk.signing).check(
                peer, keys, _last(peer, link), offer.note, offer.proof, desk.now()
            )
        except SekishoError as reason:
            if _was_overtaken(reason, peer, keys, offer) or _is_answered(reason, link, keys, offer):
                return
            if reason.code == NOT_SHOWN and offer.old_size != link.seen_size:
                _ask_again(link, reason)
            else:
                _note_trouble(desk, link, reason)
            return
        link.seen_size, link.seen_root = state.size, state.root.hex()
        link.seen_note = state.note
        link.answer, link.answer_size, link.answer_code = lines, state.size, ""
        link.trouble = ""
        link.save()


def _was_overtaken(reason: SekishoError, peer: str, keys: VerifyingKeys, offer: Offer) -> bool:
    """Whether a smaller checkpoint is an earlier one that came late: parcels keep no order.

    Its log says that it was signed earlier; a log that was set back signs a smaller one later.
    In suite S0 nothing says when, and the smaller one stays suspect.
    """
    if reason.code != SMALLER or isinstance(reason, Contradicted):
        return False
    return open_checkpoint(offer.note, peer, keys).time is not None


def _is_answered(
    reason: SekishoError, link: WitnessLink, keys: VerifyingKeys, offer: Offer
) -> bool:
    """Whether the checkpoint is the one that an answer lies ready for: offered twice, and both
    offers came together. Its proof begins elsewhere, but nothing is left to be shown."""
    if reason.code != NOT_SHOWN or not link.answer:
        return False
    opened = open_checkpoint(offer.note, link.peer, keys).checkpoint
    return (opened.size, opened.root.hex()) == (link.answer_size, link.seen_root)


def _last(peer: str, link: WitnessLink) -> WitnessedState | None:
    if not link.seen_size or link.seen_note is None:
        return None
    root = bytes.fromhex(link.seen_root)
    return WitnessedState(peer, link.seen_size, root, bytes(link.seen_note))


def _ask_again(link: WitnessLink, reason: SekishoError) -> None:
    """The proof begins elsewhere: the peer made its offer before our last answer reached it.

    Nothing is suspected of a log that was not asked the right question; the answer says where we
    stand, and a peer that cannot prove it from there is in trouble.
    """
    link.answer, link.answer_code = "", reason.code
    link.save()


def _note_trouble(desk: Desk, link: WitnessLink, reason: SekishoError) -> None:
    link.answer, link.answer_code = "", reason.code
    if link.trouble != reason.code:
        record(desk, "witness.refused", link.peer, {"node": link.peer, "code": reason.code})
    if isinstance(reason, Contradicted):
        link.trouble_evidence = reason.evidence.encode()
    link.trouble = reason.code
    link.save()


def take_answer(desk: Desk, peer: str, keys: VerifyingKeys, answer: Answer) -> None:
    """A peer's word on our offer: keep its countersignature, or learn where it stands.

    Raises Refused SKS-L024 and the like when the lines are not genuine.
    """
    with atomic():
        if not answer.lines:
            _learn(desk, peer, answer)
            return
        checkpoint = Checkpoint.objects.filter(size=answer.size).first()
        if checkpoint is None:
            raise Refused("SKS-L025", expected=desk.node, found=str(answer.size))
        witness_keys = cosignature.witness_keys(peer, keys)
        checkpoint.note = add_cosignatures(
            bytes(checkpoint.note), answer.lines, witness_keys, desk.now()
        )
        checkpoint.save()
        Cosignature.objects.update_or_create(
            checkpoint=checkpoint,
            witness=peer,
            defaults={"lines": answer.lines, "received": desk.now()},
        )
        WitnessLink.objects.filter(peer=peer).update(cosigned_size=answer.size, refused_code="")


def _learn(desk: Desk, peer: str, answer: Answer) -> None:
    """The peer did not countersign: offer at once from what it knows if our offer began elsewhere.
    So it does when an offer crosses the answer to the one before, whichever of both came first.

    Any other refusal becomes evidence when it is a new one. Were it recorded each time, the log
    would grow by it, be offered anew and be refused again, for ever.
    """
    link, _ = WitnessLink.objects.get_or_create(peer=peer)
    known = min(answer.known_size, open_log().size())
    code = answer.code or "none"
    if code == NOT_SHOWN and known != link.offered_from:
        link.offered_at = None
    elif link.refused_code != code:
        record(desk, "witness.answered", peer, {"node": peer, "code": code})
        link.refused_code = code
    link.cosigned_size = known
    link.save(update_fields=["offered_at", "refused_code", "cosigned_size"])
