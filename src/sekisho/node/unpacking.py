"""One parcel on its way in: verified, opened, judged, its files brought into the vault."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256

from sekisho.disarm.identify import ContentType
from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.ids import check_id
from sekisho.kernel.signing import VerifyingKeys
from sekisho.node.opening import Node
from sekisho.node.peers import Peers
from sekisho.node.progress import Heartbeat, Progress
from sekisho.node.tasting import Taster
from sekisho.office.post import actions as post
from sekisho.office.post.models import IncomingParcel, ReceiverKey
from sekisho.office.transfers.actions import receiving
from sekisho.office.transfers.letter import Letter, LetterFile, read_letter
from sekisho.office.transfers.policy import Policy
from sekisho.office.vault.actions import registered
from sekisho.seal import opening
from sekisho.seal.blocks import GetBlock
from sekisho.seal.head import HEAD_BYTES_MAX, VerifiedHead, read_head, verify_head
from sekisho.seal.vault import Deposited
from sekisho.store import layout


@dataclass(frozen=True)
class Parcel:
    """A parcel whose head has been verified."""

    row: IncomingParcel
    head: VerifiedHead
    keys: tuple[VerifyingKeys, ...]
    """The key sets of the sender that count now, newest first."""

    facts: receiving.ParcelFacts


@dataclass(frozen=True)
class Kept:
    """A file of the parcel in our vault, identified by its content."""

    file: LetterFile
    content_type: str
    family: str
    deposited: Deposited

    @property
    def object_id(self) -> str:
        return self.deposited.object_id

    @property
    def data_key(self) -> builtins.bytes:
        return self.deposited.data_key

    @property
    def bytes(self) -> int:
        return self.deposited.bytes

    @property
    def sha256(self) -> str:
        return self.deposited.sha256


def verify(node: Node, peers: Peers, row: IncomingParcel) -> Parcel:
    """The parcel that a row of the post names, its head read from the store and verified.

    Raises what the store and `seal.head` raise, Refused SKS-N028 to SKS-N030, SKS-N046.
    """
    name = layout.parcel_head(row.sender, node.name, row.parcel_id)
    head = read_head(node.store.get(name, HEAD_BYTES_MAX))
    now = node.desk.now()
    keys = peers.keys_for(row.sender, head.envelope, now)
    verified = verify_head(
        head, keys, receiver=node.name, sender=row.sender, parcel_id=row.parcel_id, now=now
    )
    peers.require_link(row.sender, node.name, verified.terms.kind)
    every = peers.directory.keys_of(row.sender, now, peers.handovers)
    return Parcel(row, verified, every, _facts(row, verified))


def _facts(row: IncomingParcel, head: VerifiedHead) -> receiving.ParcelFacts:
    terms = head.terms
    return receiving.ParcelFacts(
        row_id=row.pk,
        fence=row.fence,
        sender=row.sender,
        parcel_id=row.parcel_id,
        receiver_key_id=terms.receiver_key_id,
        expires=terms.expires,
        manifest=head.envelope.encode(),
        root=head.manifest.root.hex(),
        transfer_id=_transfer_id(terms.context),
        letter_sha256="",
        approvals=terms.approvals,
    )


def _transfer_id(context: Mapping[str, str]) -> str:
    """The id that the sender states, or nothing if it is none: such a parcel is refused later."""
    try:
        return check_id(context.get("transfer", ""), "tr")
    except InvalidInput:
        return ""


def open_parcel(
    node: Node,
    row: IncomingParcel,
    head: VerifiedHead,
    found: Mapping[str, ReceiverKey] | None = None,
    get_block: GetBlock | None = None,
) -> opening.Opening:
    """The parcel's payload, ready to be read (from the store, if nothing else is said).

    `found` are receiver keys looked up before. Raises Refused SKS-T061, SKS-T062, SKS-P022.
    """
    key_id = head.terms.receiver_key_id
    keys = post.receiver_keys(node.desk, [key_id]) if found is None else found
    private = post.receiver_private(
        node.desk, keys.get(key_id), sender=row.sender, key_id=key_id, parcel_id=row.parcel_id
    )
    key = opening.content_key(head, private)
    from_store = partial(_block_from_store, node, row)
    return opening.Opening(head, key, get_block or from_store, node.settings.work.threads)


def _block_from_store(node: Node, row: IncomingParcel, suffix: str, exact_bytes: int) -> bytes:
    name = layout.parcel_block(row.sender, node.name, row.parcel_id, int(suffix[1:]))
    return node.store.get(name, exact_bytes)


class Unpacking:
    """The steps of one parcel from its verified head to a delivery."""

    def __init__(self, node: Node, parcel: Parcel, found: Mapping[str, ReceiverKey]) -> None:
        self.parcel = parcel
        self._node = node
        self._found = found
        self._letter: Letter | None = None
        self._policy: Policy | None = None
        self._facts = parcel.facts
        self.contents: list[bytes] = []
        self.kept: list[Kept] = []

    @property
    def id(self) -> str:
        """The parcel's id."""
        return self.parcel.row.parcel_id

    @property
    def is_small(self) -> bool:
        """Whether all of it lies in the head."""
        return self.parcel.head.manifest.layout.blocks == 0

    def read_letter(self) -> bytes:
        """The letter of a parcel that has nothing else."""
        with self._opened() as payload:
            letter = payload.letter()
            payload.finish()
        return letter

    def read_whole(self, reception: receiving.Reception) -> None:
        """A small parcel into memory: judged, every byte checked, not in the vault yet."""
        with self._opened() as payload:
            letter = self._judged(payload.letter(), reception)
            self.contents = [
                b"".join(map(bytes, payload.pieces(file.bytes))) for file in letter.files
            ]
            payload.finish()

    def stream_into_vault(self, reception: receiving.Reception, progress: Progress) -> None:
        """A large parcel into the vault: judged first, every byte checked on the way."""
        row, total = self.parcel.row, self.parcel.head.manifest.payload_bytes
        beat = Heartbeat(self._node.desk, IncomingParcel, row.pk, row.fence)
        with self._opened() as payload:
            letter = self._judged(payload.letter(), reception)
            tasters = [Taster(payload.pieces(file.bytes)) for file in letter.files]
            deposited = self._node.vault.deposit_many(
                tasters, lambda done: (beat(), progress(row.parcel_id, done, total))
            )
            self.keep(deposited, [taster.content_type() for taster in tasters])
            try:
                payload.finish()
            except BaseException:
                for one in self.kept:
                    self._node.vault.remove(one.object_id)
                raise

    def _opened(self) -> opening.Opening:
        return open_parcel(self._node, self.parcel.row, self.parcel.head, self._found)

    def _judged(self, raw: bytes, reception: receiving.Reception) -> Letter:
        self._facts = replace(self._facts, letter_sha256=sha256(raw).hexdigest())
        self._letter = read_letter(raw)
        self._policy = reception.judge_letter(self._facts, self._letter, self.parcel.keys)
        return self._letter

    @property
    def letter(self) -> Letter:
        """The letter, once it has been judged."""
        if self._letter is None:
            raise ValueError("the letter was not read")
        return self._letter

    def keep(self, deposited: Sequence[Deposited], kinds: Sequence[ContentType]) -> None:
        """The files lie in the vault."""
        files = zip(self.letter.files, kinds, deposited, strict=True)
        self.kept = [Kept(file, kind.name, kind.family, one) for file, kind, one in files]

    def delivery(self) -> receiving.Delivery:
        """The parcel as something to be kept. Raises Refused SKS-T045 or the route's reason."""
        if self._policy is None:
            raise ValueError("the letter was not judged")
        receiving.judge_contents(self._policy, self.kept)
        return receiving.Delivery(self._facts, self.letter, self._policy, tuple(self.kept))


def drop_unused(node: Node, parcels: Sequence[Unpacking]) -> None:
    """Remove from the vault what these parcels left there and no row keeps the key of."""
    left = {kept.object_id for one in parcels for kept in one.kept}
    for object_id in sorted(left - registered(left)):
        node.vault.remove(object_id)


def deposit_together(node: Node, parcels: Sequence[Unpacking]) -> None:
    """Bring the files of small parcels into the vault at one go."""
    waiting = [one for one in parcels if one.contents or not one.kept]
    tasters = [Taster([content]) for one in waiting for content in one.contents]
    results: Iterator[tuple[Deposited, Taster]] = iter(
        list(zip(_deposit(node, tasters), tasters, strict=True))
    )
    for one in waiting:
        mine = [next(results) for _ in one.contents]
        one.keep([done for done, _ in mine], [taster.content_type() for _, taster in mine])
        one.contents = []


def _deposit(node: Node, sources: Sequence[Taster]) -> list[Deposited]:
    return node.vault.deposit_many(sources) if sources else []
