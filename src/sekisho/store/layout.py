"""Which names mean what: the layout of a store, built and read in one place.

    nodes/<sender>/parcels/<receiver>/<parcel id>.head       small parcels are this one object
    nodes/<sender>/parcels/<receiver>/<parcel id>.b00000     blocks of large ones; head comes last
    nodes/<owner>/keys/<for sender>/<batch id>               one-time receiver keys
    nodes/<node>/handover/<8 digits>                         hand-overs to new keys
    nodes/<node>/directory/<8 digits>                        versions of the directory

A node writes only below `nodes/<its own name>/`. Described in docs/formats/store-layout.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from sekisho.kernel.errors import InvalidInput, SekishoError
from sekisho.kernel.ids import check_id, check_node_name
from sekisho.store.protocol import Store

PARCEL_ID_PREFIX = "pc"
HEAD = "head"
BLOCKS_MAX = 100_000
NUMBER_MAX = 99_999_999
LISTED_MAX = 1_000_000
"""Objects of one sender that one look through the store goes over; no honest sender comes near."""

_SUFFIX = re.compile(r"b[0-9]{5}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{8}", re.ASCII)


@dataclass(frozen=True)
class ParcelPart:
    """The head (`block` is None) or one block of a parcel."""

    sender: str
    receiver: str
    parcel_id: str
    block: int | None

    @property
    def suffix(self) -> str:
        """`head` or `b00000`."""
        return HEAD if self.block is None else block_suffix(self.block)

    @property
    def name(self) -> str:
        return parcel_prefix(self.sender, self.receiver, self.parcel_id) + self.suffix


@dataclass(frozen=True)
class PrekeyBatch:
    """A batch of receiver keys of `owner` that only `sender` uses up."""

    owner: str
    sender: str
    batch_id: str

    @property
    def name(self) -> str:
        return prekey_batch(self.owner, self.sender, self.batch_id)


@dataclass(frozen=True)
class Handover:
    """The `number`th change of keys that a node announces."""

    node: str
    number: int

    @property
    def name(self) -> str:
        return handover(self.node, self.number)


@dataclass(frozen=True)
class DirectoryVersion:
    """One version of the directory, as published by `node`."""

    node: str
    version: int

    @property
    def name(self) -> str:
        return directory(self.node, self.version)


Placed = ParcelPart | PrekeyBatch | Handover | DirectoryVersion


def node_prefix(node: str) -> str:
    """Everything that `node` writes."""
    return f"nodes/{check_node_name(node)}/"


def parcels_prefix(sender: str, receiver: str) -> str:
    """All parcels from one node to another."""
    return f"{node_prefix(sender)}parcels/{check_node_name(receiver)}/"


def parcel_prefix(sender: str, receiver: str, parcel_id: str) -> str:
    """All objects of one parcel; a suffix after it (`head`, `b00000`) gives a name."""
    return f"{parcels_prefix(sender, receiver)}{check_id(parcel_id, PARCEL_ID_PREFIX)}."


def parcel_head(sender: str, receiver: str, parcel_id: str) -> str:
    """The name of the object that is written last."""
    return parcel_prefix(sender, receiver, parcel_id) + HEAD


def parcel_block(sender: str, receiver: str, parcel_id: str, number: int) -> str:
    """The name of block `number`, counted from 0."""
    return parcel_prefix(sender, receiver, parcel_id) + block_suffix(number)


def block_suffix(number: int) -> str:
    """`b00000` for block 0. Raises InvalidInput SKS-S001 beyond five digits."""
    if not 0 <= number < BLOCKS_MAX:
        raise InvalidInput("SKS-S001", name=f"b{number}")
    return f"b{number:05d}"


def prekeys_prefix(owner: str, sender: str) -> str:
    """All batches that `owner` published for `sender`."""
    return f"{node_prefix(owner)}keys/{check_node_name(sender)}/"


def prekey_batch(owner: str, sender: str, batch_id: str) -> str:
    """The name of one batch of receiver keys."""
    return prekeys_prefix(owner, sender) + _check_any_id(batch_id)


def handovers_prefix(node: str) -> str:
    """All hand-overs of `node`; their names sort by number."""
    return f"{node_prefix(node)}handover/"


def handover(node: str, number: int) -> str:
    """The name of a hand-over."""
    return handovers_prefix(node) + _eight_digits(number)


def directories_prefix(node: str) -> str:
    """All versions of the directory that `node` published; their names sort by version."""
    return f"{node_prefix(node)}directory/"


def directory(node: str, version: int) -> str:
    """The name of one version of the directory."""
    return directories_prefix(node) + _eight_digits(version)


def parse(untrusted_name: str) -> Placed | None:
    """What a name from a listing stands for, or None if it is not one of ours.

    Whatever this accepts, it writes back the same: `parse(name).name == name`.
    """
    try:
        placed = _parse(untrusted_name.split("/"))
        # Building the name again checks every part of it.
        return placed if placed is not None and placed.name == untrusted_name else None
    except InvalidInput:
        return None


def _parse(untrusted: list[str]) -> Placed | None:
    match untrusted:
        case ["nodes", sender, "parcels", receiver, last]:
            parcel_id, _, suffix = last.partition(".")
            if suffix == HEAD:
                return ParcelPart(sender, receiver, parcel_id, None)
            if _SUFFIX.fullmatch(suffix):
                return ParcelPart(sender, receiver, parcel_id, int(suffix[1:]))
        case ["nodes", owner, "keys", sender, batch_id]:
            return PrekeyBatch(owner, sender, batch_id)
        case ["nodes", node, "handover", number] if _NUMBER.fullmatch(number):
            return Handover(node, int(number))
        case ["nodes", node, "directory", number] if _NUMBER.fullmatch(number):
            return DirectoryVersion(node, int(number))
    return None


@dataclass(frozen=True)
class Arrivals:
    """What lies in a store for one receiver.

    `heads`: parcels that are complete as far as their senders say. `ignored`: how many objects
    had a name that is not in the layout. `failed`: senders that could not be listed, and why.
    """

    heads: tuple[ParcelPart, ...]
    ignored: int
    failed: tuple[tuple[str, SekishoError], ...]


def parcels_for(store: Store, receiver: str, senders: Iterable[str]) -> Arrivals:
    """Every parcel head for `receiver` from the nodes of the directory that may send to it.

    Each sender is listed apart, so that one who fills its part of the store with strange names
    or very many objects delays nobody else. Raises the error if no sender at all could be listed.
    """
    heads: dict[str, ParcelPart] = {}
    ignored = 0
    failed: list[tuple[str, SekishoError]] = []
    asked = list(senders)
    for sender in asked:
        try:
            for entry in islice(store.list(parcels_prefix(sender, receiver)), LISTED_MAX):
                placed = parse(entry.name)
                if not isinstance(placed, ParcelPart):
                    ignored += 1
                elif placed.block is None:
                    heads[entry.name] = placed
        except SekishoError as error:
            failed.append((sender, error))
    if failed and len(failed) == len(asked):
        raise failed[0][1]
    return Arrivals(tuple(heads.values()), ignored, tuple(failed))


def _check_any_id(untrusted: str) -> str:
    return check_id(untrusted, untrusted.partition("_")[0])


def _eight_digits(number: int) -> str:
    if not 0 <= number <= NUMBER_MAX:
        raise InvalidInput("SKS-S001", name=str(number))
    return f"{number:08d}"
