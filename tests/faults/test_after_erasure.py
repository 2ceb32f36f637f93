"""After the end: no key bytes in any file of the node, and old copies of rows open nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections
from tests.faults import desk
from tests.support.town import Town

from sekisho.kernel.errors import Broken
from sekisho.node import upkeep
from sekisho.node.opening import VAULT_KEYS, Node
from sekisho.office.post.models import OutgoingParcel, ReceiverKey
from sekisho.office.vault.models import VaultObject
from sekisho.seal.keyring import Keyring
from sekisho.store.folder import FolderStore

RETENTION_OVER = timedelta(days=31)
Secrets = dict[str, tuple[bytes, bytes]]
"""By the words it is bound to: a secret as it is, and as it stands wrapped in a row."""


def _secrets(node: Node, rows: list[tuple[str, bytes]]) -> Secrets:
    keyring = node.desk.keyring
    return {words: (keyring.unwrap(words, wrapped), wrapped) for words, wrapped in rows}


def _of_objects(node: Node) -> Secrets:
    rows = [(f"object {one.pk}", bytes(one.wrapped_key)) for one in VaultObject.objects.all()]
    return _secrets(node, rows)


def _of_receiver_keys(node: Node) -> Secrets:
    used = ReceiverKey.objects.exclude(used_by="")
    return _secrets(node, [(f"receiver key {k.pk}", bytes(k.wrapped_private)) for k in used])


def _of_parcels(node: Node) -> Secrets:
    queued = OutgoingParcel.objects.exclude(wrapped_secret=None)
    return _secrets(node, [(f"parcel {one.pk}", bytes(one.wrapped_secret)) for one in queued])


def _vault_keys(node: Node) -> dict[str, bytes]:
    folder = node.settings.keys_folder / VAULT_KEYS
    return {path.name: path.read_bytes()[-32:] for path in folder.glob("vault-*.key")}


def _files(node: Node) -> dict[str, bytes]:
    """Every file of the node: database, its log, key files, vault."""
    folder = node.settings.folder
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _found(node: Node, wanted: list[bytes]) -> list[tuple[str, int]]:
    return [
        (name, number)
        for name, content in _files(node).items()
        for number, secret in enumerate(wanted)
        if secret in content
    ]


def _sent_and_arrived(town: Town, place: Path) -> tuple[Secrets, Secrets]:
    """One transfer on both sides: every secret that opened it, gathered while they existed."""
    transfer_id = desk.release(town)
    sender, receiver = town.nodes["internet"], town.nodes["lgwan"]
    (town.folder / "store").rename(town.folder / "unplugged")
    town.run("internet")
    with town.at("internet"):
        sent = {**_of_objects(sender), **_of_parcels(sender)}
    assert {words.split()[0] for words in sent} == {"object", "parcel"}
    (town.folder / "unplugged").rename(town.folder / "store")
    desk.delivered_once(town, transfer_id, desk.CONTENT, place / "out")
    with town.at("lgwan"):
        arrived = {**_of_objects(receiver), **_of_receiver_keys(receiver)}
    assert {words.split()[0] for words in arrived} == {"object", "receiver"}
    return sent, arrived


def _erase(town: Town) -> None:
    town.clock.advance(RETENTION_OVER)
    for name in ("lgwan", "internet"):
        with town.at(name) as node:
            erased = upkeep.expire(node)
            assert erased.objects == 1


def test_no_key_is_left_in_any_file(town: Town, place: Path) -> None:
    secrets = dict(zip(("internet", "lgwan"), _sent_and_arrived(town, place), strict=True))
    old_keys = {name: _vault_keys(town.nodes[name]) for name in secrets}
    _erase(town)
    for name, of_node in secrets.items():
        node = town.nodes[name]
        plain = [secret for secret, _ in of_node.values()]
        wrapped = [row for _, row in of_node.values()]
        gone = list(old_keys[name].values())
        halves = [secret[:32] for secret in plain]
        assert len(gone) == 1
        assert _found(node, [*plain, *halves, *wrapped, *gone]) == []
        assert list(node.vault.object_ids()) == []
        # The search finds what is there: the new vault key.
        assert _found(node, list(_vault_keys(node).values()))


def test_old_rows_open_nothing_with_the_keys_of_today(town: Town, place: Path) -> None:
    """A backup of the database, and the node's key files as they are after the erasure."""
    secrets = dict(zip(("internet", "lgwan"), _sent_and_arrived(town, place), strict=True))
    _erase(town)
    for name, of_node in secrets.items():
        keyring = Keyring.open(town.nodes[name].settings.keys_folder / VAULT_KEYS)
        for words, (_, wrapped) in of_node.items():
            with pytest.raises(Broken) as refused:
                keyring.unwrap(words, wrapped)
            assert refused.value.code == "SKS-V002"


def test_old_key_files_open_nothing_in_the_database_of_today(town: Town, place: Path) -> None:
    """A backup of the key files, and the database after the erasure: no row is wrapped under
    them, and what they opened is gone."""
    secrets = dict(zip(("internet", "lgwan"), _sent_and_arrived(town, place), strict=True))
    old = {name: set(_vault_keys(town.nodes[name])) for name in secrets}
    _erase(town)
    for name in secrets:
        with town.at(name) as node:
            in_use = {f"vault-{key}.key" for key in _vault_keys_in_use(node)}
            assert not in_use & old[name]


def _vault_keys_in_use(node: Node) -> set[str]:
    """Vault keys under which some row stands wrapped."""
    wrapped = [bytes(one.wrapped_private) for one in ReceiverKey.objects.all()]
    wrapped += [bytes(one.wrapped_key) for one in VaultObject.objects.all()]
    return {row[1:9].hex() for row in wrapped}


def test_what_still_lies_in_the_store_opens_no_more(town: Town, place: Path) -> None:
    """The parcel is kept by who runs the store; the node that could open it no longer can."""
    _, arrived = _sent_and_arrived(town, place)
    kept = {
        entry.name
        for entry in FolderStore(town.folder / "store").list("nodes/internet/parcels/lgwan/")
    }
    assert kept
    _erase(town)
    with town.at("lgwan"):
        left = set(ReceiverKey.objects.values_list("key_id", flat=True))
    assert not left & {words.split()[-1] for words in arrived if words.startswith("receiver")}


def test_the_database_keeps_no_deleted_content(town: Town) -> None:
    """`secure_delete` is on in every connection, and the log is emptied."""
    for name in ("internet", "lgwan"):
        with town.at(name) as node, connections[node.alias].cursor() as cursor:
            cursor.execute("PRAGMA secure_delete")
            assert cursor.fetchone() == (1,)
            upkeep.expire(node)
            log = node.settings.folder / "office.db-wal"
            assert not log.exists() or log.stat().st_size == 0
