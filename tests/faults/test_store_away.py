"""The store is away for an hour: people go on, nothing is lost, and it is all sent after."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.faults import desk
from tests.support.town import Town


def test_the_store_is_away_for_an_hour(town: Town, place: Path) -> None:
    before = desk.release(town, b"before")
    town.run("internet")
    store, elsewhere = town.folder / "store", town.folder / "unplugged"
    store.rename(elsewhere)

    during = desk.release(town, b"during", name="留守中.txt")
    for _ in range(12):
        town.clock.advance(timedelta(minutes=5))
        done = town.run()
        assert desk.codes(done) == {"SKS-S004"}
        assert not any(one.received or one.sent for one in done)
    assert not store.exists(), "nothing may be written where the store is not mounted"
    assert desk.state(town, during) in ("ready", "sealing")

    elsewhere.rename(store)
    desk.delivered_once(town, before, b"before", place / "out1")
    desk.delivered_once(town, during, b"during", place / "out2")


def test_an_empty_folder_is_not_taken_for_the_store(town: Town, place: Path) -> None:
    transfer_id = desk.release(town)
    store, elsewhere = town.folder / "store", town.folder / "unplugged"
    store.rename(elsewhere)
    store.mkdir()

    assert desk.codes(town.run()) == {"SKS-S004"}
    assert list(store.iterdir()) == []

    store.rmdir()
    elsewhere.rename(store)
    desk.delivered_once(town, transfer_id, desk.CONTENT, place / "out")
