"""Nodes that nobody uses come to rest: what they tell each other makes nothing new to be told."""

from __future__ import annotations

from tests.support import acts
from tests.support.town import Town, days

from sekisho.node import upkeep
from sekisho.office.evidence.models import Event
from sekisho.office.post.models import IncomingParcel, ReceiverKey
from sekisho.office.vault.actions import rotation_owed


def keys_that_opened(kind: str) -> list[str]:
    parcels = IncomingParcel.objects.filter(kind=kind).values("parcel_id")
    rows = ReceiverKey.objects.filter(used_by__in=parcels)
    return list(rows.values_list("key_id", flat=True))


def told() -> set[str]:
    """What the ledger says to have been destroyed."""
    return set(Event.objects.filter(kind="key.destroyed").values_list("subject", flat=True))


def test_a_key_that_opened_a_transfer_ends_with_evidence(town: Town) -> None:
    acts.deliver(town)
    with town.at(acts.RECEIVER) as node:
        (key,) = keys_that_opened("transfer")
        town.clock.advance(days(60))
        upkeep.expire(node)
        assert key in told()


def test_a_key_that_opened_a_notice_ends_without(sqlite_town: Town) -> None:
    town = sqlite_town
    acts.deliver(town)
    town.settle()
    with town.at(acts.SENDER) as node:
        keys = keys_that_opened("notice")
        assert keys
        town.clock.advance(days(60))
        upkeep.expire(node)
        assert not ReceiverKey.objects.filter(key_id__in=keys).exists()
        assert not told() & set(keys)


def test_notices_alone_make_no_new_vault_key_due(sqlite_town: Town) -> None:
    town = sqlite_town
    acts.deliver(town)
    town.settle()
    with town.at(acts.SENDER) as node:
        keys = keys_that_opened("notice")
        ReceiverKey.objects.exclude(key_id__in=keys).update(expires=town.clock.now() + days(90))
        town.clock.advance(days(60))
        assert upkeep.expire(node).receiver_keys == len(keys)
        assert not rotation_owed()
