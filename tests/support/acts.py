"""What people and workers of a test town do, in one line each, and what the evidence says of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connections
from tests.support.faulty_store import Call, CountingStore
from tests.support.town import Town, draft_for

from sekisho.kernel import dsse
from sekisho.kernel.ids import new_id
from sekisho.ledger.events import EVENT_TYPE, Event, read_event
from sekisho.node import collecting, submitting, upkeep
from sekisho.node.opening import Node, open_node
from sekisho.node.worker import run_round
from sekisho.office.evidence.actions import open_log
from sekisho.office.evidence.models import Event as EventRow
from sekisho.office.post.actions import save_queue, take_peer_keys
from sekisho.office.site.database import atomic
from sekisho.office.transfers.actions import deciding
from sekisho.office.transfers.actions.expiring import Erased
from sekisho.office.transfers.actions.routes import save_route
from sekisho.office.transfers.models import Transfer
from sekisho.office.vault.models import VaultObject
from sekisho.seal.parcel import ParcelTerms
from sekisho.seal.sealing import SealingSecret, seal
from sekisho.store import layout

SENDER, RECEIVER = "internet", "lgwan"
CONTENTS: Mapping[str, bytes] = {"通知.txt": "固定資産税の通知\n".encode()}


def set_route(town: Town, at: str, **policy: Any) -> None:
    """Another policy for the route from `internet` to `lgwan`, as `at` holds it."""
    with town.at(at) as node:
        save_route(node.desk, actor="admin", from_node=SENDER, to_node=RECEIVER, policy=policy)


def set_routes(town: Town, **policy: Any) -> None:
    """The same policy at both ends."""
    for name in (SENDER, RECEIVER):
        set_route(town, name, **policy)


def write_files(folder: Path, contents: Mapping[str, bytes] = CONTENTS) -> list[Path]:
    """Files in a new folder of the sender; paths with `/` make folders, which are given whole."""
    home = folder / f"of-sender-{len(list(folder.iterdir()))}"
    home.mkdir()
    for path, content in contents.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_bytes(content)
    return sorted(home.iterdir())


def submit(
    town: Town,
    contents: Mapping[str, bytes] = CONTENTS,
    *,
    actor: str = "sato",
    **draft: Any,
) -> str:
    """The id of a transfer that was submitted at `internet` for `lgwan`."""
    paths = write_files(town.folder, contents)
    with town.at(SENDER) as node:
        made = submitting.submit(node, actor=actor, draft=draft_for(**draft), paths=paths)
        return made.transfer_id


def approve(town: Town, transfer_id: str, actor: str = "suzuki") -> str:
    """The state after an approval."""
    with town.at(SENDER) as node:
        return deciding.approve(node.desk, actor=actor, transfer_id=transfer_id).state


def carry(town: Town) -> None:
    """Rounds at the sender, the receiver and the sender again; trouble and refusals are errors."""
    for done in town.run(SENDER, RECEIVER, SENDER):
        assert (done.refused, done.troubles) == ([], []), [str(e) for e in done.troubles]


def deliver(town: Town, contents: Mapping[str, bytes] = CONTENTS, **draft: Any) -> str:
    """The id of a transfer that lies at the receiver and whose receipt has come back."""
    transfer_id = submit(town, contents, **draft)
    approve(town, transfer_id)
    carry(town)
    assert state(town, transfer_id) == "received"
    return transfer_id


def collect(
    town: Town,
    transfer_id: str,
    *,
    actor: str = "sato",
    positions: frozenset[int] | None = None,
) -> dict[str, bytes]:
    """What somebody at the receiver collected: the names it was sent under, the bytes."""
    folder = town.folder / f"of-{actor}-{len(list(town.folder.iterdir()))}"
    folder.mkdir()
    with town.at(RECEIVER) as node:
        found = collecting.collect(
            node, actor=actor, transfer_id=transfer_id, folder=folder, positions=positions
        )
    return {one.sent_as: one.path.read_bytes() for one in found}


def state(town: Town, transfer_id: str) -> str:
    """The state of a transfer at the sender."""
    with town.at(SENDER):
        return Transfer.objects.get(transfer_id=transfer_id).state


def kinds(node: Node, subject: str | None = None) -> list[str]:
    """The kinds of the events at the current node, in order; those of one subject, or all."""
    rows = EventRow.objects.order_by("id")
    if subject is not None:
        rows = rows.filter(subject=subject)
    return list(rows.values_list("kind", flat=True))


def last_event(kind: str) -> Event:
    """The newest event of a kind at the current node."""
    row = EventRow.objects.filter(kind=kind).latest("id")
    envelope = bytes(row.envelope)
    if row.leaf_index is not None:
        (envelope,) = open_log().entries(row.leaf_index, row.leaf_index + 1)
    return read_event(dsse.decode(envelope, EVENT_TYPE).payload)


def kept(node: Node) -> tuple[int, int]:
    """How many objects the vault of the current node keeps: rows, and files on the disk."""
    files = [path for path in node.settings.vault.rglob("*") if path.name.startswith("ob_")]
    return VaultObject.objects.count(), len(files)


@dataclass(frozen=True)
class Forged:
    """A parcel that a sending node in the wrong hands put into the store."""

    parcel_id: str
    transfer_id: str


def forge(
    town: Town,
    letter: bytes,
    *,
    transfer_id: str,
    files: Sequence[bytes] = (),
    approvals: tuple[str, ...] = (),
    context: Mapping[str, str] | None = None,
    kind: str = "transfer",
) -> Forged:
    """Seal and sign anything as `internet`, whose keys somebody else holds, for `lgwan`."""
    with town.at(SENDER) as node:
        parcel_id = new_id("pc")
        with atomic():
            keys = take_peer_keys(node.desk, RECEIVER, 1)
            keys[0].used_by = parcel_id
            save_queue([], keys)
        terms = ParcelTerms(
            parcel_id=parcel_id,
            suite=keys[0].suite,
            kind=kind,
            sender=SENDER,
            receiver=RECEIVER,
            receiver_key_id=keys[0].key_id,
            receiver_key_kind=keys[0].kind,
            created=node.desk.now(),
            expires=node.desk.now() + timedelta(days=5),
            context={"transfer": transfer_id} if context is None else context,
            approvals=approvals,
        )
        sealed = seal(
            terms,
            SealingSecret.new(),
            letter,
            [lambda one=one: [one] for one in files],
            [len(one) for one in files],
            bytes(keys[0].public),
            node.desk.signing,
            _no_blocks,
        )
        node.store.put(layout.parcel_head(SENDER, RECEIVER, parcel_id), sealed.head)
    return Forged(parcel_id, transfer_id)


def _no_blocks(suffix: str, data: memoryview) -> None:
    raise AssertionError("a forged parcel is small")


def end(town: Town, name: str) -> Erased:
    """The end of what is over at a node, without a whole round."""
    with town.at(name) as node:
        return upkeep.expire(node)


def deliver_to_nobody(town: Town) -> str:
    """The id of a transfer that was refused because the receiver does not know the addressee."""
    transfer_id = submit(town, addressees=("yamada",))
    approve(town, transfer_id)
    town.run(SENDER, RECEIVER, SENDER)
    assert state(town, transfer_id) == "refused"
    return transfer_id


class Killed(BaseException):
    """The process ends here."""


def put_without_noting(town: Town) -> list[str]:
    """Let the sender be killed right after it has put heads into the store; their names."""
    put: list[str] = []

    def kill(call: Call) -> None:
        heads = [name for name in call.name.split() if name.endswith(".head")]
        if call.moment == "after" and heads:
            put.extend(heads)
            raise Killed

    with town.at(SENDER) as node:
        watched = replace(node, given_store=CountingStore(node.store, kill))
        try:
            run_round(watched)
        except Killed:
            return put
    raise AssertionError("no head was put")


@contextmanager
def set_back(town: Town, name: str) -> Iterator[None]:
    """Whatever a node does inside the block is undone after it, as by an old backup: database,
    keys and the notes beside them. The store and the other nodes remember."""
    folder = town.folder / name
    backup = town.folder / f"{name}.backup"
    connections[town.nodes[name].alias].close()
    shutil.copytree(folder, backup)
    yield
    connections[town.nodes[name].alias].close()
    shutil.rmtree(folder)
    backup.rename(folder)
    reopen(town, name)


def reopen(town: Town, name: str) -> None:
    """End the node's process and start it again."""
    alias = town.nodes[name].alias
    connections[alias].close()
    town.nodes[name] = open_node(town.folder / name, {}, town.clock, alias=alias)
