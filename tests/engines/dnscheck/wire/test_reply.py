"""Replies against dnspython: genuine ones read alike, damaged ones never come out as anything else
than a coded error or the same reading."""

from __future__ import annotations

import struct
import time

import dns.exception
import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.engines.dnscheck.wire import oracle

from sekisho.dnscheck import Record
from sekisho.dnscheck.wire import Reply, read_reply
from sekisho.kernel.errors import InvalidInput

LABELS = st.one_of(
    st.sampled_from([b"www", b"city", b"OSAKA", b"lg", b"jp", b"*", b"_dmarc", b"xn--1lqs71d"]),
    st.binary(min_size=1, max_size=63),
)
NAMES = st.lists(LABELS, max_size=6).filter(lambda labels: sum(map(len, labels)) < 240)
TYPES = ["A", "AAAA", "NS", "CNAME", "PTR", "DNAME", "MX", "SRV", "SOA", "TXT", "SPF", "CAA", "DS"]
RARE = ["HTTPS", "TLSA", "NAPTR", "DNSKEY", "TYPE65280"]
SHORT, LONG = st.integers(0, 65_535), st.integers(0, 2**32 - 1)


def name(labels: list[bytes]) -> dns.name.Name:
    return dns.name.Name([*labels, b""])


@st.composite
def rdatas(draw: st.DrawFn, kind: str) -> dns.rdata.Rdata:
    """Data of one type, built by dnspython."""
    number, group = dns.rdatatype.from_text(kind), dns.rdataclass.IN
    target = name(draw(NAMES))
    raw = draw(st.binary(min_size=1, max_size=80))
    built: dict[str, bytes] = {
        "A": draw(st.binary(min_size=4, max_size=4)),
        "AAAA": draw(st.binary(min_size=16, max_size=16)),
        "MX": struct.pack("!H", draw(SHORT)) + target.to_wire(),
        "SRV": struct.pack("!HHH", *(draw(SHORT) for _ in range(3))) + target.to_wire(),
        "SOA": target.to_wire() * 2 + struct.pack("!IIIII", *(draw(LONG) for _ in range(5))),
        "TXT": bytes([len(raw)]) + raw + b"\x03abc",
        "CAA": b"\x00\x05issue" + raw,
        "DS": struct.pack("!HBB", draw(SHORT), 13, 2) + raw[:32].ljust(32, b"\0"),
        "HTTPS": struct.pack("!H", 1) + target.to_wire() + b"\x00\x01\x00\x03\x02h2",
        "TLSA": b"\x03\x01\x01" + raw[:32].ljust(32, b"\0"),
        "NAPTR": struct.pack("!HH", 1, 2) + b"\x01u\x00\x04!@!\\" + target.to_wire(),
        "DNSKEY": struct.pack("!HBB", 257, 3, 13) + raw,
        "TYPE65280": raw,
    }
    built["SPF"] = built["TXT"]
    wire = built.get(kind, target.to_wire())
    return dns.rdata.from_wire(group, number, wire, 0, len(wire))


@st.composite
def replies(draw: st.DrawFn) -> bytes:
    """A genuine reply, compressed as dnspython compresses it."""
    asked = name(draw(NAMES))
    made = dns.message.make_response(dns.message.make_query(asked, "A"))
    made.set_rcode(draw(st.sampled_from([0, 2, 3, 5, 16])))
    made.use_edns(0)
    for section in (made.answer, made.authority, made.additional):
        for _ in range(draw(st.integers(0, 4))):
            owner = draw(st.one_of(st.just(asked), NAMES.map(name)))
            data = draw(rdatas(draw(st.sampled_from(TYPES + RARE))))
            rrset = dns.rrset.from_rdata_list(owner, draw(st.integers(0, 2**31 - 1)), [data])
            section.append(rrset)
    return made.to_wire(max_size=65_535)


@given(replies())
def test_what_dnspython_writes_is_read_as_dnspython_reads_it(wire: bytes) -> None:
    assert read_reply(wire) == oracle.reading(wire)


def theirs(wire: bytes) -> Reply | None:
    try:
        return oracle.reading(wire)
    except (dns.exception.DNSException, ValueError, KeyError):
        return None


def ours(wire: bytes) -> Reply | None:
    try:
        return read_reply(wire)
    except InvalidInput as error:
        assert error.code == "SKS-Q101"
        return None


