"""Directories: who may sign, which one counts, and every way in which one contradicts itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import hostile, nodes
from tests.support.nodes import DAY, NOW

from sekisho.kernel import documents, dsse
from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.seal import directory, handover, identity
from sekisho.seal.directory import DIRECTORY_TYPE, Directory, NodeEntry
from sekisho.seal.moments import CLOCK_SKEW_MAX

FIRST = nodes.accepted(nodes.first_draft("a", "b", "c"), "a", "b")
FINGERPRINTS = {one: nodes.admin(one).signing.public.fingerprint for one in "abcdx"}


def accept(data: bytes, previous: Directory | None = FIRST, **more: Any) -> Directory:
    return directory.accept(data, previous=previous, **{"now": NOW, **more})


def refusal(data: bytes, previous: Directory | None = FIRST, **more: Any) -> str:
    with pytest.raises(SekishoError) as refused:
        accept(data, previous, **more)
    return refused.value.code


def test_a_directory_signed_by_enough_is_accepted_and_kept_byte_for_byte() -> None:
    data = nodes.signed(nodes.first_draft("a", "b", "c"), "a", "c")
    found = accept(data, None, trusted_admins=[FINGERPRINTS["a"], FINGERPRINTS["c"]])
    assert found.envelope == data
    assert (found.version, found.threshold) == (1, 2)
    assert set(found.nodes) == {"naibu", "soto"}
    assert found.links == {("naibu", "soto"), ("soto", "naibu")}
    assert sorted(found.admin_names.values()) == ["a", "b", "c"]


def test_what_is_written_is_read_back() -> None:
    until = directory.with_node(
        FIRST, nodes.card_of(nodes.node("hub")), now=NOW, valid_until=NOW + DAY
    )
    for one in (FIRST, until):
        data = directory.document(one)
        assert directory.read_document(data) == replace(one, envelope=b"")
        assert directory.document(directory.read_document(data)) == data


def test_the_same_content_again_changes_nothing() -> None:
    assert accept(FIRST.envelope) is FIRST
    assert accept(directory.sign(FIRST.envelope, nodes.admin("c").signing)) is FIRST


def test_what_was_accepted_is_found_again_even_after_its_end() -> None:
    assert directory.read_accepted(FIRST.envelope) == FIRST


def test_the_next_version_needs_the_known_administrators() -> None:
    following = directory.renewed(FIRST, NOW + DAY, 365)
    found = accept(nodes.signed(following, "b", "c"), now=NOW + DAY)
    assert (found.version, found.expires) == (2, NOW + DAY + 365 * DAY)
    assert refusal(nodes.signed(following, "b"), now=NOW + DAY) == "SKS-N024"


def test_an_older_directory_is_refused() -> None:
    newer = accept(nodes.signed(directory.renewed(FIRST, NOW, 300), "a", "b"))
    assert refusal(FIRST.envelope, newer) == "SKS-N020"


def test_two_directories_of_one_version_are_told() -> None:
    other = replace(directory.renewed(FIRST, NOW, 200), version=1)
    assert refusal(nodes.signed(other, "a", "b")) == "SKS-N021"


def test_an_unsigned_directory_of_the_same_version_raises_no_false_alarm() -> None:
    other = replace(directory.renewed(FIRST, NOW, 200), version=1)
    assert refusal(nodes.signed(other, "x")) == "SKS-N023"


def test_an_expired_directory_is_refused_and_warned_of_before() -> None:
    end = FIRST.expires
    assert refusal(FIRST.envelope, now=end) == "SKS-N022"
    directory.require_fresh(FIRST, end - timedelta(seconds=1))
    with pytest.raises(Refused) as refused:
        directory.require_fresh(FIRST, end)
    assert refused.value.code == "SKS-N022"
    assert directory.expires_soon(FIRST, end - 30 * DAY)
    assert not directory.expires_soon(FIRST, end - 31 * DAY)


def test_an_expired_directory_can_still_be_followed_by_a_fresh_one() -> None:
    late = FIRST.expires + DAY
    data = nodes.signed(directory.renewed(FIRST, late, 365), "a", "b")
    assert accept(data, now=late).version == 2


def test_a_directory_from_the_future_is_refused() -> None:
    early = directory.renewed(FIRST, NOW + CLOCK_SKEW_MAX + DAY, 100)
    assert refusal(nodes.signed(early, "a", "b")) == "SKS-N033"
    assert accept(nodes.signed(early, "a", "b"), now=NOW + DAY).version == 2


def test_strangers_and_too_few_are_told_apart() -> None:
    following = directory.renewed(FIRST, NOW, 300)
    assert refusal(nodes.signed(following, "x")) == "SKS-N023"
    assert refusal(nodes.signed(following, "x", "a")) == "SKS-N024"
    assert refusal(nodes.signed(following)) == "SKS-K002"
    unsigned = dsse.Envelope(DIRECTORY_TYPE, directory.document(following), ())
    assert refusal(unsigned.encode()) == "SKS-N024"


def test_one_administrator_counts_once() -> None:
    envelope = dsse.decode(nodes.signed(directory.renewed(FIRST, NOW, 300), "a"), DIRECTORY_TYPE)
    doubled = replace(envelope, signatures=envelope.signatures * 2)
    assert refusal(doubled.encode()) == "SKS-N024"


def test_half_of_a_hybrid_signature_does_not_count() -> None:
    data = nodes.signed(directory.renewed(FIRST, NOW, 300), "a", "b")
    envelope = dsse.decode(data, DIRECTORY_TYPE)
    for left_out in range(4):
        rest = tuple(one for i, one in enumerate(envelope.signatures) if i != left_out)
        assert refusal(replace(envelope, signatures=rest).encode()) == "SKS-N024"


def test_a_changed_directory_is_refused_by_its_signatures() -> None:
    good = dsse.decode(nodes.signed(directory.renewed(FIRST, NOW, 300), "a", "b"), DIRECTORY_TYPE)
    other = directory.document(directory.renewed(FIRST, NOW, 299))
    assert refusal(replace(good, payload=other).encode()) == "SKS-K008"


def test_a_wrong_signature_does_not_spoil_enough_right_ones() -> None:
    data = nodes.signed(directory.renewed(FIRST, NOW, 300), "a", "b", "c")
    envelope = dsse.decode(data, DIRECTORY_TYPE)
    first, *rest = envelope.signatures
    spoiled = replace(envelope, signatures=(replace(first, sig=bytes(64)), *rest))
    assert accept(spoiled.encode()).version == 2


def changed_admins(*names: str, threshold: int) -> Directory:
    return directory.with_admins(FIRST, nodes.admin_cards(*names), threshold, now=NOW)


def test_other_administrators_need_the_old_and_the_new() -> None:
    following = changed_admins("c", "d", threshold=2)
    assert refusal(nodes.signed(following, "a", "b")) == "SKS-N024"
    assert refusal(nodes.signed(following, "c", "d")) == "SKS-N024"
    found = accept(nodes.signed(following, "a", "c", "d"))
    assert set(found.admin_names.values()) == {"c", "d"}
    after = directory.renewed(found, NOW, 300)
    assert refusal(nodes.signed(after, "a", "b"), found) == "SKS-N023"
    assert accept(nodes.signed(after, "c", "d"), found).version == 3


def test_a_lower_threshold_does_not_count_before_it_is_accepted() -> None:
    following = changed_admins("a", "b", "c", threshold=1)
    assert refusal(nodes.signed(following, "a")) == "SKS-N024"
    assert accept(nodes.signed(following, "a", "b")).threshold == 1


def test_a_node_that_was_away_follows_the_changes_one_by_one() -> None:
    second_draft = changed_admins("c", "d", threshold=2)
    second = nodes.signed(second_draft, "a", "c", "d")
    third_draft = directory.renewed(accept(second), NOW + 300 * DAY, 365)
    third = nodes.signed(third_draft, "c", "d")
    late = NOW + 500 * DAY
    assert refusal(third, now=late) == "SKS-N024"
    assert refusal(second, now=late) == "SKS-N022"
    found = directory.accept_chain([second, third], previous=FIRST, now=late)
    assert (found.version, found.envelope) == (3, third)
    with pytest.raises(Refused) as refused:
        directory.accept_chain([second], previous=FIRST, now=late)
    assert refused.value.code == "SKS-N022"


def join(*trusted: str, threshold: int = 1, signers: str = "ab", made: Directory = FIRST) -> str:
    """The code with which a new node refuses, or the empty string."""
    try:
        directory.accept(
            nodes.signed(made, *signers),
            previous=None,
            trusted_admins=trusted,
            trusted_threshold=threshold,
            now=NOW,
        )
    except SekishoError as error:
        return error.code
    return ""


def test_a_new_node_trusts_only_fingerprints_it_was_told() -> None:
    a, b, c, x = (FINGERPRINTS[one] for one in "abcx")
    assert join(a, b) == ""
    assert join(a, b, c) == ""
    assert join(a, c) == "SKS-N024"
    assert join(x) == "SKS-N023"
    assert join() == "SKS-N034"
    assert join(a, b, threshold=3) == "SKS-N034"
    assert join(a, b, threshold=0) == "SKS-N034"
    assert join("12345", b) == "SKS-N034"


def test_fingerprints_may_be_typed_in_any_spacing_and_width() -> None:
    a, b = FINGERPRINTS["a"], FINGERPRINTS["b"]
    wide = b.translate({ord(str(i)): chr(ord("０") + i) for i in range(10)})
    assert join(a.replace(" ", ""), wide.replace(" ", "\u3000")) == ""
    assert join(a.replace(" ", "-"), b) == ""


def test_one_rogue_administrator_cannot_welcome_a_new_node_alone() -> None:
    alone = directory.draft(None, now=NOW, days=10, admins=nodes.admin_cards("a"), threshold=1)
    a, b = FINGERPRINTS["a"], FINGERPRINTS["b"]
    assert join(a, b, threshold=2, signers="a", made=alone) == "SKS-N024"
    assert join(a, b, threshold=2) == ""


def test_how_far_the_signing_has_come() -> None:
    following = changed_admins("c", "d", threshold=2)
    ids = {one: nodes.admin(one).signing.public.set_id for one in "abcd"}
    first = directory.standing(nodes.signed(following, "a"), FIRST)
    assert first.signed == {ids["a"]}
    assert first.missing == {ids["b"], ids["c"]}
    assert first.threshold == 2
    then = directory.standing(nodes.signed(following, "a", "c"), FIRST)
    assert (then.signed, then.missing) == ({ids["c"]}, {ids["d"]})
    alone = directory.standing(nodes.signed(nodes.first_draft("a", "b"), "a"), None)
    assert (alone.signed, alone.missing) == ({ids["a"]}, {ids["b"]})


def test_only_a_directory_is_signed() -> None:
    with pytest.raises(InvalidInput) as invalid:
        directory.sign(b'{"pay":"everything"}', nodes.admin("a").signing)
    assert invalid.value.code == "SKS-K002"
    card = identity.card(nodes.node("naibu"), "lgwan", "x", NOW)
    with pytest.raises(InvalidInput) as invalid:
        directory.sign(card, nodes.admin("a").signing)
    assert invalid.value.code == "SKS-K006"


def entry(name: str, version: str = "") -> NodeEntry:
    keys = nodes.node(name, version=version).signing.public
    return NodeEntry(name, "lgwan", name, keys, 0, NOW)


CONTRADICTIONS: list[tuple[dict[str, Any], str]] = [
    ({"links": frozenset({("naibu", "nobody")})}, "SKS-N025"),
    ({"links": frozenset({("nobody", "naibu")})}, "SKS-N025"),
    ({"links": frozenset({("naibu", "naibu")})}, "SKS-N025"),
    ({"nodes": {"a": entry("a"), "b": replace(entry("a"), name="b")}, "links": ()}, "SKS-N026"),
    ({"threshold": 0}, "SKS-N032"),
    ({"threshold": 4}, "SKS-N032"),
    ({"expires": NOW}, "SKS-N031"),
    ({"expires": NOW + 401 * DAY}, "SKS-N031"),
    (
        {"nodes": {"a": replace(entry("a"), valid_until=NOW)}, "links": frozenset()},
        "SKS-N031",
    ),
    (
        {"links": frozenset((f"n{i}", f"m{i}") for i in range(directory.LINKS_MAX + 1))},
        "SKS-N036",
    ),
]


@pytest.mark.parametrize(("changes", "code"), CONTRADICTIONS)
def test_a_directory_that_contradicts_itself_is_neither_written_nor_accepted(
    changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(InvalidInput) as invalid:
        directory.document(replace(FIRST, **changes))
    assert invalid.value.code == code


def test_an_administrators_key_is_no_nodes_key() -> None:
    shared = replace(entry("a"), keys=nodes.admin("a").signing.public)
    with pytest.raises(InvalidInput) as invalid:
        directory.check(replace(FIRST, nodes={"a": shared}, links=frozenset()))
    assert invalid.value.code == "SKS-N026"


def test_one_shared_key_is_enough_to_refuse_two_sets() -> None:
    one, other = nodes.node("a").signing, nodes.node("b").signing
    mixed = type(one)(one.suite, {**one.seeds, "ml-dsa-65": other.seeds["ml-dsa-65"]})
    pair = {"a": replace(entry("a"), keys=mixed.public), "b": entry("b")}
    with pytest.raises(InvalidInput) as invalid:
        directory.check(replace(FIRST, nodes=pair, links=frozenset()))
    assert invalid.value.code == "SKS-N026"


@pytest.mark.parametrize("where", ["nodes", "admins", "links"])
def test_nothing_stands_in_a_directory_twice(where: str) -> None:
    payload = json.loads(directory.document(FIRST))
    payload[where].append(payload[where][0])
    with pytest.raises(InvalidInput) as invalid:
        directory.read_document(documents.write(payload))
    assert (invalid.value.code, invalid.value.params["what"]) == ("SKS-N027", where)


def test_a_contradiction_is_refused_however_well_signed() -> None:
    payload = json.loads(directory.document(directory.renewed(FIRST, NOW, 300)))
    payload["links"] = [{"from": "naibu", "to": "nobody"}]
    data = documents.write(payload)
    envelope = dsse.Envelope(DIRECTORY_TYPE, data, ())
    for name in "abc":
        more = nodes.admin(name).signing.sign(DIRECTORY_TYPE, data).signatures
        envelope = dsse.merged(envelope, more)
    assert refusal(envelope.encode()) == "SKS-N025"


def test_the_keys_of_a_node_are_looked_up_at_a_moment() -> None:
    naibu = nodes.node("naibu").signing.public
    assert FIRST.keys_of("naibu", NOW) == (naibu,)
    with pytest.raises(Refused) as refused:
        FIRST.keys_of("nobody", NOW)
    assert refused.value.code == "SKS-N028"
    with pytest.raises(Refused) as refused:
        FIRST.keys_of("naibu", NOW - DAY)
    assert refused.value.code == "SKS-N029"


def test_handovers_are_followed_from_the_directory() -> None:
    old, new = nodes.node("naibu").signing, nodes.node("naibu", version="2").signing
    data = handover.statement("naibu", 1, old, new, NOW)
    found = handover.accept(data, FIRST.chain_of("naibu"), now=NOW)
    assert FIRST.keys_of("naibu", NOW, [found]) == (new.public, old.public)


def test_only_named_links_may_be_used() -> None:
    FIRST.require_link("naibu", "soto")
    one_way = directory.with_links(FIRST, remove=[("soto", "naibu")], now=NOW)
    with pytest.raises(Refused) as refused:
        one_way.require_link("soto", "naibu")
    assert refused.value.code == "SKS-N030"


def test_verbs_make_the_next_version_without_signatures() -> None:
    hub = nodes.card_of(nodes.node("hub"))
    for following in (
        directory.with_node(FIRST, hub, now=NOW),
        directory.without_node(FIRST, "soto", now=NOW),
        directory.with_links(FIRST, remove=[("naibu", "soto")], now=NOW),
        directory.with_admins(FIRST, nodes.admin_cards("a"), 1, now=NOW),
        directory.renewed(FIRST, NOW, 100),
        directory.draft(FIRST, now=NOW, days=100),
    ):
        assert (following.version, following.envelope) == (2, b"")
        again = directory.with_node(following, hub, now=NOW)
        assert again.version == 2
    assert FIRST.version == 1


def test_taking_out_a_node_takes_out_its_links() -> None:
    following = directory.without_node(FIRST, "soto", now=NOW)
    assert set(following.nodes) == {"naibu"}
    assert following.links == frozenset()
    with pytest.raises(Refused) as refused:
        directory.without_node(FIRST, "nobody", now=NOW)
    assert refused.value.code == "SKS-N028"


def test_a_new_card_keeps_the_membership_and_must_count_up() -> None:
    later = NOW + 10 * DAY
    fresh = nodes.node("naibu", version="fresh", generation=1)
    following = directory.with_node(FIRST, nodes.card_of(fresh, title="新"), now=later)
    found = following.node("naibu")
    assert (found.title, found.generation, found.valid_from) == ("新", 1, NOW)
    assert found.keys == fresh.signing.public
    stale = nodes.node("naibu", version="fresh", generation=0)
    with pytest.raises(InvalidInput) as invalid:
        directory.with_node(FIRST, nodes.card_of(stale), now=later)
    assert invalid.value.code == "SKS-N035"


def test_a_node_may_join_later() -> None:
    from_may = directory.with_node(
        FIRST, nodes.card_of(nodes.node("hub")), now=NOW, valid_from=NOW + 30 * DAY
    )
    with pytest.raises(Refused) as refused:
        from_may.keys_of("hub", NOW)
    assert refused.value.code == "SKS-N029"
    assert from_may.keys_of("hub", NOW + 30 * DAY)


@pytest.mark.parametrize(
    ("names", "threshold", "days", "code"),
    [
        ("ab", 3, 365, "SKS-N032"),
        ("", 1, 365, "SKS-N032"),
        ("ab", 2, 0, "SKS-N031"),
        ("ab", 2, 401, "SKS-N031"),
        ("ab", 2, 10**9, "SKS-N031"),
        ("aa", 1, 365, "SKS-N027"),
        ("abcdefghi", 5, 365, "SKS-N036"),
    ],
)
def test_an_impossible_draft_is_refused(names: str, threshold: int, days: int, code: str) -> None:
    cards = nodes.admin_cards(*names)
    with pytest.raises(InvalidInput) as invalid:
        directory.draft(None, now=NOW, days=days, admins=cards, threshold=threshold)
    assert invalid.value.code == code


def test_the_most_administrators_can_hand_over_to_as_many_others() -> None:
    old, new = "abcdefgh", "ijklmnop"
    first = nodes.accepted(nodes.first_draft(*old, threshold=8), *old)
    following = directory.with_admins(first, nodes.admin_cards(*new), 8, now=NOW)
    assert accept(nodes.signed(following, *old, *new), first).version == 2


def kinds(previous: Directory | None, proposed: Directory) -> list[tuple[str, str]]:
    return [(one.kind, one.subject) for one in directory.changes(previous, proposed)]


def test_the_person_who_signs_sees_what_would_change() -> None:
    assert directory.changes(FIRST, FIRST) == ()
    assert ("node-added", "naibu") in kinds(None, FIRST)
    assert ("admin-added", "a") in kinds(None, FIRST)
    rekeyed = nodes.card_of(nodes.node("naibu", version="fresh", generation=1))
    following = directory.with_node(FIRST, rekeyed, now=NOW)
    assert kinds(FIRST, following) == [("node-keys", "naibu"), ("node-changed", "naibu")]
    following = directory.without_node(FIRST, "soto", now=NOW)
    assert kinds(FIRST, following) == [
        ("node-removed", "soto"),
        ("link-removed", "naibu → soto"),
        ("link-removed", "soto → naibu"),
    ]
    following = changed_admins("b", "c", "d", threshold=1)
    assert kinds(FIRST, following) == [
        ("admin-added", "d"),
        ("admin-removed", "a"),
        ("threshold", ""),
    ]
    assert kinds(FIRST, directory.renewed(FIRST, NOW, 10)) == [("expires", "")]


PAYLOAD: dict[str, Any] = json.loads(directory.document(directory.renewed(FIRST, NOW, 300)))


@given(hostile.changed(PAYLOAD))
def test_only_our_errors_come_out_of_a_changed_directory(payload: dict[str, Any]) -> None:
    data = documents.write(payload)
    envelope = dsse.Envelope(DIRECTORY_TYPE, data, ())
    for name in "ab":
        more = nodes.admin(name).signing.sign(DIRECTORY_TYPE, data).signatures
        envelope = dsse.merged(envelope, more)
    for previous in (FIRST, None):
        try:
            found = accept(envelope.encode(), previous, trusted_admins=[FINGERPRINTS["a"]])
        except SekishoError:
            continue
        assert directory.read_document(directory.document(found)) == replace(found, envelope=b"")
        for name in found.nodes:
            for moment in (NOW, datetime(9999, 12, 1, tzinfo=UTC)):
                found.chain_of(name).at(moment)


@given(st.binary(max_size=200) | hostile.changed(json.loads(FIRST.envelope)).map(documents.write))
def test_only_our_errors_come_out_of_hostile_bytes(data: bytes) -> None:
    readers: tuple[Callable[[bytes], object], ...] = (
        directory.read_document,
        lambda data: directory.sign(data, nodes.admin("a").signing),
        lambda data: directory.standing(data, FIRST),
        accept,
    )
    for read in readers:
        try:
            read(data)
        except SekishoError:
            continue


def test_a_text_that_never_ends_is_refused_at_once() -> None:
    endless = b'{"payload":"' + b'\\"' * 1_000_000
    assert refusal(endless) == "SKS-K001"
