"""One-time receiver keys run out: the daily key serves and the evidence says so; then one waits."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

from tests.faults import desk, invariants
from tests.support.databases import forget_connection
from tests.support.town import Town, draft_for, found_town

from sekisho.node import submitting
from sekisho.office.post.models import PeerKey
from sekisho.office.transfers.actions import deciding
from sekisho.office.transfers.models import Transfer

ONE_TIME_KEYS = 20
"""What `tests.support.town` gives each peer."""


def test_the_daily_key_serves_and_the_evidence_says_so(town: Town, place: Path) -> None:
    ids = [desk.release(town, b"%d" % n, name=f"{n}.txt") for n in range(ONE_TIME_KEYS + 3)]
    town.run("internet")

    kinds: Counter[str] = Counter()
    with town.at("internet"):
        for transfer_id in ids:
            (sealed,) = [
                one for one in invariants.events_about(transfer_id) if one.kind == "transfer.sealed"
            ]
            kinds[sealed.data["receiver_key_kind"]] += 1
        assert not PeerKey.objects.filter(owner="lgwan", kind="one-time", used_by="").exists()
    assert kinds["daily"] >= 3
    assert kinds["one-time"] + kinds["daily"] == len(ids)
    for number, transfer_id in enumerate(ids):
        desk.delivered_once(town, transfer_id, b"%d" % number, place / f"out{number}")


def test_when_no_key_is_left_transfers_wait(town: Town, place: Path) -> None:
    """The receiver has not run for longer than its keys may be used."""
    town.clock.advance(timedelta(days=15))
    transfer_id = desk.release(town)
    for _ in range(3):
        assert "SKS-N067" in desk.codes(town.run("internet"))
        assert desk.state(town, transfer_id) == "ready"
        town.clock.advance(timedelta(minutes=10))
    with town.at("internet"):
        assert Transfer.objects.get(pk=transfer_id).code == "SKS-N067"
    desk.delivered_once(town, transfer_id, desk.CONTENT, place / "out")


def test_a_node_without_keys_does_not_hold_up_the_others(town: Town, place: Path) -> None:
    """More transfers wait for one node than a batch holds; those for another still leave."""
    batch = town.nodes["lgwan"].settings.work.batch
    town.clock.advance(timedelta(days=15))
    town.run("mynumber")
    with town.at("lgwan"):
        PeerKey.objects.filter(owner="internet").delete()
    stuck = [_hand_in(town, "internet", f"{n}.txt") for n in range(batch + 1)]
    free = _hand_in(town, "mynumber", "通る.txt")

    town.run("lgwan")
    with town.at("lgwan"):
        assert Transfer.objects.get(pk=free).state == "sent"
        waiting = Transfer.objects.filter(pk__in=stuck, state="ready")
        assert waiting.count() == len(stuck)
        assert waiting.filter(code="SKS-N070").count() == batch


def _hand_in(town: Town, receiver: str, name: str) -> str:
    source = town.folder / name
    source.write_bytes(b"x")
    with town.at("lgwan") as node:
        transfer = submitting.submit(node, actor="sato", draft=draft_for(receiver), paths=[source])
        deciding.approve(node.desk, actor="suzuki", transfer_id=transfer.transfer_id)
        return transfer.transfer_id


def test_keys_that_may_not_be_taken_any_more_do_not_count(town: Town) -> None:
    """They live on for parcels under way; a peer that finds only those would fall back."""
    town.clock.advance(timedelta(days=12))
    desk.come_to_rest(town)
    town.clock.advance(timedelta(days=3))
    for number in range(ONE_TIME_KEYS):
        desk.release(town, b"x", name=f"{number}.txt")
    town.run("internet", "lgwan", "internet")
    town.clock.advance(timedelta(minutes=10))
    town.run("lgwan", "internet")
    with town.at("internet") as node:
        usable = PeerKey.objects.filter(
            owner="lgwan", kind="one-time", used_by="", use_until__gt=node.desk.now()
        )
        assert usable.count() >= 5


def test_batches_that_have_expired_are_taken_away(town: Town) -> None:
    """A node that was off for weeks finds no heap of them, and nobody is alarmed."""
    for _ in range(5):
        town.clock.advance(timedelta(days=6))
        town.run("lgwan")
    (done,) = town.run("internet")
    assert done.troubles == []
    lying = list((town.folder / "store" / "nodes/lgwan/keys/internet").iterdir())
    assert 1 <= len(lying) <= 3
    desk.come_to_rest(town)


def test_a_node_that_never_offered_keys_is_named_as_such(place: Path) -> None:
    folder = place / "fresh"
    folder.mkdir()
    town = found_town(folder)
    assert desk.codes(town.run("internet")) == {"SKS-N070"}
    assert desk.codes(town.run("lgwan") + town.run("internet")) <= {"SKS-N070"}
    town.settle()
    assert desk.codes(town.run()) == set()
    for node in town.nodes.values():
        forget_connection(node.alias)
