"""An old copy of a node is put back: the note beside the database tells, or else the witnesses."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.db import connections
from tests.faults import desk
from tests.faults.snapshots import reopen
from tests.support.town import Town

from sekisho.node.upkeep import WATERMARK
from sekisho.office.evidence.models import Event, WitnessLink
from sekisho.office.evidence.witnessing import OFFER_AGAIN
from sekisho.seal import keyfiles

ALARMS = {"SKS-L014", "SKS-L015"}
CONTRADICTED = {"SKS-L040", "SKS-L041", "SKS-L043"}
HOURS_MAX = 20


def _copy_of_database(town: Town, copy: Path) -> None:
    """Everything that is committed, in one file, as a backup would hold it."""
    node = town.nodes["internet"]
    with town.at("internet"), connections[node.alias].cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy2(node.settings.folder / "office.db", copy)


def _put_back(town: Town, copy: Path) -> None:
    node = town.nodes["internet"]
    connections[node.alias].close()
    for suffix in ("-wal", "-shm"):
        (node.settings.folder / f"office.db{suffix}").unlink(missing_ok=True)
    shutil.copy2(copy, node.settings.folder / "office.db")
    reopen(town, "internet")


def test_an_old_database_is_noticed_before_anything_is_done(town: Town, place: Path) -> None:
    transfer_id = desk.release(town)
    _copy_of_database(town, place / "old.db")
    desk.delivered_once(town, transfer_id, desk.CONTENT, place / "out")
    store = {path for path in (town.folder / "store").rglob("*") if path.is_file()}

    _put_back(town, place / "old.db")
    assert desk.state(town, transfer_id) == "ready", "it would be sent once more"
    for _ in range(3):
        (done,) = town.run("internet")
        assert desk.codes([done]) & ALARMS
        assert (done.sent, done.received, done.notices) == (0, 0, 0)
        town.clock.advance(desk.PAST_ANY_LEASE)
    assert {path for path in (town.folder / "store").rglob("*") if path.is_file()} == store


def test_an_old_database_that_went_on_is_noticed_too(town: Town, place: Path) -> None:
    """New evidence makes it as long as it was, and it is another history."""
    transfer_id = desk.release(town)
    _copy_of_database(town, place / "old.db")
    desk.delivered_once(town, transfer_id, desk.CONTENT, place / "out")
    _put_back(town, place / "old.db")
    for number in range(12):
        desk.hand_in(town, b"x", name=f"{number}.txt")
    (done,) = town.run("internet")
    assert desk.codes([done]) & ALARMS
    assert done.sent == 0


def test_without_its_note_the_witness_notices(town: Town, place: Path) -> None:
    """Database and note are put back together: nothing at this node can tell. Its peers can."""
    note = town.nodes["internet"].settings.keys_folder / WATERMARK
    transfer_id = desk.release(town)
    _copy_of_database(town, place / "old.db")
    noted = keyfiles.read(note)
    desk.delivered_once(town, transfer_id, desk.CONTENT, place / "out")

    _put_back(town, place / "old.db")
    keyfiles.replace(note, noted)
    desk.hand_in(town, b"another history", name="別.txt")
    # Its first notices use receiver keys that it has used before, which is refused by itself.
    codes: set[str] = set()
    for _ in range(HOURS_MAX):
        town.clock.advance(OFFER_AGAIN)
        codes |= desk.codes(town.run("internet", "lgwan"))
        with town.at("lgwan"):
            trouble = WitnessLink.objects.get(peer="internet").trouble
            if trouble:
                break
    assert trouble in CONTRADICTED, (trouble, codes)
    with town.at("lgwan"):
        assert Event.objects.filter(kind="witness.refused", subject="internet").exists()
    # And what was sent a second time is not kept a second time.
    assert desk.arrived(town).count(transfer_id) == 1
