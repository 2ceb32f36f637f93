"""The directory at a node: only forwards, through the store too, and never one set back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence

import pytest
from django.db import connections
from tests.support import acts
from tests.support.acts import RECEIVER, SENDER
from tests.support.town import TITLES, Town, days

from sekisho.kernel.errors import Broken, Refused
from sekisho.node import peers
from sekisho.node.worker import Round
from sekisho.office.evidence.models import Event
from sekisho.office.post.models import DirectoryVersion
from sekisho.seal import directory, identity
from sekisho.seal.directory import Directory
from sekisho.store import layout

Edit = Callable[[Directory], Directory]


def next_version(
    town: Town, edit: Edit, *, after: Directory | None = None, signers: Sequence[int] = (0, 1)
) -> bytes:
    """The directory that follows the town's (or `after`), signed by administrators."""
    base = after or town.directory
    assert base is not None
    signed = directory.document(edit(base))
    for number in signers:
        signed = directory.sign(signed, town.admins[number].signing)
    return signed


def renewed(town: Town, life: int = 365, **options: object) -> bytes:
    now = town.clock.now()
    return next_version(town, lambda one: directory.renewed(one, now, life), **options)  # type: ignore[arg-type]


def accepted(signed: bytes) -> Directory:
    return directory.read_accepted(signed)


def take(town: Town, name: str, signed: bytes) -> Directory:
    with town.at(name) as node:
        return peers.accept_directory(node, signed)


def version(town: Town, name: str) -> int:
    with town.at(name):
        return DirectoryVersion.objects.latest("version").version


def codes(done: Round) -> set[str]:
    return {trouble.code for trouble in done.troubles}


def test_a_new_version_travels_through_the_store(town: Town) -> None:
    take(town, "mynumber", renewed(town))
    town.run("mynumber", RECEIVER, SENDER)
    assert {name: version(town, name) for name in TITLES} == dict.fromkeys(TITLES, 2)
    with town.at(SENDER):
        data = acts.last_event("directory.accepted").data
        assert data["version"] == 2
        assert Event.objects.filter(subject="directory/2").count() == 1


def test_it_travels_also_when_our_own_has_expired(sqlite_town: Town) -> None:
    town = sqlite_town
    town.clock.advance(days(364))
    take(town, RECEIVER, renewed(town))
    town.run(RECEIVER)
    town.clock.advance(days(1))
    (done,) = town.run(SENDER)
    assert (version(town, SENDER), codes(done) & {"SKS-N022"}) == (2, set())
    town.settle()
    acts.deliver(town)


def test_an_expired_directory_stops_the_exchange_but_not_the_end(sqlite_town: Town) -> None:
    town = sqlite_town
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id)
    town.clock.advance(days(365))
    (done,) = town.run(SENDER)
    assert "SKS-N022" in codes(done)
    assert (done.sent, done.erased.transfers) == (0, 1)


def test_a_node_that_was_away_passes_through_versions_that_are_over(sqlite_town: Town) -> None:
    """Meanwhile the administrators have changed, so only the whole chain proves the newest."""
    town = sqlite_town
    new_admins = [
        identity.create_admin(town.folder / f"new{n}.key", f"後任{n}", "S1", town.clock.now())
        for n in (1, 2)
    ]
    cards = [identity.read_admin_card(identity.admin_card(a, town.clock.now())) for a in new_admins]
    now = town.clock.now()
    second = next_version(
        town,
        lambda one: directory.with_admins(directory.renewed(one, now, 3), cards, 2, now=now),
    )
    for admin in new_admins:
        second = directory.sign(second, admin.signing)
    town.clock.advance(days(2))
    third = next_version(
        town,
        lambda one: directory.renewed(one, town.clock.now(), 365),
        after=accepted(second),
        signers=(),
    )
    for admin in new_admins:
        third = directory.sign(third, admin.signing)
    for signed in (second, third):
        take(town, RECEIVER, signed)
        town.run(RECEIVER)
    town.clock.advance(days(2))
    (done,) = town.run(SENDER)
    assert (version(town, SENDER), codes(done)) == (3, set())


def test_many_versions_that_are_over_do_not_hide_the_one_that_counts(sqlite_town: Town) -> None:
    town = sqlite_town
    base = town.directory
    for _ in range(8):
        signed = renewed(town, 1, after=base)
        base = accepted(signed)
        take(town, RECEIVER, signed)
        town.run(RECEIVER)
        town.clock.advance(days(0.9))
    take(town, RECEIVER, renewed(town, after=base))
    town.run(RECEIVER)
    town.clock.advance(days(2))
    (done,) = town.run(SENDER)
    assert (version(town, SENDER), codes(done)) == (10, set())


def test_rubbish_under_the_next_number_hides_nothing(sqlite_town: Town) -> None:
    """`internet` publishes it; `mynumber` holds the genuine one; both are partners of `lgwan`."""
    town = sqlite_town
    signed = renewed(town)
    take(town, "mynumber", signed)
    with town.at(SENDER) as node:
        for number in range(2, 12):
            node.store.put(layout.directory(SENDER, number), b"rubbish")
        node.store.put(layout.directory(SENDER, 99_999_999), b"x" * (9 << 20))
    town.run("mynumber")
    (done,) = town.run(RECEIVER)
    assert version(town, RECEIVER) == 2
    assert done.troubles
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id)
    town.run(SENDER, RECEIVER, SENDER)
    assert acts.state(town, transfer_id) == "received"