@given(replies(), st.data())
def test_a_damaged_reply_is_refused_or_read_alike(wire: bytes, data: st.DataObject) -> None:
    damaged = bytearray(wire)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(2, len(damaged) - 1))
        damaged[at] = data.draw(st.integers(0, 255))
    del damaged[data.draw(st.integers(len(damaged) - 12, len(damaged))) :]
    mine, other = ours(bytes(damaged)), theirs(bytes(damaged))
    if mine and other:
        assert mine == other


@given(st.binary(max_size=200))
@example(b"\0\0\x80\0" + b"\xff" * 8)
def test_any_bytes_end_in_a_coded_error_or_a_reading(noise: bytes) -> None:
    ours(noise)
    ours(b"\0\0\x80\0\0\1\0\3\0\2\0\2" + noise)


def message(counts: tuple[int, int, int, int], body: bytes) -> bytes:
    return struct.pack("!HHHHHH", 1, 0x8400, *counts) + body


QUESTION = b"\3www\2lg\2jp\0\0\1\0\1"
HEAD = struct.Struct("!HHIH")


def record(owner: bytes, kind: int, data: bytes, group: int = 1) -> bytes:
    return owner + HEAD.pack(kind, group, 60, len(data)) + data


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (record(b"\xc0\x1b", 1, b"abcd"), "pointer forward"),
        (record(b"\xc0\x40", 1, b"abcd"), "pointer forward"),
        (record(b"\x40a", 1, b"abcd"), "unknown kind"),
        (record((b"\x3f" + b"a" * 63) * 4 + b"\0", 1, b"abcd"), "too long"),
        (record((b"\x3f" + b"a" * 63) * 3 + b"\x3d" + b"a" * 61 + b"\xc0\x0c", 1, b"abcd"), "long"),
        (record(b"\xc0\x0c", 1, b"abc"), "another length"),
        (record(b"\xc0\x0c", 28, b"abc"), "another length"),
        (record(b"\xc0\x0c", 1, b"abcd", group=3), "another class"),
        (record(b"\xc0\x0c", 5, b"\xc0\x0cx"), "bytes after a name"),
        (record(b"\xc0\x0c", 16, b""), "no text"),
        (record(b"\xc0\x0c", 16, b"\x05abc"), "a text beyond"),
        (record(b"\xc0\x0c", 257, b"\x00\x05is"), "a tag beyond"),
        (record(b"\xc0\x0c", 43, b"\x00\x05\x08\x02"), "no digest"),
        (record(b"\xc0\x0c", 6, b"\0\0" + b"\0" * 21), "bytes after an SOA"),
        (record(b"\xc0\x0c", 52, b"\x03"), "no TLSA"),
        (record(b"\xc0\x0c", 1, b"abcd") + b"x", "bytes after the end"),
        (record(b"\xc0\x0c", 1, b"abcd")[:-1], "cut off"),
    ],
)
def test_what_is_no_reply_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_reply(message((1, 1, 0, 0), QUESTION + body))
    assert raised.value.code == "SKS-Q101"
    assert reason in raised.value.params["reason"]


def test_pointers_cost_no_more_than_their_bytes() -> None:
    """64 KiB of records whose names all stand at the end of one long chain of pointers."""
    first = len(message((1, 1, 0, 0), b"\0\0\1\0\1" + record(b"\0", 65_280, b"")))
    links = b"\1a\xc0\x0c" + b"".join(
        b"\1a" + struct.pack("!H", 0xC000 | first + 4 * i) for i in range(120)
    )
    chain = b"\0\0\1\0\1" + record(b"\0", 65_280, links)
    many = record(struct.pack("!H", 0xC000 | first + 4 * 120), 1, b"abcd") * 4_000
    begin = time.process_time()
    found = read_reply(message((1, 4_001, 0, 0), chain + many))
    assert found.records[-1].name == ".".join("a" * 121)
    assert time.process_time() - begin < 1


def test_only_what_is_used_is_read() -> None:
    answer = record(b"\xc0\x0c", 1, b"\x0a\0\0\1")
    authority = record(b"\xc0\x10", 2, b"\2ns\xc0\x10")
    wire = message((1, 1, 1, 0), QUESTION + answer + authority)
    a = Record("www.lg.jp", "A", 60, "10.0.0.1")
    ns = Record("lg.jp", "NS", 60, "ns.lg.jp")
    assert read_reply(wire) == Reply(0, True, False, (a,), (ns,))
    assert read_reply(wire, whole=False) == Reply(0, True, False, (a,))
    asked = ("www.lg.jp", 12 + len(QUESTION))
    assert read_reply(wire, whole=False, asked=asked) == Reply(0, True, False, (a,))
    referral = message((1, 0, 1, 0), QUESTION + authority)
    assert read_reply(referral, whole=False).authority == (ns,)
