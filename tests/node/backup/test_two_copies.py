"""Two copies of one node at work: found in the store, or by the witnesses."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.faults import desk
from tests.support.backups import Safe, restored
from tests.support.town import Town

from sekisho.node import upkeep
from sekisho.node.backup import twins
from sekisho.office.evidence.models import WitnessLink
from sekisho.office.evidence.witnessing import OFFER_AGAIN

CONTRADICTED = {"SKS-L040", "SKS-L041", "SKS-L043"}
HOURS_MAX = 30


def _doubled(town: Town, tmp_path: Path) -> Safe:
    safe = Safe(tmp_path / "safe")
    kept = safe.back_up(town)
    first = town.nodes["internet"]
    transfer_id = desk.release(town, name="original.txt")
    desk.come_to_rest(town)
    assert desk.state(town, transfer_id) == "received"
    copy = restored(town, safe, kept, tmp_path / "copy", erased=safe.back_up(town).erased)
    assert copy.told.settled.sent_since > 0
    town.nodes |= {"internet": copy.node, "original": first}
    return safe


def test_what_the_node_sent_after_its_backup_is_its_own(sqlite_town: Town, tmp_path: Path) -> None:
    _doubled(sqlite_town, tmp_path)
    with sqlite_town.at("internet") as node:
        assert twins.unknown_parcels(node) == {}


def test_a_second_copy_at_work_is_seen_in_the_store(sqlite_town: Town, tmp_path: Path) -> None:
    town = sqlite_town
    _doubled(town, tmp_path)
    desk.release(town, name="copy.txt")
    town.run("internet")
    original = town.nodes["original"]
    with original.at_work():
        assert twins.unknown_parcels(original)
        (original.settings.folder / upkeep.TIDIED).unlink(missing_ok=True)
    (done,) = town.run("original")
    assert "SKS-B012" in desk.codes([done])


def test_the_witnesses_see_two_histories(sqlite_town: Town, tmp_path: Path) -> None:
    town = sqlite_town
    _doubled(town, tmp_path)
    desk.hand_in(town, b"another history", name="copy.txt")
    trouble = ""
    for _ in range(HOURS_MAX):
        town.clock.advance(OFFER_AGAIN + timedelta(minutes=1))
        town.run("internet", "lgwan")
        with town.at("lgwan"):
            trouble = WitnessLink.objects.get(peer="internet").trouble
        if trouble:
            break
    assert trouble in CONTRADICTED
