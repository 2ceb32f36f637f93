"""A node is backed up while it runs, and comes back whole in another folder."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from tests.faults import desk
from tests.support.backups import Safe, restored, take_place
from tests.support.town import Town, days, draft_for

from sekisho.kernel.errors import Broken, Refused
from sekisho.node import submitting, upkeep
from sekisho.node.backup import checking
from sekisho.node.opening import VAULT_KEYS
from sekisho.office.evidence.queries import audit_log
from sekisho.office.post.models import OutgoingParcel, PeerKey, ReceiverKey
from sekisho.office.transfers.models import Transfer
from sekisho.office.vault.actions import data_keys
from sekisho.office.vault.models import VaultObject
from sekisho.seal import keyfiles


@pytest.fixture
def safe(tmp_path: Path) -> Safe:
    return Safe(tmp_path / "safe")


def test_what_was_there_is_there_again(town: Town, safe: Safe, tmp_path: Path) -> None:
    waiting = desk.hand_in(town)
    kept = safe.back_up(town)
    town.clock.advance(timedelta(minutes=5))
    with town.at("internet") as node:
        upkeep.settle_evidence(node)
    newest = safe.back_up(town)
    copy = restored(town, safe, kept, tmp_path / "new", erased=newest.erased)
    assert copy.told.serving
    assert copy.told.settled.replayed == 0
    take_place(town, "internet", copy)
    with town.at("internet") as node:
        assert audit_log().root is not None
        (file,) = Transfer.objects.get(pk=waiting).files.all()
        key = data_keys(node.desk, [file.object_id])[file.object_id]
        assert b"".join(bytes(p) for p in node.vault.read(file.object_id, key)) == desk.CONTENT


def test_a_restored_node_goes_on_with_its_work(town: Town, safe: Safe, tmp_path: Path) -> None:
    waiting = desk.hand_in(town)
    kept = safe.back_up(town)
    copy = restored(town, safe, kept, tmp_path / "new", erased=kept.erased)
    take_place(town, "internet", copy)
    desk.approve(town, waiting)
    desk.delivered_once(town, waiting, desk.CONTENT, tmp_path / "out")


def test_a_restored_receiver_gets_new_keys_and_what_was_sealed_to_lost_ones_again(
    sqlite_town: Town, safe: Safe, tmp_path: Path
) -> None:
    """Private receiver keys are in no backup: what was on its way is refused, and sent again."""
    town = sqlite_town
    kept = safe.back_up(town, "lgwan")
    under_way = desk.release(town)
    town.run("internet")
    assert desk.state(town, under_way) == "sent"
    copy = restored(town, safe, kept, tmp_path / "new", erased=kept.erased)
    take_place(town, "lgwan", copy)
    desk.come_to_rest(town)
    assert desk.state(town, under_way) == "refused"
    with town.at("internet") as node:
        assert Transfer.objects.get(pk=under_way).code == "SKS-T061"
        from sekisho.office.transfers.actions.sending import resend

        resend(node.desk, actor="sato", transfer_id=under_way)
    desk.delivered_once(town, under_way, desk.CONTENT, tmp_path / "out")


def test_no_receiver_key_and_no_sealing_secret_comes_back(
    town: Town, safe: Safe, tmp_path: Path
) -> None:
    desk.release(town)
    (town.folder / "store").rename(town.folder / "unplugged")
    town.run("internet")
    with town.at("internet"):
        assert OutgoingParcel.objects.exclude(wrapped_secret=None).exists()
        old = set(ReceiverKey.objects.values_list("key_id", flat=True))
        assert old
    kept = safe.back_up(town)
    (town.folder / "unplugged").rename(town.folder / "store")
    copy = restored(town, safe, kept, tmp_path / "new", erased=kept.erased)
    with copy.node.at_work():
        assert not OutgoingParcel.objects.exclude(wrapped_secret=None).exists()
        assert not ReceiverKey.objects.exists()
        assert not PeerKey.objects.filter(kind="one-time", used_by="").exists()


def test_a_backup_during_writes_is_one_moment(town: Town, safe: Safe, tmp_path: Path) -> None:
    """Somebody submits without pause; the copy holds each transfer whole or not at all."""
    stop, failures = threading.Event(), list[BaseException]()
    town.nodes["internet"]  # opened here: the fixture's copies are not made by threads

    def write() -> None:
        try:
            for number in range(200):
                if stop.is_set():
                    return
                source = tmp_path / f"{number}.txt"
                source.write_bytes(b"%d" % number * 2_000)
                with town.at("internet") as node:
                    submitting.submit(node, actor="sato", draft=draft_for(), paths=[source])
        except BaseException as failure:
            failures.append(failure)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        kept = safe.back_up(town)
    finally:
        stop.set()
        writer.join()
    assert not failures
    copy = restored(town, safe, kept, tmp_path / "new", erased=kept.erased)
    with copy.node.at_work():
        assert audit_log().root is not None
        objects = set(VaultObject.objects.values_list("object_id", flat=True))
        assert objects <= set(copy.node.vault.object_ids())
        for transfer in Transfer.objects.all():
            assert all(file.object_id in objects for file in transfer.files.all())
        data_keys(copy.node.desk, objects)


def test_keys_of_another_day_open_nothing(sqlite_town: Town, safe: Safe, tmp_path: Path) -> None:
    """The vault key is renewed: an old database needs the keys of its own day."""
    old = safe.back_up(sqlite_town)
    sqlite_town.clock.advance(days(1))
    with sqlite_town.at("internet") as node:
        upkeep.expire(node, rotate_now=True)
        ids = node.desk.keyring.key_ids
        upkeep.settle_evidence(node)
    new = safe.back_up(sqlite_town)
    mixed = type(old)(**{**old.__dict__, "keys": new.keys})
    with pytest.raises(Refused) as refused:
        restored(sqlite_town, safe, mixed, tmp_path / "mixed", erased=new.erased)
    assert refused.value.code == "SKS-B007"
    with checking.opened(old.data) as found:
        bundle = checking.open_keys(old.keys, safe.key, found.manifest)
    assert not bundle.vault_keys & ids


def test_the_vault_key_of_the_backup_is_not_taken_into_use(
    sqlite_town: Town, safe: Safe, tmp_path: Path
) -> None:
    kept = safe.back_up(sqlite_town)
    copy = restored(sqlite_town, safe, kept, tmp_path / "new", erased=kept.erased)
    folder = copy.node.settings.keys_folder / VAULT_KEYS
    with checking.opened(kept.data) as found:
        bundle = checking.open_keys(kept.keys, safe.key, found.manifest)
    there = {path.stem.removeprefix("vault-") for path in folder.glob("*.key")}
    assert not there & bundle.vault_keys


def test_a_node_that_was_set_back_is_not_kept(sqlite_town: Town, safe: Safe) -> None:
    desk.hand_in(sqlite_town)
    with sqlite_town.at("internet") as node:
        upkeep.settle_evidence(node)
        from sekisho.office.evidence.models import LedgerLeaf, LedgerTile

        LedgerLeaf.objects.all().delete()
        LedgerTile.objects.all().delete()
    with pytest.raises(Broken) as refused:
        safe.back_up(sqlite_town)
    assert refused.value.code == "SKS-L014"
    assert not list((safe.folder / "data").glob("*")) if (safe.folder / "data").exists() else True


def test_data_and_keys_lie_apart_and_nothing_is_replaced(sqlite_town: Town, safe: Safe) -> None:
    kept = safe.back_up(sqlite_town)
    with pytest.raises(Refused) as refused:
        safe.back_up(sqlite_town)
    assert refused.value.code == "SKS-B001"
    assert kept.keys.exists()
    assert kept.data.stat().st_mode & 0o077 == kept.keys.stat().st_mode & 0o077 == 0


def test_the_database_is_not_readable_in_the_data(town: Town, safe: Safe) -> None:
    """Names of people and files stand in the database; the data file alone does not tell them."""
    desk.hand_in(town, name="固定資産税の一覧.txt")
    content = safe.back_up(town).data.read_bytes()
    for word in ("固定資産税の一覧", "佐藤", "sato", "SQLite format"):
        assert word.encode() not in content


def test_the_authority_that_terminals_trust_comes_back_and_no_session(
    sqlite_town: Town, safe: Safe, tmp_path: Path
) -> None:
    folder = sqlite_town.nodes["internet"].settings.keys_folder / "web"
    keyfiles.make_folder(folder)
    for name in ("authority.crt", "authority.key", "session.secret"):
        keyfiles.write_new(folder / name, name.encode())
    kept = safe.back_up(sqlite_town)
    copy = restored(sqlite_town, safe, kept, tmp_path / "new", erased=kept.erased)
    there = copy.node.settings.keys_folder / "web"
    assert sorted(path.name for path in there.iterdir()) == ["authority.crt", "authority.key"]
    assert (there / "authority.key").read_bytes() == b"authority.key"