def test_a_version_by_too_few_administrators_is_refused_and_work_goes_on(sqlite_town: Town) -> None:
    town = sqlite_town
    forged = renewed(town, signers=(0,))
    with town.at(SENDER) as node:
        node.store.put(layout.directory(SENDER, 2), forged)
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id)
    _, done, _ = town.run(SENDER, RECEIVER, SENDER)
    assert codes(done) == {"SKS-N024"}
    assert (version(town, RECEIVER), acts.state(town, transfer_id)) == (1, "received")


def test_an_older_version_is_refused(sqlite_town: Town) -> None:
    town = sqlite_town
    with town.at(SENDER) as node:
        first = bytes(DirectoryVersion.objects.get().envelope)
        peers.accept_directory(node, renewed(town))
        with pytest.raises(Refused) as refused:
            peers.accept_directory(node, first)
        assert refused.value.code == "SKS-N020"


def test_the_same_again_changes_nothing(town: Town) -> None:
    signed = renewed(town)
    with town.at(SENDER) as node:
        peers.accept_directory(node, signed)
        before = acts.kinds(node)
        peers.accept_directory(node, signed)
        assert acts.kinds(node) == before
        assert DirectoryVersion.objects.count() == 2


def test_another_content_of_the_same_version_is_refused(sqlite_town: Town) -> None:
    town = sqlite_town
    first = renewed(town, 300)
    take(town, SENDER, first)
    with pytest.raises(Refused) as refused:
        take(town, SENDER, renewed(town, 200))
    assert refused.value.code == "SKS-N021"


def test_a_database_from_before_a_version_is_refused(sqlite_town: Town) -> None:
    """The note beside the keys remembers what the database has forgotten."""
    town = sqlite_town
    file, old = town.folder / SENDER / "office.db", town.folder / "old.db"
    connections[town.nodes[SENDER].alias].close()
    shutil.copy(file, old)
    take(town, SENDER, renewed(town))
    connections[town.nodes[SENDER].alias].close()
    for part in ("office.db-wal", "office.db-shm"):
        (town.folder / SENDER / part).unlink(missing_ok=True)
    shutil.copy(old, file)
    with town.at(SENDER) as node:
        with pytest.raises(Broken) as refused:
            peers.load_peers(node)
        assert (refused.value.code, refused.value.params) == ("SKS-C015", {"seen": 2, "found": 1})
    (done,) = town.run(SENDER)
    assert (codes(done), done.sent) == ({"SKS-C015"}, 0)


def test_another_directory_of_the_same_version_in_the_database_is_refused(town: Town) -> None:
    other = renewed(town, 200)
    take(town, SENDER, renewed(town, 300))
    with town.at(SENDER) as node:
        DirectoryVersion.objects.filter(version=2).update(envelope=other)
        with pytest.raises(Broken) as refused:
            peers.load_peers(node)
        assert refused.value.code == "SKS-C015"
        DirectoryVersion.objects.all().delete()
        with pytest.raises(Broken) as refused:
            peers.load_peers(node)
        assert refused.value.params == {"seen": 2, "found": 0}


def test_without_a_directory_nothing_is_exchanged(sqlite_town: Town) -> None:
    with sqlite_town.at(SENDER) as node:
        (node.settings.keys_folder / peers.WATERMARK).unlink()
        DirectoryVersion.objects.all().delete()
        with pytest.raises(Refused) as refused:
            peers.load_peers(node)
        assert refused.value.code == "SKS-C007"
    (done,) = sqlite_town.run(SENDER)
    assert codes(done) == {"SKS-C007"}


def test_a_node_that_was_taken_out_is_neither_heard_nor_sent_to(sqlite_town: Town) -> None:
    town = sqlite_town
    waiting, coming = acts.submit(town), acts.submit(town)
    acts.approve(town, coming)
    town.run(SENDER)
    acts.approve(town, waiting)
    signed = next_version(
        town, lambda one: directory.without_node(one, SENDER, now=town.clock.now())
    )
    take(town, RECEIVER, signed)
    (done,) = town.run(RECEIVER)
    assert (done.received, done.refused, done.troubles) == (0, [], [])
    with town.at(RECEIVER) as node:
        assert SENDER not in peers.load_peers(node).partners()
    (done,) = town.run(SENDER)
    assert (version(town, SENDER), done.sent) == (2, 0)
    assert acts.state(town, waiting) in ("ready", "sealing")


def test_a_link_that_was_taken_away_lets_no_transfer_through(sqlite_town: Town) -> None:
    town = sqlite_town
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id)
    town.run(SENDER)
    signed = next_version(
        town,
        lambda one: directory.with_links(one, remove=[(SENDER, RECEIVER)], now=town.clock.now()),
    )
    take(town, RECEIVER, signed)
    (done,) = town.run(RECEIVER)
    assert done.received == 0
    assert {one.code for one in (*done.refused, *done.troubles)} == {"SKS-N030"}
