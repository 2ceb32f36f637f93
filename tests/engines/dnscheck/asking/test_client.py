"""The client against servers of every manner: what is believed, asked again, left alone."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterable
from datetime import UTC, datetime

import dns.message
import pytest
from tests.support.dns_servers import Behaviour, ScriptedServer, honest, reply_to, scripted

from sekisho.dnscheck import Answer, Question
from sekisho.dnscheck.answers import Outcome, Source
from sekisho.dnscheck.asking import Ask, Client, Figures, Heard, Manners, Place, place_of
from sekisho.kernel.errors import InvalidInput

NOW = datetime(2026, 11, 26, tzinfo=UTC)
WWW = Question("www.city.example.lg.jp", "A")
QUICK = Manners(waits=(0.2, 0.3, 0.4), per_second=100_000, at_once=100, tcp_seconds=0.5)


def ask(asks: Iterable[Ask], manners: Manners = QUICK) -> tuple[list[Heard], Figures]:
    with Client(draw=os.urandom, now=lambda: NOW, manners=manners) as client:
        return list(client.ask(asks)), client.figures


def ask_one(place: Place, question: Question = WWW) -> Answer:
    (found,), _ = ask([Ask(question, place)])
    return found.answer


def test_an_answer_comes_with_its_evidence() -> None:
    with scripted(honest) as server:
        found = ask_one(server.place)
    assert found.question == WWW
    assert [(one.name, one.type, one.data) for one in found.records] == [
        (WWW.name, "A", "192.0.2.0")
    ]
    assert (found.outcome, found.rcode, found.authoritative) == (Outcome.ANSWERED, 0, True)
    assert (found.server, found.at, found.source) == (str(server.place), NOW, Source.LIVE)


def test_ids_ports_and_cases_differ() -> None:
    names = [Question(f"{'x' * 40}{i}.example.jp", "A") for i in range(200)]
    seen = set()

    def watch(query: bytes, server: ScriptedServer) -> list[bytes]:
        seen.add((query[:2], query[13:53]))
        return honest(query, server)

    with scripted(watch) as server:
        assert len(ask(Ask(one, server.place) for one in names)[0]) == 200
    assert len({number for number, _ in seen}) > 190
    assert len({case for _, case in seen}) >= 200  # a question asked again has a case of its own


def other(name: str, kind: str) -> bytes:
    return dns.message.make_response(dns.message.make_query(name, kind)).to_wire()[2:]


FORGED: dict[str, Behaviour] = {
    "another id": lambda q, s: [bytes([q[0] ^ 1]) + honest(q, s)[0][1:]],
    "another name": lambda q, s: [q[:2] + other("evil.jp", "A")],
    "another type": lambda q, s: [q[:2] + other(WWW.name, "AAAA")],
    "no question": lambda q, s: [q[:2] + b"\x84\x00" + b"\0" * 8],
    "too short": lambda q, s: [q[:2], b"", b"\0"],
}


@pytest.mark.parametrize("kind", FORGED)
def test_what_does_not_fit_the_question_counts_for_nothing(kind: str) -> None:
    with scripted(FORGED[kind]) as server:
        found, figures = ask([Ask(WWW, server.place)])
    assert [one.answer.outcome for one in found] == [Outcome.SILENT]
    assert figures.strays >= 3


def test_an_answer_from_another_address_counts_for_nothing() -> None:
    def by_another(query: bytes, server: ScriptedServer) -> list[bytes]:
        stranger.udp.sendto(honest(query, server)[0], server.peer)
        return []

    with scripted(honest) as stranger, scripted(by_another) as server:
        assert ask_one(server.place).outcome is Outcome.SILENT


def test_what_cannot_be_read_is_garbled_and_what_is_no_reply_too() -> None:
    with scripted(lambda q, s: [reply_to(q).to_wire()[:-13]]) as server:
        assert ask_one(server.place).outcome is Outcome.GARBLED
    with scripted(lambda q, s: [q]) as server:
        assert ask_one(server.place).outcome is Outcome.GARBLED


def test_silence_is_asked_again_and_then_called_silence() -> None:
    with scripted(lambda q, s: []) as server:
        begin = time.monotonic()
        assert ask_one(server.place).outcome is Outcome.SILENT
        assert 0.9 <= time.monotonic() - begin < 3
        assert len({query[:2] for query in server.queries}) == len(QUICK.waits)


def test_an_answer_that_comes_after_the_next_try_still_counts() -> None:
    first: list[tuple[str, int]] = []

    def late(query: bytes, server: ScriptedServer) -> list[bytes]:
        first.append(server.peer)
        if len(first) == 2:
            server.udp.sendto(honest(server.queries[0], server)[0], first[0])
        return []

    with scripted(late) as server:
        assert ask_one(server.place).records
        assert len(server.queries) == 2


def test_no_room_by_udp_leads_to_a_connection() -> None:
    def short(query: bytes, _: ScriptedServer) -> list[bytes]:
        return [reply_to(query, records=0, truncated=True).to_wire()]

    def long(query: bytes, _: ScriptedServer) -> list[bytes]:
        return [reply_to(query, records=900).to_wire(max_size=65_535)]

    with scripted(short, long) as server:
        found, figures = ask([Ask(WWW, server.place)])
    assert len(found[0].answer.records) == 900
    assert (figures.queries, figures.connections) == (2, 1)


def test_a_connection_that_fails_ends_in_an_outcome() -> None:
    def short(query: bytes, _: ScriptedServer) -> list[bytes]:
        return [reply_to(query, records=0, truncated=True).to_wire()]

    with scripted(short, lambda q, s: [b"\0" * 20]) as server:
        assert ask_one(server.place).outcome is Outcome.GARBLED
    with scripted(short, lambda q, s: []) as server:
        assert ask_one(server.place).outcome is Outcome.UNREACHABLE

    def never(query: bytes, _: ScriptedServer) -> list[bytes]:
        time.sleep(QUICK.tcp_seconds * 2)
        return []

    with scripted(short, never) as server:
        assert ask_one(server.place).outcome is Outcome.SILENT


@pytest.mark.parametrize("bare", [False, True])
def test_a_server_without_edns_is_asked_without_it(bare: bool) -> None:
    def old(query: bytes, server: ScriptedServer) -> list[bytes]:
        if dns.message.from_wire(query).edns < 0:
            return honest(query, server)
        refusal = reply_to(query, records=0, rcode=1).to_wire()
        return [query[:2] + b"\x80\x01" + b"\0" * 8 if bare else refusal]

    with scripted(old) as server:
        found, figures = ask(Ask(Question(f"w{i}.jp", "A"), server.place) for i in range(3))
        assert all(one.answer.records for one in found)
    assert figures.repeats <= 3


def test_a_server_that_writes_small_letters_is_asked_in_small_letters() -> None:
    def small(query: bytes, server: ScriptedServer) -> list[bytes]:
        return [query[:2] + honest(query[:12] + query[12:-11].lower() + query[-11:], server)[0][2:]]

    with scripted(small) as server:
        found, figures = ask([Ask(WWW, server.place)])
    assert found[0].answer.records
    assert figures.repeats == 1


def test_packet_loss_is_made_up_for() -> None:
    chance = random.Random(1)

    def lossy(query: bytes, server: ScriptedServer) -> list[bytes]:
        return honest(query, server) if chance.random() > 0.1 else []

    patient = Manners(waits=(0.2,) * 8, per_second=100_000, at_once=100)
    with scripted(lossy) as server:
        asks = [Ask(Question(f"w{i}.jp", "A"), server.place) for i in range(1_000)]
        found, figures = ask(asks, patient)
    assert sum(bool(one.answer.records) for one in found) == 1_000
    assert figures.repeats > 50


def test_a_server_is_not_asked_faster_than_it_should_be() -> None:
    slow = Manners(per_second=100, at_once=10)
    with scripted(honest) as server:
        begin = time.monotonic()
        found, _ = ask([Ask(Question(f"w{i}.jp", "A"), server.place) for i in range(60)], slow)
        assert time.monotonic() - begin >= 0.49
    assert len(found) == 60


def test_a_slow_server_does_not_hold_up_the_others() -> None:
    slow = Manners(per_second=20, at_once=1, waits=(0.3,))
    heard: list[str] = []
    with scripted(lambda q, s: []) as dead, scripted(honest) as alive:
        asks = [Ask(Question(f"w{i}.jp", "A"), dead.place) for i in range(3)]
        asks += [Ask(Question(f"w{i}.jp", "A"), alive.place) for i in range(5)]
        with Client(draw=os.urandom, now=lambda: NOW, manners=slow) as client:
            heard += [one.answer.server for one in client.ask(asks)]
    assert heard[:4] == [str(alive.place)] * 4
    assert len(heard) == 8


def test_only_so_many_questions_wait_at_one_server() -> None:
    most = 0

    def watch(query: bytes, server: ScriptedServer) -> list[bytes]:
        nonlocal most
        most = max(most, len(server.queries))
        return []

    few = Manners(waits=(0.4,), per_second=1_000, at_once=3)
    with scripted(watch) as server, Client(draw=os.urandom, now=lambda: NOW, manners=few) as client:
        asks = [Ask(Question(f"w{i}.jp", "A"), server.place) for i in range(6)]
        begin = time.monotonic()
        assert len(list(client.ask(asks))) == 6
        assert time.monotonic() - begin >= 0.8


def test_beyond_its_budget_a_server_is_left_alone_and_the_figures_say_so() -> None:
    with scripted(honest) as server:
        asks = [Ask(Question(f"w{i}.jp", "A"), server.place) for i in range(60)]
        found, figures = ask(asks, Manners(queries_max=20, at_once=10, per_second=10_000))
        assert len(server.queries) == len(found) == figures.queries
    assert 20 <= figures.queries < 30
    assert figures.left_out == 60 - figures.queries


def test_a_server_that_is_down_is_not_asked_thrice_for_everything() -> None:
    with scripted(lambda q, s: []) as server:
        asks = [Ask(Question(f"w{i}.jp", "A"), server.place) for i in range(20)]
        found, figures = ask(asks, Manners(waits=(0.1, 0.1, 0.1), at_once=5, per_second=10_000))
    assert [one.answer.outcome for one in found] == [Outcome.SILENT] * 20
    assert figures.queries <= 15 + 15


def test_where_no_way_leads_is_unreachable() -> None:
    assert ask_one(Place("255.255.255.255", 53)).outcome is Outcome.UNREACHABLE


@pytest.mark.parametrize(("name", "kind"), [("a..b", "A"), ("a.jp", "AXFR")])
def test_a_question_that_cannot_be_put_is_refused(name: str, kind: str) -> None:
    with pytest.raises(InvalidInput):
        ask_one(Place("127.0.0.1", 9), question=Question(name, kind))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("192.0.2.1", Place("192.0.2.1", 53)),
        (" 192.0.2.1:5353 ", Place("192.0.2.1", 5353)),
        ("2001:DB8::1", Place("2001:db8::1", 53)),
        ("[2001:db8::1]", Place("2001:db8::1", 53)),
        ("[2001:db8::1]:5353", Place("2001:db8::1", 5353)),
    ],
)
def test_places_of_servers(text: str, place: Place) -> None:
    assert place_of(text) == place
    assert place_of(str(place)) == place


@pytest.mark.parametrize(
    "text",
    ["", "ns.example.jp", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:", "192.0.2.1:+53",
     "[2001:db8::1]53", "[2001:db8::1", "fe80::1%eth0", "1.2.3"],
)  # fmt: skip
def test_what_is_no_place(text: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        place_of(text)
    assert raised.value.code == "SKS-Q103"
