"""One parcel on its way in: verified, opened, judged, its files brought into the vault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Self

from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.ids import check_id
from sekisho.kernel.signing import VerifyingKeys
from sekisho.node.bringing import Brought, in_memory, in_vault, reports_of
from sekisho.node.disarming import Plan
from sekisho.node.opening import Node
from sekisho.node.peers import Peers
from sekisho.node.progress import Heartbeat, Progress
from sekisho.node.rechecking import Checked, Offered
from sekisho.node.tasting import Taster
from sekisho.node.treating import free_names
from sekisho.office.post import actions as post
from sekisho.office.post.models import IncomingParcel, ReceiverKey
from sekisho.office.transfers.actions import receiving
from sekisho.office.transfers.actions.exceptions import kinds_excepted
from sekisho.office.transfers.letter import Letter, read_letter
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
        self._plan: Plan | None = None
        self._facts = parcel.facts
        self._names: list[str] = []
        self.brought: list[Brought] = []
        self.reports: Deposited | None = None

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
            self.brought = [in_memory(file, payload.pieces(file.bytes)) for file in letter.files]
            self._read_claims(payload)
            payload.finish()

    def stream_into_vault(self, reception: receiving.Reception, progress: Progress) -> None:
        """A large parcel into the vault: judged first, every byte checked on the way."""
        row, total = self.parcel.row, self.parcel.head.manifest.payload_bytes
        beat = self.heartbeat()
        with self._opened() as payload:
            letter = self._judged(payload.letter(), reception)
            tasters = [Taster(payload.pieces(file.bytes)) for file in letter.files]
            deposited = self._node.vault.deposit_many(
                tasters, lambda done: (beat(), progress(row.parcel_id, done, total))
            )
            files = zip(letter.files, tasters, deposited, strict=True)
            self.brought = [in_vault(file, taster, one) for file, taster, one in files]
            self._read_claims(payload)
            payload.finish()

    def heartbeat(self) -> Heartbeat:
        """Extends the lease of this parcel."""
        row = self.parcel.row
        return Heartbeat(self._node.desk, IncomingParcel, row.pk, row.fence)

    def _read_claims(self, payload: opening.Opening) -> None:
        for one in self.brought:
            one.take_claim(b"".join(map(bytes, payload.pieces(one.file.report_bytes))))

    def _opened(self) -> opening.Opening:
        return open_parcel(self._node, self.parcel.row, self.parcel.head, self._found)

    def _judged(self, raw: bytes, reception: receiving.Reception) -> Letter:
        self._facts = replace(self._facts, letter_sha256=sha256(raw).hexdigest())
        self._letter = read_letter(raw)
        policy = reception.judge_letter(self._facts, self._letter, self.parcel.keys)
        desk, sender = self._node.desk, self._facts.sender
        self._plan = Plan(policy, kinds_excepted(desk, sender, desk.node) if policy.disarms else {})
        return self._letter

    @property
    def letter(self) -> Letter:
        """The letter, once it has been judged."""
        if self._letter is None:
            raise ValueError("the letter was not read")
        return self._letter

    @property
    def plan(self) -> Plan:
        """What this side's route says of the files, once the letter has been judged."""
        if self._plan is None:
            raise ValueError("the letter was not judged")
        return self._plan

    def offered(self) -> list[Offered]:
        """The files, to be disarmed again."""
        return [one.offered(self.plan, self._node.vault) for one in self.brought]

    def taken(self, checked: Sequence[Checked]) -> Self:
        """The parcel with what came of that. Raises the first reason against a file."""
        for one, result in zip(self.brought, checked, strict=True):
            one.checked = result
        for result in checked:
            if result.reason is not None:
                raise result.reason
        names = free_names([(one.file.path, one.checked.path) for one in self.brought])
        for one, name in zip(self.brought, names, strict=True):
            one.rename(name)
        return self

    def close(self) -> None:
        """Let everything in memory go."""
        for one in self.brought:
            one.checked.close()

    def delivery(self) -> receiving.Delivery:
        """The parcel as something to be kept. Raises Refused SKS-T045 or the route's reason."""
        kept = tuple(one.kept() for one in self.brought)
        receiving.judge_contents(self.plan.policy, kept)
        return receiving.Delivery(self._facts, self.letter, self.plan.policy, kept, self.reports)

    def objects(self) -> set[str]:
        """What of this parcel lies in the vault."""
        found = {one.deposited.object_id for one in self.brought if one.deposited}
        return found | ({self.reports.object_id} if self.reports else set())


def drop_unused(node: Node, parcels: Sequence[Unpacking]) -> None:
    """Remove from the vault what these parcels left there and no row keeps the key of."""
    left = {object_id for one in parcels for object_id in one.objects()}
    for object_id in sorted(left - registered(left)):
        node.vault.remove(object_id)


def deposit_together(node: Node, parcels: Sequence[Unpacking]) -> None:
    """Bring what is in memory into the vault at one go: files of small parcels, this side's own
    results, and the reports of each parcel as one object."""
    waiting = [file for one in parcels for file in one.brought if file.waits]
    reports = [(one, data) for one in parcels if (data := reports_of(one.brought))]
    sources = [*(file.pieces() for file in waiting), *([data] for _, data in reports)]
    deposited = node.vault.deposit_many(sources) if sources else []
    for file, done in zip(waiting, deposited, strict=False):
        if file.deposited is not None:
            node.vault.remove(file.deposited.object_id)
        file.lies_in(done)
    for (one, _), done in zip(reports, deposited[len(waiting) :], strict=True):
        one.reports = done
