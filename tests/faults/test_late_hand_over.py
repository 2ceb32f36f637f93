"""New signing keys whose hand-over the receiver has not seen yet: parcels wait for it."""

from __future__ import annotations

from pathlib import Path

from tests.faults import desk, invariants
from tests.faults.snapshots import reopen
from tests.support.town import Town

from sekisho.node import rotating
from sekisho.store import layout


def test_parcels_signed_with_keys_that_are_not_known_yet(town: Town, place: Path) -> None:
    approved_before = desk.release(town, b"approved before", name="前.txt")
    with town.at("internet") as node:
        rotating.rotate(node)
    reopen(town, "internet")
    statement = town.folder / "store" / layout.handover("internet", 1)
    hidden = town.folder / "late"
    statement.rename(hidden)
    approved_after = desk.release(town, b"approved after", name="後.txt")
    town.run("internet")
    # The worker puts its statement into the store again; a listing may still be late.
    statement.unlink(missing_ok=True)

    assert "SKS-N046" in desk.codes(town.run("lgwan"))
    assert desk.arrived(town) == []
    invariants.at_every_moment(town)

    hidden.rename(statement)
    desk.delivered_once(town, approved_before, b"approved before", place / "out1")
    desk.delivered_once(town, approved_after, b"approved after", place / "out2")
