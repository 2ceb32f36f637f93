"""Receiver keys: batches that only their owner signs, for one sender, each key once or one day."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import hostile, nodes
from tests.support.nodes import DAY, NOW

from sekisho.kernel import documents, dsse
from sekisho.kernel.errors import InvalidInput, SekishoError, Unavailable
from sekisho.seal import hpke, prekeys
from sekisho.seal.moments import CLOCK_SKEW_MAX
from sekisho.seal.prekeybatch import BATCH_TYPE, COLLECT_WITHIN, DAYS_MAX, ONE_TIME_MAX
from sekisho.seal.prekeys import Batch, PrivateReceiverKey, PublicReceiverKey

OWNER = nodes.node("naibu")
TODAY = NOW.date()


@cache
def made(suite: str = "S1") -> tuple[bytes, list[PrivateReceiverKey]]:
    return prekeys.make_batch(nodes.node("naibu", suite), "soto", suite, 3, 2, NOW)


def accept(data: bytes, suite: str = "S1", **more: Any) -> Batch:
    keys = nodes.node("naibu", suite).signing.public
    return prekeys.accept_batch(
        data, keys, **{"owner": "naibu", "for_node": "soto", "now": NOW, **more}
    )


BATCH = accept(made()[0])
PAYLOAD: dict[str, Any] = json.loads(dsse.decode(made()[0], BATCH_TYPE).payload)


def signed(payload: dict[str, Any], suite: str = "S1") -> bytes:
    signing = nodes.node("naibu", suite).signing
    return signing.sign(BATCH_TYPE, documents.write(payload)).encode()


@pytest.mark.parametrize("suite", ["S0", "S1"])
def test_what_the_sender_wraps_the_receiver_unwraps(suite: str) -> None:
    data, private = made(suite)
    public = accept(data, suite).keys
    assert [one.key_id for one in public] == [one.key_id for one in private]
    for its, ours in zip(public, private, strict=True):
        wrapped = hpke.wrap(suite, its.public, bytes(32), b"info")
        assert hpke.unwrap(suite, ours.private, wrapped, b"info") == bytes(32)


def test_a_batch_names_kinds_days_and_ends() -> None:
    assert [one.kind for one in BATCH.keys] == ["one-time"] * 3 + ["daily"] * 2
    assert [one.day for one in BATCH.keys] == [None] * 3 + [TODAY, TODAY + DAY]
    midnight = datetime(2026, 4, 1, tzinfo=UTC)
    uses = [one.use_until for one in BATCH.keys]
    assert uses == [midnight + 2 * DAY] * 3 + [midnight + DAY, midnight + 2 * DAY]
    assert all(one.expires == one.use_until + COLLECT_WITHIN for one in BATCH.keys)
    assert (BATCH.owner, BATCH.for_node, BATCH.use_until) == ("naibu", "soto", uses[0])
    assert BATCH.issued == NOW
    private = made()[1]
    assert {one.batch_id for one in private} == {BATCH.batch_id}
    assert [one.expires for one in private] == [one.expires for one in BATCH.keys]


def test_every_key_is_another() -> None:
    again = prekeys.make_batch(OWNER, "soto", "S1", 3, 2, NOW)[1]
    ids = {one.key_id for one in (*made()[1], *again)}
    assert len(ids) == 10
    assert all(one.key_id == prekeys.key_id("S1", one.public) for one in BATCH.keys)


def test_no_private_half_shows_in_a_printed_value() -> None:
    one = made()[1][0]
    assert "private=" not in repr(one)
    assert documents.b64(one.private).encode() not in made()[0]


def test_the_defaults_fit_into_a_document() -> None:
    counts = (prekeys.ONE_TIME_DEFAULT, prekeys.DAYS_DEFAULT)
    data, private = prekeys.make_batch(OWNER, "soto", "S1", *counts, NOW)
    assert len(accept(data).keys) == len(private) == sum(counts)
    largest = 1665 * 4 // 3 * (ONE_TIME_MAX + DAYS_MAX)
    assert largest < documents.limits.DOCUMENT_BYTES_MAX * 3 // 4


def test_a_batch_of_daily_keys_alone_is_one_too() -> None:
    data, _ = prekeys.make_batch(OWNER, "soto", "S1", 0, DAYS_MAX, NOW)
    assert len(accept(data).keys) == DAYS_MAX


@pytest.mark.parametrize(
    ("for_node", "suite", "one_time", "days", "code"),
    [
        ("Soto", "S1", 1, 1, "SKS-K004"),
        ("soto", "S0", 1, 1, "SKS-N065"),
        ("soto", "S9", 1, 1, "SKS-N065"),
        ("soto", "S1", -1, 1, "SKS-N068"),
        ("soto", "S1", ONE_TIME_MAX + 1, 1, "SKS-N068"),
        ("soto", "S1", 1, 0, "SKS-N068"),
        ("soto", "S1", 1, DAYS_MAX + 1, "SKS-N068"),
    ],
)
def test_an_impossible_batch_is_not_made(
    for_node: str, suite: str, one_time: int, days: int, code: str
) -> None:
    with pytest.raises(InvalidInput) as invalid:
        prekeys.make_batch(OWNER, for_node, suite, one_time, days, NOW)
    assert invalid.value.code == code


def refusal(data: bytes, **more: Any) -> str:
    with pytest.raises(SekishoError) as refused:
        accept(data, **more)
    return refused.value.code


def test_a_batch_is_taken_only_from_its_owner_for_its_reader_in_its_time() -> None:
    data = made()[0]
    assert refusal(data, owner="hub") == "SKS-N060"
    assert refusal(data, for_node="hub") == "SKS-N061"
    assert refusal(data, now=BATCH.use_until) == "SKS-N062"
    assert refusal(data, now=NOW - CLOCK_SKEW_MAX - DAY) == "SKS-N033"
    assert accept(data, now=BATCH.use_until - timedelta(seconds=1)) == BATCH
    assert accept(data, now=NOW - CLOCK_SKEW_MAX) == BATCH


def test_a_batch_signed_by_others_or_changed_is_refused() -> None:
    stranger = nodes.node("hub").signing.sign(BATCH_TYPE, documents.write(PAYLOAD))
    assert refusal(stranger.encode()) == "SKS-K007"
    envelope = dsse.decode(made()[0], BATCH_TYPE)
    other = documents.write({**PAYLOAD, "for_node": "hub"})
    assert refusal(replace(envelope, payload=other).encode()) == "SKS-K008"


def _weak(payload: dict[str, Any]) -> None:
    payload.update(json.loads(dsse.decode(made("S0")[0], BATCH_TYPE).payload))


def _key_twice(payload: dict[str, Any]) -> None:
    payload["one_time"]["keys"].append(payload["one_time"]["keys"][0])


def _key_of_two_kinds(payload: dict[str, Any]) -> None:
    payload["one_time"]["keys"].append(payload["daily"][0]["key"])


def _day_twice(payload: dict[str, Any]) -> None:
    payload["daily"][1]["day"] = payload["daily"][0]["day"]


def _short_key(payload: dict[str, Any]) -> None:
    payload["one_time"]["keys"][1] = documents.b64(bytes(100))


def _point_off_the_curve(payload: dict[str, Any]) -> None:
    good = documents.unb64(payload["daily"][0]["key"], "")
    payload["daily"][0]["key"] = documents.b64(good[:-1] + bytes([good[-1] ^ 1]))


def _too_many_keys(payload: dict[str, Any]) -> None:
    payload["one_time"]["keys"] = payload["one_time"]["keys"][:1] * (ONE_TIME_MAX + 1)


def _too_many_days(payload: dict[str, Any]) -> None:
    payload["daily"] = payload["daily"][:1] * (DAYS_MAX + 1)


def _one_time_ends_before_use(payload: dict[str, Any]) -> None:
    payload["one_time"]["expires"] = payload["use_until"]


def _day_ends_before_use(payload: dict[str, Any]) -> None:
    payload["daily"][0]["expires"] = payload["issued"]


def _lives_for_ever(payload: dict[str, Any]) -> None:
    payload["one_time"]["expires"] = "9999-12-31T23:59:59Z"


def _usable_for_ever(payload: dict[str, Any]) -> None:
    payload["use_until"] = payload["one_time"]["expires"] = "9999-12-31T23:59:59Z"


def _impossible_day(payload: dict[str, Any]) -> None:
    payload["daily"][0]["day"] = "9999-12-31"


def _day_in_other_words(payload: dict[str, Any]) -> None:
    payload["daily"][0]["day"] = "20260401"


def _foreign_batch_id(payload: dict[str, Any]) -> None:
    payload["batch"] = "tr_" + "a" * 26


def _unknown_field(payload: dict[str, Any]) -> None:
    payload["daily"][0]["note"] = "x"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_weak, "SKS-N065"),
        (_key_twice, "SKS-N063"),
        (_key_of_two_kinds, "SKS-N063"),
        (_day_twice, "SKS-N063"),
        (_short_key, "SKS-N064"),
        (_point_off_the_curve, "SKS-N064"),
        (_too_many_keys, "SKS-N066"),
        (_too_many_days, "SKS-N066"),
        (_one_time_ends_before_use, "SKS-N069"),
        (_day_ends_before_use, "SKS-N069"),
        (_lives_for_ever, "SKS-N069"),
        (_usable_for_ever, "SKS-N069"),
        (_impossible_day, "SKS-K005"),
        (_day_in_other_words, "SKS-K005"),
        (_foreign_batch_id, "SKS-K003"),
        (_unknown_field, "SKS-K002"),
    ],
)
def test_a_batch_that_its_owner_should_not_have_signed_is_refused(
    spoil: Callable[[dict[str, Any]], None], code: str
) -> None:
    payload = json.loads(json.dumps(PAYLOAD))
    spoil(payload)
    assert refusal(signed(payload)) == code


def once(*use_until: datetime) -> list[PublicReceiverKey]:
    return [
        PublicReceiverKey(f"k{i}", "one-time", None, b"", "S1", end, end + COLLECT_WITHIN)
        for i, end in enumerate(use_until)
    ]


def daily(*days: date) -> list[PublicReceiverKey]:
    return [
        PublicReceiverKey(f"d{day}", "daily", day, b"", "S1", NOW + DAY, NOW + 2 * DAY)
        for day in days
    ]


def test_a_one_time_key_is_chosen_first_the_soonest_to_end() -> None:
    available = once(NOW + 3 * DAY, NOW + DAY, NOW + 2 * DAY)
    assert prekeys.choose(available, daily(TODAY), NOW).key_id == "k1"


def test_one_time_keys_past_their_use_are_passed_over() -> None:
    assert prekeys.choose(once(NOW, NOW + DAY), daily(TODAY), NOW).key_id == "k1"
    assert prekeys.choose(once(NOW), daily(TODAY), NOW).key_id == f"d{TODAY}"


def test_without_one_time_keys_todays_daily_key_is_chosen() -> None:
    days = daily(TODAY - DAY, TODAY, TODAY + DAY)
    assert prekeys.choose([], days, NOW).day == TODAY
    tokyo_morning = datetime(2026, 4, 1, 8, 0, tzinfo=UTC) - timedelta(hours=9)
    assert prekeys.choose([], days, tokyo_morning).day == TODAY - DAY


@pytest.mark.parametrize("days", [[], [TODAY - DAY], [TODAY + DAY]])
def test_exhausted_keys_stop_the_parcel_until_new_ones_come(days: list[date]) -> None:
    with pytest.raises(Unavailable) as unavailable:
        prekeys.choose(once(NOW), daily(*days), NOW)
    assert unavailable.value.code == "SKS-N067"


def test_kinds_are_not_mixed_up() -> None:
    with pytest.raises(Unavailable):
        prekeys.choose(daily(TODAY), once(NOW + DAY), NOW)


def test_when_to_publish_the_next_batch() -> None:
    assert prekeys.needs_refill(49)
    assert not prekeys.needs_refill(50)
    assert prekeys.needs_refill(9, low_water=10)
    assert not prekeys.needs_refill(0, low_water=0)
    assert prekeys.needs_renewal(NOW + 3 * DAY - timedelta(seconds=1), NOW)
    assert not prekeys.needs_renewal(NOW + 3 * DAY, NOW)


@given(hostile.changed(PAYLOAD))
def test_only_our_errors_come_out_of_a_changed_batch(payload: dict[str, Any]) -> None:
    try:
        found = accept(signed(payload))
    except SekishoError:
        return
    assert len({one.key_id for one in found.keys}) == len(found.keys)


@given(st.binary(max_size=200) | hostile.changed(json.loads(made()[0])).map(documents.write))
def test_only_our_errors_come_out_of_hostile_bytes(data: bytes) -> None:
    try:
        accept(data)
    except SekishoError:
        return
