"""Notices: receipts, checkpoints to be witnessed, and countersignatures, a parcel for all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sekisho.kernel import dsse
from sekisho.kernel.errors import Refused, SekishoError
from sekisho.kernel.signing import VerifyingKeys
from sekisho.node.opening import Node
from sekisho.node.peers import Peers
from sekisho.office.evidence import witnessing
from sekisho.office.evidence.actions import record
from sekisho.office.post import actions as post
from sekisho.office.post.models import IncomingParcel
from sekisho.office.post.notice import RECEIPTS_MAX, Notice, read_notice, write_notice
from sekisho.office.site.database import atomic
from sekisho.office.transfers.actions.answering import waiting_receipts
from sekisho.office.transfers.actions.sealing import take_receipts
from sekisho.office.transfers.receipt import RECEIPT_TYPE, Receipt, read_receipt
from sekisho.seal.head import VerifiedHead


def compose(node: Node, peers: Peers) -> list[SekishoError]:
    """Queue a notice for every peer that something has to be told; what hinders."""
    hindrances = []
    for peer in peers.partners():
        try:
            _compose_for(node, peer)
        except SekishoError as reason:
            hindrances.append(reason)
    return hindrances


def _compose_for(node: Node, peer: str) -> None:
    with atomic():
        receipts = waiting_receipts(peer, RECEIPTS_MAX)
        offer = witnessing.next_offer(node.desk, peer)
        answer = witnessing.take_answer_out(peer)
        notice = Notice(tuple(bytes(one.envelope) for one in receipts), offer, answer)
        if notice.empty:
            return
        keys = post.take_peer_keys(node.desk, peer, 1)
        parcel = post.queue(
            node.desk,
            kind=post.NOTICE,
            receiver=peer,
            key=keys[0],
            letter=write_notice(notice),
            expires=node.desk.now() + timedelta(days=post.NOTICE_DAYS),
        )
        post.save_queue([parcel], keys)
        post.mark_told(receipts, parcel.parcel_id)
        if offer:
            size = witnessing.newest_size()
            witnessing.note_offered(node.desk, peer, size, offer.old_size)


def take_in(
    node: Node, peers: Peers, row: IncomingParcel, head: VerifiedHead, letter: bytes
) -> None:
    """Believe each part of a peer's notice that proves itself; the rest becomes evidence."""
    notice = read_notice(letter)
    keys = peers.keys_for(row.sender, head.envelope, node.desk.now())
    with atomic():
        if not post.finish_notice(row, head.envelope.encode()):
            return
        post.use_receiver_keys({head.terms.receiver_key_id: (row.parcel_id, head.terms.expires)})
        _take_receipts(node, peers, row.sender, notice.receipts)
        if notice.answer:
            answer = notice.answer
            _guarded(
                node,
                row.sender,
                lambda: witnessing.take_answer(node.desk, row.sender, keys, answer),
            )
        if notice.offer:
            witnessing.witness(node.desk, row.sender, keys, notice.offer)


def _guarded(node: Node, peer: str, act: object) -> None:
    try:
        with atomic():
            act()  # type: ignore[operator]
    except SekishoError as reason:
        record(node.desk, "notice.refused", peer, {"node": peer, "code": reason.code})


def _take_receipts(node: Node, peers: Peers, author: str, untrusted: Sequence[bytes]) -> None:
    words: list[tuple[Receipt, bytes]] = []
    refused: list[SekishoError] = []
    for one in untrusted:
        try:
            words.append((_read_receipt(node, peers, author, one), one))
        except SekishoError as reason:
            refused.append(reason)
    refused += take_receipts(node.desk, author, words)
    for reason in refused:
        record(node.desk, "notice.refused", author, {"node": author, "code": reason.code})


def _read_receipt(node: Node, peers: Peers, author: str, untrusted: bytes) -> Receipt:
    envelope = dsse.decode(untrusted, RECEIPT_TYPE)
    keys: VerifyingKeys = peers.keys_for(author, envelope, node.desk.now())
    keys.verify(envelope)
    words = read_receipt(envelope.payload)
    if (words.receiver, words.sender) != (author, node.name):
        raise Refused("SKS-T063", parcel=words.parcel_id, node=author)
    return words
