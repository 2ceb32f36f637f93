"""dnspython as the second opinion on messages: its reading, in our spelling."""

from __future__ import annotations

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset

from sekisho.dnscheck import Record
from sekisho.dnscheck.wire import Reply, type_name

PLAIN = set(
    b"!#%&'*+,-/0123456789:<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~"
)


def reading(wire: bytes) -> Reply:
    """What dnspython reads. Raises DNSException or ValueError for what it does not."""
    found = dns.message.from_wire(wire, one_rr_per_rrset=True, xfr=False)
    return Reply(
        int(found.rcode()),
        bool(found.flags & dns.flags.AA),
        bool(found.flags & dns.flags.TC),
        _records(found.answer),
        _records(found.authority),
        _records(found.additional),
    )


def _records(section: list[dns.rrset.RRset]) -> tuple[Record, ...]:
    return tuple(
        Record(spelt(one.name), type_name(one.rdtype), one.ttl, data(rdata))
        for one in section
        for rdata in one
    )


def spelt(name: dns.name.Name) -> str:
    """A name of dnspython in our spelling."""
    labels = name.labels[:-1]
    return ".".join("".join(_character(byte) for byte in one.lower()) for one in labels) or "."


def _character(byte: int) -> str:
    if byte in PLAIN:
        return chr(byte)
    return "\\" + chr(byte) if chr(byte) in '."\\();@$' else f"\\{byte:03d}"


def text(strings: bytes) -> str:
    """Bytes of a text in our spelling."""
    plain = (chr(b) if 0x20 <= b <= 0x7E else f"\\{b:03d}" for b in strings)
    return "".join("\\\\" if char == "\\" else char for char in plain)


def data(rdata: dns.rdata.Rdata) -> str:
    """The data of one record in our spelling, from dnspython's fields."""
    match dns.rdatatype.to_text(rdata.rdtype):
        case "A" | "AAAA":
            return str(rdata.address)
        case "NS" | "CNAME" | "PTR" | "DNAME":
            return spelt(rdata.target)
        case "MX":
            return f"{rdata.preference} {spelt(rdata.exchange)}"
        case "SRV":
            return f"{rdata.priority} {rdata.weight} {rdata.port} {spelt(rdata.target)}"
        case "SOA":
            numbers = (rdata.serial, rdata.refresh, rdata.retry, rdata.expire, rdata.minimum)
            return " ".join((spelt(rdata.mname), spelt(rdata.rname), *map(str, numbers)))
        case "TXT" | "SPF":
            return text(b"".join(rdata.strings))
        case "CAA":
            return f"{rdata.flags} {rdata.tag.decode().lower()} {text(rdata.value)}"
        case "DS" | "CDS":
            numbers = (rdata.key_tag, int(rdata.algorithm), int(rdata.digest_type))
            return " ".join((*map(str, numbers), rdata.digest.hex()))
        case _:
            relative = rdata.to_text(origin=dns.name.root, relativize=True)
            return " ".join("." if word == "@" else word for word in relative.split(" "))
