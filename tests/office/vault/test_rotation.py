"""Renewing the vault key: every living secret is wrapped anew, nothing else comes back to life."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from tests.support import acts
from tests.support.acts import RECEIVER, SENDER
from tests.support.town import Town, days

from sekisho.kernel.errors import Broken
from sekisho.node import upkeep
from sekisho.node.opening import Node
from sekisho.office.post import actions as post
from sekisho.office.post.models import OutgoingParcel, ReceiverKey
from sekisho.office.site.database import atomic
from sekisho.office.transfers.actions.sealing import queue_released
from sekisho.office.vault import actions as vault
from sekisho.office.vault.models import VaultObject


@dataclass(frozen=True)
class Object:
    """Something that was deposited."""

    object_id: str
    data_key: bytes
    bytes: int = 1
    sha256: str = "ab" * 32


def wrapped_rows() -> dict[str, bytes]:
    """Every wrapped secret of the current node, by the words it is bound to."""
    found = {vault.context(row.pk): bytes(row.wrapped_key) for row in VaultObject.objects.all()}
    found |= {
        post.receiver_key_context(row.pk): bytes(row.wrapped_private)
        for row in ReceiverKey.objects.all()
    }
    waiting = OutgoingParcel.objects.filter(wrapped_secret__isnull=False)
    found |= {post.secret_context(row.pk): bytes(row.wrapped_secret) for row in waiting}
    return found


def secrets(node: Node) -> dict[str, bytes]:
    return {words: node.desk.keyring.unwrap(words, row) for words, row in wrapped_rows().items()}


def key_files(town: Town, name: str) -> list[Path]:
    return sorted((town.folder / name / "keys" / "vault").glob("*.key"))


def test_every_kind_of_secret_is_wrapped_anew_and_the_old_key_is_gone(town: Town) -> None:
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id)
    with town.at(SENDER) as node:
        queue_released(node.desk, 10)
        (old_file,) = key_files(town, SENDER)
        before, plain = wrapped_rows(), secrets(node)
        assert {words.split()[0] for words in plain} == {"object", "receiver", "parcel"}
        vault.rotate(node.desk)
        assert secrets(node) == plain
        assert vault.keys_in_use(node.desk) == {node.desk.keyring.current_id}
        (new_file,) = key_files(town, SENDER)
        assert new_file != old_file
        for words, row in before.items():
            with pytest.raises(Broken) as refused:
                node.desk.keyring.unwrap(words, row)
            assert refused.value.code == "SKS-V002"
        data = acts.last_event("vault.rotated").data
        assert data == {"vault_key": node.desk.keyring.current_id, "rewrapped": len(plain)}
    acts.carry(town)
    assert acts.collect(town, transfer_id) == acts.CONTENTS


def test_what_was_being_received_is_still_received_after_it(sqlite_town: Town) -> None:
    town = sqlite_town
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id)
    town.run(SENDER)
    with town.at(RECEIVER) as node:
        vault.rotate(node.desk)
    (done,) = town.run(RECEIVER)
    assert (done.received, done.refused) == (1, [])
    assert acts.collect(town, transfer_id) == acts.CONTENTS


def test_a_rotation_that_was_killed_is_finished_by_the_next_round(town: Town) -> None:
    acts.submit(town)
    with town.at(SENDER) as node:
        plain = secrets(node)
        node.desk.keyring.begin_rotation()
        assert len(key_files(town, SENDER)) == 2
    town.run(SENDER)
    with town.at(SENDER) as node:
        assert len(key_files(town, SENDER)) == 1
        assert plain.items() <= secrets(node).items()


def test_after_an_erasure_no_file_of_the_node_holds_the_key(sqlite_town: Town) -> None:
    """Neither the key itself nor its wrapped form, nor the vault key that opened old copies."""
    town = sqlite_town
    acts.deliver(town)
    kept = acts.deliver(town, {"残る.txt": b"stays"})
    with town.at(RECEIVER) as node:
        erased, living = VaultObject.objects.order_by("created", "bytes")
        if erased.bytes == 5:
            erased, living = living, erased
        object_id = erased.object_id
        gone = {
            "data key": vault.data_keys(node.desk, [object_id])[object_id],
            "wrapped key": bytes(erased.wrapped_key),
            "vault key": key_files(town, RECEIVER)[0].read_bytes()[-32:],
            "wrapped key of another": bytes(living.wrapped_key),
        }
        folder = town.folder / RECEIVER
        assert found_in(folder, gone) == {"wrapped key", "vault key", "wrapped key of another"}
        with atomic():
            vault.destroy_keys(node.desk, subject="tr_x", object_ids=[object_id])
        upkeep.expire(node, rotate_now=True)
        assert found_in(folder, gone) == set()
    assert acts.collect(town, kept) == {"残る.txt": b"stays"}


def found_in(folder: Path, wanted: dict[str, bytes]) -> set[str]:
    contents = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return {name for name, value in wanted.items() if any(value in one for one in contents)}


def in_thread(town: Town, work: Callable[[Node], object]) -> threading.Thread:
    def run() -> None:
        with town.at(SENDER) as node:
            try:
                work(node)
            finally:
                connections[node.alias].close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_secrets_wrapped_while_the_key_is_renewed_are_not_lost(town: Town) -> None:
    stop, written, every = threading.Event(), queue.SimpleQueue[Object](), list[Object]()

    def write(node: Node, mark: str) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            one = Object(f"ob_{mark}{number}", f"{mark}{number}".encode().ljust(32))
            with atomic():
                vault.register(node.desk, [one])
            written.put(one)

    writers = [in_thread(town, lambda node, mark=mark: write(node, mark)) for mark in "ab"]
    with town.at(SENDER) as node:
        for _ in range(4):
            vault.rotate(node.desk)
            every += [written.get() for _ in range(3)]
        stop.set()
        for writer in writers:
            writer.join()
        every += [written.get() for _ in range(written.qsize())]
        keys = vault.data_keys(node.desk, [one.object_id for one in every])
        assert keys == {one.object_id: one.data_key for one in every}
        vault.rotate(node.desk)
        assert vault.keys_in_use(node.desk) == node.desk.keyring.key_ids


class Watched:
    """The keyring of a node, with something that happens once while secrets are wrapped again."""

    def __init__(self, keyring: Any, words: str, meanwhile: Callable[[], object]) -> None:
        self._keyring = keyring
        self._words = words
        self._meanwhile: Iterator[Callable[[], object]] = iter([meanwhile])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._keyring, name)

    def rewrap(self, words: str, wrapped: bytes) -> bytes:
        made: bytes = self._keyring.rewrap(words, wrapped)
        if words == self._words:
            next(self._meanwhile)()
        return made


def test_a_secret_that_ends_meanwhile_is_not_brought_back(postgresql_town: Town) -> None:
    """Another worker notes a parcel as stored, which destroys its sealing secret."""
    town = postgresql_town
    acts.approve(town, acts.submit(town))
    others: list[threading.Thread] = []
    with town.at(SENDER) as node:
        queue_released(node.desk, 10)
        parcel = OutgoingParcel.objects.get(state="queued")
        OutgoingParcel.objects.filter(pk=parcel.pk).update(state="sealed", head=b"h")

        def stored(node: Node) -> None:
            with atomic():
                post.mark_stored([parcel.pk])

        def meanwhile() -> None:
            others.append(in_thread(town, stored))
            others[0].join(0.5)

        keyring = Watched(node.desk.keyring, post.secret_context(parcel.pk), meanwhile)
        vault.rotate(replace(node.desk, keyring=keyring))
        others[0].join()
        parcel.refresh_from_db()
        assert (parcel.state, parcel.wrapped_secret) == ("stored", None)


def test_a_node_rotates_after_an_erasure_and_not_without_one(sqlite_town: Town) -> None:
    town = sqlite_town
    acts.deliver(town)
    first = key_files(town, SENDER)
    town.clock.advance(days(2))
    acts.end(town, SENDER)
    assert key_files(town, SENDER) == first
    town.clock.advance(days(29))
    acts.end(town, SENDER)
    assert len(key_files(town, SENDER)) == 1
    assert key_files(town, SENDER) != first
