"""What was erased after a backup stays erased when the backup is restored."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.faults import desk
from tests.support.backups import Safe, restored
from tests.support.town import Town, days

from sekisho.kernel.errors import Broken, Refused
from sekisho.node import collecting, submitting, upkeep, worker
from sekisho.node.backup import keeping, marker, settling
from sekisho.office.evidence.actions import forget
from sekisho.office.evidence.models import Disclosure
from sekisho.office.transfers.actions import sending
from sekisho.office.transfers.models import Transfer
from sekisho.office.vault.models import VaultObject


@pytest.fixture
def safe(tmp_path: Path) -> Safe:
    return Safe(tmp_path / "safe")


def _withdrawn_since(town: Town, transfer_id: str) -> None:
    town.clock.advance(timedelta(hours=1))
    with town.at("internet") as node:
        sending.withdraw(node.desk, actor="sato", transfer_id=transfer_id)
        assert upkeep.expire(node).objects >= 1
        upkeep.settle_evidence(node)


def _objects(town: Town, transfer_id: str) -> set[str]:
    with town.at("internet"):
        files = Transfer.objects.get(pk=transfer_id).files
        return set(files.values_list("object_id", flat=True))


def test_the_list_erases_again_what_was_withdrawn_since(
    town: Town, safe: Safe, tmp_path: Path
) -> None:
    gone, stays = desk.hand_in(town, name="a.txt"), desk.hand_in(town, name="b.txt")
    kept = safe.back_up(town)
    _withdrawn_since(town, gone)
    with town.at("internet") as node:
        newest = keeping.write_list(node, safe.folder / "data")
    copy = restored(town, safe, kept, tmp_path / "new", erased=newest)
    assert (copy.told.settled.replayed, copy.told.serving) == (1, True)
    assert copy.told.settled.may_return == ()
    assert copy.told.lost > 0
    with copy.node.at_work():
        left = set(VaultObject.objects.values_list("object_id", flat=True))
        assert left == _objects(town, stays)
        assert set(copy.node.vault.object_ids()) == left
        assert Transfer.objects.get(pk=gone).erased


def test_without_a_list_the_node_names_what_may_return_and_does_not_serve(
    town: Town, safe: Safe, tmp_path: Path
) -> None:
    gone = desk.hand_in(town)
    kept = safe.back_up(town)
    _withdrawn_since(town, gone)
    copy = restored(town, safe, kept, tmp_path / "new")
    assert not copy.told.serving
    assert copy.told.settled.may_return == (gone,)
    node = copy.node
    with node.at_work():
        done = worker.run_round(node)
        assert [one.code for one in done.troubles] == ["SKS-B011"]
        for act in (
            lambda: submitting.submit(node, actor="sato", draft=None, paths=[]),  # type: ignore[arg-type]
            lambda: collecting.collect(node, actor="sato", transfer_id=gone, folder=tmp_path),
        ):
            with pytest.raises(Broken) as refused:
                act()
            assert refused.value.code == "SKS-B011"
        sending.withdraw(node.desk, actor="sato", transfer_id=gone)
        settling.settle(node, confirmed=True)
        assert not VaultObject.objects.exists()
        assert marker.stage_of(node.settings.folder) is None
        assert "SKS-B011" not in {one.code for one in worker.run_round(node).troubles}


def test_what_is_over_by_now_is_erased_before_anything_else(
    town: Town, safe: Safe, tmp_path: Path
) -> None:
    desk.release(town)
    kept = safe.back_up(town)
    town.clock.advance(days(40))
    copy = restored(town, safe, kept, tmp_path / "new")
    assert copy.told.settled.expired == 1
    with copy.node.at_work():
        assert not VaultObject.objects.exists()
        assert not list(copy.node.vault.object_ids())


def test_disclosures_that_were_forgotten_stay_forgotten(
    town: Town, safe: Safe, tmp_path: Path
) -> None:
    told = desk.hand_in(town)
    kept = safe.back_up(town)
    town.clock.advance(timedelta(hours=1))
    with town.at("internet") as node:
        forget(node.desk, subject=told, reason="請求による")
        newest = keeping.write_list(node, safe.folder / "data")
    copy = restored(town, safe, kept, tmp_path / "new", erased=newest)
    with copy.node.at_work():
        assert not Disclosure.objects.filter(event__subject=told, field="sender").exists()


def test_a_list_of_another_node_or_of_before_is_refused(
    sqlite_town: Town, safe: Safe, tmp_path: Path
) -> None:
    with sqlite_town.at("internet") as node:
        older = keeping.write_list(node, safe.folder)
    sqlite_town.clock.advance(timedelta(hours=1))
    kept = safe.back_up(sqlite_town)
    with pytest.raises(Refused) as refused:
        restored(sqlite_town, safe, kept, tmp_path / "new", erased=older)
    assert refused.value.code == "SKS-B009"
    foreign = safe.back_up(sqlite_town, "lgwan").erased
    with pytest.raises(Refused) as refused:
        restored(sqlite_town, safe, kept, tmp_path / "other", erased=foreign)
    assert refused.value.code in ("SKS-K007", "SKS-K008")


def test_a_list_that_was_shortened_is_refused(
    sqlite_town: Town, safe: Safe, tmp_path: Path
) -> None:
    gone = desk.hand_in(sqlite_town)
    kept = safe.back_up(sqlite_town)
    _withdrawn_since(sqlite_town, gone)
    with sqlite_town.at("internet") as node:
        newest = keeping.write_list(node, safe.folder / "data")
    shorter = tmp_path / "shorter.erased"
    shorter.write_bytes(newest.read_bytes().splitlines(keepends=True)[0])
    with pytest.raises(Exception, match="SKS-K001"):
        restored(sqlite_town, safe, kept, tmp_path / "new", erased=shorter)


def test_a_restore_killed_before_its_end_is_finished_by_expire(
    sqlite_town: Town, safe: Safe, tmp_path: Path
) -> None:
    """The store is away: what has to be done there is not, so the node does not serve yet."""
    gone = desk.hand_in(sqlite_town)
    kept = safe.back_up(sqlite_town)
    _withdrawn_since(sqlite_town, gone)
    with sqlite_town.at("internet") as node:
        newest = keeping.write_list(node, safe.folder / "data")
    store = sqlite_town.folder / "store"
    store.rename(sqlite_town.folder / "unplugged")
    with pytest.raises(Exception, match="SKS-S"):
        restored(sqlite_town, safe, kept, tmp_path / "new", erased=newest)
    assert marker.stage_of(tmp_path / "new") is marker.Stage.ERASING
    (sqlite_town.folder / "unplugged").rename(store)
    from sekisho.node.opening import open_node

    again = open_node(
        tmp_path / "new", {"SEKISHO_STORE_PATH": str(store)}, sqlite_town.clock, alias="again"
    )
    with again.at_work():
        settling.settle(again, confirmed=False)
        assert not VaultObject.objects.exists()
    assert marker.stage_of(tmp_path / "new") is None
