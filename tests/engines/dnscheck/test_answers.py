"""What was asked and what came back."""

from __future__ import annotations

from sekisho.dnscheck.answers import (
    NO_SUCH_PLACE,
    NXDOMAIN,
    Answer,
    Collected,
    Outcome,
    Question,
    Record,
    Several,
    absent_below,
    rewriting,
)

WWW = Question("www.city.example.lg.jp", "A")
A = Record(WWW.name, "A", 300, "192.0.2.1")


def test_two_moments_are_two_answers() -> None:
    first, second = Answer(WWW, rcode=NXDOMAIN), Answer(WWW, records=(A,))
    found = Several(Collected([first]), Collected([second]), Collected())
    assert found.answers(WWW) == (first, second)
    assert found.answers(Question(WWW.name, "A", at="ns1.example.jp")) == ()


def test_no_answer_is_no_empty_answer() -> None:
    assert Answer(WWW).is_empty
    assert not Answer(WWW, outcome=Outcome.SILENT).is_empty
    assert not Answer(WWW, rcode=NXDOMAIN).is_empty
    assert not Answer(WWW, referral=("ns1.example.jp",)).is_empty
    assert not Answer(WWW, records=(A,)).is_empty
    assert Answer(WWW, records=(A,)).of_type("A") == (A,)
    assert Answer(WWW, records=(A,)).of_type("AAAA") == ()


def test_who_asks_and_who_reads_agree_on_the_probe() -> None:
    assert absent_below("example.jp") == absent_below("example.jp")
    assert absent_below("example.jp").name.split(".")[0] != absent_below("b.jp").name.split(".")[0]
    assert len(absent_below("example.jp").name.split(".")[0]) <= 63


def test_a_resolver_that_gives_addresses_to_nothing_rewrites() -> None:
    probe = Question(NO_SUCH_PLACE, "A")
    assert not rewriting(Collected())
    assert not rewriting(Collected([Answer(probe, rcode=NXDOMAIN)]))
    assert rewriting(Collected([Answer(probe, records=(A,))]))
