"""A directory that has expired: nothing is sent or opened, and a renewed one mends it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.faults import desk, invariants
from tests.support.town import Town

from sekisho.node import peers
from sekisho.seal import directory
from sekisho.store import layout

A_YEAR = timedelta(days=366)


def _renewed(town: Town) -> bytes:
    """The next version, signed by two administrators."""
    with town.at("internet") as node:
        previous = peers.newest_directory(node)
        assert previous is not None
        signed = directory.document(directory.renewed(previous, town.clock.now(), 365))
    for admin in town.admins[:2]:
        signed = directory.sign(signed, admin.signing)
    return signed


def _hand_to(town: Town, name: str, signed: bytes) -> None:
    with town.at(name) as node:
        peers.accept_directory(node, signed)


def _expire(town: Town) -> tuple[str, str]:
    """One transfer on its way and one released when the directory expires."""
    town.clock.advance(A_YEAR - timedelta(days=2))
    desk.come_to_rest(town)
    on_its_way = desk.release(town, b"on its way")
    town.run("internet")
    town.clock.advance(timedelta(days=2))
    released = desk.release(town, b"released", name="名簿.txt")
    return on_its_way, released


def test_nothing_is_sent_or_opened(town: Town) -> None:
    on_its_way, released = _expire(town)
    for _ in range(3):
        town.clock.advance(timedelta(minutes=10))
        done = town.run()
        assert desk.codes(done) == {"SKS-N022"}
        assert not any(one.sent or one.received or one.refused for one in done)
    assert desk.arrived(town) == []
    assert desk.state(town, on_its_way) == "sent"
    assert desk.state(town, released) == "ready"
    invariants.at_every_moment(town)


@pytest.mark.parametrize("handed_to", ["internet", "lgwan"])
def test_a_renewed_one_reaches_the_others_through_the_store(
    town: Town, place: Path, handed_to: str
) -> None:
    on_its_way, released = _expire(town)
    assert desk.codes(town.run()) == {"SKS-N022"}
    _hand_to(town, handed_to, _renewed(town))
    desk.delivered_once(town, on_its_way, b"on its way", place / "out1")
    desk.delivered_once(town, released, b"released", place / "out2")


def test_rubbish_of_one_partner_does_not_hide_the_genuine_one(town: Town, place: Path) -> None:
    """lgwan has two partners; `internet`, whose name comes first, publishes rubbish."""
    signed = _renewed(town)
    for version in range(2, 9):
        rubbish = town.folder / "store" / layout.directory("internet", version)
        rubbish.write_bytes(b"{}" if version % 2 else signed[:-9])
    _hand_to(town, "mynumber", signed)
    codes = desk.codes(town.run("mynumber", "lgwan"))
    assert codes
    with town.at("lgwan") as node:
        newest = peers.newest_directory(node)
    assert newest is not None and newest.version == 2


def test_a_parcel_that_comes_before_its_directory_waits(town: Town, place: Path) -> None:
    """The link is taken away in the receiver's version and comes back with the next."""
    with town.at("lgwan") as node:
        before = peers.newest_directory(node)
        assert before is not None
        link = [("internet", "lgwan")]
        without = directory.with_links(before, remove=link, now=town.clock.now())
        signed = directory.document(without)
        for admin in town.admins[:2]:
            signed = directory.sign(signed, admin.signing)
    transfer_id = desk.release(town)
    town.run("internet")
    _hand_to(town, "lgwan", signed)
    assert "SKS-N030" in desk.codes(town.run("lgwan"))
    assert desk.arrived(town) == []

    with town.at("lgwan") as node:
        before = peers.newest_directory(node)
        assert before is not None and before.version == 2
        again = directory.with_links(before, add=link, now=town.clock.now())
    signed = directory.document(again)
    for admin in town.admins[:2]:
        signed = directory.sign(signed, admin.signing)
    _hand_to(town, "lgwan", signed)
    desk.delivered_once(town, transfer_id, desk.CONTENT, place / "out")
